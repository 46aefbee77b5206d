"""Keep campaigns and their runs, and write the deliveries of a run without ever writing one twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Row, and_, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.deliveries import Lane
from handlers.deliveries import State as Sending
from handlers.education.campaigns import ACTIVE, Campaign, Plan, Reach, Run, RunState, State, Tally, deed
from handlers.messages import Address, Reply
from storage.audience import audience, cause, earlier_runs
from storage.audit import note
from storage.claims import withheld
from storage.moments import stamp
from storage.outbox import enqueue
from storage.schema import campaigns, outbox, runs, subscriptions
from storage.unit import Writer, reading
from storage.values import insert_new, packed, row, unpacked, value
from storage.vault import Vault

SLICE = 10_000  # residents whose deliveries are written in one transaction: bounds how long everybody else waits
OPEN = (RunState.QUEUEING, RunState.SENDING)
CALLED_OFF, EXPIRED = "called off by the bureau", "expired"


class Campaigns:
    """The tables of campaigns and runs."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def add(self, campaign: Campaign) -> Campaign:
        """Keep a new draft, and that its author wrote it; it comes back with its number."""
        statement = campaigns.insert().values(_columns(campaign)).returning(campaigns.c.id)

        async def work(connection: AsyncConnection) -> Campaign:
            kept = replace(campaign, id=(await connection.execute(statement)).scalar_one())
            await note(connection, deed(Act.PUSH_PLANNED, kept.author, kept), kept.created_at)
            return kept

        return await self._writer.write(work)

    async def write(self, before: Campaign, after: Campaign, *done: tuple[Deed, datetime]) -> bool:
        """Change it, write down who did so, and hold, release or call off what waits; False if somebody was faster."""
        statement = update(campaigns).where(_unchanged(before)).values(_columns(after))

        async def work(connection: AsyncConnection) -> bool:
            changed = bool((await connection.execute(statement)).rowcount)
            if changed and before.state is not after.state:
                await _obey(connection, before, after)
            for one in done if changed else ():
                await note(connection, *one)
            return changed

        return await self._writer.write(work)

    async def find(self, number: int) -> Campaign | None:
        """The campaign of that number."""
        async with reading(self._read) as connection:
            found = (await connection.execute(select(campaigns).where(campaigns.c.id == number))).first()
        return _campaign(found) if found else None

    async def every(self) -> Sequence[Campaign]:
        """All of them, the newest first."""
        async with reading(self._read) as connection:
            return [_campaign(r) for r in await connection.execute(select(campaigns).order_by(campaigns.c.id.desc()))]

    async def due(self, now: datetime) -> Sequence[Campaign]:
        """Those whose time has come."""
        come = select(campaigns).where(campaigns.c.next_at <= stamp(now), campaigns.c.state.in_(ACTIVE))
        async with reading(self._read) as connection:
            return [_campaign(r) for r in await connection.execute(come.order_by(campaigns.c.next_at))]

    async def fire(self, before: Campaign, after: Campaign, run: Run, reply: Reply) -> bool:
        """Write the run, if no other worker has; False if one was faster."""
        fresh = row(runs, run) | {"reply": packed(reply)}
        del fresh["id"]

        async def work(connection: AsyncConnection) -> bool:
            await connection.execute(update(campaigns).where(_unchanged(before)).values(_columns(after)))
            return bool((await connection.execute(insert_new(connection, runs).values(fresh))).rowcount)

        return await self._writer.write(work)

    async def under_way(self) -> Sequence[tuple[Campaign, Run]]:
        """The runs that are not over, with their campaigns."""
        async with reading(self._read) as connection:
            found = (
                await connection.execute(select(runs).where(runs.c.state.in_(OPEN)).order_by(runs.c.id))
            ).fetchall()
            theirs = select(campaigns).where(campaigns.c.id.in_({r.campaign for r in found}))
            by_id = {r.id: _campaign(r) for r in await connection.execute(theirs)}
        return [(by_id[r.campaign], value(Run, r)) for r in found]

    async def runs(self, campaign: int) -> Sequence[Run]:
        """The runs of a campaign, the newest first."""
        statement = select(runs).where(runs.c.campaign == campaign).order_by(runs.c.due_at.desc())
        async with reading(self._read) as connection:
            return [value(Run, r) for r in await connection.execute(statement)]

    async def queue(self, run: Run, plan: Plan, reach: Reach, now: datetime) -> Run:
        """Write the deliveries of the next residents; the run says how far it has come and whether that was all."""
        last = (
            select(subscriptions.c.resident)
            .where(subscriptions.c.resident > run.reached)
            .order_by(subscriptions.c.resident)
            .offset(SLICE - 1)
            .limit(1)
        )
        here = and_(runs.c.id == run.id, runs.c.reached == run.reached, runs.c.state == RunState.QUEUEING)
        active = exists().where(campaigns.c.id == run.campaign, campaigns.c.state.in_(ACTIVE))

        async def work(connection: AsyncConnection) -> Run:
            until = (await connection.execute(last)).scalar()
            after = replace(run, reached=until) if until else replace(run, state=RunState.SENDING)
            changed = {"state": after.state, "reached": after.reached}
            if not (await connection.execute(update(runs).where(here, active).values(changed))).rowcount:
                return run  # another worker has written these, or the bureau has stopped it
            within = [subscriptions.c.resident > run.reached] + ([subscriptions.c.resident <= until] if until else [])
            earlier = await earlier_runs(connection, now, but=run.id)
            told = audience(plan, reach, earlier, now, *within)
            columns = _delivery(run, told.selected_columns, now)
            fresh = told.with_only_columns(*columns.values())
            await connection.execute(insert_new(connection, outbox).from_select([*columns], fresh))
            return after

        return await self._writer.write(work)

    async def estimate(self, plan: Plan, reach: Reach, now: datetime) -> int:
        """How many it would reach now."""
        async with reading(self._read) as connection:
            told = audience(plan, reach, await earlier_runs(connection, now), now).subquery()
            return (await connection.execute(select(func.count()).select_from(told))).scalar_one()

    async def tally(self, run: int) -> Tally:
        """How far the deliveries of a run have come."""
        counted = select(outbox.c.state, func.count().label("many")).where(outbox.c.run == run)
        failed = (Sending.DEAD, Sending.CLOSED, Sending.UNCERTAIN, Sending.WITHHELD)
        why = select(outbox.c.reason, func.count().label("many")).where(outbox.c.run == run, outbox.c.state.in_(failed))
        async with reading(self._read) as connection:
            states = await connection.execute(counted.group_by(outbox.c.state))
            by_state = {Sending(r.state): r.many for r in states}
            reasons = await connection.execute(why.group_by(outbox.c.reason))
            return Tally(by_state, {r.reason: r.many for r in reasons})

    async def is_sent(self, run: Run) -> bool:
        """Is nothing of the run waiting any more?"""
        waiting = and_(outbox.c.run == run.id, outbox.c.state.in_((Sending.READY, Sending.SENDING, Sending.PAUSED)))
        async with reading(self._read) as connection:
            return not (await connection.execute(select(exists().where(waiting)))).scalar_one()

    async def finish(self, run: Run, before: Campaign, after: Campaign) -> None:
        """The run is over, and its campaign rests."""
        over = update(runs).where(runs.c.id == run.id, runs.c.state.in_(OPEN)).values(row(runs, run))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(over)
            await connection.execute(update(campaigns).where(_unchanged(before)).values(_columns(after)))

        await self._writer.write(work)

    async def expire(self, run: Run) -> None:
        """What was not sent by now is not true any more, and is not sent."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(withheld(_waits(outbox.c.run == run.id), EXPIRED))

        await self._writer.write(work)

    async def try_out(self, before: Campaign, after: Campaign, reply: Reply, address: Address, now: datetime) -> bool:
        """Send the words to one address, to be read there as residents will; False if somebody was faster."""
        changed = update(campaigns).where(_unchanged(before)).values(_columns(after))
        told = [(f"test:{before.id}:{stamp(now)}", address, Lane.TICKET, [reply])]

        async def work(connection: AsyncConnection) -> bool:
            if not (await connection.execute(changed)).rowcount:
                return False
            await enqueue(connection, self._vault, now, told)
            return True

        return await self._writer.write(work)


_OPEN_RUNS = select(runs).where(runs.c.state.in_(OPEN)).order_by(runs.c.id)


def _campaign(found: Row[Any]) -> Campaign:
    return value(Campaign, found, plan=unpacked(Plan, found.plan))


def _columns(campaign: Campaign) -> dict[str, Any]:
    columns = row(campaigns, campaign) | {"plan": packed(campaign.plan)}
    del columns["id"]
    return columns


def _unchanged(before: Campaign) -> Any:
    seen = campaigns.c.next_at.is_(None) if before.next_at is None else campaigns.c.next_at == stamp(before.next_at)
    return and_(campaigns.c.id == before.id, campaigns.c.state == before.state, seen)


async def _obey(connection: AsyncConnection, before: Campaign, after: Campaign) -> None:
    """Bring the deliveries of open runs in line with the new state."""
    theirs = outbox.c.run.in_(select(runs.c.id).where(runs.c.campaign == after.id, runs.c.state.in_(OPEN)))
    if after.state is State.PAUSED:
        await connection.execute(update(outbox).where(_waits(theirs)).values(state=Sending.PAUSED, due_at=None))
    elif before.state is State.PAUSED and after.state in ACTIVE:
        again = update(outbox).where(theirs, outbox.c.state == Sending.PAUSED)
        await connection.execute(again.values(state=Sending.READY, due_at=outbox.c.created_at))
    elif after.state is State.CANCELLED:
        await connection.execute(withheld(_waits(theirs), CALLED_OFF))
        over = update(runs).where(runs.c.campaign == after.id, runs.c.state.in_(OPEN))
        await connection.execute(over.values(state=RunState.CANCELLED, reason=CALLED_OFF))


def _waits(theirs: Any) -> Any:
    return and_(theirs, outbox.c.state.in_((Sending.READY, Sending.PAUSED)))


def _delivery(run: Run, told: Any, now: datetime) -> dict[str, Any]:
    """The columns of a delivery to each of those; due when the run was, so that a clock that jumped holds none up."""
    return {
        "cause": cause(run.id, told.resident),
        "part": literal(0),
        "channel": told.channel,
        "external": told.external,
        "lane": literal(int(Lane.PUSH)),
        "words": literal(b"", LargeBinary),
        "state": literal(Sending.READY.value),
        "tries": literal(0),
        "resent": literal(value=False),
        "created_at": literal(stamp(now), BigInteger),
        "due_at": literal(min(stamp(now), stamp(run.due_at)), BigInteger),
        "run": literal(run.id, BigInteger),
    }
