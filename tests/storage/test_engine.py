"""The database may be locked, full or gone: writes wait or say so, and work again as soon as it does."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.errors import StorageDown
from storage.engine import connect
from storage.schema import inbox, towns
from storage.store import Spans, Store, open_store
from storage.unit import reading
from tests.conftest import KEY
from tests.storage.given import NOW, arrive, inbound, letting_go, rows
from tests.storage.postgres import Cluster

HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("COMMIT")
"""


def path_of(url: str) -> str:
    """The file of an SQLite database."""
    return url.removeprefix("sqlite+aiosqlite:///")


@asynccontextmanager
async def locked(url: str, seconds: float) -> AsyncGenerator[None]:
    """Another process holds the write lock, from now on for so long."""
    command = [sys.executable, "-c", HOLD, path_of(url), str(seconds)]
    holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert holder.stdout
    await holder.stdout.readline()
    try:
        yield
    finally:
        await holder.wait()


@asynccontextmanager
async def on(url: str, busy_timeout: float = 5.0) -> AsyncGenerator[Store]:
    """A Store with its own patience."""
    store = open_store(url, KEY, Spans(), busy_timeout=busy_timeout)
    try:
        yield store
    finally:
        await store.close()


async def seconds(work: Awaitable[object]) -> float:
    """How long it takes."""
    before = time.monotonic()
    await work
    return time.monotonic() - before


class TestSettings:
    @pytest.mark.parametrize("engine", ["write", "read"])
    async def test_sqlite_flushes_every_commit_and_keeps_its_own_rules(self, sqlite: str, engine: str) -> None:
        engines = connect(sqlite, busy_timeout=1.5)
        async with getattr(engines, engine).connect() as connection:
            found = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        await engines.dispose()
        assert found == ["wal", 2, 1, 1500]

    async def test_as_many_read_at_once_as_was_set(self, url: str) -> None:
        engines = connect(url, readers=2)
        assert engines.read.pool.size() == 2  # type: ignore[attr-defined]
        await engines.dispose()

    async def test_read_and_then_written_nothing_of_another_process_is_lost(self, sqlite: str) -> None:
        async def one_more(connection: AsyncConnection) -> None:
            held = (await connection.execute(select(towns.c.name))).scalar_one()
            await connection.execute(update(towns).values(name=str(int(held) + 1)))

        async with on(sqlite) as one, on(sqlite) as other:
            async with one.engines.write.begin() as connection:
                await connection.execute(towns.insert().values(name="0"))
            await asyncio.gather(*(s.writer.write(one_more) for s in (one, other) for _ in range(100)))
            assert [r.name for r in await rows(one, towns)] == ["200"]


class TestLocked:
    async def test_a_write_waits_for_another_process(self, sqlite: str) -> None:
        async with on(sqlite) as store, locked(sqlite, 0.4):
            assert await seconds(store.inbox.put([inbound()], NOW)) > 0.2
            assert len(await rows(store, inbox)) == 1

    async def test_reading_does_not_wait(self, sqlite: str) -> None:
        async with on(sqlite, 0.1) as store:
            await store.inbox.put([inbound()], NOW)
            async with locked(sqlite, 0.4):
                assert await seconds(rows(store, inbox)) < 0.3

    async def test_all_who_wait_too_long_are_told_at_once(self, sqlite: str) -> None:
        async with on(sqlite, 0.2) as store, locked(sqlite, 1.5):
            before = time.monotonic()
            puts = [store.inbox.put([inbound()], NOW) for _ in range(30)]
            found = await asyncio.gather(*puts, return_exceptions=True)
            assert [type(error) for error in found] == [StorageDown] * 30
            assert time.monotonic() - before < 1

    async def test_afterwards_everything_works(self, sqlite: str) -> None:
        async with on(sqlite, 0.1) as store:
            async with locked(sqlite, 0.3):
                with pytest.raises(StorageDown):
                    await store.inbox.put([inbound()], NOW)
            await store.inbox.put([inbound()], NOW)
            assert len(await rows(store, inbox)) == 1

    @pytest.mark.slow
    async def test_four_seconds_are_waited_for_and_ten_are_not(self, sqlite: str) -> None:
        async with on(sqlite) as store:
            async with locked(sqlite, 4):
                assert await seconds(store.inbox.put([inbound()], NOW)) > 3
            async with locked(sqlite, 10):
                with pytest.raises(StorageDown):
                    await store.inbox.put([inbound()], NOW)


class TestFull:
    async def test_a_full_disk_keeps_nothing_by_halves_and_recovers(self, sqlite: str) -> None:
        async with on(sqlite) as store:
            await store.inbox.put([inbound("前")], NOW)
            await _pages(store, 0)
            long = [store.inbox.put([inbound("长" * 5000)], NOW) for _ in range(10)]
            assert StorageDown in map(type, await asyncio.gather(*long, return_exceptions=True))
            kept = len(await rows(store, inbox))
            with closing(sqlite3.connect(path_of(sqlite))) as other:
                assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            await _pages(store, 1_000_000)
            await store.inbox.put([inbound("后")], NOW)
            assert len(await rows(store, inbox)) == kept + 1

    async def test_of_a_group_the_small_are_kept_and_the_large_refused(self, sqlite: str) -> None:
        async with on(sqlite) as store:
            await _pages(store, 4)
            words = ["短", "长" * 50_000, "短"]
            found = await asyncio.gather(*(store.inbox.put([inbound(w)], NOW) for w in words), return_exceptions=True)
            assert [type(value) for value in found] == [type(None), StorageDown, type(None)]


async def _pages(store: Store, more: int) -> None:
    """Let the database grow by so many pages and no further; the writer has this one connection."""
    async with store.engines.write.connect() as connection:
        used = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={used + more}")


class TestGone:
    async def test_postgresql_that_comes_back_is_used_again_without_a_restart(
        self, postgresql: str, cluster: Cluster
    ) -> None:
        async with on(postgresql) as store:
            await store.inbox.put([inbound("前")], NOW)
            await rows(store, inbox)
            await asyncio.to_thread(cluster.stop)
            try:
                with pytest.raises(StorageDown):
                    await store.inbox.put([inbound("间")], NOW)
                with pytest.raises(StorageDown):
                    await rows(store, inbox)
            finally:
                await asyncio.to_thread(cluster.start)
            await store.inbox.put([inbound("后")], NOW)
            found = await store.inbox.claim(10, NOW, NOW - NOW)
            assert [a.inbound.text for a in found] == ["前"]
            assert len(await rows(store, inbox)) == 2

    async def test_what_postgresql_committed_before_it_fell_is_there_after(
        self, postgresql: str, cluster: Cluster
    ) -> None:
        async with on(postgresql) as store:
            await asyncio.gather(*(store.inbox.put([inbound(who=str(n))], NOW) for n in range(500)))
            await asyncio.to_thread(cluster.stop)
            await asyncio.to_thread(cluster.start)
            assert len(await rows(store, inbox)) == 500

    async def test_a_connection_cut_in_the_middle_is_storage_down(self, postgresql: str) -> None:
        async with on(postgresql) as store:

            async def cut(connection: AsyncConnection) -> None:
                await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

            with pytest.raises(StorageDown):
                await store.writer.write(cut)
            await store.inbox.put([inbound()], NOW)

    async def test_a_folder_that_is_gone_is_storage_down(self, sqlite: str) -> None:
        async with letting_go(), on(f"{sqlite}/nowhere/legalbot.db") as store:
            with pytest.raises(StorageDown):
                await store.inbox.put([inbound()], NOW)


WRONG = {
    "a column that does not exist": "SELECT nothing FROM inbox",
    "a table that does not exist": "SELECT * FROM nothing",
    "a null that must not be": "INSERT INTO towns (id, name) VALUES (1, NULL)",
    "a village of no town": "INSERT INTO villages (id, town, name) VALUES (1, 9, 'x')",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
async def test_a_fault_of_ours_is_not_taken_for_a_fault_of_the_database(store: Store, statement: str) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text(statement))

    with pytest.raises(SQLAlchemyError):
        await store.writer.write(work)


async def test_data_that_does_not_fit_is_a_fault_of_ours(postgresql: str) -> None:
    async with on(postgresql) as store:

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(towns.insert().values(id="nine", name="x"))

        with pytest.raises(SQLAlchemyError):
            await store.writer.write(work)


async def test_a_reader_learns_the_same(store: Store) -> None:
    with pytest.raises(SQLAlchemyError):
        async with reading(store.engines.read) as connection:
            await connection.execute(text("SELECT nothing FROM inbox"))


async def test_a_violated_rule_keeps_its_name(store: Store) -> None:
    await arrive(store, inbound())

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(towns.insert(), [{"name": "安居镇"}, {"name": "安居镇"}])

    with pytest.raises(IntegrityError):
        await store.writer.write(work)
