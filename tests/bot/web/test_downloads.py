"""A file that went with an answer is handed to the browser it was meant for, for a while, and to nobody else."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from docx import Document

from bot import work
from bot.web import wording
from tests.bot.web.person import Page, Person

ASKED = "帮我写一张借条"
LENDER = "李四，电话13800000000"


async def paper(person: Person) -> Page:
    """An IOU, of which nothing is told but who lends."""
    page = await person.ask(ASKED)
    page = await person.ask(LENDER)
    for _ in range(20):
        if links(page):
            break
        page = await person.ask("不清楚")
    return page


def links(page: Page) -> list[str]:
    """The addresses of the files on the page."""
    return [unescape(href) for href in re.findall(r'href="(/files/[^"]+)"', page.text)]


async def test_a_paper_is_taken_from_the_page(resident: Person) -> None:
    page = await paper(resident)
    [link] = links(page)
    assert "下载：借条.docx" in page.words
    assert "还缺、文档里留了空的：" in page.words
    async with resident.session.get(resident.base + link) as answer:
        content = await answer.read()
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%80%9F%E6%9D%A1.docx"
        assert answer.headers["Cache-Control"] == "no-store"
    assert any("李四" in paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


async def test_another_browser_does_not_get_it(resident: Person, other: Person) -> None:
    [link] = links(await paper(resident))
    assert (await other.get(link)).status == 404, "no cookie"
    await other.ask("你好")
    assert (await other.get(link)).status == 404, "the cookie of another"


async def test_a_link_that_was_changed_or_invented_leads_nowhere(resident: Person) -> None:
    [link] = links(await paper(resident))
    _, _, number, until, signature = link.split("/")
    for forged in (
        f"/files/{int(number) - 1}/{until}/{signature}",
        f"/files/{number}/{int(until) + 60}/{signature}",
        f"/files/{number}/{until}/{'0' * 64}",
        f"/files/{number}/{until}/签",
        f"/files/{'9' * 30}/{until}/{signature}",
    ):
        assert (await resident.get(forged)).status == 404, forged


async def test_a_link_expires_and_the_page_gives_a_new_one(resident: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await paper(resident)
    [link] = links(page)
    later = work.now() + timedelta(hours=3)
    monkeypatch.setattr("bot.web.downloads.now", lambda: later)
    expired = await resident.get(link)
    assert (expired.status, wording.LINK_EXPIRED in expired.words) == (410, True)
    [fresh] = links(await resident.get())
    async with resident.session.get(resident.base + fresh) as answer:
        assert answer.status == 200
