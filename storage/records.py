"""Keep residents and dialogues, and write down all that a decision asks for at once."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.cases import Situation
from handlers.deliveries import Lane
from handlers.dialogue import Dialogue
from handlers.messages import Arrived, Kind, Reply
from handlers.outcomes import Outcome
from handlers.residents import Resident, Village
from storage import reminders
from storage.moments import stamp
from storage.outbox import enqueue, release
from storage.schema import addresses, dialogues, entries, inbox, residents, tickets, towns, villages
from storage.unit import Writer, reading
from storage.values import packed, row, unpacked, upsert, value
from storage.vault import Vault


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
        return [
            self._situation(a, found.get((a.inbound.address.channel, a.inbound.address.external)), now) for a in arrived
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
            ours = await _finish(connection, [situation.arrived.id for situation, _ in outcomes])
            mine = [(s, o) for s, o in outcomes if s.arrived.id in ours]
            if mine:
                await self._write(connection, mine, now)

        await self._writer.write(work)

    async def _write(self, connection: AsyncConnection, mine: list[tuple[Situation, Outcome]], now: datetime) -> None:
        await _write_residents(connection, [o.resident for s, o in mine if not s.known or s.resident != o.resident])
        await _write_addresses(connection, mine, now)
        await release(connection, [s.inbound.address for s, _ in mine if s.inbound.kind is not Kind.LEFT], now)
        await self._write_dialogues(connection, mine, now)
        await self._write_tickets(connection, [o for _, o in mine])
        await reminders.drop(connection, [o.resident.id for _, o in mine if o.hushed])
        await reminders.keep(connection, self._vault, [(o.resident.id, o.reminder) for _, o in mine if o.reminder])
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

    async def _write_tickets(self, connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
        opened = [row(tickets, t) for o in outcomes for t in o.opened]
        if opened:
            # a receipt number that is taken must fail: the message is then handled again, under another number
            await connection.execute(tickets.insert(), opened)
        words = [entry_row(self._vault, e) for o in outcomes for e in o.entries]
        if words:
            await connection.execute(entries.insert(), words)
        placed = [{"of": p.receipt, "village": p.village} for o in outcomes for p in o.placed]
        if placed:
            where = update(tickets).where(tickets.c.receipt == bindparam("of")).values(village=bindparam("village"))
            await connection.execute(where, placed)

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
_FINISH = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)), inbox.c.state == "claimed")
    .values(state="done")
    .returning(inbox.c.id)
)


async def _finish(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Mark as done what nobody finished yet; only these are ours to act on."""
    return {r.id for r in await connection.execute(_FINISH, {"ids": list(ids)})}


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


def entry_row(vault: Vault, entry: Any) -> dict[str, Any]:
    """The row of a ticket's entry, sealed."""
    return row(entries, entry) | {"words": vault.seal(entry.text, f"entry:{entry.receipt}")}


def _place(resident: str) -> str:
    return f"dialogue:{resident}"
