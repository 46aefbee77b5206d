"""Give tests a site that runs, and people who use it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from storage.store import Store
from tests.bot.web.cast import Cast, Company, gathered, hired
from tests.bot.web.person import Person, at
from tests.bot.web.server import House, running

PASSWORD = "一句记得住的话 2026"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Generator[House]:
    """The site that most tests share; each brings its own people."""
    with running(tmp_path_factory.mktemp("house"), built, logins_per_5_minutes=1000) as running_house:
        yield running_house


@pytest.fixture
async def resident(house: House) -> AsyncGenerator[Person]:
    """Somebody who was never here."""
    async with at(house.url) as person:
        yield person


@pytest.fixture
async def other(house: House) -> AsyncGenerator[Person]:
    """Somebody else who was never here."""
    async with at(house.url) as person:
        yield person


@pytest.fixture
async def house_people(house: House) -> AsyncGenerator[list[Person]]:
    """A few browsers more."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(at(house.url)) for _ in range(5)]


@pytest.fixture
async def store(house: House) -> AsyncGenerator[Store]:
    """A second connection to the shared site's database."""
    second = house.store()
    yield second
    await second.close()


Staff = Callable[[Person, str], Awaitable[Person]]


@pytest.fixture
def staff(house: House) -> Staff:
    """Log somebody in, with the password they chose at the first login."""

    async def enter(person: Person, login: str) -> Person:
        if house.passwords[login] != PASSWORD:
            await person.log_in(login, house.passwords[login])
            page = await person.get("/desk/password")
            changed = {"csrf": page.csrf, "new": PASSWORD, "again": PASSWORD}
            assert (await person.post("/desk/password", changed)).status == 303
            house.passwords[login] = PASSWORD
        assert (await person.log_in(login, PASSWORD)).status == 303
        return person

    return enter


@pytest.fixture(scope="session")
def company(house: House) -> Company:
    """Whoever works here, logged in once for all cells."""

    async def work() -> Company:
        store = house.store()
        try:
            return await hired(store)
        finally:
            await store.close()

    return asyncio.run(work())


@pytest.fixture
async def cast(house: House, store: Store, company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Cast]:
    """Everybody, where streams look often."""
    for module in ("desk", "live"):
        monkeypatch.setattr(f"bot.web.{module}.LOOK", 0.05)
    async with gathered(house.url, store, company) as everybody:
        yield everybody


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
