"""Knock at every page from where one must not, and look at what every answer carries."""

import re

import pytest

from tests.bot.web.person import Person
from tests.bot.web.server import House

POSTS = [
    "/ask",
    "/leave",
    "/login",
    "/logout",
    "/desk/password",
    "/desk/TL1/claim",
    "/desk/TL1/reply",
    "/desk/TL1/close",
]
PAGES = ["/", "/privacy", "/leave", "/login", "/law/民法典/1", "/nowhere", "/healthz", "/static/site.css"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_headers(resident: Person, path: str) -> None:
    headers = (await resident.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/leave", "/login", "/privacy", "/healthz"])
async def test_what_may_be_personal_is_kept_by_no_cache(resident: Person, path: str) -> None:
    assert (await resident.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/privacy", "/leave", "/login", "/law/民法典/1077", "/topic/passage-drainage"])
@pytest.mark.slow
async def test_pages_are_chinese_and_ask_nothing_of_other_servers(resident: Person, path: str) -> None:
    page = await resident.get(path)
    assert '<html lang="zh-CN">' in page.text
    assert not re.findall(r"https?://|<style|style=|\son\w+=", page.text)
    assert re.findall(r"<script[^>]*>", page.text) in ([], re.findall(r'<script src="/static/[^"]+" defer>', page.text))


async def test_files_change_their_address_with_their_content_and_may_be_kept(resident: Person) -> None:
    page = await resident.get()
    for address in re.findall(r'"(/static/[^"]+)"', page.text):
        file = await resident.get(address)
        assert file.status == 200
        assert "max-age" in file.headers["Cache-Control"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
async def test_a_page_of_another_site_can_send_nothing(resident: Person, path: str, headers: dict[str, str]) -> None:
    refused = await resident.post(path, {"text": "你好"}, **headers)
    assert refused.status == 403
    assert "不是从本站页面发出的" in refused.words


async def test_our_own_pages_can(resident: Person, house: House) -> None:
    sent = await resident.post("/ask", {"text": "你好"}, Origin=house.url, Sec_Fetch_Site="same-origin")
    assert sent.status == 303


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/nowhere", 404, "没有这个页面"), ("/ask", 405, "不能这样打开"), ("/static/../site.py", 404, "没有这个页面")],
)
async def test_what_does_not_exist_is_said_in_chinese(resident: Person, path: str, status: int, words: str) -> None:
    page = await resident.get(path)
    assert page.status == status
    assert words in page.words
    assert "12348" in page.words


async def test_a_script_is_refused_in_json(resident: Person) -> None:
    page = await resident.get("/nowhere", Accept="application/json")
    assert page.headers["Content-Type"] == "application/json"


async def test_a_fault_of_ours_is_said_in_chinese_and_its_message_is_not_logged(
    resident: Person, house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("身份证 11010519491231002X")

    assert house.app is not None
    monkeypatch.setattr(house.app.store.views, "transcript", broken)
    page = await resident.get()
    assert page.status == 500
    assert "我们这边出了错" in page.words
    assert "110105" not in "".join(capfd.readouterr())


async def test_a_broken_form_is_refused(resident: Person) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with resident.session.post(f"{resident.base}/ask", data=b"--y\r\n", headers=headers) as answer:
        assert answer.status in (303, 400)
    file = b'--x\r\nContent-Disposition: form-data; name="text"; filename="a"\r\n\r\nhello\r\n--x--\r\n'
    async with resident.session.post(f"{resident.base}/ask", data=file, headers=headers) as answer:
        assert answer.status == 400
        assert "请求不完整" in await answer.text()
