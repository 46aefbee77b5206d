"""A copy made while everybody writes is whole, private, and a database to go on with."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from handlers.errors import StorageDown
from storage import backup
from storage.schema import inbox
from storage.store import Spans, open_store
from tests.conftest import KEY
from tests.storage.given import LEASE, NOW, inbound, rows


def file_of(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(url.removeprefix("sqlite+aiosqlite:///"))


async def test_a_copy_made_during_writes_is_whole_and_can_be_used(sqlite: str, tmp_path: Path) -> None:
    store, target = open_store(sqlite, KEY, Spans()), tmp_path / "copy.db"
    await store.inbox.put([inbound("之前", who="0")], NOW)
    done = 1

    async def write() -> None:
        nonlocal done
        while True:
            await store.inbox.put([inbound("问", who=str(n)) for n in range(10)], NOW)
            done += 10

    writing = [asyncio.create_task(write()) for _ in range(4)]
    while done < 100:  # noqa: ASYNC110 — until the writers are at it
        await asyncio.sleep(0.001)
    least = done
    await asyncio.to_thread(backup.copy, file_of(sqlite), target)
    most = done + 40
    for task in writing:
        task.cancel()
    await asyncio.gather(*writing, return_exceptions=True)
    await store.close()

    assert backup.is_whole(target)
    copy = open_store(f"sqlite+aiosqlite:///{target}", KEY, Spans())
    assert least <= len(await rows(copy, inbox)) <= most
    await copy.inbox.put([inbound("之后", who="new")], NOW)
    texts = {a.inbound.text for a in await copy.inbox.claim(1000, NOW, LEASE)}
    await copy.close()
    assert texts == {"之前", "问", "之后"}


def test_only_its_owner_can_read_a_copy(migrated: Path, tmp_path: Path) -> None:
    backup.copy(migrated, tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_copy_takes_the_place_of_the_last_one(migrated: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"old")
    backup.copy(migrated, target)
    assert backup.is_whole(target)
    assert [p.name for p in tmp_path.iterdir()] == ["copy.db"]


def test_a_copy_that_fails_leaves_the_last_one(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"old")
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    for source in ("broken.db", "missing.db"):
        with pytest.raises(StorageDown):
            backup.copy(tmp_path / source, target)
    assert target.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["broken.db", "copy.db"]


def test_a_file_that_is_cut_off_or_not_ours_is_not_whole(migrated: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    backup.copy(migrated, whole)
    cut, other = tmp_path / "cut.db", tmp_path / "other.db"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    assert [backup.is_whole(p) for p in (whole, cut, other, tmp_path / "missing.db")] == [True, False, False, False]
