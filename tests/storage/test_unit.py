"""Writes of one process share a transaction, and none of them suffers from the others."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.errors import StorageDown
from storage.schema import towns
from storage.store import Spans, Store, open_store
from storage.unit import GROUP, Work, reading
from tests.conftest import KEY, Open


def add(name: str) -> Work[int]:
    """A unit that adds a town."""

    async def work(connection: AsyncConnection) -> int:
        return (await connection.execute(towns.insert().values(name=name).returning(towns.c.id))).scalar_one()

    return work


async def names(store: Store) -> set[str]:
    """The towns that a second connection sees."""
    async with reading(store.engines.read) as connection:
        return set((await connection.execute(select(towns.c.name))).scalars())


def commits(store: Store) -> Callable[[], int]:
    """Count the transactions from now on."""
    seen: list[object] = []
    event.listen(store.engines.write.sync_engine, "commit", seen.append)
    return lambda: len(seen)


async def test_a_unit_gives_its_value_once_it_is_committed(store: Store) -> None:
    assert await store.writer.write(add("安居镇")) > 0
    assert await names(store) == {"安居镇"}


async def test_500_writes_at_once_are_all_kept_in_few_transactions(store: Store) -> None:
    counted = commits(store)
    numbers = await asyncio.gather(*(store.writer.write(add(f"镇{n}")) for n in range(500)))
    assert len(set(numbers)) == len(await names(store)) == 500
    assert counted() <= 500 // GROUP + 2


@pytest.mark.parametrize("guilty", [0, 13, 39])
async def test_a_unit_that_fails_fails_alone(store: Store, guilty: int) -> None:
    await store.writer.write(add("双"))
    wanted = ["双" if n == guilty else f"镇{n}" for n in range(40)]
    found = await asyncio.gather(*(store.writer.write(add(name)) for name in wanted), return_exceptions=True)
    assert [n for n, value in enumerate(found) if isinstance(value, IntegrityError)] == [guilty]
    assert await names(store) == set(wanted)


async def test_an_error_of_the_unit_itself_is_what_its_caller_sees(store: Store) -> None:
    async def broken(_connection: AsyncConnection) -> None:
        raise KeyError("ours")

    found = await asyncio.gather(
        store.writer.write(add("一")), store.writer.write(broken), store.writer.write(add("二")), return_exceptions=True
    )
    assert isinstance(found[1], KeyError)
    assert await names(store) == {"一", "二"}


async def test_half_a_unit_is_never_kept(store: Store) -> None:
    async def half(connection: AsyncConnection) -> None:
        await add("半")(connection)
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await store.writer.write(half)
    assert await names(store) == set()


async def test_a_caller_who_goes_away_takes_nobody_along(store: Store) -> None:
    writes = [asyncio.create_task(store.writer.write(add(f"镇{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    writes[3].cancel()
    found = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(value) for value in found].count(int) == 9
    assert {f"镇{n}" for n in range(10) if n != 3} <= await names(store)


async def test_closing_waits_for_all_that_was_asked_for(opened: Open) -> None:
    store, witness = opened(), opened()
    writes = [asyncio.create_task(store.writer.write(add(f"镇{n}"))) for n in range(200)]
    await asyncio.sleep(0)
    await store.close()
    assert all(task.done() for task in writes)
    assert len(await names(witness)) == 200


async def test_after_closing_nothing_is_taken(store: Store) -> None:
    await store.close()
    with pytest.raises(StorageDown):
        await store.writer.write(add("晚了"))


@pytest.mark.slow
async def test_two_processes_that_stand_in_each_other_s_way_both_get_through(postgresql: str) -> None:
    stores = [open_store(postgresql, KEY, Spans()) for _ in range(2)]
    met = asyncio.Barrier(2)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Work[int]:
        async def work(connection: AsyncConnection) -> int:
            runs.append(first)
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({first})"))
            if len(runs) <= 2:
                await met.wait()  # each holds what the other will want
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({second})"))
            return first

        return work

    found = await asyncio.gather(stores[0].writer.write(crossing(71, 72)), stores[1].writer.write(crossing(72, 71)))
    assert found == [71, 72]
    assert len(runs) == 3  # one was undone by the database, and ran again
    for store in stores:
        await store.close()
