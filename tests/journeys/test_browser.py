"""Use the pages as people do, in a real browser: Debian's chromium, driven by Playwright."""

import re
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect
from pyotp.totp import TOTP

from handlers.talk import phrases
from tests.bot.web.server import House, running
from tests.journeys.screen import PASSWORD, WIDTHS, ask, chromium, faint, launched, legible, press

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ARTICLE = "民法典1077条"  # looked up, not matched: what is found does not change with the topics
DANGER = "他拿刀要砍我"
VILLAGE = "安居镇示例一村"
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "<a href='http://evil'>官方退款</a>",
)
LARGE = "document.documentElement.style.fontSize = '225%'"  # twice what the page asks for


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Generator[House]:
    """A site that runs."""
    chromium()
    with running(tmp_path_factory.mktemp("house"), built, busy_timeout_seconds=0.2, second_factor="true") as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium, opened once for all of these."""
    async with launched() as opened:
        yield opened


Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser, house: House) -> AsyncGenerator[Open]:
    """Open a page in a browser of its own; in the end none may have complained or called another server."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    async def another(path: str = "/", width: int = 360, height: int = 720, **options: Any) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("console", lambda said: wrong.append(said.text) if _complains(said.text, said.type) else None)
        page.on("request", lambda asked: None if asked.url.startswith(house.url) else wrong.append(asked.url))
        await page.goto(house.url + path)
        return page

    yield another
    for context in contexts:
        await context.close()
    assert wrong == []


def _complains(text: str, kind: str) -> bool:
    # an answer of 4xx or 5xx is reported as an error of the console, and is what some tests ask for
    return kind == "error" and "Failed to load resource" not in text


async def enter(page: Page, house: House, login: str) -> Page:
    """Log in for the first time: a password of one's own, and an authenticator."""
    await page.fill("#login", login)
    await page.fill("#password", house.passwords[login])
    await page.get_by_role("button", name="登录").click()
    await page.fill("#new", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.get_by_role("button", name="换密码").click()
    await expect(page.locator(".qr svg")).to_be_visible()
    secret = (await page.locator(".typed").inner_text()).replace(" ", "")
    await page.fill("#code", TOTP(secret).now())
    await page.get_by_role("button", name="绑定").click()
    return page


async def choose_topic(page: Page) -> str:
    """Pick a topic that is offered beside an article; returns its title."""
    await ask(page, ARTICLE)
    title = await page.locator("#talk li > .options button").first.inner_text()
    await press(page, title)
    return title


async def test_a_question_is_answered_without_leaving_the_page(open_page: Open) -> None:
    page = await open_page()
    await page.evaluate("window.same = true")
    title = await choose_topic(page)
    await expect(page.locator("#talk li.theirs").first).to_contain_text(ARTICLE)
    await expect(page.locator("#talk li.theirs").last).to_contain_text(title)
    await expect(page.locator("#talk li.ours").last).to_contain_text(f"【{title}】")
    await expect(page.get_by_role("button", name=ARTICLE)).to_be_visible()
    assert await page.evaluate("window.same")
    assert await page.input_value("#words") == ""
    await expect(page.locator("#status")).to_be_empty()
    await press(page, "看法条原文")
    await expect(page.locator("#talk li.theirs").last).to_contain_text("看法条原文")
    await page.reload()
    await expect(page.locator("#talk li.theirs")).to_have_count(3)
    await page.locator("#talk li.ours a[href^='/law/']").first.click()
    await expect(page.locator("blockquote.article")).to_be_visible()


async def test_a_paper_and_a_day_are_taken_from_the_page(open_page: Open) -> None:
    page = await open_page(width=360)
    await ask(page, "帮我写一张借条")
    await ask(page, "李四，电话13800000000")
    link = page.get_by_role("link", name="下载：借条.docx")
    newest = page.locator("#talk li.ours").last
    while not await link.count():
        await ask(page, "不清楚")
        await expect(newest).to_contain_text(re.compile("最多|下载："))
    async with page.expect_download() as taken:
        await link.click()
    assert (await taken.value).suggested_filename == "借条.docx"
    await ask(page, "昨天递了离婚申请，老公反悔了能撤不")
    await expect(page.locator("#talk li.ours").last).to_contain_text("离婚冷静期：撤回离婚申请")
    await press(page, "加到日历")
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="下载：离婚冷静期").click()
    assert (await taken.value).suggested_filename.endswith(".ics")
    await legible(page, "guides")


async def test_without_scripts_the_same_is_done_by_forms(open_page: Open) -> None:
    page = await open_page(java_script_enabled=False)
    await page.get_by_role("button", name="想离婚，孩子归谁").click()
    await expect(page.locator("#talk li.theirs")).to_contain_text("想离婚，孩子归谁")
    await expect(page.locator("#talk li.ours")).to_have_count(1)
    await page.fill("#words", "你好")
    await page.get_by_role("button", name="发送").dblclick()
    await expect(page.locator("#talk li.theirs")).to_have_count(2)
    await page.reload()
    await expect(page.locator("#talk li.theirs")).to_have_count(2)


async def test_sending_twice_in_a_hurry_is_one_message(open_page: Open) -> None:
    page = await open_page()
    await page.fill("#words", "你好")
    await page.get_by_role("button", name="发送").dblclick()
    await page.get_by_role("button", name="发送").click(force=True)
    await expect(page.locator("#talk li.ours").nth(1)).to_be_visible()
    await page.reload()
    await expect(page.locator("#talk li.theirs")).to_have_count(1)


async def test_enter_that_picks_a_word_does_not_send(open_page: Open) -> None:
    page = await open_page()
    await page.fill("#words", "nihao")
    composing = 'new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true})'
    assert await page.evaluate(f"document.getElementById('words').dispatchEvent({composing})"), "not taken from it"
    assert await page.input_value("#words") == "nihao"


async def test_markup_is_text_when_it_comes_and_when_it_is_read_again(open_page: Open) -> None:
    page = await open_page()
    for words in MARKUP:
        await ask(page, words)
        await expect(page.locator("#talk li.theirs").last).to_contain_text(words)
    await page.reload()
    await expect(page.locator("#talk li.theirs").last).to_contain_text(MARKUP[-1])
    assert await page.locator("#talk li.theirs :is(script, img, svg, a)").count() == 0


async def test_pages_fit_a_small_screen_in_large_type(open_page: Open, house: House) -> None:
    page = await open_page(width=360)
    await choose_topic(page)
    for path in ("/", "/privacy", "/leave", "/login", "/law/民法典/1077", "/nowhere"):
        await page.goto(house.url + path)
        for script in ("0", LARGE):
            await page.evaluate(script)
            content, window = await page.evaluate(WIDTHS)
            assert content <= window, (path, script)


async def test_what_is_pressed_is_large_enough_for_a_thumb(open_page: Open) -> None:
    page = await open_page(width=360)
    await choose_topic(page)
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), await button.text_content()


async def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    page = await open_page(width=1280)
    reached: list[str] = []
    for _ in range(16):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.textContent || document.activeElement.id"))
    for name in ("跳到输入框", "民法典1077条", "words", "发送", "找人工", "隐私"):
        assert name in reached
    await page.focus("#words")
    await page.keyboard.type("你好")
    await page.keyboard.press("Enter")
    await expect(page.locator("#talk li.ours").nth(1)).to_be_visible()


async def test_a_message_that_cannot_be_kept_is_sent_again_by_itself(open_page: Open, house: House) -> None:
    page = await open_page()
    with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await page.fill("#words", DANGER)
        await page.press("#words", "Enter")
        await expect(page.locator("#talk li.urgent")).to_contain_text("马上打110")
        await expect(page.locator("#status")).to_contain_text("自动重发")
        await expect(page.locator("#status")).to_contain_text("12356")
        assert await faint(page) == []
        other.execute("ROLLBACK")
    await expect(page.locator("#talk li.ours").last).to_contain_text(phrases.ASK_CONSENT_AFTER_DANGER)
    for _ in range(2):
        await expect(page.locator("#talk li.theirs")).to_have_count(1)
        await expect(page.get_by_text("马上打110")).to_have_count(1)
        await page.reload()


async def test_a_push_is_planned_by_one_and_approved_by_another_on_the_page_alone(
    open_page: Open, house: House
) -> None:
    resident = await open_page()
    await ask(resident, "订阅")
    publisher = await enter(await open_page("/bureau", width=1280, java_script_enabled=False), house, "publisher1")
    await publisher.goto(f"{house.url}/bureau/pushes")
    await publisher.get_by_role("link", name="写一个推送").click()
    await publisher.select_option("#theme", "constitution-day")
    await publisher.get_by_role("button", name="采用").click()
    await publisher.fill("#when", "2020-01-01 10:00")
    await publisher.get_by_role("button", name="保存草稿").click()
    await expect(publisher.get_by_role("alert")).to_contain_text("时间已经过了。改成以后的日期")
    await legible(publisher, "push-refused")
    await publisher.fill("#when", "每年12月4日 10:00")
    await publisher.get_by_role("button", name="先看样子和人数").click()
    await expect(publisher.locator(".looks")).to_contain_text("今天是国家宪法日")
    await legible(publisher, "push-preview")
    await publisher.get_by_role("button", name="保存草稿").click()
    await publisher.get_by_role("button", name="试发一条").click()
    await expect(publisher.locator(".notice.good")).to_contain_text("请另一位")
    await legible(publisher, "push-tested")

    approver = await enter(await open_page("/bureau", width=1280), house, "admin")
    await approver.get_by_role("link", name="普法推送").click()
    await legible(approver, "pushes")
    await approver.get_by_text("今天是国家宪法日").click()
    await approver.get_by_role("button", name="同意").click()
    await expect(approver.locator(".notice.good")).to_contain_text("已审核")
    await legible(approver, "push-approved")
    await publisher.get_by_role("link", name="到居民页面看试发的那条").click()
    await publisher.reload()
    await expect(publisher.locator("#talk")).to_contain_text("今天是国家宪法日")


async def test_an_advisers_answer_appears_on_the_residents_open_page(open_page: Open, house: House) -> None:
    resident = await open_page(width=360)
    await press(resident, "找人工")
    await ask(resident, "村里占了我家的地，没给钱，找哪个")
    await press(resident, "同意")
    receipt = (await resident.locator("#talk li.ours").last.inner_text()).split("受理号 ")[1][:15]
    await ask(resident, VILLAGE)

    adviser = await enter(await open_page("/desk", width=1280), house, "adviser1")
    await adviser.get_by_text(receipt).click()
    await adviser.get_by_role("button", name="接单").click()
    await adviser.fill("#words", "先找村里要补偿的文件，我明天上午在村委会。")
    await adviser.get_by_role("button", name="发出答复").click()
    await expect(adviser.locator(".notice.good")).to_contain_text("答复已发出")
    await expect(resident.locator("#talk li.ours").last).to_contain_text("我明天上午在村委会")
    await adviser.get_by_role("button", name="办结").click()
    await expect(adviser.locator(".notice.good")).to_contain_text("已办结")
    for path in ("/desk", f"/desk/{receipt}"):
        await adviser.goto(house.url + path)
        await adviser.set_viewport_size({"width": 360, "height": 720})
        content, window = await adviser.evaluate(WIDTHS)
        assert content <= window
        assert await faint(adviser) == []


async def test_every_text_stands_out_from_its_ground(open_page: Open, house: House) -> None:
    page = await open_page()
    await choose_topic(page)
    for path in ("/", "/privacy", "/leave", "/login", "/law/民法典/1077", "/law/民法典/2000", "/nowhere"):
        await page.goto(house.url + path)
        assert await faint(page) == [], path


async def test_where_chromium_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="chromium"):
        chromium()
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="chromium"):
        chromium()
