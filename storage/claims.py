"""Say which deliveries are next, and which are not to be sent any more."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, exists, func, or_, select, true, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deliveries import Lane, State
from storage.moments import stamp
from storage.schema import addresses, outbox, runs, subscriptions

STOPPED = "stopped by the resident"
FULL = "no more this month"


@cache  # making the statement costs as much as running it
def claim(channels: int) -> Any:
    """Take the next for so many channels, each asked by itself along its own stretch of the index."""
    each = [_waiting(number).subquery() for number in range(channels)]
    found = union_all(*(select(one.c.id, one.c.lane) for one in each)).subquery()
    next_ones = select(found.c.id).order_by(found.c.lane, found.c.id).limit(bindparam("most"))
    return (
        update(outbox)
        .where(outbox.c.id.in_(next_ones), _due(outbox))  # stands outside too: another worker may have been faster
        .values(
            state=State.SENDING,
            tries=outbox.c.tries + 1,
            due_at=bindparam("until"),
            resent=case((outbox.c.state == State.UNCERTAIN, true()), else_=outbox.c.resent),
        )
        .returning(outbox)
    )


def _waiting(number: int) -> Any:
    row = outbox.alias()
    lowest = bindparam(f"lowest_{number}")
    there = and_(row.c.channel == bindparam(f"channel_{number}"), row.c.lane <= lowest, _due(row), ~_blocked(row))
    return select(row.c.id, row.c.lane).where(there).order_by(row.c.lane, row.c.id).limit(bindparam("most"))


def _due(row: Any) -> Any:
    return and_(row.c.due_at <= bindparam("now"), row.c.state.in_((State.READY, State.UNCERTAIN)))


def _blocked(row: Any) -> Any:
    """Something is under way to the same address, or something of it goes before this."""
    other = outbox.alias()
    same = and_(
        other.c.channel == row.c.channel,
        other.c.external == row.c.external,
        other.c.due_at.is_not(None),
        other.c.id != row.c.id,
    )
    earlier = or_(other.c.lane < row.c.lane, and_(other.c.lane == row.c.lane, other.c.id < row.c.id))
    # one in doubt lets the others pass until it is due; one put off keeps its place, or parts would change order
    wanted = or_(
        other.c.state == State.READY, and_(other.c.state == State.UNCERTAIN, other.c.due_at <= bindparam("now"))
    )
    return exists().where(same, or_(other.c.state == State.SENDING, and_(earlier, wanted)))


def wanted() -> Any:
    """Does whoever has the address still want pushes?"""
    holder = and_(addresses.c.channel == outbox.c.channel, addresses.c.external == outbox.c.external)
    theirs = subscriptions.c.resident == addresses.c.resident
    return exists().where(holder, addresses.c.open, theirs, is_open(bindparam("now")))


def is_open(now: Any) -> Any:
    """The subscription is neither stopped nor resting."""
    rests = subscriptions.c.paused_until_at > now
    return and_(subscriptions.c.ended_at.is_(None), or_(subscriptions.c.paused_until_at.is_(None), ~rests))


def run_reply() -> Any:
    """The words of the push that a delivery belongs to."""
    return select(runs.c.reply).where(runs.c.id == outbox.c.run).scalar_subquery().label("reply")


def withheld(which: Any, reason: str) -> Any:
    """Call off what is not sent yet."""
    return update(outbox).where(which).values(state=State.WITHHELD, due_at=None, reason=reason)


async def mass(
    connection: AsyncConnection, channel: str, most: int, now: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """Take what waits on the channel of the oldest run, as many as go in one call."""
    waits = and_(outbox.c.channel == channel, outbox.c.lane == Lane.PUSH, outbox.c.state == State.READY)
    due = and_(waits, outbox.c.due_at <= stamp(now), outbox.c.run.is_not(None))
    run = select(outbox.c.run).where(due).order_by(outbox.c.id).limit(1)
    oldest = (await connection.execute(run)).scalar()
    if oldest is None:
        return ()
    these = select(outbox.c.id).where(due, outbox.c.run == oldest).order_by(outbox.c.id).limit(most)
    taken = update(outbox).where(outbox.c.id.in_(these), outbox.c.state == State.READY)
    taken = taken.values(state=State.SENDING, tries=outbox.c.tries + 1, due_at=stamp(until))
    return (await connection.execute(taken.returning(outbox))).fetchall()


async def told(
    connection: AsyncConnection, channel: str, externals: Sequence[str], since: datetime, each: int
) -> set[str]:
    """Who of these were pushed so many since then, or may have been."""
    here = and_(outbox.c.channel == channel, outbox.c.external.in_(externals), outbox.c.run.is_not(None))
    sent = and_(outbox.c.state.in_((State.SENT, State.UNCERTAIN)), outbox.c.created_at >= stamp(since))
    counted = select(outbox.c.external).where(here, sent).group_by(outbox.c.external).having(func.count() >= each)
    return set((await connection.execute(counted)).scalars())
