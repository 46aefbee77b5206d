"""Give journeys the shipped library, read once, and a house of their own."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from bot import work
from bot.channels import telegram
from bot.engine import Engine
from tests.journeys.house import House, Shelf, open_house, open_shelf
from tests.journeys.screen import launched

Opens = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture(scope="session")
def shelf(built: Path) -> Shelf:
    """The shipped library, as everybody gets it."""
    return open_shelf(built)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again after a moment, where the real loops wait a second."""
    monkeypatch.setattr(work, "PAUSE", 0.05)
    monkeypatch.setattr(telegram, "PAUSE", 0.05)


@pytest.fixture
def opens(tmp_path: Path, migrated: Path, shelf: Shelf) -> Opens:
    """Open a house with what a journey needs changed."""

    def opened(**given: Any) -> AbstractAsyncContextManager[House]:
        given.setdefault("books", (shelf.library, Engine(shelf.matcher)))
        return open_house(tmp_path / "data", migrated, **given)

    return opened


@pytest.fixture
async def house(opens: Opens) -> AsyncGenerator[House]:
    """A house with the page open."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opens(served=True))


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    """Chromium."""
    async with launched() as opened:
        yield opened
