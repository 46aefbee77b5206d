"""Pictures and files come in by forms and go out by signed addresses, to whoever may see their ticket."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest

from bot.web import media
from bot.work import now
from handlers.talk import phrases
from storage.store import Store
from tests import files
from tests.bot.web.cast import MINE
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person, at
from tests.bot.web.server import House


def images(page: Page) -> list[str]:
    """The pictures that a page shows."""
    return re.findall(r'<img class="picture[^"]*" src="([^"]+)"', page.text)


async def sent(person: Person, words: str, *contents: bytes, names: tuple[str, ...] = ()) -> Page:
    """Send the form of the chat with files, and read what the page shows then."""
    fields = {"nonce": (await person.get()).nonce, "text": words}
    page = await person.send("/ask", fields, *contents, names=names)
    return await person.get() if page.status == 303 else page


async def fetched(person: Person, link: str) -> tuple[int, bytes, dict[str, str]]:
    """What lies at an address."""
    async with person.session.get(person.base + link, allow_redirects=False) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


async def test_a_picture_on_the_page_is_shown_to_its_sender_and_reaches_the_adviser_once_they_ask(
    resident: Person, other: Person, store: Store, staff: Staff
) -> None:
    shown = await sent(resident, "", files.png())
    assert phrases.FILES_KEPT.split("。")[0] in shown.words
    [link] = images(shown)
    status, content, headers = await fetched(resident, link)
    assert (status, content) == (200, files.png())
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"].startswith("attachment")
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert (await fetched(other, link))[0] == 404, "another visitor"

    receipt = await resident.escalate("邻居占了我家的地坝", MINE)
    adviser = await staff(other, "adviser1")
    page = await adviser.get(f"/desk/{receipt}")
    assert images(page) == []
    assert "图0.png" in page.words
    revealed = await adviser.post(f"/desk/{receipt}/reveal", {"csrf": page.csrf, "purpose": "look"})
    [link] = images(revealed)
    assert (await fetched(adviser, link))[:2] == (200, files.png())
    newest = (await store.audit.page())[0]
    assert (newest.deed.act, newest.deed.subject, newest.deed.detail) == ("revealed", receipt, "看图片和文件")
    for forged in (link[:-1] + ("0" if link[-1] != "0" else "1"), re.sub(r"/\d{10}/", "/9999999999/", link)):
        assert (await fetched(adviser, forged))[0] == 404


async def test_all_of_it_is_handed_out_with_what_is_held(resident: Person) -> None:
    await sent(resident, "看这个", files.png(), files.PDF, names=("界址.png", "合同.pdf"))
    _, content, headers = await fetched(resident, "/mydata")
    assert quote("我的数据.zip") in headers["Content-Disposition"]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["我的数据.json", "图片和文件/01_界址.png", "图片和文件/02_合同.pdf"]
        assert archive.read("图片和文件/02_合同.pdf") == files.PDF
        assert "看这个" in archive.read("我的数据.json").decode()


async def test_an_address_ends(resident: Person, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    [link] = images(await sent(resident, "", files.png()))
    late = house.settings.file.enclosures.link_minutes * 60 + 1
    monkeypatch.setattr(media, "now", lambda: now() + timedelta(seconds=late))
    assert (await fetched(resident, link))[0] == 410


@pytest.mark.parametrize(
    ("content", "name"),
    [(files.SVG, "a.png"), (files.HTML, "a.pdf"), (b"MZ", "a.docx"), (files.word("word/vbaProject.bin"), "a.docx")],
    ids=["svg", "html", "program", "macros"],
)
async def test_what_is_none_of_ours_is_refused_by_its_name_and_nothing_is_kept(
    resident: Person, store: Store, content: bytes, name: str
) -> None:
    page = await sent(resident, "看这个", content, names=(name,))
    assert page.status == 400
    assert f"“{name}”没有收下" in page.words
    assert "看这个" not in (await resident.get()).words


async def test_too_large_and_too_many_are_refused_and_danger_is_heard_all_the_same(resident: Person) -> None:
    page = await sent(resident, "我被老公打了，现在还在打", files.JPEG + b"x" * 8_000_000)
    assert page.status == 400
    assert "太大" in page.words
    assert "110" in page.words.split("没有收下")[0]
    assert (await sent(resident, "看", *[files.png()] * 10)).status == 400
    assert (await sent(resident, "看", *[files.JPEG + b"x" * 7_900_000] * 4)).status == 413


async def test_the_words_typed_into_a_file_name_are_text(resident: Person) -> None:
    page = await sent(resident, "", files.PDF, names=('"><script>alert(1)</script>.pdf',))
    assert "<script>alert" not in page.text


async def test_a_ticket_is_followed_answered_with_a_file_and_judged_on_its_own_page(
    resident: Person, other: Person, staff: Staff, house: House
) -> None:
    receipt = await resident.escalate("邻居占了我家的地坝", MINE)
    path = f"/tickets/{receipt}"
    assert receipt in (await resident.get("/tickets")).words
    page = await resident.get(path)
    assert all(words in page.words for words in (receipt, "待接单", "接单", "前", "邻居占了我家的地坝"))
    added = await resident.send(f"{path}/say", {"nonce": page.nonce, "text": "这是界桩"}, files.png())
    assert added.location.startswith(f"{path}?said=")
    page = await resident.get(added.location.partition("#")[0])
    assert "交给" in page.words
    assert len(images(page)) == 1
    assert (await fetched(resident, images(page)[0]))[1] == files.png()

    adviser = await staff(other, "adviser1")
    desk = await adviser.get(f"/desk/{receipt}")
    await adviser.post(f"/desk/{receipt}/claim", {"csrf": desk.csrf, "nonce": "c"})
    fields = {"csrf": desk.csrf, "nonce": "a", "words": "请看附件"}
    refused = await adviser.send(f"/desk/{receipt}/reply", fields | {"nonce": "b"}, files.HTML, names=("a.docx",))
    assert (refused.status, "没有收下" in refused.words, "请看附件" in refused.text) == (409, True, True)
    answered = await adviser.send(f"/desk/{receipt}/reply", fields, files.word(), names=("起诉状.docx",))
    assert answered.status == 303
    theirs = await adviser.get(f"/desk/{receipt}")
    [link] = re.findall(rf'href="(/desk/{receipt}/media/[^"]+)">起诉状.docx', theirs.text)
    assert (await fetched(adviser, link))[1] == files.word()

    page = await resident.get(path)
    [link] = re.findall(r'href="(/media/[^"]+)">下载：起诉状.docx', page.text)
    status, content, headers = await fetched(resident, link)
    assert (status, content) == (200, files.word())
    assert quote("起诉状.docx") in headers["Content-Disposition"]
    chat = await resident.get()
    [link] = re.findall(r'href="(/files/[^"]+)" download>下载：起诉状.docx', chat.text)
    assert (await fetched(resident, link))[1] == files.word()

    for doing in ("done", "4", "yes"):
        page = await resident.get(path)
        await resident.post(f"{path}/do", {"nonce": page.nonce, "choice": f"t:{receipt}:{doing}"})
    page = await resident.get(path)
    assert "已办结" in page.words
    assert re.findall(r'aria-pressed="true">([^<]+)<', page.text) == ["4分", "办成了"]
    elsewhere = await resident.post(f"{path}/do", {"nonce": page.nonce, "choice": "human"})
    assert elsewhere.status == 400
    async with at(house.url) as stranger:
        await stranger.get()
        assert (await stranger.get(path)).status == 404
        assert receipt not in (await stranger.get("/tickets")).words
