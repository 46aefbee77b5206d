"""Walk the guided services end to end: what somebody says, on Telegram and on the page, to a day, a sum or a paper."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from docx import Document

from handlers.desk.tickets import Level
from handlers.talk import phrases
from knowledge.citations import Citation
from knowledge.sums import lpr
from tests.journeys.house import Browser, Heard, House, Phone, Shelf, browser, receipt_in

WAYS = ["phone", "page"]
WAY = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(autouse=True)
def _on_one_day() -> Generator[None]:
    """The stories say which law holds and from when days count, so they need a day."""
    with time_machine.travel("2026-11-24T10:00:00+08:00", tick=True):
        yield


@asynccontextmanager
async def somebody(house: House, way: str) -> AsyncGenerator[Phone | Browser]:
    """Somebody at the phone who has accepted the channel, or at the page."""
    if way == "phone":
        yield await house.phone(31).agree()
    else:
        async with browser(house) as at:
            yield at


def cited(heard: Heard, shelf: Shelf) -> set[Citation]:
    return set(shelf.library.statutes.find(heard.text))


async def files(house: House, at: Phone | Browser) -> list[tuple[str, bytes]]:
    """Every file that was handed over, as it arrived."""
    if isinstance(at, Phone):
        return [(sent.file.name, sent.file.content) for sent in house.telegram.said(at.chat) if sent.file]
    taken: list[tuple[str, bytes]] = []
    for name, href in at.links():
        async with at.session.get(house.url + href) as answer:
            assert answer.status == 200
            taken.append((name, await answer.read()))
    return taken


# -- 3 · 冷静期


@WAY
async def test_until_when_an_application_for_divorce_can_be_taken_back(house: House, shelf: Shelf, way: str) -> None:
    async with somebody(house, way) as at:
        heard = await at.say("我们上周五递了离婚申请，老公反悔了能撤不")
        assert "2026年12月21日（周一）" in heard.text, "30 days end on a Sunday, so the last day is the Monday after"
        assert "最稳妥请在2026年12月18日（周五）当天或之前" in heard.text
        assert "这之后还有30日：2026年12月22日（周二）到" in heard.text, "the certificate's window"
        assert {Citation("民法典", "1077"), Citation("民法典", "203")} <= cited(heard, shelf)

        await at.pick("加到日历")
        [(name, content)] = await files(house, at)
        assert name == "离婚冷静期：撤回离婚申请.ics"
        assert b"DTSTART;VALUE=DATE:20261221" in content

        promised = await at.say("提醒我")
        assert "12月11日、12月15日、12月17日上午9点" in promised.text
        assert house.count("reminders") == 1
        with time_machine.travel("2026-12-11T09:00:00+08:00", tick=True):
            rung = [await house.app.store.reminders.ring(datetime.now(UTC)) for _ in range(2)]
            await house.settled()
        assert rung == [1, 0]
        reminded = at.texts[-1] if isinstance(at, Phone) else (await at.texts())[-1]
        assert "最后一天是2026年12月21日（周一），还有10天" in reminded
        assert phrases.REMINDS_NO_MORE in (await at.say("停止提醒")).texts
        assert house.count("reminders") == 0


# -- 4 · 借贷

LENT = "借了3万给同学，转账没写条子，年息两分，他不认账"


@WAY
async def test_a_loan_without_a_note_gets_no_number_without_the_rate_of_its_month(
    house: House, shelf: Shelf, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with somebody(house, way) as at:
        asked = await at.say(LENT)
        assert "钱是哪天借出去的？" in asked.text
        assert "第1步，最多1步" in asked.text, "one question"
        heard = await at.say("2024年3月1日")
        assert "现在还算不出来" in heard.text
        assert "13.8%" not in heard.text
        rules = "最高人民法院关于审理民间借贷案件适用法律若干问题的规定"
        assert {Citation(rules, "16"), Citation(rules, "25")} <= cited(heard, shelf)
        assert "550元" in heard.text
        assert "275元" in heard.text

        rates = (lpr.Rate(date(2024, 2, 20), Decimal("3.45"), "样例"),)
        monkeypatch.setattr(lpr, "shipped", lambda: rates)
        await at.pick("重新算一次")
        known = await at.say("2024年3月1日")
        assert "一年 13.8%" in known.text
        assert "4,140元" in known.text


# -- 7 · 法援访谈

DETAINED = "我儿17岁遭拘留了，请不起律师"


@WAY
async def test_the_mother_of_a_detained_boy_is_told_what_to_do_and_that_he_gets_a_lawyer(
    house: House, shelf: Shelf, way: str
) -> None:
    async with somebody(house, way) as at:
        told = await at.say(DETAINED)
        assert told.text.startswith("先别慌")
        assert "24小时" in told.text
        asked = await at.pick("看看能不能申请法律援助")
        view = await at.say("铜梁，铜梁")
        assert "LA02" in view.text
        assert "全家最近一年" not in asked.text + view.text, "income does not matter, so nobody asks for it"
        assert {Citation("法律援助法", "36"), Citation("刑事诉讼法", "278")} <= cited(view, shelf)
        assert "《法律援助法》第二十五条" in view.text
        assert "24小时" in view.text
        assert "3日" in view.text
        await at.pick("转法律援助中心")
        receipt = receipt_in(await at.pick("同意"))
        file = await house.file(receipt)
        assert (file.ticket.level, file.ticket.kind) == (Level.P1, "P1-a")
        assert DETAINED in file.lines[0].text
        assert "LA02" in file.lines[0].text


# -- 9 · 外嫁女


@WAY
async def test_a_married_daughter_without_her_share_learns_the_law_and_her_last_day(
    house: House, shelf: Shelf, way: str
) -> None:
    async with somebody(house, way) as at:
        heard = await at.say("嫁出去了户口没迁，征地款不分我")
        title = shelf.library.topics["married-out-daughter"].title
        if heard.text.startswith(phrases.CLARIFY):
            heard = await at.pick(title)
        assert heard.text.startswith(f"【{title}】")
        named = {
            Citation("农村集体经济组织法", "18"),
            Citation("妇女权益保障法", "55"),
            Citation("妇女权益保障法", "56"),
        }
        assert named <= cited(heard, shelf)
        asked = await at.pick("请求撤销村社决定到哪天")
        assert "哪天知道这个决定" in asked.text
        assert "这个决定是哪天作出的" in (await at.say("2026年3月1日")).text
        due = await at.say("不清楚")
        assert "2027年3月1日（周一）" in due.text
        assert Citation("农村集体经济组织法", "57") in cited(due, shelf)


# -- 10 · 行政


@WAY
async def test_a_fine_on_the_spot_is_reviewed_first(house: House, shelf: Shelf, way: str) -> None:
    async with somebody(house, way) as at:
        asked = await at.say("城管罚我200，说是违停，我不服")
        assert "当场开给您的吗" in asked.text
        assert "哪天收到处罚决定" in (await at.pick("是")).text
        due = await at.say("上周五")
        assert due.text.startswith("【申请行政复议】\n2027年1月19日（周二）")
        assert "先申请行政复议" in due.text
        assert "估计" in due.text, "the days off of 2027 are not known"
        assert {Citation("行政复议法", "20"), Citation("行政复议法", "23")} <= cited(due, shelf)


# -- a paper


@WAY
async def test_an_iou_is_written_from_what_was_said_and_names_what_is_missing(house: House, way: str) -> None:
    async with somebody(house, way) as at:
        heard = await at.say("帮我写一张借条")
        assert heard.text.startswith("【")
        heard = await at.say("李四，电话13800000000")
        while "照您说的填好了" not in heard.text:
            heard = await at.say("不清楚")
        assert "还缺、文档里留了空的：" in heard.text
        assert "交到哪里：" in heard.text
        assert "要几份：" in heard.text
        [(name, content)] = await files(house, at)
        assert name == "借条.docx"
        assert any("李四" in paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
        assert "李四".encode() not in house.disk(), "what lies on the disk is sealed"
