"""Keep every message as it arrived, once, before anybody is told that we have it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.enclosures import mark
from handlers.messages import Address, Arrived, Enclosed, Inbound, Kind
from storage import enclosures
from storage.moments import moment, stamp
from storage.schema import inbox
from storage.unit import Writer
from storage.values import insert_new
from storage.vault import Vault

# written out, not bound: SQLite uses the index of what waits only where it can see that the query asks for nothing else
WAITING = tuple(literal_column(f"'{state}'") for state in ("new", "claimed"))


class Inbox:
    """The inbox table."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault

    async def put(self, inbounds: Sequence[Inbound], now: datetime) -> None:
        """Keep them durably; one that is there already changes nothing."""
        rows = [self._row(inbound, now) for inbound in inbounds]
        if not rows:
            return

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert_new(connection, inbox), rows)
            await enclosures.arrive(connection, self._vault, inbounds, now)

        await self._writer.write(work)

    def _row(self, inbound: Inbound, now: datetime) -> dict[str, Any]:
        channel = inbound.address.channel
        return {
            "channel": channel,
            "external_id": inbound.external_id,
            "address": inbound.address.external,
            "kind": inbound.kind,
            "words": self._vault.seal(inbound.text, _place(channel, inbound.external_id)),
            "told": inbound.told,
            "answers": inbound.answers,
            "enclosed": len(inbound.enclosed),
            "series": inbound.series,
            "sent_at": stamp(inbound.sent_at),
            "received_at": stamp(now),
            "state": "new",
            "tries": 0,
            "due_at": stamp(now),
        }

    async def claim(self, limit: int, now: datetime, lease: timedelta) -> Sequence[Arrived]:
        """Take the oldest, at most one an address, so that a resident's messages are handled in their order."""
        given = {"now": stamp(now), "until": stamp(now + lease), "most": limit}

        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            return (await connection.execute(_CLAIM, given)).fetchall()

        return sorted(map(self._arrived, await self._writer.write(work)), key=lambda a: a.id)

    def _arrived(self, row: Row[Any]) -> Arrived:
        words = self._vault.open(row.words, _place(row.channel, row.external_id))
        inbound = Inbound(
            external_id=row.external_id,
            address=Address(row.channel, row.address),
            kind=Kind(row.kind),
            text=words,
            sent_at=moment(row.sent_at),
            told=row.told,
            answers=row.answers,
            enclosed=tuple(map(Enclosed, marks(row))),
            series=row.series,
        )
        return Arrived(row.id, inbound, row.tries)

    async def give_back(self, arrived: Arrived, reason: str, now: datetime) -> None:
        """Handling failed: let it be claimed again a little later."""
        statement = (
            update(inbox)
            .where(inbox.c.id == arrived.id, inbox.c.state == "claimed")
            .values(state="new", due_at=stamp(now + timedelta(seconds=arrived.tries)), reason=reason)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._writer.write(work)

    async def forget(self, before: datetime) -> int:
        """Empty the words of what was handled before that time; returns how many."""
        old = and_(inbox.c.received_at < stamp(before), inbox.c.state.not_in(WAITING), inbox.c.words != b"")

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(update(inbox).where(old).values(words=b""))).rowcount

        return await self._writer.write(work)


def _claim() -> Any:
    claimable = and_(inbox.c.state.in_(WAITING), inbox.c.due_at <= bindparam("now"))
    other = inbox.alias("earlier")
    same = and_(other.c.channel == inbox.c.channel, other.c.address == inbox.c.address, other.c.id < inbox.c.id)
    earlier = exists().where(same, other.c.state.in_(WAITING))
    oldest = select(inbox.c.id).where(claimable, ~earlier).order_by(inbox.c.id).limit(bindparam("most"))
    return (
        update(inbox)
        # the condition stands outside too: another process may have taken the row since the inner look
        .where(inbox.c.id.in_(oldest), claimable)
        .values(state="claimed", tries=inbox.c.tries + 1, due_at=bindparam("until"))
        .returning(inbox)
    )


# statements of the hot path are made once: making one costs as much as running it
_CLAIM = _claim()

_FINISH = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)), inbox.c.state == "claimed")
    .values(state="done")
    .returning(inbox.c.id)
)


async def finish(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Mark as done what nobody finished yet, within the caller's transaction; only these are ours to act on."""
    return {r.id for r in await connection.execute(_FINISH, {"ids": list(ids)})}


def _place(channel: str, external_id: str) -> str:
    return f"inbox:{channel}:{external_id}"


def marks(row: Any) -> list[str]:
    """What came with the message of an inbox row."""
    return [mark(row.channel, row.external_id, number) for number in range(row.enclosed)]


def unsealed(vault: Vault, row: Any) -> str:
    """The words of an inbox row; empty once they were forgotten."""
    return vault.open(row.words, _place(row.channel, row.external_id)) if row.words else ""
