"""The fake WeChat keeps the rules of the real one: tokens, windows of customer messages, masses, three deliveries."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ServerDisconnectedError, web

from tests.fakes.wechat import APP_ID, SECRET, FakeWeChat

Json = dict[str, Any]
CUSTOM = "/cgi-bin/message/custom/send"
ANNA, BO = "oAnna", "oBo"


class Caller:
    """Calls the API with the present token."""

    def __init__(self, fake: FakeWeChat, session: ClientSession) -> None:
        self.fake = fake
        self._session = session

    async def token(self, **given: Any) -> str:
        asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | given
        return str((await self.post("/cgi-bin/stable_token", asked, "-"))["access_token"])

    async def post(self, path: str, given: Json, token: str = "") -> Json:
        query = {"access_token": token or await self.token()}
        async with self._session.post(f"{self.fake.base}{path}", json=given, params=query) as answer:
            return await answer.json()

    async def custom(self, openid: str, text: str = "好", token: str = "") -> int:
        sent = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return int((await self.post(CUSTOM, sent, token))["errcode"])


@pytest.fixture
async def wechat() -> AsyncGenerator[FakeWeChat]:
    async with FakeWeChat(patience=0.2) as fake:
        yield fake


@pytest.fixture
async def api(wechat: FakeWeChat) -> AsyncGenerator[Caller]:
    async with ClientSession() as session:
        yield Caller(wechat, session)


async def test_a_token_is_the_same_until_five_minutes_before_its_end(wechat: FakeWeChat, api: Caller) -> None:
    first = await api.token()
    wechat.shift = 7200 - 301
    assert await api.token() == first
    wechat.shift = 7200 - 299
    second = await api.token()
    assert second != first
    wechat.ledger.wrote(ANNA)
    assert [await api.custom(ANNA, token=t) for t in (first, second)] == [0, 0], "for five minutes both hold"
    wechat.shift = 7201
    assert [await api.custom(ANNA, token=t) for t in (first, second)] == [42001, 0]


async def test_a_forced_token_ends_the_others_and_cannot_be_forced_again_at_once(api: Caller) -> None:
    first = await api.token()
    second = await api.token(force_refresh=True)
    assert await api.custom(ANNA, token=first) == 40001
    assert await api.token(force_refresh=True) == second


async def test_five_customer_messages_follow_a_message_within_48_hours(wechat: FakeWeChat, api: Caller) -> None:
    assert await api.custom(ANNA) == 45015
    wechat.ledger.wrote(ANNA)
    assert [await api.custom(ANNA) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    wechat.ledger.wrote(ANNA)
    wechat.shift = 48 * 3600 - 5
    assert await api.custom(ANNA) == 0
    wechat.shift = 48 * 3600 + 5
    assert await api.custom(ANNA) == 45015


async def test_three_follow_a_click_within_a_minute(wechat: FakeWeChat, api: Caller) -> None:
    wechat.ledger.followers.add(ANNA)
    wechat.ledger.acted(ANNA)
    assert [await api.custom(ANNA) for _ in range(4)] == [0, 0, 0, 45047]
    wechat.shift = 61
    assert await api.custom(ANNA) == 45015


async def test_texts_over_2048_bytes_are_refused(wechat: FakeWeChat, api: Caller) -> None:
    wechat.ledger.wrote(ANNA)
    assert [await api.custom(ANNA, "a" * size) for size in (2048, 2049)] == [0, 45002]


async def test_a_mass_reaches_each_four_times_a_month_and_none_twice_by_the_same_number(
    wechat: FakeWeChat, api: Caller
) -> None:
    wechat.ledger.followers |= {ANNA, BO}
    text = {"msgtype": "text", "text": {"content": "普法"}}
    assert (await api.post("/cgi-bin/message/mass/send", text | {"touser": [ANNA]}))["errcode"] == 40130
    first = await api.post("/cgi-bin/message/mass/send", text | {"touser": [ANNA, BO], "clientmsgid": "a"})
    again = await api.post("/cgi-bin/message/mass/send", text | {"touser": [ANNA, BO], "clientmsgid": "a"})
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    for number in range(5):
        everyone = text | {"filter": {"is_to_all": True}, "clientmsgid": f"b{number}"}
        assert (await api.post("/cgi-bin/message/mass/sendall", everyone))["errcode"] == 0
    assert wechat.texts(ANNA, "mass") == ["普法"] * 4


async def test_faults_are_refused_or_lost_once_they_were_carried_out_or_not(wechat: FakeWeChat, api: Caller) -> None:
    wechat.ledger.wrote(ANNA)
    wechat.fault(CUSTOM, code=-1)
    assert [await api.custom(ANNA), await api.custom(ANNA)] == [-1, 0]
    token = await api.token()
    for lost in ("unheard", "drop"):
        wechat.fault(CUSTOM, lost=lost)
        with pytest.raises(ServerDisconnectedError):
            await api.custom(ANNA, lost, token)
    assert wechat.texts(ANNA) == ["好", "drop"]


@asynccontextmanager
async def account(answer: Callable[[int], Any]) -> AsyncGenerator[tuple[str, list[web.Request]]]:
    """A server that answers the n-th delivery as it is told."""
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        await request.read()
        return await answer(len(seen))

    site = web.Application()
    site.router.add_route("*", "/wechat", handle)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/wechat", seen
    finally:
        await runner.cleanup()


async def test_what_is_not_answered_in_time_is_delivered_three_times(wechat: FakeWeChat) -> None:
    async def late(number: int) -> web.Response:
        await asyncio.sleep(0.5 if number < 3 else 0)
        return web.Response(text="success")

    async with account(late) as (url, seen):
        wechat.point(url)
        pushed = await wechat.say(ANNA, "您好")
    assert [asked.status for asked in pushed.asked] == [0, 0, 200]
    assert (pushed.reply, pushed.failed, len({r.query["nonce"] for r in seen})) == (None, False, 3)


async def test_an_answer_that_is_an_error_shows_the_sender_that_the_service_failed(wechat: FakeWeChat) -> None:
    async def error(_number: int) -> web.Response:
        return web.Response(status=503)

    async with account(error) as (url, seen):
        wechat.point(url)
        assert (await wechat.say(ANNA, "您好")).failed
    assert len(seen) == 1
