"""Walk stories 8 and 14 end to end: a matter away from home, and a quarrel that mediation and a court settle."""

import re
from collections.abc import Generator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from handlers.errors import Refused
from handlers.mediations import mediate, mediation
from handlers.mediations.agreements import Agreement, Signatures
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from handlers.staff import scoped
from knowledge.citations import Citation
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Shelf, Talker, browser

TODAY = date(2026, 11, 24)
AWAY = "人在绵阳打工，案子在铜梁法院，能在绵阳申请法律援助吗"
QUARREL = "两家地界吵了半年，双方愿意调"
WHOLE = Agreement(
    facts="李四修墙占了张三的地坝",
    issue="墙拆不拆",
    duties="李四拆墙，张三让路",
    terms=("李四于2026年12月31日前拆除围墙", "李四赔偿张三500元"),
    manner="自己拆除，现金支付",
    due="2026年12月31日前",
    settles=("给钱", "做事"),
)
SIGNED = Signatures(frozenset({"a", "b"}), mediator=True, seal=True)


@pytest.fixture(autouse=True)
def _on_one_day() -> Generator[None]:
    """The stories say which law holds, so they need a day."""
    with time_machine.travel("2026-11-24T10:00:00+08:00", tick=True):
        yield


# -- 8 · 川渝


@pytest.mark.parametrize("way", ["phone", "page"])
async def test_who_is_away_reads_who_receives_and_who_decides_and_a_partner_is_asked(
    opens: Opens, shelf: Shelf, way: str
) -> None:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opens(served=True))
        page = await stack.enter_async_context(browser(house))
        at: Talker = await house.phone(18).agree() if way == "phone" else page
        heard = await at.say(AWAY)
        for words in (
            "谁收：就近的重庆或四川法律援助机构",
            "谁定：有管辖的法律援助机构",
            "跑几趟：一趟",
            "带什么：身份证明",
        ):
            assert words in heard.text
        assert "第三十八条" in heard.text
        assert "公开的网页" in heard.text, "the level of the evidence"
        assert "以机构答复为准" in heard.text
        assert "OV5" in heard.text
        assert (
            Citation("法律援助法", "38") in [*house.app.library.statutes.find(heard.text)] if house.app.library else ()
        )

        asked = await at.pick("请那边的服务点帮忙")
        assert "单独征得您同意" in asked.text
        assert house.count("tickets") == 0
        await at.pick("同意")
        await at.pick("不说/找不到")
        [ticket] = await house.tickets()
        [line] = (await house.file(ticket.receipt)).lines
        assert (ticket.reason, line.text) == (
            "partner",
            "请绵阳的服务点帮忙；办的事：法律援助；人在：绵阳；事情归：铜梁",
        )


async def test_what_nobody_knows_is_said_and_a_person_is_offered(opens: Opens) -> None:
    async with opens() as house:
        phone = await house.phone(18).agree()
        await phone.say("查一下川渝通办")
        await phone.say("给牛上保险")
        await phone.say("绵阳")
        heard = await phone.say("铜梁")
        for words in ("谁收：不清楚", "谁定：不清楚", "跑几趟：不清楚", "带什么：不清楚", "12345"):
            assert words in heard.text
        assert "找人工" in heard.labels


# -- 14 · 调解员


async def case_of(house: House, number: str) -> Case:
    """The mediation, as the mediator of that village sees it."""
    found = await house.app.store.mediations.find(scoped(house.staff["adviser1"]), number)
    assert found
    return found


async def acted(house: House, before: Case, after: Case) -> Case:
    """The mediator does it, and everybody has heard."""
    done = await mediate.record(house.app.store.mediations, before, after, datetime.now(UTC))
    house.app.waiting.ring()
    await house.settled()
    return done


async def agreed(house: House, number: str, agreement: Agreement) -> Case:
    """Both come to this agreement today."""
    case = await case_of(house, number)
    whole = mediation.correct(case, "b", name="李四", also="男", address="安居镇示例一村5组", phone="")
    case = await acted(house, case, whole)
    case = await acted(house, case, mediation.accept(case))
    case = await acted(house, case, mediation.start(case, house.staff["adviser1"].id))
    with pytest.raises(Refused, match="协议还缺：履行的期限"):
        mediation.draft(case, replace(agreement, due=""))
    case = await acted(house, case, mediation.draft(case, agreement))
    return await acted(house, case, mediation.sign(case, TODAY, SIGNED))


async def registered(at: Talker) -> str:
    """The number under which somebody's wish for mediation is kept."""
    heard = await at.say(QUARREL)
    for answer in ("没有", "1", "1", "不清楚"):
        heard = await at.say(answer)
    assert "可以调" in heard.text
    asked = await at.pick("登记申请人民调解")
    assert "交给调解委员会" in asked.text
    for answer in ("同意", "张三，住安居镇示例一村3组，电话13800001111", "李四", "他修墙占了地坝", "安居镇示例一村"):
        heard = await at.say(answer)
    found = re.search(r"TJ\d{6}-[A-Z0-9]{6}", heard.text)
    assert found, heard.text
    return found[0]


async def joined(at: Talker, number: str) -> None:
    """The other side says yes."""
    asked = await at.say(f"调解号{number}")
    assert "张三申请了人民调解" in asked.text
    assert "登记了您愿意" in (await at.pick("愿意调解")).text


async def test_two_on_different_channels_come_to_an_agreement_and_are_reminded_of_the_court(opens: Opens) -> None:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opens(served=True))
        page = await stack.enter_async_context(browser(house))
        phone = await house.phone(24).agree()
        number = await registered(page)
        await joined(phone, number)
        assert house.count("mediations") == 1
        assert b"13800001111" not in house.disk(), "what lies on the disk is sealed"
        assert await house.app.store.mediations.find(scoped(house.staff["adviser2"]), number) is None

        await agreed(house, number, WHOLE)
        assert "最后一天是2026年12月24日" in phone.texts[-1]
        assert "最后一天是2026年12月24日" in (await page.texts())[-1]
        for day in (4, 14, 21, 23):
            for _ in range(2):  # each is sent once
                now = datetime(2026, 12, day, 9, tzinfo=mediate.SHANGHAI)
                await mediate.keep_time(house.app.store.mediations, now)
                house.app.waiting.ring()
            await house.change("UPDATE outbox SET due_at = 0 WHERE due_at IS NOT NULL AND state = 'ready'")
            await house.settled()
            assert f"还有{24 - day}天" in phone.texts[-1]
            assert f"还有{24 - day}天" in (await page.texts())[-1]
        assert len([text for text in phone.texts if "还有" in text and "天" in text]) == 4

        over = datetime(2026, 12, 25, 9, tzinfo=mediate.SHANGHAI)
        await mediate.keep_time(house.app.store.mediations, over)
        house.app.waiting.ring()
        await house.change("UPDATE outbox SET due_at = 0 WHERE due_at IS NOT NULL AND state = 'ready'")
        await house.settled()
        for words in ("30日过了", "起诉", "重新达成一份协议"):
            assert words in phone.texts[-1]
        assert (await case_of(house, number)).state is State.EXPIRED


async def test_who_owns_the_land_is_not_for_a_court_to_confirm(opens: Opens) -> None:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opens(served=True))
        page = await stack.enter_async_context(browser(house))
        phone = await house.phone(24).agree()
        number = await registered(phone)
        await joined(page, number)
        case = await agreed(house, number, replace(WHOLE, terms=("围墙以东的土地使用权归张三所有",)))
        assert "第三百五十五条第一款第（五）项" in phone.texts[-1]
        with pytest.raises(Refused, match="第（五）项"):
            mediation.apply(case, {"a", "b"}, TODAY)
        assert await mediate.keep_time(house.app.store.mediations, datetime.now(UTC) + timedelta(days=20)) == 0
