"""Ask on the page with a plain HTTP client, as a browser without scripts does."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.talk.phrases import HUMAN
from storage.store import Store
from tests.bot.web.person import Page, Person, at, said
from tests.bot.web.server import House, running

ARTICLE = "民法典1077条"  # looked up, not matched: what is found does not change with the topics


async def choose_topic(person: Person) -> tuple[str, Page]:
    """Pick a topic that is offered beside an article; returns its title, and the page with its answer."""
    page = await person.ask(ARTICLE)
    title = next(label for label, value in page.options if value.startswith("topic:"))
    return title, await person.press(title)


async def test_a_first_visit_shows_the_welcome_and_examples_that_can_be_pressed(resident: Person) -> None:
    page = await resident.get()
    assert page.status == 200
    assert "您好，这里是铜梁公共法律服务" in page.words
    assert '<button name="text" value="民法典1077条">' in page.text
    assert "有危险先打 110" in page.words
    assert (HUMAN.label, HUMAN.value) in page.options


async def test_an_answer_is_on_the_page_that_follows_the_question(resident: Person) -> None:
    page = await resident.get()
    sent = await resident.post("/ask", {"nonce": page.nonce, "text": ARTICLE})
    assert (sent.status, sent.location) == (303, "/#newest")
    page = await resident.get()
    assert ARTICLE in page.words
    assert "三十日内，任何一方不愿意离婚的" in page.words
    assert 'id="newest"' in page.text


async def test_citations_of_an_answer_lead_to_their_text(resident: Person) -> None:
    _, page = await choose_topic(resident)
    links = re.findall(r'href="(/law/[^"]+)"', page.text)
    assert len(links) > 1
    for link in links:
        assert (await resident.get(link)).status == 200


async def test_a_button_is_shown_by_its_name_and_does_what_it_says(resident: Person) -> None:
    title, page = await choose_topic(resident)
    assert f"【{title}】" in page.words
    assert f"<p>{title}</p>" in page.text
    page = await resident.press("证据和误区")
    assert "<p>证据和误区</p>" in page.text
    assert "要留的证据：" in page.words
    assert "topic:" not in page.words


async def test_only_the_last_buttons_can_be_pressed(resident: Person) -> None:
    _, page = await choose_topic(resident)
    assert page.text.count('class="ours"') == 2
    assert page.text.count('class="options"') == 1


async def test_a_forged_button_does_nothing(resident: Person) -> None:
    page = await resident.get()
    await resident.post("/ask", {"nonce": page.nonce, "choice": "village:1"})
    page = await resident.get()
    assert "这个按钮已过期" in page.words
    assert "village:1" not in page.words


async def test_the_same_form_sent_twice_is_one_message(resident: Person, store: Store) -> None:
    page = await resident.get()
    form = {"nonce": page.nonce, "text": ARTICLE}
    for _ in range(3):
        assert (await resident.post("/ask", form)).status == 303
    assert [s.text for s in await said(store, resident) if not s.ours] == [ARTICLE]


async def test_other_words_under_an_old_nonce_are_another_message(resident: Person, store: Store) -> None:
    page = await resident.get()
    await resident.post("/ask", {"nonce": page.nonce, "text": "你好"})
    await resident.post("/ask", {"nonce": page.nonce, "text": "谢谢"})
    assert [s.text for s in await said(store, resident) if not s.ours] == ["你好", "谢谢"]


async def test_a_form_without_a_nonce_is_still_heard(resident: Person) -> None:
    await resident.post("/ask", {"text": "你好"})
    assert "您想问什么法律问题" in (await resident.get()).words


async def test_nothing_said_is_no_message(resident: Person, store: Store) -> None:
    assert (await resident.post("/ask", {"text": ""})).status == 303
    assert await said(store, resident) == []


async def test_residents_do_not_see_each_other(resident: Person, other: Person) -> None:
    await resident.ask("你好，我是第一个人")
    assert "第一个人" not in (await other.get()).words


async def test_a_forged_cookie_is_a_new_visitor(resident: Person, house: House) -> None:
    await resident.ask("你好，我是第一个人")
    visitor, signature = resident.cookie("resident").split(".")
    for forged in (visitor, f"{visitor}.", f"{visitor}.{'0' * 64}", f"x{visitor}.{signature}", f"{visitor}.é"):
        async with at(house.url) as thief:
            page = await thief.get(Cookie=f"resident={forged}")
        assert "第一个人" not in page.words
        assert "resident=" in page.headers["Set-Cookie"]


async def test_the_cookie_is_kept_from_scripts_and_other_sites(resident: Person) -> None:
    cookie = (await resident.get()).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


@pytest.mark.slow
async def test_behind_https_the_cookie_is_secure_and_of_this_host_alone(tmp_path: Path) -> None:
    with running(tmp_path, public_url='"https://law.example.cn"') as house:
        async with at(house.url) as person:
            cookie = (await person.get()).headers["Set-Cookie"]
    assert cookie.startswith("__Host-resident=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_whoever_leaves_sees_nothing_of_it_any_more(resident: Person) -> None:
    await resident.ask("你好，我是第一个人")
    assert "受理号" in (await resident.get("/leave")).words
    assert (await resident.post("/leave")).status == 200
    assert "第一个人" not in (await resident.get()).words


async def test_the_privacy_page_says_what_becomes_of_words(resident: Person) -> None:
    assert "不给任何人打标签" in (await resident.get("/privacy")).words


async def test_a_script_is_told_that_its_message_is_kept(resident: Person) -> None:
    sent = await resident.post("/ask", {"nonce": "abcdefgh", "text": "你好"}, Accept="application/json")
    assert (sent.status, json.loads(sent.text)) == (200, {"kept": True})


@pytest.fixture
async def strict(tmp_path: Path, built: Path) -> AsyncGenerator[Person]:
    """Somebody at a site that takes three messages a minute, behind a proxy of ours."""
    with running(tmp_path, built, posts_per_minute=3, trust_proxy="true") as house:
        async with at(house.url) as person:
            yield person


@pytest.mark.slow
async def test_whoever_sends_too_much_is_told_when_to_go_on(strict: Person) -> None:
    for n in range(3):
        assert (await strict.post("/ask", {"text": f"你好{n}"})).status == 303
    refused = await strict.post("/ask", {"text": "你好"})
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert re.search(r"请过\d+(秒|分钟)再发", refused.words)

    danger = await strict.post("/ask", {"text": "他拿刀要砍我"})
    assert danger.status == 429
    assert "马上打110" in danger.words

    elsewhere = await strict.post("/ask", {"text": "你好"}, X_Forwarded_For="203.0.113.9, 198.51.100.7")
    assert elsewhere.status == 303
    # what comes before the last entry was written by the caller
    invented = [f"203.0.113.{n}, 198.51.100.7" for n in range(3)]
    sent = [await strict.post("/ask", {"text": "你好"}, X_Forwarded_For=whence) for whence in invented]
    assert [page.status for page in sent] == [303, 303, 429]
