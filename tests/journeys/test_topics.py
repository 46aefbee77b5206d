"""What the bureau publishes reaches residents of a running server, and what it takes back is gone again."""

from datetime import UTC, datetime

import pytest

from handlers.editing import curation
from handlers.staff import Role, User
from knowledge import topics
from storage.store import Store
from tests.journeys.conftest import Opens
from tests.storage.given import staff

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
QUESTION = "想收养一个娃儿要什么条件"
TITLE = "收养孩子的新办法"


async def publish(store: Store, text: str | None, by: User, lawyer: User) -> None:
    """Bring a text of the topic on adoption before residents."""
    held = store.versions
    history = await held.history("adoption")
    drafted = curation.draft(history, "adoption", text, by, NOW)
    assert await held.change(history, [drafted])
    history = await held.history("adoption")
    assert await held.change(history, [curation.approve(history, drafted.number, lawyer, NOW)])
    history = await held.history("adoption")
    assert await held.change(history, curation.publish(history, drafted.number, by, NOW))


@pytest.mark.slow
async def test_a_published_topic_is_answered_without_a_stop_and_gone_when_it_is_taken_back(
    opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(topic for topic in topics.load() if topic.field == "婚姻家庭")  # their meaning is soon worked out
    monkeypatch.setattr(topics, "load", lambda: few)
    shipped = next(topic for topic in few if topic.id == "adoption")
    text = shipped.path.read_text("utf-8").replace(f"title: {shipped.title}", f"title: {TITLE}")
    async with opens() as house:
        app, store = house.app, house.views
        lawyer = house.staff["expert1"]
        editor = await staff(store, "editor", role=Role.EDITOR)
        assert await app.renew() == 0, "nothing was published"

        await publish(store, text, editor, lawyer)
        assert await app.renew() == 1
        assert await app.renew() == 0, "it is taken once"
        phone = house.phone(31)
        await phone.say(QUESTION)
        assert TITLE in (await phone.pick("同意")).text

        history = await store.versions.history("adoption")
        assert await store.versions.change(history, curation.roll_back(history, editor, NOW))
        assert await app.renew() == 1
        again = await house.phone(31).say(shipped.title)
        assert TITLE not in again.text
        assert shipped.title in again.text
