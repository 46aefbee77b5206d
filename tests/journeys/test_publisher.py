"""A publisher who never saw the system plans, tries out, sends and reads the report, on the page alone."""

import re
import secrets
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Page, expect

from bot.web import passwords
from handlers.hours import SHANGHAI
from handlers.staff import Role, User
from knowledge.quizzes import quizzes
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.screen import PASSWORD, legible
from tests.storage.pushing import subscriber

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

AWAKE = {"push": {"look_seconds": 0.5, "quiet_from": time(0), "quiet_to": time(0)}, "web": {"second_factor": False}}
TOWNS = {"安居镇示例一村": 18, "安居镇示例二村": 14, "旧县街道示例三村": 4, "旧县街道示例一村": 3}
FIRST = "first-of-all-2026"
AHEAD = timedelta(seconds=110)  # between the plan and its minute
BANK = quizzes()["services"]


def _picture(width: int, height: int) -> bytes:
    """A PNG of stripes (PNG specification, 5.6: header, lines each after a filter byte, end)."""
    line = b"\0" + b"".join(bytes((20, 80 + x % 90, 92)) for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(line * height)), (b"IEND", b""))
    packed = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


async def _enter(browser: Browser, house: House, login: str) -> Page:
    """Somebody of the bureau who logs in for the first time, without scripts."""
    user = User(0, login, "普法专员" if login == "p1" else "分管领导", Role.PUBLISHER, one_time=True)
    await house.views.people.add(user, await passwords.digest(FIRST), datetime.now(UTC))
    page = await browser.new_page(viewport={"width": 1280, "height": 720}, java_script_enabled=False)
    await page.goto(f"{house.url}/bureau")
    await page.fill("#login", login)
    await page.fill("#password", FIRST)
    await page.get_by_role("button", name="登录").click()
    await page.fill("#new", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.get_by_role("button", name="换密码").click()
    await page.get_by_role("link", name="普法推送").click()
    return page


async def _subscribers(house: House) -> list[int]:
    """The chats of those who asked to be told, by village."""
    places = await house.views.people.add_villages([])
    chats: list[int] = []
    for place, many in TOWNS.items():
        for _ in range(many):
            chats.append(5000 + len(chats))
            who, at = secrets.token_hex(12), f"telegram:{chats[-1]}"
            await subscriber(house.views, who, at, village=places[place], seen=datetime.now(UTC))
    house.telegram.meet(chats)
    return chats


async def _planned(page: Page) -> None:
    """Write it from a theme, look at it, keep it, try it out."""
    await page.get_by_role("link", name="写一个推送").click()
    await page.select_option("#theme", "aid-day")
    await page.get_by_role("button", name="采用").click()
    await page.fill("#when", f"{datetime.now(SHANGHAI) + AHEAD:%Y-%m-%d %H:%M}")
    await page.fill("#link", "https://example.cn/aid")
    await page.select_option("#quiz", BANK.id)
    await page.get_by_role("button", name="先看样子和人数").click()
    await expect(page.locator(".looks").first).to_contain_text("看详情")
    await legible(page, "walk-1-preview")
    await page.get_by_role("button", name="保存草稿").click()
    await page.get_by_text("配图").first.click()
    await page.set_input_files(
        "#file", files=[{"name": "图.png", "mimeType": "image/png", "buffer": _picture(640, 320)}]
    )
    await page.get_by_role("button", name="配上这张图").click()
    await expect(page.locator("img.picture").first).to_be_visible()
    await page.get_by_role("button", name="试发一条").click()
    await expect(page.locator(".notice.good")).to_contain_text("请另一位")
    await legible(page, "walk-2-tested")


async def _sent(page: Page) -> None:
    """Look again until all has gone out."""
    for _ in range(200):
        await page.get_by_role("link", name="刷新进度").or_(page.get_by_role("link", name="回到")).first.wait_for()
        if await page.get_by_text("已发完").count():
            return
        await page.wait_for_timeout(1000)
        await page.reload()
    raise AssertionError("it never went out")


async def _lived(house: House, chats: Sequence[int]) -> None:
    """Some read on, some take the quiz."""
    async with ClientSession() as session:
        for chat in chats[:9]:
            [button] = [b for b in house.telegram.said(chat)[-1].buttons if "url" in b]
            async with session.get(str(button["url"]), allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (302, "https://example.cn/aid")
    takers = chats[4:20]
    for chat in takers:
        house.telegram.press(chat, f"答题：{BANK.title}")
    await house.settled()
    for _ in range(BANK.drawn):
        for chat in takers:
            question = next(q for q in BANK.questions if house.telegram.texts(chat)[-1].endswith(q.ask))
            house.telegram.press(chat, question.right if chat % 4 else question.choices[0])
        await house.settled()


async def test_from_the_plan_to_the_report_on_the_page_alone(opens: Opens, browser: Browser) -> None:
    async with opens(served=True, changes=AWAKE) as house:
        chats = await _subscribers(house)
        publisher, approver = await _enter(browser, house, "p1"), await _enter(browser, house, "p2")
        await _planned(publisher)
        await approver.reload()
        await approver.get_by_text("待审核").click()
        await approver.get_by_role("button", name="同意").click()
        await expect(approver.locator(".notice.good")).to_contain_text("已审核")
        await legible(approver, "walk-3-approved")
        await publisher.reload()
        await _sent(publisher)
        await legible(publisher, "walk-4-sent")
        assert all(house.telegram.texts(chat)[-1].startswith("【普法】") for chat in chats)
        assert {house.telegram.said(chat)[-1].method for chat in chats} == {"sendPhoto"}
        await _lived(house, chats)
        await publisher.get_by_role("link", name="看效果报告").click()
        await expect(publisher.locator(".findings").first).to_contain_text(f"发到 {len(chats)} 人")
        await legible(publisher, "walk-5-report")
        words = re.sub(r"\s+", "", await publisher.locator("main").inner_text())
        assert "打开的20人" in words
        assert "发到后答题的16人" in words
        for small in ("示例三村", "旧县街道示例一村"):
            assert small not in words
        async with publisher.expect_download() as started:
            await publisher.get_by_role("link", name="下载表格").click()
        assert (await started.value).suggested_filename.endswith(".xlsx")
