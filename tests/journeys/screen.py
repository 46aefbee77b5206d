"""Drive Debian's chromium by Playwright: open it, log in, say something, and see that all of a page can be read."""

import os
import secrets
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.journeys.house import House

# as root there is no sandbox; without the rest chromium calls its maker's servers
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 45_000  # milliseconds; the machine may be busy
PASSWORD = "一句记得住的话 2026"
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
# every text with its colour, and the first ground behind it that is not transparent
COLOURS = """() => {
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest(".unseen, .who, noscript") || !e.getClientRects().length) continue;
    let ground = e;
    while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
    const behind = ground ? getComputedStyle(ground).backgroundColor : "rgb(255, 255, 255)";
    found.push([e.textContent.trim().slice(0, 20), getComputedStyle(e).color, behind]);
  }
  return found;
}"""


def chromium() -> str:
    """Where the browser is; without it these tests are skipped by name, or fail where it is required."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    reason = "chromium is not installed (Debian: apt install chromium)"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def launched() -> AsyncGenerator[Browser]:
    """Chromium, until it is no longer wanted."""
    where = chromium()
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = await playwright.chromium.launch(executable_path=where, args=FLAGS)
        yield opened
        await opened.close()


async def at_page(house: House, browser: Browser) -> Page:
    """A browser that was never here."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(house.url)
    return page


async def at_desk(house: House, browser: Browser, login: str, path: str = "/desk") -> Page:
    """A browser in which somebody is logged in."""
    user, token = house.staff[login], secrets.token_urlsafe(32)
    await house.views.people.set_password(user.id, "-", datetime.now(UTC))
    await house.views.people.open_session(user.id, token, secrets.token_urlsafe(32), datetime.now(UTC))
    page = await at_page(house, browser)
    await page.context.add_cookies([{"name": "desk", "value": token, "url": house.url}])
    await page.goto(house.url + path)
    return page


async def ask(page: Page, words: str) -> None:
    """Type, send, and wait for one more answer."""
    answers = await page.locator("#talk li.ours").count()
    await page.fill("#words", words)
    await page.press("#words", "Enter")
    await expect(page.locator("#talk li.ours").nth(answers)).to_be_visible()


async def press(page: Page, label: str) -> None:
    """Press the button of that label, and wait for one more answer."""
    answers = await page.locator("#talk li.ours").count()
    await page.get_by_role("button", name=label, exact=True).last.click()
    await expect(page.locator("#talk li.ours").nth(answers)).to_be_visible()


async def shown(page: Page, shot: str) -> None:
    """Nothing is cut off, on a telephone and on a screen."""
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 720})
        content, window = await page.evaluate(WIDTHS)
        assert content <= window
        if shots := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{shots}/{shot}-{width}.png", full_page=True)


async def legible(page: Page, shot: str) -> None:
    """Nothing is cut off or faint, on a telephone and on a screen."""
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 720})
        content, window = await page.evaluate(WIDTHS)
        assert content <= window
        assert await faint(page) == []
        if shots := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{shots}/{shot}-{width}.png", full_page=True)


async def faint(page: Page) -> list[Any]:
    """Texts whose contrast is under 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    found: list[tuple[str, str, str]] = await page.evaluate(COLOURS)
    assert len(found) > 3
    return [one for one in found if _contrast(one[1], one[2]) < 4.5]


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Of `rgb(r, g, b)`, as WCAG defines it."""
    parts = [float(p) / 255 for p in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
