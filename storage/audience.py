"""Select whom a campaign reaches: one address for each resident who asked for it and may be told now."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import State
from handlers.education.campaigns import Audience, Plan, Reach
from handlers.education.subscriptions import SPANS, Frequency
from handlers.residents import CHANNEL_CONSENT
from storage.claims import is_open
from storage.moments import stamp
from storage.schema import addresses, interests, outbox, residents, runs, subscriptions, towns, villages

WEEK = timedelta(days=7)
COUNTS = (State.READY, State.SENDING, State.SENT, State.UNCERTAIN, State.PAUSED)  # against the cap of a resident


async def earlier_runs(connection: AsyncConnection, now: datetime, but: int = 0) -> dict[int, int]:
    """The runs that may count against somebody's cap, with the time of each."""
    since = stamp(now - max(SPANS.values()))
    found = select(runs.c.id, runs.c.started_at).where(runs.c.started_at > since, runs.c.id != but)
    return {row.id: row.started_at for row in await connection.execute(found)}


def audience(plan: Plan, reach: Reach, earlier: dict[int, int], now: datetime, *more: Any) -> Select[Any, Any, Any]:
    """Resident, channel and external of everybody to be told; of several addresses the one that was used last."""
    used = (addresses.c.seen_at.desc(), addresses.c.channel)
    place = func.row_number().over(partition_by=addresses.c.resident, order_by=used).label("place")
    found = (
        select(addresses.c.resident, addresses.c.channel, addresses.c.external, place)
        .select_from(subscriptions)
        .join(residents, residents.c.id == subscriptions.c.resident)
        .join(addresses, addresses.c.resident == subscriptions.c.resident)
        .where(
            is_open(stamp(now)),
            addresses.c.open,
            # joined with nothing, so that no index on the channel is taken: it would be walked whole for every slice
            (addresses.c.channel + literal_column("''")).in_(reach.channels),
            or_(addresses.c.channel.not_in(reach.abroad), residents.c.channel_consent >= CHANNEL_CONSENT),
            *_asked_for(plan, now),
            *_under_the_cap(reach.weekly, earlier, now),
            *more,
        )
        .subquery()
    )
    return select(found.c.resident, found.c.channel, found.c.external).where(found.c.place == 1)


def _asked_for(plan: Plan, now: datetime) -> Iterator[Any]:
    chosen = exists().where(interests.c.resident == subscriptions.c.resident)
    if plan.field:
        yield or_(~chosen, chosen.where(interests.c.field == plan.field))
    if plan.audience.towns or plan.audience.villages:
        yield lives_in(plan.audience)
    if plan.audience.roles:
        yield subscriptions.c.role.in_(plan.audience.roles)
    if plan.audience.half:
        yield in_half(plan.audience.half)
    if plan.audience.seen_within_days is not None:
        yield addresses.c.seen_at >= stamp(now - timedelta(days=plan.audience.seen_within_days))


def lives_in(audience: Audience) -> Any:
    """The resident is of one of the towns or villages that are named."""
    named = select(villages.c.id).join(towns).where(towns.c.name.in_(audience.towns))
    return or_(residents.c.village.in_(audience.villages), residents.c.village.in_(named))


def in_half(half: int) -> Any:
    """The resident is in that half; numbers of residents are random and hexadecimal, so it is drawn by lot."""
    return residents.c.id < "8" if half == 1 else residents.c.id >= "8"


def _under_the_cap(weekly: int, earlier: dict[int, int], now: datetime) -> Iterator[Any]:
    """Fewer messages than wanted so far; told by the causes of earlier runs, which an index finds one by one."""
    allowed = {Frequency.ALL: (WEEK, weekly)} | {frequency: (span, 1) for frequency, span in SPANS.items()}
    for frequency, (span, most) in allowed.items():
        within = [run for run, at in earlier.items() if at > stamp(now - span)]
        if len(within) >= most:
            yield or_(subscriptions.c.frequency != frequency, _told(within) < most)


def _told(within: Sequence[int]) -> Any:
    causes = [cause(run, subscriptions.c.resident) for run in within]
    told = and_(outbox.c.cause.in_(causes), outbox.c.part == 0, outbox.c.state.in_(COUNTS))
    return select(func.count()).select_from(outbox).where(told).correlate(subscriptions).scalar_subquery()


def cause(run: int, resident: Any) -> Any:
    """What makes the delivery of a run to a resident the only one."""
    return literal(f"push:{run}:").concat(resident)
