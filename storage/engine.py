"""Open the database so that nothing acknowledged is lost and no update is overwritten unseen."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WAL_TRIES, WAL_PAUSE = 20, 0.01  # seconds between


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine that writes and one that only reads."""

    write: AsyncEngine
    read: AsyncEngine

    async def dispose(self) -> None:
        """Close every connection."""
        await self.write.dispose()
        await self.read.dispose()


def connect(url: str, *, busy_timeout: float = 5.0, readers: int = 4) -> Engines:
    """Engines for `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`; `busy_timeout` in seconds."""
    if url.startswith("sqlite"):
        return Engines(_sqlite(url, busy_timeout, 1, writes=True), _sqlite(url, busy_timeout, readers, writes=False))
    write = create_async_engine(url, pool_size=2, max_overflow=0, pool_pre_ping=True)
    return Engines(write, create_async_engine(url, pool_size=readers, max_overflow=0, pool_pre_ping=True))


def _sqlite(url: str, busy_timeout: float, connections: int, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=connections, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # the driver must not open transactions of its own: BEGIN is ours to say
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout * 1000)}")
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        # a deferred transaction that reads first and writes later can fail or overwrite what it did not see
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(cursor: Any) -> None:
    """Write ahead. The first change to it does not wait for a lock, so two processes that start at once try again."""
    for last in (*[False] * WAL_TRIES, True):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if last:
                raise
            time.sleep(WAL_PAUSE)
