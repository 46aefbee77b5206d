"""Follow a ticket on its own page, with scripts and without, while an adviser sees pictures and hands a paper over."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from handlers.desk import advise
from tests import files
from tests.journeys.conftest import Opens
from tests.journeys.house import RECEIPT, House
from tests.journeys.screen import ask, at_desk, at_page, press, shown
from tests.journeys.test_advisers import PROMPT, VILLAGE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def house(opens: Opens) -> AsyncGenerator[House]:
    """A house where all that is due is done at once."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opens(served=True, changes=PROMPT))


def picture(name: str) -> FilePayload:
    """A photo."""
    return {"name": name, "mimeType": "image/png", "buffer": files.png(900, 600, (120, 150, 90))}


async def visible(page: Page, count: int) -> None:
    """So many pictures are on the page, and were loaded."""
    pictures = page.locator("img.picture")
    await expect(pictures).to_have_count(count)
    for number in range(count):
        await pictures.nth(number).scroll_into_view_if_needed()
        await expect(pictures.nth(number)).to_have_js_property("naturalWidth", 900)


async def without_scripts(browser: Browser, page: Page, path: str) -> Page:
    """The same visitor at a browser without scripts."""
    held = await page.context.storage_state()
    context = await browser.new_context(storage_state=held, java_script_enabled=False, locale="zh-CN")
    plain = await context.new_page()
    await plain.goto(path)
    return plain


async def test_a_ticket_with_pictures_is_followed_answered_and_judged(house: House, browser: Browser) -> None:
    resident = await at_page(house, browser)
    await press(resident, "找人工")
    await ask(resident, "邻居砌墙占了我家的地坝，怎么办")
    await press(resident, "同意")
    await ask(resident, VILLAGE)
    receipt = RECEIPT.findall(await resident.inner_text("#talk"))[-1]
    await resident.get_by_text("加图片或文件").click()
    await resident.set_input_files("#file", [picture("界址一.png"), picture("界址二.png")])
    await shown(resident, "chat-chosen")
    answers = await resident.locator("#talk li.ours").count()
    await resident.get_by_role("button", name="发送").click()
    await expect(resident.locator("#talk li.ours").nth(answers)).to_contain_text(receipt)
    await visible(resident, 2)
    await shown(resident, "chat-pictures")

    desk = await at_desk(house, browser, "adviser1", f"/desk/{receipt}")
    await expect(desk.locator(".files li").first).to_have_text("界址一.png")
    await expect(desk.locator("img.picture")).to_have_count(0)
    await desk.get_by_role("button", name="接单").click()
    await desk.get_by_role("button", name="看居民的图片和文件").click()
    await visible(desk, 2)
    await shown(desk, "desk-revealed")
    await desk.get_by_text("← 回到工单").click()
    await desk.fill("#words", "请把界址图填好，明天带到司法所。")
    await desk.set_input_files("#file", [{"name": "申请书.docx", "mimeType": "x/y", "buffer": files.word()}])
    await shown(desk, "desk-answering")
    await desk.get_by_role("button", name="发出答复").click()
    await expect(desk.locator(".notice.good")).to_be_visible()
    await expect(desk.get_by_role("link", name="申请书.docx")).to_be_visible()
    await shown(desk, "desk-answered")

    await resident.get_by_role("link", name="我的工单").click()
    await shown(resident, "tickets")
    await resident.get_by_text(receipt).click()
    await expect(resident.get_by_role("link", name="下载：申请书.docx")).to_be_visible()
    await shown(resident, "receipt-answered")
    plain = await without_scripts(browser, resident, resident.url)
    await plain.fill("#words", "墙的照片也在这里")
    await plain.set_input_files("#file", [picture("墙.png")])
    await plain.get_by_role("button", name="发给顾问").click()
    await expect(plain.locator(".notice.good")).to_contain_text("交给李顾问")
    await expect(plain.locator("ol.said li").last).to_contain_text("墙的照片")
    async with plain.expect_download() as download:
        await plain.get_by_role("link", name="下载：申请书.docx").click()
    assert (await (await download.value).path()).read_bytes() == files.word()
    assert (await download.value).suggested_filename == "申请书.docx"

    now = datetime.now(UTC)
    await advise.answer(house.app.office, house.staff["adviser1"], receipt, "收到了，按界址图办。", now)
    await plain.get_by_role("link", name="看看有没有新的").click()
    await plain.get_by_role("button", name="办好了，不用再办").click()
    await plain.get_by_role("button", name="5分").click()
    await plain.get_by_role("button", name="办成了", exact=True).click()
    await expect(plain.get_by_role("button", name="5分")).to_have_attribute("aria-pressed", "true")
    await resident.reload()
    await expect(resident.locator("dl")).to_contain_text("已办结")
    await visible(resident, 3)
    await shown(resident, "receipt-closed")
