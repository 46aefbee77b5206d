"""Read tickets with their clocks, and carry out the moves that were decided, all of them or none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.audit import Act, Deed
from handlers.deliveries import Lane
from handlers.desk.clocks import Alarm, Clock
from handlers.desk.moves import Event, Move, Tracked
from handlers.desk.news import TELLING
from handlers.desk.states import Act as Step
from handlers.desk.tickets import Author, Entry, Ticket
from handlers.messages import Address
from storage import enclosures
from storage.audit import note
from storage.moments import stamp
from storage.outbox import enqueue
from storage.schema import addresses, bars, entries, events, tickets
from storage.values import row, value, written
from storage.vault import Vault

_FACTS = {"receipt", "resident", "kind", "reason", "opened_at"}  # that no move changes


async def read(connection: AsyncConnection, statement: Select[Any]) -> list[Tracked]:
    """The tickets that a SELECT over all their columns finds, in its order."""
    return await tracked(connection, (await connection.execute(statement)).fetchall())


async def tracked(connection: AsyncConnection, rows: Sequence[Any]) -> list[Tracked]:
    """The tickets in these rows."""
    barred: defaultdict[str, set[int]] = defaultdict(set)
    if rows:
        wanted = select(bars).where(bars.c.receipt.in_([r.receipt for r in rows]))
        for bar in await connection.execute(wanted):
            barred[bar.receipt].add(bar.adviser)
    return [Tracked(value(Ticket, r, barred=frozenset(barred[r.receipt])), value(Clock, r), r.revision) for r in rows]


def ticket_row(one: Tracked) -> dict[str, Any]:
    """The row of a ticket and its clock."""
    clock = {f.name: written(getattr(one.clock, f.name)) for f in fields(one.clock)}
    return row(tickets, one.ticket) | clock | {"revision": one.revision}


def entry_row(vault: Vault, entry: Entry) -> dict[str, Any]:
    """The row of a ticket's entry, sealed."""
    return row(entries, entry) | {"words": vault.seal(entry.text, f"entry:{entry.receipt}")}


async def keep_entry(connection: AsyncConnection, vault: Vault, entry: Entry) -> int:
    """Within the caller's transaction: what was said, with all that goes with it; returns its number."""
    added = await connection.execute(insert(entries).returning(entries.c.id), entry_row(vault, entry))
    number = added.scalar_one()
    await enclosures.attach(connection, vault, number, entry)
    return number


async def carry_out(connection: AsyncConnection, vault: Vault, moves: Sequence[Move], now: datetime) -> bool:
    """Write all of it down within the caller's transaction; nothing, and False, if a ticket has changed since."""
    if not await _are_fresh(connection, moves):
        return False
    for move in moves:
        await _write(connection, move)
        await _answer_for(connection, move, now)
        await _say(connection, vault, move, now)
    return True


async def _are_fresh(connection: AsyncConnection, moves: Sequence[Move]) -> bool:
    first: dict[str, int] = {}
    for move in moves:
        first.setdefault(move.before.ticket.receipt, move.before.revision)
    found = select(tickets.c.receipt, tickets.c.revision).where(tickets.c.receipt.in_(first))
    # locked in one order, so that two who move the same tickets cannot wait for each other
    held = found.order_by(tickets.c.receipt).with_for_update()
    return {r.receipt: r.revision for r in await connection.execute(held)} == first


async def _write(connection: AsyncConnection, move: Move) -> None:
    was, now_is = move.before.ticket, move.after.ticket
    changed = {name: cell for name, cell in ticket_row(move.after).items() if name not in _FACTS}
    await connection.execute(update(tickets).where(tickets.c.receipt == now_is.receipt).values(changed))
    if added := now_is.barred - was.barred:
        await connection.execute(insert(bars), [{"receipt": now_is.receipt, "adviser": a} for a in sorted(added)])
    if move.event:
        due = stamp(move.event.at) if str(move.event.act) in TELLING else None
        await connection.execute(insert(events).values(row(events, move.event, news_at=due)))


def happened(found: Any) -> Event:
    """The event in a row."""
    act = Alarm(found.act) if found.act in (Alarm.WARN, Alarm.BACK, Alarm.UP) else Step(found.act)
    return value(Event, found, act=act)


async def _answer_for(connection: AsyncConnection, move: Move, now: datetime) -> None:
    """What a member of staff did goes into the chain; what residents and the clock do is only an event."""
    if move.event and move.event.by is not None:
        said = " ".join(part for part in (move.event.act, move.event.detail) if part)
        await note(connection, Deed(Act.TICKET, move.event.by, move.event.receipt, said), now)


async def _say(connection: AsyncConnection, vault: Vault, move: Move, now: datetime) -> None:
    cause = f"move:{move.after.ticket.receipt}:{move.after.revision}"
    if move.entry:
        number = await keep_entry(connection, vault, move.entry)
        if move.entry.author is Author.ADVISER:
            cause = f"entry:{number}"  # by which the desk knows what became of the answer
    if move.replies and (to := await address(connection, move.after.ticket.resident)):
        await enqueue(connection, vault, now, [(cause, to, Lane.TICKET, move.replies)])


async def address(connection: AsyncConnection, resident: str) -> Address | None:
    """Where the resident can be reached: an open address before a closed one, the last used first."""
    statement = (
        select(addresses.c.channel, addresses.c.external)
        .where(addresses.c.resident == resident)
        .order_by(addresses.c.open.desc(), addresses.c.seen_at.desc())
        .limit(1)
    )
    found = (await connection.execute(statement)).first()
    return Address(found.channel, found.external) if found else None
