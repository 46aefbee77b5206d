"""Erase the words of tickets that were done long ago; what is counted and scored stays."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.desk.states import DONE
from handlers.enclosures import NAMELESS
from storage import enclosures as kept
from storage.audit import note
from storage.links import cause
from storage.moments import stamp
from storage.schema import drafts, enclosures, entries, notes, outbox, tickets
from storage.unit import Writer, reading

WORDS: Mapping[Table, str] = {entries: "往来", notes: "内部备注", drafts: "草稿", enclosures: NAMELESS}
BATCH = 500  # tickets of one transaction


class Retention:
    """The words on tickets, and how long they are kept."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def due(self, before: datetime) -> Mapping[str, int]:
        """How many tickets done before that time have words, and how many of which kind, under Chinese names."""
        held = _due(before)
        kinds = {name: select(func.count()).where(table.c.receipt.in_(held)) for table, name in WORDS.items()}
        counts = {"工单": select(func.count()).select_from(held.subquery())} | kinds
        async with reading(self._read) as connection:
            return {name: (await connection.execute(count)).scalar_one() for name, count in counts.items()}

    async def erase(self, before: datetime, now: datetime) -> int:
        """Erase the words of tickets done before that time; returns of how many tickets."""
        some = _due(before).order_by(tickets.c.closed_at).limit(BATCH).with_for_update()

        async def work(connection: AsyncConnection) -> int:
            receipts = (await connection.execute(some)).scalars().all()
            if receipts:
                await _erase(connection, receipts)
                await note(connection, Deed(Act.EXPIRED, None, "tickets", str(len(receipts))), now)
            return len(receipts)

        erased = 0
        while count := await self._writer.write(work):
            erased += count
        return erased


def _due(before: datetime) -> Any:
    has_words = or_(*(exists().where(table.c.receipt == tickets.c.receipt) for table in WORDS))
    return select(tickets.c.receipt).where(tickets.c.closed_at < stamp(before), tickets.c.state.in_(DONE), has_words)


async def _erase(connection: AsyncConnection, receipts: Collection[str]) -> None:
    await _erase_sent(connection, receipts)
    await kept.erase(connection, receipts)
    for table in WORDS:
        await connection.execute(delete(table).where(table.c.receipt.in_(receipts)))


async def _erase_sent(connection: AsyncConnection, receipts: Collection[str]) -> None:
    """What was sent says the same; SQLite may also give an entry's number again, and its answer must find it free."""
    said = (await connection.execute(select(entries.c.id).where(entries.c.receipt.in_(receipts)))).scalars().all()
    await connection.execute(delete(outbox).where(outbox.c.cause.in_([f"entry:{number}" for number in said])))
    begins: defaultdict[int, list[str]] = defaultdict(list)
    for receipt in receipts:
        for start in (cause(receipt, ""), f"move:{receipt}:"):
            begins[len(start)].append(start)
    for length, starts in begins.items():  # of one length, so that the table is read once and not for every ticket
        await connection.execute(delete(outbox).where(func.substr(outbox.c.cause, 1, length).in_(starts)))
