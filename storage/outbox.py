"""Keep deliveries until their channel took them, and lose or repeat none by accident."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, literal_column, not_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import deliveries
from handlers.deliveries import Delivery, Lane, Mass, State, Uncertain
from handlers.education.obstacles import PUSHED, of_run
from handlers.messages import Address, Reply
from storage import claims
from storage.claims import STOPPED, claim, run_reply, wanted, withheld
from storage.moments import moment, stamp
from storage.schema import addresses, outbox, subscriptions
from storage.unit import Writer
from storage.values import insert_new, packed, unpacked
from storage.vault import Vault


class Outbox:
    """The outbox table; `lease` is how long a send may take before nobody can say whether it arrived."""

    def __init__(self, writer: Writer, vault: Vault, *, lease: timedelta, resend_after: timedelta) -> None:
        self._writer = writer
        self._vault = vault
        self._lease = lease
        self._resend_after = resend_after

    async def turn(
        self,
        settled: Sequence[Delivery],
        channels: Sequence[str],
        limit: int,
        now: datetime,
        *,
        lowest: Lane = Lane.PUSH,
    ) -> Sequence[Delivery]:
        """Write down what was settled and take the next, at most `limit` and one an address, in one transaction.

        Nothing of a lane below `lowest` is taken, and no push to a resident who has stopped them meanwhile.
        """
        is_claiming = bool(channels) and limit > 0
        if not settled and not is_claiming:
            return ()

        given = {"now": stamp(now), "until": stamp(now + self._lease), "most": limit}
        given |= {f"channel_{number}": channel for number, channel in enumerate(channels)}
        # what goes to many at once goes a way of its own
        pushed = {number: Lane.TICKET if c in deliveries.BY_MASS else Lane.PUSH for number, c in enumerate(channels)}
        given |= {f"lowest_{number}": min(lowest, most) for number, most in pushed.items()}

        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            await _settle(connection, settled, now)
            if not is_claiming:
                return ()
            taken = (await connection.execute(claim(len(channels)), given)).fetchall()
            return await _with_pushes(connection, taken, now)

        return sorted(map(self._delivery, await self._writer.write(work)), key=lambda d: (d.lane, d.id))

    async def take_mass(self, channel: str, mass: Mass, now: datetime) -> Sequence[Delivery]:
        """The pushes of one run that wait on the channel and may be sent in one call; the others are settled."""

        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            taken = await claims.mass(connection, channel, mass.most, now, now + self._lease)
            wanted_ = await _with_pushes(connection, taken, now)
            if not wanted_:
                return ()
            full = await claims.told(connection, channel, [r.external for r in wanted_], mass.since, mass.each)
            over = [r.id for r in wanted_ if r.external in full]
            if over:
                await connection.execute(withheld(outbox.c.id.in_(over), claims.FULL))
            return [r for r in wanted_ if r.external not in full]

        return sorted(map(self._delivery, await self._writer.write(work)), key=lambda d: d.id)

    async def expire(self, now: datetime) -> int:
        """What was being sent when its process died is now in doubt; returns how many."""
        ended = and_(outbox.c.state == State.SENDING, outbox.c.due_at <= stamp(now))
        # the lock makes sure that what its sender settles at this moment is not put in doubt after all
        lost = select(outbox, run_reply()).where(ended).with_for_update(of=outbox)

        async def work(connection: AsyncConnection) -> int:
            found = [self._delivery(row) for row in (await connection.execute(lost)).fetchall()]
            doubt = Uncertain("lease expired")
            await _settle(connection, [deliveries.settle(d, doubt, now, self._resend_after) for d in found], now)
            return len(found)

        return await self._writer.write(work)

    def _delivery(self, row: Row[Any]) -> Delivery:
        return Delivery(
            id=row.id,
            address=Address(row.channel, row.external),
            lane=Lane(row.lane),
            reply=reply_in(self._vault, row),
            state=State(row.state),
            tries=row.tries,
            created_at=moment(row.created_at),
            resent=row.resent,
            due_at=None if row.due_at is None else moment(row.due_at),
        )


async def _settle(connection: AsyncConnection, settled: Sequence[Delivery], now: datetime) -> None:
    if not settled:
        return
    await connection.execute(_SETTLE, [_settled_row(d) for d in settled])
    for held in (d for d in settled if d.state is State.HELD):
        await _move(connection, held, now)
    for closed in (d for d in settled if d.state is State.CLOSED):
        given = {"of_channel": closed.address.channel, "of_external": closed.address.external, "now": stamp(now)}
        await connection.execute(_CLOSE, given)
        if closed.lane is Lane.PUSH:
            await connection.execute(_END, given)


async def _with_pushes(connection: AsyncConnection, taken: Sequence[Row[Any]], now: datetime) -> Sequence[Row[Any]]:
    """What was taken, the pushes with their words; those whose resident wants none any more are never sent."""
    pushes = [row.id for row in taken if row.run is not None]
    if not pushes:
        return taken
    found = (await connection.execute(_PUSHES, {"ids": pushes, "now": stamp(now)})).fetchall()
    if stopped := [row.id for row in found if not row.wanted]:
        await connection.execute(withheld(outbox.c.id.in_(stopped), STOPPED))
    return [*(row for row in taken if row.run is None), *(row for row in found if row.wanted)]


def _settled_row(delivery: Delivery) -> dict[str, Any]:
    return {
        "row_id": delivery.id,
        "row_tries": delivery.tries,
        "state": delivery.state,
        "due_at": None if delivery.due_at is None else stamp(delivery.due_at),
        "resent": delivery.resent,
        "reference": delivery.reference,
        "reason": delivery.reason,
    }


async def _move(connection: AsyncConnection, held: Delivery, now: datetime) -> None:
    """Send it to another open address of its resident; where there is none, or they were told, it stays."""
    if held.reason.endswith("told"):
        return
    here = and_(addresses.c.channel == held.address.channel, addresses.c.external == held.address.external)
    resident = select(addresses.c.resident).where(here).scalar_subquery()
    others = select(addresses).where(addresses.c.resident == resident, not_(here), addresses.c.open)
    other = (await connection.execute(others.order_by(addresses.c.seen_at.desc()).limit(1))).first()
    if other is None:
        return
    moved = {"channel": other.channel, "external": other.external, "state": State.READY, "due_at": stamp(now)}
    ours = and_(outbox.c.id == held.id, outbox.c.tries == held.tries, outbox.c.state == State.HELD)
    await connection.execute(update(outbox).where(ours).values(moved))


async def release(connection: AsyncConnection, writers: Iterable[Address], now: datetime) -> None:
    """Within the caller's transaction: what was held for these goes out now."""
    keys = [(a.channel, a.external) for a in writers]
    await connection.execute(_RELEASE, {"keys": keys, "now": stamp(now)})


# statements of the hot path are made once: making one costs as much as running it
_SETTLE = (
    update(outbox)
    # a lease that expired meanwhile has made the row somebody else's
    .where(outbox.c.id == bindparam("row_id"), outbox.c.tries == bindparam("row_tries"))
    .values({name: bindparam(name) for name in ("state", "due_at", "resent", "reference", "reason")})
)


_RELEASE = (
    update(outbox)
    .where(
        tuple_(outbox.c.channel, outbox.c.external).in_(bindparam("keys", expanding=True)),
        outbox.c.state == literal_column("'held'"),  # written out, so that the index of what is held is seen to fit
    )
    .values(state=State.READY, due_at=bindparam("now"))
)
_PUSHES = select(outbox, run_reply(), wanted().label("wanted")).where(outbox.c.id.in_(bindparam("ids", expanding=True)))
_HERE = and_(addresses.c.channel == bindparam("of_channel"), addresses.c.external == bindparam("of_external"))
_CLOSE = update(addresses).where(_HERE).values(open=False)
_END = (
    update(subscriptions)
    .where(
        subscriptions.c.resident == select(addresses.c.resident).where(_HERE).scalar_subquery(),
        subscriptions.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)


async def enqueue(
    connection: AsyncConnection, vault: Vault, now: datetime, rows: Iterable[tuple[str, Address, Lane, Sequence[Reply]]]
) -> None:
    """Within the caller's transaction: (cause, address, lane, replies) become deliveries, each cause once."""
    fresh = [
        {
            "cause": cause,
            "part": number,
            "channel": address.channel,
            "external": address.external,
            "lane": lane,
            "words": vault.seal(packed(reply), _place(cause, number)),
            "state": State.READY,
            "tries": 0,
            "resent": False,
            "created_at": stamp(now),
            "due_at": stamp(now),
        }
        for cause, address, lane, replies in rows
        for number, reply in enumerate(
            part for whole in replies for part in deliveries.parts(whole, address.channel, lane)
        )
    ]
    if fresh:
        await connection.execute(insert_new(connection, outbox), fresh)


def reply_in(vault: Vault, row: Any) -> Reply:
    """The reply that an outbox row holds, or its run."""
    if row.run is not None:
        mark = f"{row.id}/{vault.sign(f'{PUSHED}:{row.id}')}"
        return of_run(unpacked(Reply, row.reply), row.run, mark)
    return unpacked(Reply, vault.open(row.words, _place(row.cause, row.part)))


def _place(cause: str, part: int) -> str:
    return f"outbox:{cause}:{part}"
