"""What staff did stands in a chain: a line changed, taken out or put in shows, on both databases."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.audit import Act, Check, Deed
from storage.audit import note
from storage.store import Store
from tests.conftest import Open
from tests.storage.given import NOW, adviser, at


async def write(store: Store, count: int) -> None:
    for n in range(count):
        await store.audit.note(Deed(Act.LOGIN, n, f"user:{n}", "说明"), at(n))


async def tamper(store: Store, statement: str) -> None:
    await store.writer.write(lambda connection: connection.execute(text(statement)))


async def test_lines_follow_each_other(store: Store) -> None:
    await write(store, 5)
    found = await store.audit.check()
    newest = (await store.audit.page())[0]
    assert found == Check(5, newest.mark)
    assert [line.number for line in await store.audit.page(4)] == [3, 2, 1]
    assert await store.audit.has(newest.mark)
    assert not await store.audit.has("x")


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE deeds SET detail = '别的' WHERE id = 3", 3),
        ("UPDATE deeds SET actor = 9 WHERE id = 1", 1),
        ("UPDATE deeds SET actor = NULL WHERE id = 2", 2),
        ("UPDATE deeds SET at = at + 1 WHERE id = 5", 5),
        ("UPDATE deeds SET act = 'whatever' WHERE id = 4", 4),
        ("UPDATE deeds SET mark = 'x' WHERE id = 4", 4),
        ("DELETE FROM deeds WHERE id = 2", 2),
        ("DELETE FROM deeds WHERE id = 1", 1),
        ("INSERT INTO deeds SELECT 6, at, act, actor, subject, detail, mark FROM deeds WHERE id = 5", 6),
    ],
)
async def test_the_first_line_that_is_not_what_was_written_is_named(store: Store, statement: str, broken: int) -> None:
    await write(store, 5)
    await tamper(store, statement)
    assert (await store.audit.check()).broken == broken


async def test_a_tail_that_was_cut_off_shows_by_the_mark_that_was_noted(store: Store) -> None:
    await write(store, 5)
    noted = (await store.audit.check()).mark
    await tamper(store, "DELETE FROM deeds WHERE id = 5")
    assert (await store.audit.check()).broken is None
    assert not await store.audit.has(noted)


async def test_a_deed_whose_act_fails_is_not_written(store: Store) -> None:
    async def work(connection: AsyncConnection) -> None:
        await note(connection, Deed(Act.LOGIN, 1), NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.writer.write(work)
    assert await store.audit.check() == Check()


async def test_two_processes_write_one_chain(opened: Open) -> None:
    stores = [opened(), opened()]
    await asyncio.gather(*(write(store, 20) for store in stores))
    assert (await stores[0].audit.check()).lines == 40


async def test_a_login_and_a_password_are_written_with_the_act(store: Store) -> None:
    number = await adviser(store)
    await store.people.open_session(number, "half", "csrf", NOW, whole=False)
    await store.people.open_session(number, "whole", "csrf", NOW)
    await store.people.set_password(number, "own", NOW)
    acts = [line.deed.act for line in await store.audit.page()]
    assert acts == [Act.PASSWORD, Act.LOGIN, Act.USER_ADDED]
