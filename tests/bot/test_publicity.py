"""The menu says what residents could have typed, and a poster leads to the village it hangs in."""

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot import app, posters, publicity
from bot.channels.wechat import menu
from bot.config import ConfigError, Settings
from handlers.talk import commands
from knowledge.guides import interviews
from tests.fakes.wechat import FakeWeChat
from tests.journeys.house import TOWNS, settings_in, with_wechat

URL = "http://weixin.qq.com/q/02abcdefghijklmnop"


@pytest.fixture
async def wechat() -> AsyncGenerator[FakeWeChat]:
    async with FakeWeChat() as fake:
        yield fake


@pytest.fixture
async def settings(tmp_path: Path, wechat: FakeWeChat) -> Settings:
    return with_wechat(settings_in(tmp_path, ""), wechat)


async def test_the_menu_is_put_up(settings: Settings, wechat: FakeWeChat) -> None:
    assert "菜单已发布" in await publicity.publish_menu(settings)
    assert wechat.ledger.menu == menu.menu("")
    server = settings.file.server.model_copy(update={"public_url": "https://law.example.cn"})
    await publicity.publish_menu(replace(settings, file=settings.file.model_copy(update={"server": server})))
    assert wechat.ledger.menu == menu.menu("https://law.example.cn")
    assert wechat.tokens.asked == 1, "two commands share a token"


def test_every_button_is_understood() -> None:
    said = [
        words for below in menu.BUTTONS.values() for words in ([below] if isinstance(below, str) else below.values())
    ]
    understood = {w: commands.recognise(w) or interviews.opened(w, date(2026, 11, 24)) for w in said}
    assert [words for words, found in understood.items() if not found] == []


@pytest.mark.parametrize(("code", "remedy"), [(40164, "白名单"), (48001, "认证"), (40016, "返回码")])
async def test_a_refusal_says_what_to_do(settings: Settings, wechat: FakeWeChat, code: int, remedy: str) -> None:
    wechat.fault("/cgi-bin/menu/create", code=code)
    with pytest.raises(ConfigError, match=remedy):
        await publicity.publish_menu(settings)


async def test_without_an_account_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="doctor"):
        await publicity.publish_menu(settings_in(tmp_path, ""))


async def test_each_village_has_its_poster(settings: Settings, wechat: FakeWeChat, tmp_path: Path) -> None:
    await publicity.publish_menu(settings)
    store = app.connect(settings)
    places = await store.people.add_villages(TOWNS)
    await store.close()
    folder = tmp_path / "海报"
    assert "4 个村" in await publicity.draw_posters(settings, folder)
    assert {path.name for path in folder.iterdir()} == {f"{p}.{kind}" for p in places for kind in ("svg", "pdf")}
    assert {code["scene"] for code in wechat.ledger.codes} == {f"village-{number}" for number in places.values()}


def test_the_drawing_is_whole_and_names_the_village() -> None:
    drawn = ElementTree.fromstring(posters.svg("安居镇<示例>村", URL))
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "安居镇<示例>村" in texts
    assert any("12348" in (text or "") for text in texts)


def test_the_page_is_a_pdf_whose_table_says_where_each_object_is() -> None:
    page = posters.pdf("安居镇示例一村", URL)
    assert page.startswith(b"%PDF-1.4\n")
    start = int(page.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    offsets = [int(line[:10]) for line in page[start:].split(b"\n")[3:10]]
    assert [page[at:].split(b" ", 1)[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5", b"6", b"7"]
    assert "安居镇示例一村".encode("utf-16-be").hex().encode() in page


def test_svg_and_pdf_draw_the_same_code() -> None:
    moved = re.findall(r"M[\d.]+ [\d.]+h", posters.svg("村", URL))
    assert len(moved) == posters.pdf("村", URL).count(b" re f") > 100
