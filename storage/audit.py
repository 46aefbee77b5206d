"""Write down what staff did, in the transaction that did it, and check that nobody changed it since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers import audit
from handlers.audit import Check, Deed, Line
from storage.moments import moment, stamp
from storage.schema import deeds
from storage.unit import Writer, reading

LOCK = 12338  # any number that nobody else locks in this database
BATCH = 1000  # lines checked at once
PAGE = 100  # lines of a page


async def note(connection: AsyncConnection, deed: Deed, now: datetime) -> None:
    """Add a line to the chain."""
    if connection.dialect.name == "postgresql":
        # two that add at once would both follow the same line; SQLite's BEGIN IMMEDIATE lets one write at a time
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    last = (await connection.execute(_newest().limit(1))).first()
    number, previous = (last.id + 1, last.mark) if last else (1, "")
    at = moment(stamp(now))
    row = {
        "id": number,
        "at": stamp(at),
        "act": deed.act,
        "actor": deed.actor,
        "subject": deed.subject,
        "detail": deed.detail,
        "mark": audit.mark(previous, number, at, deed),
    }
    await connection.execute(deeds.insert().values(row))


class Audit:
    """The deeds table."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def note(self, deed: Deed, now: datetime) -> None:
        """Write down what changes no other table."""
        await self._writer.write(lambda connection: note(connection, deed, now))

    async def page(self, before: int = 0) -> Sequence[Line]:
        """The newest lines, or the newest before that number."""
        statement = _newest().limit(PAGE)
        async with reading(self._read) as connection:
            found = await connection.execute(statement.where(deeds.c.id < before) if before else statement)
            return [_line(r) for r in found]

    async def has(self, mark: str) -> bool:
        """Is there a line with this mark?"""
        async with reading(self._read) as connection:
            return (await connection.execute(select(deeds.c.id).where(deeds.c.mark == mark))).first() is not None

    async def check(self) -> Check:
        """Is every line what was written?"""
        held, number = Check(), 0
        async with reading(self._read) as connection:
            while held.broken is None:
                some = select(deeds).where(deeds.c.id > number).order_by(deeds.c.id).limit(BATCH)
                lines = [_line(r) for r in await connection.execute(some)]
                if not lines:
                    break
                held, number = audit.check(lines, held), lines[-1].number
        return held


def _newest() -> Any:
    return select(deeds).order_by(deeds.c.id.desc())


def _line(row: Any) -> Line:
    return Line(row.id, moment(row.at), Deed(row.act, row.actor, row.subject, row.detail), row.mark)
