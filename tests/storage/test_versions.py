"""Versions of topics are kept as they were decided, and one only is published at a time."""

import asyncio

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.audit import Act
from handlers.editing import curation
from handlers.editing.curation import Stage, Version
from handlers.staff import Role, User
from storage.schema import versions
from storage.store import Store
from storage.values import row
from tests.conftest import Open
from tests.storage.given import NOW, at, staff


async def _editors(store: Store) -> tuple[User, User]:
    return await staff(store, "editor", role=Role.EDITOR), await staff(store, "lawyer", role=Role.EXPERT)


async def _published(store: Store, text: str | None, editor: User, lawyer: User) -> Version:
    """One more version, brought before residents."""
    shelf = store.versions
    before = await shelf.history("wages")
    drafted = curation.draft(before, "wages", text, editor, NOW, receipt="TL261124-000001")
    assert await shelf.change(before, [drafted])
    before = await shelf.history("wages")
    assert await shelf.change(before, [curation.approve(before, drafted.number, lawyer, at(1))])
    before = await shelf.history("wages")
    assert await shelf.change(before, curation.publish(before, drafted.number, editor, at(2)))
    return (await shelf.history("wages"))[-1]


async def test_a_version_is_read_as_it_was_written(store: Store) -> None:
    editor, lawyer = await _editors(store)
    found = await _published(store, "全文", editor, lawyer)
    expected = Version("wages", 1, "全文", Stage.PUBLISHED, editor.id, NOW, "TL261124-000001")
    assert (found.approver, found.approved_at, found.publisher, found.published_at) == (
        lawyer.id,
        at(1),
        editor.id,
        at(2),
    )
    assert (found.topic, found.number, found.text, found.receipt) == ("wages", 1, "全文", expected.receipt)
    assert await store.versions.published() == (found,)


async def test_what_is_published_is_one_a_topic_and_comes_back_when_it_is_rolled_back(store: Store) -> None:
    editor, lawyer = await _editors(store)
    for text in ("一", None):
        await _published(store, text, editor, lawyer)
    assert [v.text for v in await store.versions.published()] == [None]
    before = await store.versions.history("wages")
    assert await store.versions.change(before, curation.roll_back(before, editor, at(9)))
    assert [(v.number, v.text) for v in await store.versions.published()] == [(1, "一")]
    before = await store.versions.history("wages")
    assert await store.versions.change(before, curation.roll_back(before, editor, at(10)))
    assert await store.versions.published() == ()


async def test_each_step_stands_in_the_chain_of_what_staff_did(store: Store) -> None:
    editor, lawyer = await _editors(store)
    await _published(store, "一", editor, lawyer)
    before = await store.versions.history("wages")
    assert await store.versions.change(before, curation.roll_back(before, editor, at(9)))
    lines = [line for line in await store.audit.page() if line.deed.subject == "topic:wages"]
    assert [(line.deed.act, line.deed.actor, line.at) for line in reversed(lines)] == [
        (Act.TOPIC_DRAFTED, editor.id, NOW),
        (Act.TOPIC_APPROVED, lawyer.id, at(1)),
        (Act.TOPIC_PUBLISHED, editor.id, at(2)),
        (Act.TOPIC_RETIRED, editor.id, at(9)),
    ]


async def test_of_two_who_decide_at_once_one_is_refused(opened: Open) -> None:
    stores = [opened(), opened()]
    editor, lawyer = await _editors(stores[0])
    drafted = curation.draft((), "wages", "一", editor, NOW)
    assert sorted(await asyncio.gather(*(s.versions.change((), [drafted]) for s in stores))) == [False, True]
    before = await stores[0].versions.history("wages")
    approved = curation.approve(before, 1, lawyer, at(1))
    assert sorted(await asyncio.gather(*(s.versions.change(before, [approved]) for s in stores))) == [False, True]


async def test_the_database_holds_two_published_versions_apart(store: Store) -> None:
    editor, lawyer = await _editors(store)
    found = await _published(store, "一", editor, lawyer)
    second = row(versions, found) | {"number": 2}

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(versions).values(second))

    with pytest.raises(IntegrityError):
        await store.writer.write(work)
