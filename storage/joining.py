"""Make one resident of two, and take an address away from one: all that names a resident goes with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.audit import Act, Deed
from handlers.deliveries import Lane, State
from handlers.errors import Stale
from handlers.joining import Join, Joining, Offer, Part
from handlers.messages import Address, Reply
from storage import mediations, reminders
from storage.audit import note
from storage.claims import withheld
from storage.moments import stamp
from storage.outbox import enqueue
from storage.schema import (
    addresses,
    dialogues,
    interests,
    join_codes,
    mediation_parties,
    metadata,
    outbox,
    residents,
    subscriptions,
    tickets,
)
from storage.schema import reminders as reminder_table
from storage.values import upsert
from storage.vault import Vault

TOLD_ELSEWHERE = "told at another address"
# one a resident: what the decision made of both is written by others, and the other's goes
_ONE_EACH = (dialogues, subscriptions, interests, join_codes)
_SEALED = (reminder_table,)  # to the resident, so that it must be sealed anew


@dataclass(frozen=True, slots=True)
class Of:
    """Who says so, where, and in which message."""

    resident: str
    address: Address
    message: int


async def offered(connection: AsyncConnection, vault: Vault, code: str, now: datetime) -> Any | None:
    """The row of the resident whom the code was given to."""
    good = and_(join_codes.c.digest == _mark(vault, code), join_codes.c.expires_at > stamp(now))
    return (await connection.execute(select(residents).join(join_codes).where(good))).first()


async def addresses_of(connection: AsyncConnection, resident: str) -> Sequence[Address]:
    """Where the resident is reached, the first channel by name first."""
    mine = select(addresses).where(addresses.c.resident == resident)
    found = await connection.execute(mine.order_by(addresses.c.channel, addresses.c.external))
    return [Address(r.channel, r.external) for r in found]


async def write(connection: AsyncConnection, vault: Vault, of: Of, what: Joining, now: datetime) -> None:
    """Within the caller's transaction; raises Stale if a code was used up meanwhile."""
    match what:
        case Offer():
            fresh = {"resident": of.resident, "digest": _mark(vault, what.code), "expires_at": stamp(what.expires_at)}
            await connection.execute(delete(join_codes).where(join_codes.c.expires_at <= stamp(now)))
            await connection.execute(upsert(connection, join_codes, fresh, ("resident",)), fresh)
        case Join():
            await _join(connection, vault, of, what, now)
        case Part():
            await _part(connection, of, what.address, now)


async def _join(connection: AsyncConnection, vault: Vault, of: Of, join: Join, now: datetime) -> None:
    good = and_(join_codes.c.digest == _mark(vault, join.code), join_codes.c.resident == join.gone)
    if not (await connection.execute(delete(join_codes).where(good))).rowcount:
        raise Stale("the code was used up")
    theirs = await addresses_of(connection, join.gone)
    await _join_pushes(connection, of.resident, join.gone, theirs)
    await _join_mediations(connection, vault, of.resident, join.gone, now)
    await _join_reminders(connection, vault, of.resident, join.gone)
    for table in _ONE_EACH:
        await connection.execute(delete(table).where(table.c.resident == join.gone))
    for table in metadata.sorted_tables:  # a new table is taken over without being named
        if "resident" in table.c and table not in (*_ONE_EACH, *_SEALED):
            changed = {"resident": of.resident}
            # whoever acts on a ticket just now must see whose it is
            more = {"revision": tickets.c.revision + 1} if table is tickets else {}
            if table.c.resident.primary_key:
                await _keep_one_of_each(connection, table, of.resident, join.gone)
            await connection.execute(update(table).where(table.c.resident == join.gone).values(changed | more))
    await connection.execute(delete(residents).where(residents.c.id == join.gone))
    await note(connection, Deed(Act.JOINED, None, f"resident:{of.resident}", join.gone), now)
    told = [(f"join:{of.message}:{n}", a, Lane.TICKET, [Reply(join.told)]) for n, a in enumerate(theirs)]
    await enqueue(connection, vault, now, told)


async def _keep_one_of_each(connection: AsyncConnection, table: Table, here: str, gone: str) -> None:
    """Where both have a row that would be the same one, the other's goes."""
    rest = [c for c in table.primary_key.columns if c.name != "resident"]
    ours = select(*rest).where(table.c.resident == here)
    await connection.execute(delete(table).where(table.c.resident == gone, tuple_(*rest).in_(ours)))


async def _join_pushes(connection: AsyncConnection, here: str, gone: str, theirs: Sequence[Address]) -> None:
    """What was pushed to the other was pushed to the resident; of what waits for both, one goes out."""
    keys = [(a.channel, a.external) for a in theirs]
    pushed = and_(outbox.c.run.is_not(None), tuple_(outbox.c.channel, outbox.c.external).in_(keys))
    for row in (await connection.execute(select(outbox.c.id, outbox.c.cause, outbox.c.state).where(pushed))).fetchall():
        cause = row.cause.removesuffix(gone) + here
        taken = (await connection.execute(select(outbox.c.id).where(outbox.c.cause == cause))).first()
        this = outbox.c.id == row.id
        if taken is None:
            await connection.execute(update(outbox).where(this).values(cause=cause))
        elif row.state in (State.READY, State.PAUSED):
            await connection.execute(withheld(this, TOLD_ELSEWHERE))


async def _join_mediations(connection: AsyncConnection, vault: Vault, here: str, gone: str, now: datetime) -> None:
    """A mediation names its parties within what is sealed."""
    theirs = select(mediation_parties.c.number).where(mediation_parties.c.resident == gone)
    for number in (await connection.execute(theirs)).scalars().all():
        if case := await mediations.read(connection, vault, number):
            parties = tuple(replace(p, resident=here) if p.resident == gone else p for p in case.parties)
            if not await mediations.write(connection, vault, replace(case, parties=parties), (), now):
                raise Stale("a mediation has changed meanwhile")


async def _join_reminders(connection: AsyncConnection, vault: Vault, here: str, gone: str) -> None:
    theirs = reminder_table.c.resident == gone
    held = [reminders.opened(vault, r) for r in await connection.execute(select(reminder_table).where(theirs))]
    await connection.execute(delete(reminder_table).where(theirs))
    await reminders.keep(connection, vault, [(here, one) for one in held])


async def _part(connection: AsyncConnection, of: Of, gone: Address, now: datetime) -> None:
    """Whoever writes from there is somebody new; what waits for the resident there goes to where they are."""
    there = and_(addresses.c.channel == gone.channel, addresses.c.external == gone.external)
    fresh = token_hex(12)
    nobody = {"id": fresh, "created_at": stamp(now), "advice_consent": 0, "channel_consent": 0}
    await connection.execute(residents.insert().values(nobody))
    ours = and_(there, addresses.c.resident == of.resident)
    if not (await connection.execute(update(addresses).where(ours).values(resident=fresh))).rowcount:
        raise Stale("not the resident's any more")
    waiting = and_(
        outbox.c.channel == gone.channel,
        outbox.c.external == gone.external,
        outbox.c.lane == Lane.TICKET,
        or_(outbox.c.state == State.HELD, outbox.c.state == State.READY),
    )
    here = {"channel": of.address.channel, "external": of.address.external}
    await connection.execute(update(outbox).where(waiting).values(here | {"state": State.READY, "due_at": stamp(now)}))
    pushes = and_(
        outbox.c.channel == gone.channel,
        outbox.c.external == gone.external,
        outbox.c.run.is_not(None),
        outbox.c.state.in_((State.READY, State.PAUSED)),
    )
    await connection.execute(withheld(pushes, TOLD_ELSEWHERE))
    await note(connection, Deed(Act.PARTED, None, f"resident:{of.resident}", gone.channel), now)


def _mark(vault: Vault, code: str) -> str:
    return vault.mark(code, "join")
