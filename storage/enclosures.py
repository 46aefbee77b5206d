"""Keep pictures and files, sealed, and let nobody see one who may not see its ticket."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers import enclosures as nouns
from handlers.deliveries import Lane
from handlers.desk.tickets import Author, Entry
from handlers.enclosures import Content, Enclosure, State, Wanted
from handlers.messages import Address, Enclosed, Inbound, Reply
from handlers.staff import Scope
from storage.moments import moment, stamp
from storage.outbox import enqueue
from storage.schema import contents, enclosures, tickets
from storage.scopes import of, within
from storage.unit import Writer, reading
from storage.values import insert_new, packed, unpacked, value
from storage.vault import Vault

DESK = "desk"  # the channel of what staff enclose


@dataclass(frozen=True, slots=True)
class Label:
    """The words on an enclosure: its name, and how its channel names it."""

    name: str
    reference: str = ""


class Enclosures:
    """The tables of enclosures and of their contents."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    # -- to be fetched

    async def wanted(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Wanted]:
        """Take the next to be fetched."""
        due = and_(enclosures.c.state == State.WANTED, enclosures.c.due_at <= stamp(now))
        some = select(enclosures.c.mark).where(due).order_by(enclosures.c.due_at).limit(limit)
        taken = (
            update(enclosures)
            .where(enclosures.c.mark.in_(some), due)
            .values(tries=enclosures.c.tries + 1, due_at=stamp(now + lease))
            .returning(enclosures)
        )

        async def work(connection: AsyncConnection) -> Sequence[Any]:
            return (await connection.execute(taken)).fetchall()

        return [self._wanted(row) for row in await self._writer.write(work)]

    def _wanted(self, row: Any) -> Wanted:
        label = _label(self._vault, row)
        address = Address(row.channel, row.external)
        return Wanted(row.mark, address, row.receipt, label.name, label.reference, row.tries, moment(row.at))

    async def keep(self, wanted: Wanted, kind: str, content: bytes) -> None:
        """It was fetched."""
        name = nouns.named(wanted.name, kind)
        label = self._vault.seal(packed(Label(name)), _place(wanted.mark))
        done = {"words": label, "kind": kind, "size": len(content), "state": State.KEPT, "due_at": None}
        sealed = {"enclosure": wanted.mark, "content": self._vault.lock(content, _inside(wanted.mark))}
        ours = _still(wanted)

        async def work(connection: AsyncConnection) -> None:
            if (await connection.execute(update(enclosures).where(ours).values(done))).rowcount:
                await connection.execute(insert(contents), sealed)

        await self._writer.write(work)

    async def refuse(self, wanted: Wanted, told: Reply, now: datetime) -> None:
        """It cannot be had, or is not taken: its sender is told."""
        done = {"state": State.REFUSED, "due_at": None}
        cause = f"enclosure:{wanted.mark}"

        async def work(connection: AsyncConnection) -> None:
            if (await connection.execute(update(enclosures).where(_still(wanted)).values(done))).rowcount:
                await enqueue(connection, self._vault, now, [(cause, wanted.address, Lane.TICKET, [told])])

        await self._writer.write(work)

    async def put_off(self, wanted: Wanted, until: datetime) -> None:
        """Fetch it later."""
        later = update(enclosures).where(_still(wanted)).values(due_at=stamp(until))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(later)

        await self._writer.write(work)

    async def forget(self, before: datetime) -> int:
        """Erase what came before that time and never went to a ticket; returns how many."""
        loose = select(enclosures.c.mark).where(enclosures.c.receipt.is_(None), enclosures.c.at < stamp(before))

        async def work(connection: AsyncConnection) -> int:
            await connection.execute(delete(contents).where(contents.c.enclosure.in_(loose)))
            return (await connection.execute(delete(enclosures).where(enclosures.c.mark.in_(loose)))).rowcount

        return await self._writer.write(work)

    # -- to be seen

    async def sent(self, mark: str) -> Content | None:
        """What goes out with a delivery, to the one that it is addressed to."""
        return await self._opened(enclosures.c.mark == mark)

    async def seen(self, scope: Scope, receipt: str, mark: str) -> Content | None:
        """One of a ticket that is in scope."""
        ticket = exists().where(tickets.c.receipt == enclosures.c.receipt, within(scope))
        return await self._opened(and_(enclosures.c.mark == mark, enclosures.c.receipt == receipt, ticket))

    async def own(self, address: Address, mark: str) -> Content | None:
        """One that came from this address, or of a ticket of the resident who has it."""
        return await self._opened(and_(enclosures.c.mark == mark, owned(address)))

    async def _opened(self, where: Any) -> Content | None:
        wanted = select(enclosures, contents.c.content).join(contents).where(where)
        async with reading(self._read) as connection:
            found = (await connection.execute(wanted)).first()
        if found is None:
            return None
        label = _label(self._vault, found)
        return Content(label.name, found.kind, self._vault.unlock(found.content, _inside(found.mark)))

    async def of_resident(self, address: Address) -> Sequence[Enclosure]:
        """All that is kept of the resident who has the address, and what the answers to them had."""
        wanted = select(enclosures).where(owned(address)).order_by(enclosures.c.at, enclosures.c.mark)
        async with reading(self._read) as connection:
            return [listed(self._vault, r) for r in await connection.execute(wanted)]

    async def counted(self, receipts: Collection[str]) -> Mapping[str, int]:
        """How many residents have put to each of these tickets."""
        theirs = and_(enclosures.c.receipt.in_(receipts), enclosures.c.channel != DESK)
        wanted = select(enclosures.c.receipt, func.count().label("number")).where(theirs)
        async with reading(self._read) as connection:
            found = await connection.execute(wanted.group_by(enclosures.c.receipt))
            return {r.receipt: r.number for r in found}


def owned(address: Address) -> Any:
    """The condition that an enclosure is of the resident who has the address."""
    theirs = select(tickets.c.receipt).where(of(address))
    loose = and_(enclosures.c.channel == address.channel, enclosures.c.external == address.external)
    return or_(loose, enclosures.c.receipt.in_(theirs))


async def arrive(connection: AsyncConnection, vault: Vault, inbounds: Iterable[Inbound], now: datetime) -> None:
    """Within the caller's transaction: what came with these messages is theirs to be put to a ticket."""
    for inbound in inbounds:
        for one in inbound.enclosed:
            await _put(connection, vault, inbound.address, one, now)


async def _put(connection: AsyncConnection, vault: Vault, where: Address, one: Enclosed, now: datetime) -> None:
    kind = nouns.checked(one.content, len(one.content)) if one.content else ""
    name = nouns.named(one.name, kind) if kind else one.name
    fresh = {
        "mark": one.mark,
        "channel": where.channel,
        "external": where.external,
        "words": vault.seal(packed(Label(name, one.reference)), _place(one.mark)),
        "kind": kind,
        "size": len(one.content),
        "state": State.KEPT if kind else State.NEW,
        "tries": 0,
        "at": stamp(now),
    }
    # the same form sent again brings the same; then nothing is there to be added
    if (await connection.execute(insert_new(connection, enclosures), fresh)).rowcount and kind:
        sealed = {"enclosure": one.mark, "content": vault.lock(one.content, _inside(one.mark))}
        await connection.execute(insert(contents), sealed)


async def attach(connection: AsyncConnection, vault: Vault, number: int, entry: Entry) -> None:
    """Within the caller's transaction: what goes with an entry belongs to its ticket; what is not here is wanted."""
    if not entry.enclosed:
        return
    if entry.author is Author.ADVISER:
        for one in entry.enclosed:
            await _put(connection, vault, Address(DESK, entry.receipt), one, entry.at)
    wanted = enclosures.c.state == State.NEW
    resident = select(tickets.c.resident).where(tickets.c.receipt == entry.receipt).scalar_subquery()
    theirs = {
        "receipt": entry.receipt,
        "entry": number,
        "resident": resident,
        "state": case((wanted, State.WANTED), else_=enclosures.c.state),
        "due_at": case((wanted, stamp(entry.at)), else_=enclosures.c.due_at),
    }
    loose = and_(enclosures.c.mark.in_([one.mark for one in entry.enclosed]), enclosures.c.receipt.is_(None))
    await connection.execute(update(enclosures).where(loose).values(theirs))


async def of_entries(
    connection: AsyncConnection, vault: Vault, numbers: Collection[int]
) -> Mapping[int, tuple[Enclosure, ...]]:
    """What goes with each of these entries."""
    found: dict[int, tuple[Enclosure, ...]] = {}
    wanted = select(enclosures).where(enclosures.c.entry.in_(numbers)).order_by(enclosures.c.at, enclosures.c.mark)
    for row in await connection.execute(wanted):
        found[row.entry] = (*found.get(row.entry, ()), listed(vault, row))
    return found


async def of_marks(connection: AsyncConnection, vault: Vault, marks: Collection[str]) -> Mapping[str, Enclosure]:
    """Those of these marks that are still there."""
    wanted = select(enclosures).where(enclosures.c.mark.in_(marks), enclosures.c.state == State.KEPT)
    return {row.mark: listed(vault, row) for row in await connection.execute(wanted)}


def listed(vault: Vault, row: Any) -> Enclosure:
    """The enclosure in a row."""
    return value(Enclosure, row, name=_label(vault, row).name)


async def erase(connection: AsyncConnection, receipts: Collection[str]) -> None:
    """Within the caller's transaction: nothing of these tickets stays."""
    theirs = enclosures.c.receipt.in_(receipts)
    inside = contents.c.enclosure.in_(select(enclosures.c.mark).where(theirs))
    await connection.execute(delete(contents).where(inside))
    await connection.execute(delete(enclosures).where(theirs))


def _still(wanted: Wanted) -> Any:
    """Nobody else has taken it meanwhile, and it was not erased."""
    return and_(
        enclosures.c.mark == wanted.mark, enclosures.c.state == State.WANTED, enclosures.c.tries == wanted.tries
    )


def _label(vault: Vault, row: Any) -> Label:
    return unpacked(Label, vault.open(row.words, _place(row.mark)))


def _place(mark: str) -> str:
    return f"enclosure:{mark}"


def _inside(mark: str) -> str:
    return f"content:{mark}"
