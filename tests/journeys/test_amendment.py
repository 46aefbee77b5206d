"""A law changes: its topics stop, are written anew, approved by another, published, and answer again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import library
from handlers.editing import curate
from handlers.editing.curate import Shelf
from handlers.staff import Role
from handlers.talk import phrases
from knowledge import topics
from knowledge.citations import Citation
from knowledge.statutes import build
from knowledge.statutes.store import Kind
from tests.journeys.conftest import Opens
from tests.storage.given import staff

WRITTEN, CHANGED = date(2026, 1, 5), date(2026, 3, 1)
QUESTION = "领结婚证要不要户口本"
TITLE = "按新条例领结婚证"
# not the text of any law: an invented stand-in, in the layout of the public collection
TEXT = """# 婚姻登记条例

2026年3月1日

<!-- INFO END -->

## 第一章 总则

第一条 这是测试用的占位文字，不是法条原文。

第二条 占位文字。本条例自2026年3月1日起施行。
"""


def law(folder: Path) -> Path:
    place = folder / "law" / "行政法规"
    place.mkdir(parents=True)
    (place / f"婚姻登记条例({CHANGED}).md").write_text(TEXT, "utf-8")
    return place.parent


@pytest.mark.slow
async def test_the_topics_of_a_law_that_changed_stop_until_they_are_written_anew(
    opens: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tuple(replace(t, reviewed=WRITTEN) for t in topics.load() if "婚姻登记条例" in t.named)
    monkeypatch.setattr(topics, "load", lambda: shipped)
    one = next(topic for topic in shipped if QUESTION in topic.questions)
    anew = one.path.read_text("utf-8").replace(f"title: {one.title}", f"title: {TITLE}")
    async with opens(books=None) as house:
        app, phone = house.app, house.phone(41)
        await phone.say(QUESTION)
        assert one.title in (await phone.pick("同意")).text
        held = app.library
        assert held
        assert held.changed(one, CHANGED) == ()

        build.import_folder(house.settings.folder / "statutes.db", law(tmp_path))
        assert (await app.renew(), await app.renew()) == (1, 0), "the server takes the new store, once"
        assert app.library
        cited = Citation("婚姻登记条例", "1")
        assert held.statutes.standing(cited, CHANGED).kind is Kind.LISTED, "a question under way keeps the old one"
        assert app.library.statutes.standing(cited, CHANGED).kind is Kind.VERIFIED

        told = library.due(shipped, house.settings.folder, CHANGED, as_json=False)
        assert all(f"{topic.id}  {topic.title}\n    {CHANGED}起停用：" in told for topic in shipped)
        stopped = await phone.say(QUESTION)
        assert phrases.UPDATING in stopped.text
        assert one.rule not in stopped.text
        assert "转给村居法律顾问" in stopped.text
        await phone.pick("不同意")

        editor, lawyer = await staff(house.views, "editor", role=Role.EDITOR), house.staff["expert1"]
        shelf, now = Shelf(app.store.versions, shipped, app.library.statutes), datetime.now(UTC)
        drafted = await curate.draft(shelf, editor, one.id, anew, now)
        await curate.approve(shelf, lawyer, one.id, drafted.number, now)
        assert await app.renew() == 0, "what is only approved changes nothing for residents"
        assert phrases.UPDATING in (await phone.say(QUESTION)).text
        await phone.pick("不同意")
        await curate.publish(shelf, editor, one.id, drafted.number, now)
        assert await app.renew() == 1
        answered = await phone.say(QUESTION)
        assert TITLE in answered.text
        assert phrases.UPDATING not in answered.text

        deeds = house.rows("SELECT act, actor FROM deeds WHERE subject = ? ORDER BY id", f"topic:{one.id}")
        assert deeds == [("topic drafted", editor.id), ("topic approved", lawyer.id), ("topic published", editor.id)]
