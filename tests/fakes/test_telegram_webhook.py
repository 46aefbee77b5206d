"""Hold the fake to the way the Bot API delivers to a webhook."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.fakes.conftest import Call, Json, ids
from tests.fakes.telegram import FakeTelegram


class Receiver:
    """The bot's side of a webhook: answers with the statuses given, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: list[Json] = []
        self.updates: list[Json] = []
        self.delay = 0.0
        self.busy = self.most = 0
        self.url = ""

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.updates]

    async def take(self, request: web.BaseRequest) -> web.Response:
        self.headers.append(dict(request.headers))
        self.updates.append(await request.json())
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(self.delay)
        self.busy -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def serving(receiver: Receiver) -> AsyncGenerator[Receiver]:
    runner = web.ServerRunner(web.Server(receiver.take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


class TestWebhook:
    @pytest.fixture
    async def receiver(self) -> AsyncGenerator[Receiver]:
        async with serving(Receiver()) as receiver:
            yield receiver

    async def test_updates_are_delivered_with_the_secret(
        self, telegram: FakeTelegram, call: Call, receiver: Receiver
    ) -> None:
        telegram.say(1, "早")
        assert (await call("setWebhook", url=receiver.url, secret_token="s3cret", max_connections=7))["ok"]
        telegram.say(2, "晚")
        await telegram.wait_confirmed()
        assert sorted(receiver.texts) == sorted(["早", "晚"])
        assert {headers["X-Telegram-Bot-Api-Secret-Token"] for headers in receiver.headers} == {"s3cret"}
        info = (await call("getWebhookInfo"))["result"]
        assert (info["url"], info["max_connections"], info["pending_update_count"]) == (receiver.url, 7, 0)

    async def test_a_refused_update_comes_again_and_those_behind_it_wait(
        self, telegram: FakeTelegram, call: Call, receiver: Receiver
    ) -> None:
        receiver.statuses = [503, 500]
        await call("setWebhook", url=receiver.url)
        telegram.say(1, "一")
        telegram.say(1, "二")
        await telegram.wait_confirmed()
        assert receiver.texts == ["一", "一", "一", "二"]
        assert telegram.counters()["webhook_failures"] == 2
        assert "500 Internal Server Error" in (await call("getWebhookInfo"))["result"]["last_error_message"]

    async def test_other_chats_do_not_wait(self, telegram: FakeTelegram, call: Call, receiver: Receiver) -> None:
        receiver.statuses = [503] * 4
        await call("setWebhook", url=receiver.url, max_connections=1)
        telegram.say(1, "一")
        await telegram.until(lambda: len(receiver.updates) >= 3)
        telegram.say(2, "二")
        await telegram.wait_confirmed()
        assert set(receiver.texts) == {"一", "二"}

    async def test_no_more_connections_than_asked(self, telegram: FakeTelegram, call: Call, receiver: Receiver) -> None:
        receiver.delay = 0.02
        await call("setWebhook", url=receiver.url, max_connections=3)
        telegram.meet(range(100, 120))
        for chat in range(100, 120):
            telegram.say(chat, "同时")
        await telegram.wait_confirmed()
        assert receiver.most == 3

    async def test_an_address_that_is_down_gets_it_later(self, telegram: FakeTelegram, call: Call) -> None:
        receiver = Receiver()
        async with serving(receiver):
            pass
        await call("setWebhook", url=receiver.url)
        telegram.say(1, "一")
        await telegram.until(lambda: telegram.webhook.failures > 1)
        assert len(telegram.feed.pending) == 1
        assert not telegram.confirmed

    async def test_polling_is_refused_while_a_webhook_is_set_and_works_after(
        self, telegram: FakeTelegram, call: Call, receiver: Receiver
    ) -> None:
        poll = asyncio.create_task(call("getUpdates", timeout=10))
        await telegram.until(lambda: telegram.feed.polls == 1)
        await asyncio.sleep(0.02)
        receiver.statuses = [503] * 1000
        await call("setWebhook", url=receiver.url)
        assert "setWebhook" in (await asyncio.wait_for(poll, 1))["description"]
        assert "webhook is active" in (await call("getUpdates"))["description"]
        said = telegram.say(1, "一")
        await telegram.until(lambda: bool(receiver.updates))
        await call("deleteWebhook")
        assert await ids(call) == [said["update_id"]]

    async def test_dropping_pending_updates_is_seen(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.say(1, "一")
        await call("deleteWebhook", drop_pending_updates=True)
        assert await ids(call) == []
        assert (telegram.counters()["drop_requests"], telegram.counters()["dropped"]) == (1, 1)
