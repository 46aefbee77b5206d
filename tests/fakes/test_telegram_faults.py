"""Prove that the fake fails on request, and only then."""

import asyncio
import time

import pytest
from aiohttp import ClientError, ClientSession

from tests.fakes.conftest import Call
from tests.fakes.telegram import FakeTelegram, Limits


class TestLimits:
    async def test_one_chat_is_slowed_after_a_burst(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.limit()
        answers = [await call("sendMessage", chat_id=1, text=str(number)) for number in range(5)]
        assert [answer.get("error_code", 200) for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1]["parameters"] == {"retry_after": 1}
        assert (await call("sendMessage", chat_id=2, text="x"))["ok"]
        telegram.limit(on=False)
        assert (await call("sendMessage", chat_id=1, text="x"))["ok"]

    def test_all_chats_together_are_slowed(self) -> None:
        limits = Limits()
        assert [limits.take(chat, 10.0) for chat in range(1, 32)] == [0] * 30 + [1]
        assert limits.take(99, 11.0) == 0

    def test_a_group_gets_twenty_a_minute(self) -> None:
        limits = Limits()
        assert [limits.take(-1, 10.0) for _ in range(21)] == [0] * 20 + [3]


class TestFaults:
    @pytest.mark.parametrize("status", [500, 502, 403])
    async def test_a_status_is_answered_as_often_as_asked(
        self, telegram: FakeTelegram, session: ClientSession, status: int
    ) -> None:
        telegram.fault("sendMessage", status=status, times=2)
        url = f"{telegram.base}/bot{telegram.token}/sendMessage"
        seen: list[int] = []
        for _ in range(3):
            async with session.post(url, json={"chat_id": 1, "text": "x"}) as answer:
                seen.append(answer.status)
        assert seen == [status, status, 200]
        assert len(telegram.sent) == 1
        assert telegram.ledger.counts["sendmessage", status] == 2

    async def test_a_fault_fits_its_method_and_chat_only(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.fault("sendMessage", chat=2, retry_after=7)
        assert (await call("getMe"))["ok"]
        assert (await call("sendMessage", chat_id=1, text="x"))["ok"]
        refused = await call("sendMessage", chat_id=2, text="x")
        assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 7})
        assert (await call("sendMessage", chat_id=2, text="x"))["ok"]

    async def test_an_answer_may_be_late(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.fault(delay=0.1)
        before = time.monotonic()
        await call("getMe")
        assert time.monotonic() - before >= 0.1

    async def test_an_answer_may_be_lost_after_the_deed(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.fault("sendMessage", lost="drop")
        with pytest.raises(ClientError):
            await call("sendMessage", chat_id=1, text="x")
        assert telegram.texts() == ["x"]
        assert telegram.ledger.counts["sendmessage", 0] == 1

    async def test_an_answer_may_never_come(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.fault("sendMessage", lost="hang")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call("sendMessage", chat_id=1, text="x"), 0.1)
        assert telegram.texts() == ["x"]

    async def test_a_call_may_go_unheard(self, telegram: FakeTelegram, call: Call) -> None:
        telegram.fault("sendMessage", unheard=True)
        with pytest.raises(ClientError):
            await call("sendMessage", chat_id=1, text="x")
        assert telegram.sent == []

    async def test_connections_are_refused_for_a_while(self, telegram: FakeTelegram, call: Call) -> None:
        poll = asyncio.create_task(call("getUpdates", timeout=10))
        await telegram.wait_ready()
        await telegram.refuse(0.2)
        with pytest.raises(ClientError):
            await poll
        with pytest.raises(ClientError):
            await call("getMe")
        await asyncio.sleep(0.3)
        assert (await call("getMe"))["ok"]
        await telegram.refuse(60)
        await telegram.accept()
        assert (await call("getMe"))["ok"]
