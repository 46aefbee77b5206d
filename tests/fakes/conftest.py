"""Give a fake Bot API and a way to call it without any Telegram library."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from tests.fakes.telegram import FakeTelegram

Json = dict[str, Any]
Call = Callable[..., Coroutine[Any, Any, Json]]


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram(patience=0.05, webhook_pause=0.01) as fake:
        fake.meet([1, 2, -5])
        yield fake


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(total=5)) as open_session:
        yield open_session


@pytest.fixture
def call(telegram: FakeTelegram, session: ClientSession) -> Call:
    async def post(method: str, **parameters: Any) -> Json:
        async with session.post(f"{telegram.base}/bot{telegram.token}/{method}", json=parameters) as answer:
            return await answer.json()

    return post


async def ids(call: Call, **parameters: Any) -> list[int]:
    """Poll once and give the ids of the updates."""
    return [update["update_id"] for update in (await call("getUpdates", **parameters))["result"]]
