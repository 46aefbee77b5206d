"""Editors take all topics as a workbook, change it, see what would change, and keep drafts: all of them or none."""

from dataclasses import replace

import pytest

from handlers.editing.curation import Stage
from knowledge import topics, workbook
from knowledge.topics import Topic
from storage.store import Store
from tests.bot.web.conftest import Staff
from tests.bot.web.person import Page, Person

PLACE = "/bureau/topics"


@pytest.fixture
async def editor(resident: Person, staff: Staff) -> Person:
    return await staff(resident, "editor1")


def one(name: str) -> Topic:
    return next(topic for topic in topics.load() if topic.id == name)


async def bring(editor: Person, act: str, *held: Topic) -> Page:
    csrf = (await editor.get(PLACE)).csrf
    return await editor.send(f"{PLACE}/import", {"csrf": csrf, "act": act}, workbook.write(held, topics.TOPICS))


async def test_what_would_change_is_shown_and_then_kept_as_drafts(editor: Person, store: Store) -> None:
    first, second = one("school-fees"), one("dog-bite")
    changed = [replace(first, time=f"{first.time}放假也算。"), replace(second, cost=f"{second.cost}不收别的钱。")]
    looked = await bring(editor, "look", *changed)
    assert (looked.status, "会改这些，还没有存" in looked.words) == (200, True)
    assert await store.versions.history(first.id) == ()
    kept = await bring(editor, "draft", *changed)
    assert "存成了 2 份草稿" in kept.words
    for topic, words in zip(changed, ("放假也算", "不收别的钱"), strict=True):
        [version] = await store.versions.history(topic.id)
        assert version.stage is Stage.DRAFT
        assert words in (version.text or "")
        page = await editor.get(f"{PLACE}/{topic.id}")
        assert "待审核" in page.words
    assert "和现在一样" in (await bring(editor, "draft", first)).words


async def test_one_faulty_cell_and_none_of_it_is_kept(editor: Person, store: Store) -> None:
    good, bad = one("school-bullying"), one("traffic-accident")
    changed = replace(good, time=f"{good.time}再说一句。"), replace(bad, title="")
    before = await store.versions.history(good.id)
    refused = await bring(editor, "draft", *changed)
    assert refused.status == 409
    assert "没有导入，什么都没改" in refused.words
    assert "主题!" in refused.words, "the cell is named"
    assert await store.versions.history(good.id) == before


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK" + b"x" * 1_000_100])
async def test_what_is_no_workbook_is_refused_with_the_remedy(editor: Person, content: bytes) -> None:
    csrf = (await editor.get(PLACE)).csrf
    refused = await editor.send(f"{PLACE}/import", {"csrf": csrf, "act": "draft"}, content)
    assert refused.status in (409, 413)
    assert any(said in refused.words for said in ("没有选文件", "读不了", "太大"))


async def test_all_topics_come_as_a_workbook(editor: Person) -> None:
    async with editor.session.get(f"{editor.base}{PLACE}/all.xlsx") as answer:
        content = await answer.read()
    assert (answer.status, content[:2]) == (200, b"PK")
