"""Keep who asked to be told what, and call off at once what somebody stopped."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import State
from handlers.education import subscriptions as asked
from handlers.education.subscriptions import Subscription
from storage.claims import STOPPED, withheld
from storage.schema import addresses, interests, outbox, subscriptions
from storage.values import row, upsert, value


async def subscribed(connection: AsyncConnection, of: Sequence[str]) -> Mapping[str, Subscription]:
    """The subscriptions of these residents, also those that ended."""
    fields: defaultdict[str, set[str]] = defaultdict(set)
    for chosen in await connection.execute(select(interests).where(interests.c.resident.in_(of))):
        fields[chosen.resident].add(chosen.field)
    found = await connection.execute(select(subscriptions).where(subscriptions.c.resident.in_(of)))
    return {r.resident: value(Subscription, r, fields=frozenset(fields[r.resident])) for r in found}


async def write_subscriptions(connection: AsyncConnection, changed: Sequence[Subscription], now: datetime) -> None:
    """Within the caller's transaction; what waits for somebody who wants nothing now is never sent."""
    if not changed:
        return
    rows = [row(subscriptions, s) for s in changed]
    await connection.execute(upsert(connection, subscriptions, rows[0], ("resident",)), rows)
    await connection.execute(delete(interests).where(interests.c.resident.in_([s.resident for s in changed])))
    if chosen := [{"resident": s.resident, "field": field} for s in changed for field in sorted(s.fields)]:
        await connection.execute(interests.insert(), chosen)
    if closed := [s.resident for s in changed if not asked.is_open(s, now)]:
        await connection.execute(_called_off(closed))


def _called_off(closed: Sequence[str]) -> Any:
    theirs = (
        select(outbox.c.id)
        .join(addresses, (addresses.c.channel == outbox.c.channel) & (addresses.c.external == outbox.c.external))
        .where(addresses.c.resident.in_(closed), outbox.c.run.is_not(None))
    )
    waiting = outbox.c.state.in_((State.READY, State.PAUSED))
    return withheld(outbox.c.id.in_(theirs) & waiting, STOPPED)
