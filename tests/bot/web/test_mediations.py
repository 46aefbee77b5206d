"""A mediator leads a dispute from two who agree to a confirmed agreement, and is told what is missing on the way."""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from docx import Document

from bot.web.mediations import PLACE
from handlers.hours import SHANGHAI
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person

Fields = Sequence[tuple[str, str]]
NEW: Fields = (
    ("kind", "地界"),
    ("a_name", "张三"), ("a_also", "男，45岁"), ("a_address", "安居镇示例一村3组"), ("a_phone", "13800001111"),
    ("a_agrees", "on"),
    ("b_name", "李四"), ("b_also", "男，50岁"), ("b_address", "安居镇示例一村5组"), ("b_phone", "13900002222"),
    ("told", "两家地界吵了半年"),
)  # fmt: skip
AGREED: Fields = (
    ("facts", "李四修墙占了张三的地坝"),
    ("issue", "墙拆不拆"),
    ("duties", "李四拆墙，张三让路"),
    ("terms", "李四于2026年12月31日前拆除围墙\n李四赔偿张三500元"),
    ("manner", "自己拆除，现金支付"),
    ("due", "2026年12月31日前"),
    ("settles", "给钱"),
    ("settles", "做事"),
)
SIGNED: Fields = (("signed", "a"), ("signed", "b"), ("mediator", "on"), ("seal", "on"))
BOTH: Fields = (("by", "a"), ("by", "b"))


class Table:
    """One mediation on a mediator's screen."""

    def __init__(self, mediator: Person, number: str) -> None:
        self.mediator = mediator
        self.path = f"{PLACE}/{number}"

    async def look(self) -> Page:
        return await self.mediator.get(self.path)

    async def act(self, act: str, *fields: tuple[str, str]) -> Page:
        page = await self.look()
        revision = re.findall(r'name="revision" value="(\d+)"', page.text)[0]
        return await self.mediator.post(f"{self.path}/{act}", [("csrf", page.csrf), ("revision", revision), *fields])

    async def done(self, act: str, *fields: tuple[str, str]) -> str:
        """Do it, and read the page after it."""
        sent = await self.act(act, *fields)
        assert sent.status == 303, sent.words
        return (await self.mediator.get(sent.location)).words

    async def refused(self, act: str, *fields: tuple[str, str]) -> str:
        sent = await self.act(act, *fields)
        assert sent.status == 409
        return sent.words

    async def paper(self, name: str) -> str:
        async with self.mediator.session.get(f"{self.mediator.base}{self.path}/{name}.docx") as answer:
            assert answer.status == 200
            document = Document(io.BytesIO(await answer.read()))
        cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return "\n".join((*(paragraph.text for paragraph in document.paragraphs), *cells))


async def opened(mediator: Person, fields: Fields = NEW, village: str = "安居镇示例一村") -> Table:
    """Two who come in person."""
    page = await mediator.get(f"{PLACE}/new")
    number = re.findall(r'name="number" value="([^"]+)"', page.text)[0]
    places = dict(re.findall(r'<option value="(\d+)">([^<]+)</option>', page.text))
    here = next((value for value, name in places.items() if name == village), "")
    sent = await mediator.post(f"{PLACE}/new", [("csrf", page.csrf), ("number", number), ("village", here), *fields])
    assert sent.status == 303, sent.words
    assert sent.location == f"{PLACE}/{number}?done=new"
    return Table(mediator, number)


async def drafted(mediator: Person, terms: Fields = AGREED) -> Table:
    """Two who have come to terms."""
    table = await opened(mediator)
    for act, fields in (("agree", [("party", "b")]), ("accept", []), ("start", []), ("draft", terms)):
        await table.done(act, *fields)
    return table


def today() -> date:
    return datetime.now(SHANGHAI).date()


@pytest.fixture
async def mediator(resident: Person, staff: Staff) -> Person:
    """Somebody who mediates in 安居镇."""
    return await staff(resident, "adviser1")


async def test_two_who_quarrel_over_a_boundary_come_to_a_confirmed_agreement(mediator: Person) -> None:
    table = await opened(mediator)
    assert "李四还没有表示愿意" in await table.refused("accept")
    assert "愿意调解" in await table.done("agree", ("party", "b"))
    assert "村（社区）人民调解委员会" in await table.done("accept")
    await table.done("start")

    half = await table.done("sketch", *[one for one in AGREED if one[0] not in ("due", "duties")])
    assert "还缺：各方当事人的责任、履行的期限（人民调解法第二十九条）" in half
    assert "李四修墙占了张三的地坝" in half
    refused = await table.refused("draft", *[one for one in AGREED if one[0] != "due"])
    assert "协议还缺：履行的期限" in refused
    assert "李四拆墙，张三让路" in refused, "what was written stays"
    await table.done("draft", *AGREED)
    agreement = await table.paper("agreement")
    for words in ("张三", "45岁", "李四", "13900002222", "墙拆不拆", "赔偿张三500元", "安居镇示例一村人民调解委员会"):
        assert words in agreement

    day = ("day", today().isoformat())
    assert "缺：李四的签名、人民调解委员会的印章" in await table.refused(
        "sign", day, ("signed", "a"), ("mediator", "on")
    )
    assert re.search(r"最后一天是\d{4}年\d+月\d+日.*，还有3\d天", await table.done("sign", day, *SIGNED))
    application = await table.paper("application")
    for words in ("司法确认申请", "张三", "李四", "赔偿张三500元", "重庆市铜梁区人民法院"):
        assert words in application
    assert "还缺李四" in await table.refused("apply", day, ("by", "a"))
    assert "已申请司法确认" in await table.done("apply", day, *BOTH)
    assert "协议生效" in await table.done("withdraw")
    await table.done("apply", day, *BOTH)
    assert "法院已确认" in await table.done("confirm", day)
    assert table.path.rpartition("/")[2] in (await mediator.get(f"{PLACE}?tab=ended")).words


async def test_who_owns_what_is_refused_with_the_article(mediator: Person) -> None:
    terms = [*AGREED[:3], ("terms", "围墙以东归张三所有"), *AGREED[4:]]
    table = await drafted(mediator, terms)
    words = await table.done("sign", ("day", today().isoformat()), *SIGNED)
    assert "法院不受理确认" in words
    assert "第三百五十五条第一款第（五）项" in words
    assert "登记已申请" not in words
    refused = await mediator.get(f"{table.path}/application.docx")
    assert refused.status == 409
    assert "第三百五十五条第一款第（五）项" in refused.words
    assert "第三百五十五条" in await table.refused("apply", ("day", today().isoformat()), *BOTH)


async def test_who_a_party_is_can_be_put_right(mediator: Person) -> None:
    table = await opened(mediator, [("b_address", ""), *(one for one in NEW if one[0] != "b_address")])
    right = (("party", "b"), ("name", "李四海"), ("also", "男"), ("address", "安居镇示例二村"), ("phone", "139"))
    assert "李四海，男，住安居镇示例二村，电话139" in await table.done("correct", *right)
    assert "不能空着" in await table.refused("correct", ("party", "b"), ("name", ""))


async def test_an_agreement_whose_days_are_near_stands_above_the_list(mediator: Person) -> None:
    table = await opened(mediator)
    number = table.path.rpartition("/")[2]
    assert number in (await mediator.get(PLACE)).words
    assert "申请司法确认还有" not in (await mediator.get(PLACE)).words


async def test_a_colleague_of_other_villages_sees_nothing_of_it(mediator: Person, other: Person, staff: Staff) -> None:
    table = await drafted(mediator)
    stranger = await staff(other, "adviser2")
    assert table.path.rpartition("/")[2] not in (await stranger.get(PLACE)).words
    page = await stranger.get(f"{PLACE}/new")
    for path in (table.path, f"{table.path}/agreement.docx", f"{table.path}/application.docx"):
        assert (await stranger.get(path)).status == 404
    sent = await stranger.post(f"{table.path}/fail", [("csrf", page.csrf), ("revision", "5")])
    assert sent.status == 404
    assert "协议待签" in (await table.look()).words


@pytest.mark.parametrize("login", ["publisher1", "editor1", "admin"])
async def test_who_does_not_mediate_sees_none(resident: Person, staff: Staff, login: str) -> None:
    await staff(resident, login)
    for path in (PLACE, f"{PLACE}/new", f"{PLACE}/TJ261124-ABCDEF"):
        assert (await resident.get(path)).status == 403


async def test_a_form_sent_twice_opens_one_mediation(mediator: Person) -> None:
    page = await mediator.get(f"{PLACE}/new")
    number = re.findall(r'name="number" value="([^"]+)"', page.text)[0]
    fields = [("csrf", page.csrf), ("number", number), *NEW]
    sent = [await mediator.post(f"{PLACE}/new", fields) for _ in range(2)]
    assert {one.location for one in sent} == {f"{PLACE}/{number}?done=new"}
    assert (await mediator.get(PLACE)).text.count(f'{PLACE}/{number}"') == 1


async def test_an_act_on_a_page_that_is_out_of_date_is_not_done(mediator: Person) -> None:
    table = await opened(mediator)
    page = await table.look()
    await table.done("agree", ("party", "b"))
    sent = await mediator.post(f"{table.path}/decline", [("csrf", page.csrf), ("revision", "1"), ("party", "b")])
    assert sent.status == 409
    assert "刚刚被改过" in sent.words


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ([("kind", "政府")], "复议"),
        ([("kind", "胡说")], "请先选"),
        ([("a_name", " ")], "甲方的姓名"),
        ([("b_name", "")], "乙方的姓名"),
        ([("amount", "一堆钱")], "金额"),
        ([("people", "好多人")], "人数请写数字"),
    ],
)
async def test_what_cannot_be_taken_in_is_said_and_what_was_typed_stays(
    mediator: Person, fields: Fields, why: str
) -> None:
    page = await mediator.get(f"{PLACE}/new")
    changed = [*fields, *(one for one in NEW if one[0] not in dict(fields))]
    sent = await mediator.post(f"{PLACE}/new", [("csrf", page.csrf), ("number", "TJ-1"), *changed])
    assert sent.status == 409
    assert why in sent.words
    assert "两家地界吵了半年" in sent.words


@pytest.mark.parametrize(
    ("day", "why"),
    [(today() + timedelta(1), "还没有到"), (None, "请选日期"), (today() - timedelta(1), "早于申请调解")],
)
async def test_a_day_that_cannot_be_is_refused(mediator: Person, day: date | None, why: str) -> None:
    table = await drafted(mediator)
    assert why in await table.refused("sign", ("day", day.isoformat() if day else "昨天"), *SIGNED)


async def test_markup_in_what_is_written_stays_text(mediator: Person) -> None:
    table = await opened(mediator, [("told", "<script>alert(1)</script>"), *(one for one in NEW if one[0] != "told")])
    page = await table.look()
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in page.words


@pytest.mark.parametrize("act", ["expire", "remind", "stop", "burn"])
async def test_what_is_no_button_is_no_act(mediator: Person, act: str) -> None:
    table = await opened(mediator)
    assert (await table.act(act)).status == 404
