"""Walk stories 12, 13, 16 and 19: advisers at the desk in a real browser and on Telegram, residents on either."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from handlers.desk import advise
from handlers.desk.states import State
from handlers.desk.sweep import sweep
from handlers.desk.tickets import Level, Tier
from handlers.hours import SHANGHAI
from handlers.staff import Role, User
from tests.journeys.conftest import Opens
from tests.journeys.house import House, Phone, receipt_in
from tests.journeys.screen import at_desk, at_page, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROMPT = {"tickets": {"sweep_seconds": 0.2, "news_seconds": 0.1, "news_any_time": True}}
MANUAL = {"tickets": {"sweep_seconds": 3600, "news_seconds": 0.1, "news_any_time": True}}
VILLAGE = "安居镇示例一村"
ADVISER, OTHER = 9001, 9002
LABOUR = "老板欠我三个月工资，去年的，想请人看看"
Opened = Callable[..., Awaitable[Page]]


@pytest.fixture
async def house(opens: Opens) -> AsyncGenerator[House]:
    """A house where all that is due is done at once."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opens(served=True, changes=PROMPT))


async def colleague(house: House, login: str, role: Role = Role.ADVISER, **more: Any) -> User:
    """One more member of staff."""
    await house.views.people.add(User(0, login, f"{login}顾问", role, one_time=False, **more), "-", datetime.now(UTC))
    secret = await house.views.people.secret(login)
    assert secret
    house.staff[login] = replace(secret.user, one_time=False)
    return house.staff[login]


async def linked(house: House, browser: Browser, login: str, chat: int) -> Phone:
    """Link a chat by the page of one's own account and the code that it shows."""
    page = await at_desk(house, browser, login, "/desk/account")
    await page.get_by_role("button", name="取一次性码").click()
    code = await page.locator(".code").inner_text()
    await shown(page, "account-code")
    phone = house.phone(chat)
    assert "连好了" in (await phone.say(code)).text
    await page.goto(f"{house.url}/desk/account")
    await expect(page.locator("#chats ~ ul")).to_contain_text(str(chat))
    await shown(page, "account-linked")
    await page.context.close()
    return phone


async def arrives(house: House, phone: Phone, words: str, *, since: int = 0) -> str:
    """Wait until something with these words comes; the text."""
    await house.telegram.until(lambda: any(words in text for text in phone.texts[since:]), within=30)
    return next(text for text in reversed(phone.texts) if words in text)


async def swept(house: House, when: datetime) -> None:
    """Let the clocks of tickets ring as they will by then; what is said by it goes out at once."""
    await sweep(house.app.office, when)
    await house.change("UPDATE outbox SET due_at = 0 WHERE due_at IS NOT NULL AND state = 'ready'")
    await house.change("UPDATE events SET news_at = 0 WHERE news_at IS NOT NULL")
    house.app.waiting.ring()


async def escalated(house: House, chat: int, words: str = LABOUR, village: str = VILLAGE) -> tuple[Phone, str]:
    """A resident on Telegram who wants a human; the receipt number."""
    phone = await house.phone(chat).agree()
    await phone.say("找人工")
    await phone.say(words)
    receipt = receipt_in(await phone.pick("同意"))
    await phone.say(village)
    return phone, receipt


async def test_12_a_resident_on_telegram_and_two_advisers_at_the_desk(house: House, browser: Browser) -> None:
    await colleague(house, "adviser3", villages=house.staff["adviser1"].villages)
    phone, receipt = await escalated(house, 101)
    first, second = [await at_desk(house, browser, login, f"/desk/{receipt}") for login in ("adviser1", "adviser3")]
    await expect(first.locator(".said")).to_contain_text("三个月工资")
    assert house.rows("SELECT first_reply FROM tickets") == [(None,)], "what the bot says stops no clock"
    await first.get_by_role("button", name="接单").click()
    await expect(first.locator(".notice.good")).to_contain_text("已接单")
    await second.get_by_role("button", name="接单").click()
    await expect(second.get_by_role("alert")).to_contain_text("已有人接单")
    await shown(second, "claim-refused")
    await first.fill("#words", "先到劳动监察投诉，带上工资条。")
    await first.get_by_role("button", name="发出答复").click()
    await arrives(house, phone, "先到劳动监察投诉")
    await expect(first.locator("body")).to_contain_text("先到劳动监察投诉")  # the words may arrive before the next page
    assert house.rows("SELECT first_reply IS NOT NULL FROM tickets") == [(1,)]
    await shown(first, "ticket-answered")
    await first.get_by_role("button", name="办结").click()
    await arrives(house, phone, "已办结")
    await house.settled()
    await phone.pick("5分")
    await swept(house, datetime.now(UTC) + timedelta(days=8))
    await arrives(house, phone, "事情办成了吗")
    await house.settled()
    await phone.pick("办成了")
    [ticket] = await closed(house)
    assert (ticket.state, ticket.stars, ticket.solved) == (State.CLOSED, 5, "yes")


async def closed(house: House) -> list[Any]:
    """The tickets as they stand now, done or not."""
    receipts = [receipt for (receipt,) in house.rows("SELECT receipt FROM tickets")]
    return [(await house.file(receipt)).ticket for receipt in receipts]


async def test_12_a_resident_on_the_web_and_an_adviser_on_telegram(house: House, browser: Browser) -> None:
    adviser = await linked(house, browser, "adviser1", ADVISER)
    other = await linked(house, browser, "adviser2", OTHER)
    page = await at_page(house, browser)

    async def tells(words: str) -> None:
        await page.fill("#words", words)
        await page.press("#words", "Enter")

    async def presses(label: str) -> None:
        await page.get_by_role("button", name=label, exact=True).last.click()

    talk = page.locator("#talk li.ours")
    await presses("找人工")
    await expect(talk).to_have_count(2)
    await tells(LABOUR)
    await expect(talk).to_have_count(3)
    await presses("同意")
    await expect(talk.last).to_contain_text("受理号")
    await tells(VILLAGE)

    card = await arrives(house, adviser, "【新工单】")
    assert "三个月工资" not in card
    assert VILLAGE in card
    assert "前要答复" in card
    await house.settled()
    assert "【已接单】" in (await adviser.pick("接单")).text
    assert "三个月工资" in (await adviser.pick("查看")).text
    await adviser.pick("追问")
    assert "已请居民补充" in (await adviser.say("有没有合同")).text
    await expect(talk.last).to_contain_text("有没有合同")
    before = len(adviser.texts)
    await tells("没有签合同")
    told = await arrives(house, adviser, "【居民补充了】", since=before)
    assert "没有签合同" not in told
    await house.settled()
    receipt = told.split("】")[1][:15]
    number = next(m.message_id for m in reversed(house.telegram.said(ADVISER)) if "【居民补充了】" in m.text)
    house.telegram.say(ADVISER, "没有合同也能要，先去劳动监察。", reply_to=number)
    await arrives(house, adviser, "答复已发给居民")
    await expect(talk.last).to_contain_text("没有合同也能要")
    await house.settled()
    assert "已办结" in (await adviser.say(f"办结 {receipt}")).text
    await expect(talk.last).to_contain_text("打个分")
    await presses("4分")
    await expect(talk.last).to_contain_text("办成了吗")
    await shown(page, "resident-rated")

    assert not any(receipt in text for text in other.texts), "nobody is told of what is beyond their scope"
    assert "没有这张工单" in (await other.say(f"查看 {receipt}")).text
    stolen = next(m.buttons for m in house.telegram.said(ADVISER) if m.buttons)[0]
    house.telegram.forge(OTHER, str(stolen["callback_data"]))
    await arrives(house, other, "已过期")
    assert house.rows("SELECT state, stars FROM tickets") == [("closed", 4)]


async def test_13_who_goes_on_leave_gives_everything_back_and_what_is_late_goes_up(
    opens: Opens, browser: Browser
) -> None:
    async with opens(served=True, changes=MANUAL) as house:
        office, now = house.app.office, datetime.now(UTC)
        village, neighbour = sorted(house.staff["adviser1"].villages)
        substitute = await colleague(house, "adviser3", villages=frozenset({village}))
        await colleague(house, "town1", villages=frozenset({neighbour}))
        adviser, next_one = (
            await linked(house, browser, "adviser1", ADVISER),
            await linked(house, browser, "adviser3", OTHER),
        )
        residents = [await escalated(house, 200 + n) for n in range(6)]
        for _, receipt in residents:
            await advise.claim(office, house.staff["adviser1"], receipt, now)
        await adviser.say("/leave")
        assert "6 张工单都退回去了" in (await adviser.pick("今天一天")).text
        for phone, receipt in residents:
            await arrives(house, phone, f"您的工单 {receipt}：原来的顾问请假了")
        await house.telegram.until(lambda: sum("轮到您" in text for text in next_one.texts) == 6, within=30)
        held = await closed(house)
        assert {(t.state, t.offered) for t in held} == {(State.OPEN, substitute.id)}

        late = now + timedelta(days=4)
        await swept(house, late)
        await swept(house, late + timedelta(days=4))
        after = await closed(house)
        assert all(t.tier in (Tier.TOWN, Tier.DISTRICT) for t in after), "one level up"
        assert all(t.offered not in (None, substitute.id) for t in after)
        await arrives(house, residents[0][0], "没有按时答复")
        page = await at_desk(house, browser, "adviser3", "/desk/leave")
        await shown(page, "leave")


async def test_16_a_score_is_appealed_granted_reckoned_anew_and_exported(opens: Opens, browser: Browser) -> None:
    async with opens(served=True, changes=MANUAL) as house:
        office, adviser = house.app.office, house.staff["adviser1"]
        await colleague(house, "bureau", Role.ADMIN)
        _, receipt = await escalated(house, 301)
        now = datetime.now(UTC)
        await advise.claim(office, adviser, receipt, now)
        outage = now + timedelta(days=3)
        await swept(house, outage)  # the clock ran out while nothing could be answered
        await advise.claim(office, adviser, receipt, outage)
        await advise.answer(office, adviser, receipt, "可以投诉", outage)
        month = f"{outage.astimezone(SHANGHAI):%Y-%m}"

        mine = await at_desk(house, browser, "adviser1", f"/desk/score?month={month}")
        await expect(mine.locator(".points")).to_contain_text("0.0 分")
        while await mine.get_by_text("申诉", exact=True).count():
            await mine.get_by_text("申诉", exact=True).first.click()
            await mine.locator("details[open] input[name=words]").fill("那三天系统停机")
            await shown(mine, "score-appeal")
            await mine.get_by_role("button", name="交给局里").first.click()
            await expect(mine.locator(".notice.good")).to_contain_text("申诉交上去了")
        bureau = await at_desk(house, browser, "bureau", f"/bureau/assessments?month={month}")
        await shown(bureau, "assessments-waiting")
        while await bureau.get_by_role("button", name="同意，不计分").count():
            await bureau.get_by_label("理由").first.fill("停机属实")
            await bureau.get_by_role("button", name="同意，不计分").first.click()
            await expect(bureau.locator(".notice.good")).to_contain_text("已同意")
        await shown(bureau, "assessments")
        await expect(bureau.get_by_role("row").nth(1)).to_contain_text("不评分")
        async with bureau.expect_download() as asked:
            await bureau.get_by_role("link", name="下载表格").click()
        path = await (await asked.value).path()
        book = CalamineWorkbook.from_filelike(BytesIO(await asyncio.to_thread(path.read_bytes)))
        details = book.get_sheet_by_name("明细").to_python()[1:]
        assert details
        assert {row[9] for row in details} == {"停机属实"}, "nothing is left to be scored"
        assert book.get_sheet_by_name("得分").to_python()[1][-1] == "不评分"
        await mine.reload()
        await expect(mine.locator(".points")).to_contain_text("不评分")
        await shown(mine, "score-granted")
        acts = [act for (act,) in house.rows("SELECT act FROM deeds ORDER BY id")]
        assert acts.count("corrected") == acts.count("appealed") >= 2


async def test_19_a_child_who_asks_goes_to_whoever_helps_children(house: House, browser: Browser) -> None:
    adviser = await linked(house, browser, "adviser1", ADVISER)
    phone = await house.phone(402).agree()
    await phone.say("找人工")
    assert "12355" in (await phone.say("我是小学生，同学借我钱不还")).text
    await phone.pick("同意")
    await phone.say(VILLAGE)
    assert "P1 加急" in await arrives(house, adviser, "未成年人来问")
    await house.settled()
    assert "值班要求" in (await adviser.pick("查看")).text


HARM = "我同学在宿舍被扒衣服拍视频"


async def test_19_a_child_is_helped_first_and_the_duty_is_shown_with_its_article(
    house: House, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    adviser = await linked(house, browser, "adviser1", ADVISER)
    phone = house.phone(401)
    heard = await phone.say(HARM)
    for piece in ("110", "12309"):
        assert piece in heard.text
    for asking in ("怎么回事", "什么时候", "谁干的", "经过是", "？\n"):
        assert asking not in heard.text.split("您同意的话")[0], "no details are asked"
    [ticket] = await closed(house)
    assert (ticket.level, ticket.kind) == (Level.P0, "P0-c")
    await phone.pick("同意")
    await phone.say(VILLAGE)
    card = await arrives(house, adviser, "未成年人受害")
    assert "P0 特急" in card
    assert HARM not in card
    await house.settled()
    read = await adviser.pick("查看")
    assert "未成年人保护法第十一条" in read.text
    assert "同时通知学校" in read.text
    assert HARM in read.text
    page = await at_desk(house, browser, "adviser1", f"/desk/{ticket.receipt}")
    await expect(page.locator(".duty")).to_contain_text("未成年人保护法第十一条")
    await shown(page, "minor")
    assert HARM.encode() not in house.disk(), "encrypted at rest"
    written = capsys.readouterr()
    assert HARM not in written.out + written.err, "no words in the log"
