"""Count what pushes bring about, by village: no statement here gives back a row of one resident."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, literal, literal_column, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.deliveries import State
from handlers.education.campaigns import Audience, Plan, Run
from handlers.education.effects import NOWHERE, Asked, Counts, Taken, Told, Window
from handlers.education.intervals import Share
from handlers.education.obstacles import PUSHED
from handlers.hours import SHANGHAI
from handlers.messages import Reply
from handlers.outcomes import Outcome
from knowledge.quizzes import Quiz, quizzes
from storage.audience import cause, in_half, lives_in
from storage.moments import stamp
from storage.schema import openings, outbox, questions, quiz_scores, residents, runs, subscriptions, towns, villages
from storage.unit import Writer, reading
from storage.values import insert_new, unpacked
from storage.vault import Vault

REMEMBERED = 90  # days within which a second question of a field is asked again
# written out, since PostgreSQL takes the same expression with another parameter for another one
PLACE = func.coalesce(towns.c.name + villages.c.name, literal_column(f"'{NOWHERE}'"))


class Effects:
    """What was opened, asked and answered, in sums."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def follow(self, number: int, signature: str, now: datetime, *, counts: bool) -> str | None:
        """Where the link of that delivery leads, and that it was followed; None if we did not sign it."""
        ours = self._vault.sign(f"{PUSHED}:{number}")
        if not hmac.compare_digest(ours.encode(), signature.encode()):
            return None
        wanted = select(outbox.c.cause, runs.c.id, runs.c.reply).join(runs, runs.c.id == outbox.c.run)
        async with reading(self._read) as connection:
            found = (await connection.execute(wanted.where(outbox.c.id == number))).first()
        link = unpacked(Reply, found.reply).link if found else None
        if found is None or link is None:
            return None
        if counts:
            opened = {"run": found.id, "resident": found.cause.removeprefix(cause_of(found.id)), "at": stamp(now)}
            await self._writer.write(lambda connection: _open(connection, [opened]))
        return link.href

    async def counts(self, run: Run, plan: Plan, held: Window) -> Counts:
        """What was counted of a run."""
        banks = [q for q in quizzes().values() if q.id == plan.quiz or (not plan.quiz and q.field == plan.field)]
        here, there = _compared(plan.audience, held.start)
        async with reading(self._read) as connection:
            return Counts(
                told=[Told(*r) for r in await connection.execute(_told(run))],
                taken=[Taken(*r) for r in await connection.execute(_taken(run, banks, held))],
                quizzed=await _quizzed(connection, plan.audience, banks, held),
                asked=await _asked(connection, plan.field, here, held),
                others=await _asked(connection, plan.field, there, held) if there is not None else (),
                is_split=bool(plan.audience.half),
            )

    async def forget(self, before: datetime) -> int:
        """Drop which fields were asked about before that day; returns how many rows."""
        old = delete(questions).where(questions.c.day < _ordinal(before))

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(old)).rowcount

        return await self._writer.write(work)


async def write(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Within the caller's transaction: the fields that were asked about, and the pushes that were opened."""
    day = _ordinal(now)
    asked = [{"resident": o.resident.id, "field": field, "day": day} for o in outcomes for field in o.fields]
    if asked:
        await connection.execute(insert_new(connection, questions), asked)
    opened = [
        {"run": o.opening.run, "resident": o.resident.id, "at": stamp(o.opening.at)} for o in outcomes if o.opening
    ]
    if opened:
        await _open(connection, opened)


def cause_of(run: int) -> str:
    """What the causes of a run's deliveries begin with."""
    return f"{PUSHED}:{run}:"


async def _open(connection: AsyncConnection, opened: Iterable[dict[str, Any]]) -> None:
    """What says that a push was opened which was never sent to that resident is left out."""
    for one in opened:
        sent = exists().where(outbox.c.cause == f"{cause_of(one['run'])}{one['resident']}")
        row = select(*(literal(one[name]).label(name) for name in ("run", "resident", "at"))).where(sent)
        await connection.execute(insert_new(connection, openings).from_select(["run", "resident", "at"], row))


def _by_place(of: Any, *sums: Any) -> Any:
    """The place, how many, and sums, of what is joined with residents."""
    placed = of.join(villages, villages.c.id == residents.c.village, isouter=True)
    placed = placed.join(towns, towns.c.id == villages.c.town, isouter=True)
    return select(PLACE, func.count(), *sums).select_from(placed).group_by(PLACE)


def _sum(of: Any) -> Any:
    return func.coalesce(func.sum(case((of, 1), else_=0)), 0)


def _told(run: Run) -> Any:
    resident = func.substr(outbox.c.cause, len(cause_of(run.id)) + 1)
    opened = and_(openings.c.run == run.id, openings.c.resident == resident)
    of = outbox.join(residents, residents.c.id == resident, isouter=True).join(openings, opened, isouter=True)
    sums = _sum(outbox.c.state == State.SENT), _sum(openings.c.run.is_not(None))
    return _by_place(of, *sums).where(outbox.c.run == run.id)


def _first_scores(banks: Sequence[Quiz], start: datetime, end: datetime) -> Any:
    """Of each resident the first score of those banks within that time."""
    within = (quiz_scores.c.at >= stamp(start), quiz_scores.c.at < stamp(end))
    wanted = quiz_scores.c.quiz.in_([bank.id for bank in banks])
    return select(func.min(quiz_scores.c.id)).where(wanted, *within).group_by(quiz_scores.c.resident)


def _passed(banks: Sequence[Quiz]) -> Any:
    return or_(
        literal(value=False),
        *(
            and_(quiz_scores.c.quiz == q.id, quiz_scores.c.right * 100 >= quiz_scores.c.asked * q.pass_percent)
            for q in banks
        ),
    )


def _taken(run: Run, banks: Sequence[Quiz], held: Window) -> Any:
    of = quiz_scores.join(residents, residents.c.id == quiz_scores.c.resident)
    was_told = exists().where(outbox.c.cause == cause(run.id, residents.c.id), outbox.c.state == State.SENT)
    first = quiz_scores.c.id.in_(_first_scores(banks, held.start, held.end))
    return _by_place(of, _sum(_passed(banks))).where(first, was_told)


async def _quizzed(connection: AsyncConnection, audience: Audience, banks: Sequence[Quiz], held: Window) -> Share:
    first = quiz_scores.c.id.in_(_first_scores(banks, held.before, held.start))
    of = quiz_scores.join(residents, residents.c.id == quiz_scores.c.resident)
    there = (lives_in(audience),) if audience.towns or audience.villages else ()
    counted = select(_sum(_passed(banks)), func.count()).select_from(of).where(first, *there)
    return Share(*(await connection.execute(counted)).one())


def _compared(audience: Audience, start: datetime) -> tuple[Any, Any | None]:
    """Who was to be told and who is compared with them; None where nobody can be."""
    narrow = lives_in(audience) if audience.towns or audience.villages else None
    if audience.half:
        asked = exists().where(subscriptions.c.resident == residents.c.id, subscriptions.c.started_at <= stamp(start))
        them = asked if narrow is None else and_(asked, narrow)
        return and_(them, in_half(audience.half)), and_(them, not_(in_half(audience.half)))
    if narrow is None:
        return literal(value=True), None
    return narrow, not_(narrow)


async def _asked(connection: AsyncConnection, field: str, of: Any, held: Window) -> Sequence[Asked]:
    """By village: who was known when it began, and how many of them asked again before and after."""
    if not held.days:
        return ()
    start = _ordinal(held.start)
    known = and_(of, residents.c.village.is_not(None), residents.c.created_at <= stamp(held.start))
    before = residents.c.id.in_(_again(field, start - held.days, start - 1))
    after = residents.c.id.in_(_again(field, start, start + held.days - 1))
    found = await connection.execute(_by_place(residents, _sum(before), _sum(after)).where(known))
    return [Asked(*r) for r in found]


def _again(field: str, first: int, last: int) -> Any:
    """The residents who asked about the field within those days, and not for the first time."""
    earlier = questions.alias()
    same = and_(
        earlier.c.resident == questions.c.resident,
        earlier.c.field == questions.c.field,
        earlier.c.day < questions.c.day,
        earlier.c.day >= questions.c.day - REMEMBERED,
    )
    of_field = (questions.c.field == field,) if field else ()
    return select(questions.c.resident).where(questions.c.day.between(first, last), *of_field, exists().where(same))


def _ordinal(moment: datetime) -> int:
    return moment.astimezone(SHANGHAI).toordinal()
