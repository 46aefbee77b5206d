"""Use the page while the database cannot be written: nobody is left without the safety text, and nothing is doubled."""

import json
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from handlers.errors import StorageDown
from handlers.messages import Address
from handlers.talk import phrases
from tests.bot.web.person import Person, at
from tests.bot.web.server import House, running

DANGER = "他拿刀要砍我"


@pytest.fixture(scope="module")
def brittle(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Generator[House]:
    """A site that gives its database up after a moment."""
    with running(tmp_path_factory.mktemp("brittle"), built, busy_timeout_seconds=0.2, wait_seconds=5.0) as house:
        yield house


@pytest.fixture
async def person(brittle: House) -> AsyncGenerator[Person]:
    async with at(brittle.url) as somebody:
        yield somebody


@contextmanager
def locked(house: House) -> Generator[None]:
    """Another process writes, and does not end."""
    with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_danger_is_answered_though_it_cannot_be_kept_and_then_kept_once(brittle: House, person: Person) -> None:
    form = {"nonce": (await person.get()).nonce, "text": DANGER}
    with locked(brittle):
        pages = [await person.post("/ask", form) for _ in range(2)]
        for page in pages:
            assert page.status == 503
            assert "马上打110" in page.words
            assert all(number in page.words for number in ("110", "120", "12348", "12356"))
            assert "没有存上" in page.words
            assert page.nonce == form["nonce"]
            assert DANGER in page.words
            assert int(page.headers["Retry-After"]) > 0
    assert (await person.post("/ask", form)).status == 303
    shown = await person.get()
    assert phrases.ASK_CONSENT_AFTER_DANGER in shown.words
    assert shown.words.count("马上打110") == 1, "as it was shown before, and not said again"
    store = brittle.store()
    visitor = person.cookie("resident").split(".")[0]
    said = await store.views.transcript(Address("web", visitor))
    await store.close()
    assert [s.text for s in said if not s.ours] == [DANGER]


async def test_a_first_message_of_all_is_told_too(brittle: House, person: Person) -> None:
    with locked(brittle):
        page = await person.post("/ask", {"nonce": "n" * 16, "text": DANGER})
        assert "马上打110" in page.words
        again = await person.post("/ask", {"nonce": "n" * 16, "text": DANGER})
        assert "马上打110" in again.words


async def test_a_question_without_danger_is_asked_to_be_sent_again(brittle: House, person: Person) -> None:
    with locked(brittle):
        page = await person.post("/ask", {"nonce": "m" * 16, "text": "</textarea>老板欠工资"})
        assert page.status == 503
        assert "再发一次" in page.words
        assert 'class="alarm"' not in page.text
        assert "&lt;/textarea&gt;老板欠工资</textarea>" in page.text
        pressed = await person.post("/ask", {"nonce": "m" * 16, "choice": "human"})
        assert '<input type="hidden" name="choice" value="human">' in pressed.text


async def test_a_script_is_told_to_try_again(brittle: House, person: Person) -> None:
    with locked(brittle):
        answer = await person.post("/ask", {"nonce": "k" * 16, "text": DANGER}, Accept="application/json")
    said = json.loads(answer.text)
    assert answer.status == 503
    assert said["kept"] is False
    assert "马上打110" in said["safety"]
    assert said["hotlines"] == ["110", "120", "12348", "12356"]


async def test_a_desk_that_cannot_be_written_says_so(brittle: House, person: Person) -> None:
    with locked(brittle):
        page = await person.log_in("expert1", brittle.passwords["expert1"])
    assert page.status == 503
    assert "暂时存不了消息" in page.words


@pytest.mark.slow
async def test_a_page_that_cannot_be_read_shows_whom_to_call(
    brittle: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> NoReturn:
        raise StorageDown("away")

    assert brittle.app is not None
    monkeypatch.setattr(brittle.app.store.views, "transcript", away)
    monkeypatch.setattr(brittle.app.store.people, "count", away)
    page = await person.get()
    assert page.status == 503
    assert "12348" in page.words
    health = await person.get("/healthz")
    assert (health.status, json.loads(health.text)["status"]) == (503, "down")
    assert (await person.post("/ask", {"text": "你好"})).status == 303, "what can be kept is kept"


async def test_before_the_library_has_loaded_messages_are_kept_and_health_says_starting(
    brittle: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brittle.app, "library", None)
    health = await person.get("/healthz")
    assert (health.status, json.loads(health.text)["status"]) == (503, "starting")
    assert (await person.get("/")).status == 200
    law = await person.get("/law/民法典/1")
    assert (law.status, "正在启动" in law.words) == (503, True)
