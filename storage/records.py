"""Keep residents and dialogues, and write down all that a decision asks for at once."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.cases import Situation
from handlers.deliveries import Lane
from handlers.desk import moves
from handlers.desk.moves import Tracked
from handlers.desk.states import UNHELD
from handlers.desk.tickets import Ticket, Tier, owner
from handlers.education.subscriptions import Subscription
from handlers.errors import Stale
from handlers.joining import Join, Other
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Address, Arrived, Kind, Reply
from handlers.outcomes import Outcome, Placed
from handlers.residents import Resident, Village
from handlers.talk.dialogue import Dialogue
from storage import effects, joining, mediations, quizzes, reminders
from storage.enclosures import Enclosures
from storage.inbox import finish
from storage.moments import stamp
from storage.moves import carry_out, keep_entry, ticket_row, tracked
from storage.outbox import enqueue, release
from storage.schema import addresses, dialogues, inbox, residents, tickets, towns, users, villages
from storage.subscriptions import subscribed, write_subscriptions
from storage.unit import Writer, reading
from storage.values import packed, row, unpacked, upsert, value
from storage.vault import Vault

REMEMBERED = timedelta(days=60)  # so long a resident may still rate and reopen a ticket


class Records:
    """Residents, addresses, dialogues, and the tickets that a decision opens."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def gather(self, arrived: Sequence[Arrived], now: datetime) -> Sequence[Situation]:
        """What is known of each sender; one never seen before is a new resident."""
        keys = {(a.inbound.address.channel, a.inbound.address.external) for a in arrived}
        async with reading(self._read) as connection:
            found = {(r.channel, r.external): r for r in await connection.execute(_GATHER, {"keys": list(keys)})}
            theirs = await _tickets_of(connection, {r.id for r in found.values()}, now)
            staff = await _names(connection, [t.ticket for held in theirs.values() for t in held])
        senders = [found.get((a.inbound.address.channel, a.inbound.address.external)) for a in arrived]
        return [
            replace(self._situation(a, sender, now), tickets=tuple(theirs[sender.id]), staff=staff)
            if sender
            else self._situation(a, None, now)
            for a, sender in zip(arrived, senders, strict=True)
        ]

    def _situation(self, arrived: Arrived, found: Row[Any] | None, now: datetime) -> Situation:
        if found is None:
            return Situation(arrived, Resident(secrets.token_hex(12), now), Dialogue(), known=False)
        body = found.body
        dialogue = unpacked(Dialogue, self._vault.open(body, _place(found.id))) if body else Dialogue()
        return Situation(arrived, value(Resident, found), dialogue)

    async def record(self, outcomes: Sequence[tuple[Situation, Outcome]], now: datetime) -> None:
        """State, tickets, outbox rows and the inbox mark, in one transaction for all."""

        async def work(connection: AsyncConnection) -> None:
            ours = await finish(connection, [situation.arrived.id for situation, _ in outcomes])
            mine = [(s, o) for s, o in outcomes if s.arrived.id in ours]
            if mine:
                await self._write(connection, mine, now)

        await self._writer.write(work)

    async def _write(self, connection: AsyncConnection, mine: list[tuple[Situation, Outcome]], now: datetime) -> None:
        await _still_theirs(connection, mine)
        await _write_residents(connection, [o.resident for s, o in mine if not s.known or s.resident != o.resident])
        await _write_addresses(connection, mine, now)
        for situation, outcome in mine:
            if outcome.joining:
                of = joining.Of(outcome.resident.id, situation.inbound.address, situation.arrived.id)
                await joining.write(connection, self._vault, of, outcome.joining, now)
        await release(connection, [s.inbound.address for s, _ in mine if s.inbound.kind is not Kind.LEFT], now)
        await self._write_dialogues(connection, mine, now)
        await self._write_tickets(connection, [o for _, o in mine], now)
        await self._write_mediations(connection, [o for _, o in mine], now)
        await reminders.drop(connection, [o.resident.id for _, o in mine if o.hushed])
        await reminders.keep(connection, self._vault, [(o.resident.id, o.reminder) for _, o in mine if o.reminder])
        await quizzes.write(connection, [o for _, o in mine])
        await effects.write(connection, [o for _, o in mine], now)
        await write_subscriptions(connection, [o.subscription for _, o in mine if o.subscription], now)
        talk = ((f"in:{s.arrived.id}", s.arrived.inbound.address, Lane.TALK, o.replies) for s, o in mine)
        await enqueue(connection, self._vault, now, talk)

    async def _write_dialogues(
        self, connection: AsyncConnection, mine: list[tuple[Situation, Outcome]], now: datetime
    ) -> None:
        rows = [
            {
                "resident": o.resident.id,
                "body": self._vault.seal(packed(o.dialogue), _place(o.resident.id)),
                "updated_at": stamp(now),
            }
            for _, o in mine
        ]
        await _upsert(connection, dialogues, rows, "resident")

    async def _write_tickets(self, connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
        opened = [ticket_row(moves.opened(t)) for o in outcomes for t in o.opened]
        if opened:
            # a receipt number that is taken must fail: the message is then handled again, under another number
            await connection.execute(tickets.insert(), opened)
        for entry in (e for o in outcomes for e in o.entries):
            await keep_entry(connection, self._vault, entry)
        moved = [m for o in outcomes for m in o.moves]
        if moved and not await carry_out(connection, self._vault, moved, now):
            raise Stale("a ticket has changed meanwhile")  # the message is then handled again, over the new one
        for placed in (p for o in outcomes for p in o.placed):
            await connection.execute(_placed(placed, now))

    async def _write_mediations(self, connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
        for filed in (f for o in outcomes for f in o.mediations):
            if not await mediations.write(connection, self._vault, filed.mediation, filed.told, now):
                raise Stale("a mediation has changed meanwhile")  # the message is then handled again, over the new one

    async def bury(self, arrived: Arrived, reply: Reply, reason: str, now: datetime) -> None:
        """Give the message up, and tell its sender."""
        dead = (
            update(inbox)
            .where(inbox.c.id == arrived.id, inbox.c.state == "claimed")
            .values(state="dead", reason=reason)
        )
        told = [(f"in:{arrived.id}", arrived.inbound.address, Lane.TALK, [reply])]

        async def work(connection: AsyncConnection) -> None:
            if (await connection.execute(dead)).rowcount:
                await enqueue(connection, self._vault, now, told)

        await self._writer.write(work)

    async def mediation(self, number: str) -> Mediation | None:
        """The mediation of that number, whoever asks."""
        async with reading(self._read) as connection:
            return await mediations.read(connection, self._vault, number)

    async def subscriptions(self, of: Sequence[str]) -> Mapping[str, Subscription]:
        """What these residents asked to be told, for those who ever did."""
        async with reading(self._read) as connection:
            return await subscribed(connection, of)

    async def other(self, code: str, now: datetime) -> Other | None:
        """Whom a code that makes two residents one was given to, if it still counts."""
        async with reading(self._read) as connection:
            found = await joining.offered(connection, self._vault, code, now)
            if found is None:
                return None
            held = (await connection.execute(select(dialogues.c.body).where(dialogues.c.resident == found.id))).scalar()
            return Other(
                value(Resident, found),
                unpacked(Dialogue, self._vault.open(held, _place(found.id))) if held else Dialogue(),
                tuple(await joining.addresses_of(connection, found.id)),
                (await subscribed(connection, [found.id])).get(found.id),
            )

    async def addresses(self, of: str) -> Sequence[Address]:
        """Where a resident is reached."""
        async with reading(self._read) as connection:
            return await joining.addresses_of(connection, of)

    async def enclosed(self, receipts: Collection[str]) -> Mapping[str, int]:
        """How many pictures and files each of these tickets has of its resident."""
        return await Enclosures(self._writer, self._read, self._vault).counted(receipts)

    async def villages(self) -> Sequence[Village]:
        """Every village of the district."""
        statement = select(villages.c.id, villages.c.name, towns.c.name.label("town")).join(towns)
        async with reading(self._read) as connection:
            return [value(Village, r) for r in await connection.execute(statement.order_by(villages.c.id))]


# statements of the hot path are made once: making one costs as much as running it
_GATHER = (
    select(addresses.c.channel, addresses.c.external, residents, dialogues.c.body)
    .join(residents, residents.c.id == addresses.c.resident)
    .join(dialogues, dialogues.c.resident == residents.c.id, isouter=True)
    .where(tuple_(addresses.c.channel, addresses.c.external).in_(bindparam("keys", expanding=True)))
)
_THEIRS = (
    select(tickets)
    .where(tickets.c.resident.in_(bindparam("residents", expanding=True)))
    .where(or_(tickets.c.closed_at.is_(None), tickets.c.closed_at >= bindparam("since")))
    .order_by(tickets.c.opened_at.desc())
)


_HOLDERS = select(addresses.c.channel, addresses.c.external, addresses.c.resident).where(
    tuple_(addresses.c.channel, addresses.c.external).in_(bindparam("keys", expanding=True))
)


def _placed(placed: Placed, now: datetime) -> Any:
    """The village is known, or will not be: whoever is to answer is looked for now, first of all there."""
    rung = {"alarm_at": case((tickets.c.state.in_(UNHELD), stamp(now)), else_=tickets.c.alarm_at)}
    if placed.village is not None:
        free = and_(tickets.c.state.in_(UNHELD), tickets.c.tier != Tier.EXPERT)
        rung |= {
            "village": placed.village,
            "tier": case((free, Tier.VILLAGE), else_=tickets.c.tier),
            "offered": case((free, None), else_=tickets.c.offered),
        }
    return (
        update(tickets).where(tickets.c.receipt == placed.receipt).values(rung | {"revision": tickets.c.revision + 1})
    )


async def _tickets_of(
    connection: AsyncConnection, residents: Collection[str], now: datetime
) -> defaultdict[str, list[Tracked]]:
    theirs: defaultdict[str, list[Tracked]] = defaultdict(list)
    since = {"residents": list(residents), "since": stamp(now - REMEMBERED)}
    for held in await tracked(connection, (await connection.execute(_THEIRS, since)).fetchall()):
        theirs[held.ticket.resident].append(held)
    return theirs


async def _names(connection: AsyncConnection, held: Iterable[Ticket]) -> dict[int, str]:
    """What those are called who have the tickets."""
    numbers = {number for ticket in held if (number := owner(ticket)) is not None}
    if not numbers:
        return {}
    found = await connection.execute(select(users.c.id, users.c.name).where(users.c.id.in_(numbers)))
    return {r.id: r.name for r in found}


async def _still_theirs(connection: AsyncConnection, mine: Sequence[tuple[Situation, Outcome]]) -> None:
    """Raise Stale if somebody has become another's, or was another's all the time; the message is handled again."""
    wanted = {(s.inbound.address.channel, s.inbound.address.external): s.resident.id for s, _ in mine if s.known}
    found = await connection.execute(_HOLDERS, {"keys": list(wanted)}) if wanted else ()
    concerned = [o.resident.id for _, o in mine] + [o.joining.gone for _, o in mine if isinstance(o.joining, Join)]
    if {(r.channel, r.external): r.resident for r in found} != wanted or len(set(concerned)) < len(concerned):
        raise Stale("not the resident that was")


async def _write_residents(connection: AsyncConnection, changed: Sequence[Resident]) -> None:
    await _upsert(connection, residents, [row(residents, r) for r in changed], "id")


async def _write_addresses(
    connection: AsyncConnection, mine: Iterable[tuple[Situation, Outcome]], now: datetime
) -> None:
    rows = [
        {
            "channel": s.arrived.inbound.address.channel,
            "external": s.arrived.inbound.address.external,
            "resident": o.resident.id,
            "open": s.inbound.kind is not Kind.LEFT,  # whoever writes to us can be written to
            "seen_at": stamp(now),
        }
        for s, o in mine
    ]
    await _upsert(connection, addresses, rows, "channel", "external")


async def _upsert(connection: AsyncConnection, table: Any, rows: Sequence[dict[str, Any]], *key: str) -> None:
    if not rows:
        return
    await connection.execute(upsert(connection, table, rows[0], key), rows)


def _place(resident: str) -> str:
    return f"dialogue:{resident}"
