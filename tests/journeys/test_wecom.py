"""A resident asks on WeChat, an adviser answers on WeCom: neither sees the other's platform."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from handlers.desk import chat, links
from handlers.desk.tickets import State
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wecom import FakeWeCom
from tests.journeys.conftest import Opens
from tests.journeys.house import House, receipt_in
from tests.journeys.test_stories import BITTEN

ANNA, LI = "oAnna-of-the-journeys", "LiGuWen"
CODE = "81234567"

pytestmark = pytest.mark.slow


@pytest.fixture
async def wecom() -> AsyncGenerator[FakeWeCom]:
    async with FakeWeCom(LI, patience=60) as fake:
        yield fake


@pytest.fixture
async def house(opens: Opens, wecom: FakeWeCom) -> AsyncGenerator[House]:
    async with AsyncExitStack() as stack:
        wechat = await stack.enter_async_context(FakeWeChat(safe=True, patience=60))
        yield await stack.enter_async_context(opens(wechat=wechat, wecom=wecom, served=True))


async def said(house: House, wecom: FakeWeCom, words: str) -> str:
    """What LI reads after writing something."""
    before = len(wecom.texts(LI))
    await wecom.say(LI, words)
    await house.settled()
    return "\n".join(wecom.texts(LI)[before:])


async def pressed(house: House, wecom: FakeWeCom, label: str) -> str:
    """What LI reads after pressing something."""
    before = len(wecom.texts(LI))
    await wecom.press(LI, label)
    await house.settled()
    return "\n".join(wecom.texts(LI)[before:])


async def linked(house: House, wecom: FakeWeCom) -> None:
    """LI types the code that the page gave."""
    office = house.app.chat
    await house.app.store.links.issue(house.staff["adviser1"].id, links.digest(CODE, office.sign), datetime.now(UTC))
    assert await said(house, wecom, "你好") == chat.TO_LINK
    assert await said(house, wecom, "12345678") != chat.LINKED
    assert "连好了：李顾问" in await said(house, wecom, CODE)


async def test_a_ticket_is_claimed_answered_and_closed_on_wecom(house: House, wecom: FakeWeCom) -> None:
    await linked(house, wecom)
    follower = house.follower(ANNA)
    await follower.say("找人工")
    await follower.say(BITTEN)
    receipt = receipt_in(await follower.say("同意"))
    await follower.say("安居镇示例一村")

    assert receipt in await said(house, wecom, "/queue")
    assert receipt in await said(house, wecom, f"查看 {receipt}")
    claimed = await pressed(house, wecom, "接单")
    assert receipt in claimed
    await pressed(house, wecom, "答复")
    heard = await follower.after(said(house, wecom, "您好，先去打疫苗，留好票据。"))
    assert heard.texts[0] == f"【李顾问 答复 · {receipt}】\n您好，先去打疫苗，留好票据。"
    assert [way.channel for way in (await house.file(receipt)).ways] == ["wechat"]

    heard = await follower.after(said(house, wecom, f"追问 {receipt} 哪天被咬的？"))
    assert heard.texts[0].endswith("哪天被咬的？")
    await follower.say("昨天下午")
    assert (await house.file(receipt)).lines[-1].text == "昨天下午"
    await said(house, wecom, f"办结 {receipt}")
    assert (await house.file(receipt)).ticket.state is State.CLOSED
    assert house.count("residents") == 1, "an adviser is no resident"
    assert BITTEN.encode() not in house.disk()


async def test_an_old_or_forged_button_does_nothing(house: House, wecom: FakeWeCom) -> None:
    await linked(house, wecom)
    before = len(wecom.texts(LI))
    key = {"Event": "template_card_event", "EventKey": "s:c:TL261124-ABCDEF:1:00|接单", "TaskId": "t"}
    await wecom.push(LI, "event", key)
    await house.settled()
    assert "已过期" in wecom.texts(LI)[before]


async def test_an_adviser_goes_on_leave_on_wecom(house: House, wecom: FakeWeCom) -> None:
    await linked(house, wecom)
    assert "已记下请假" in await said(house, wecom, "请假 2099-12-01 2099-12-03")
    assert house.rows("SELECT first, last FROM leaves") == [("2099-12-01", "2099-12-03")]
