"""Keep the clocks of a ticket: how long the resident waits for us, and what is due when it is too long."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handlers import hours as time_of
from handlers.desk import states
from handlers.desk.states import State
from handlers.desk.tickets import Level, Ticket
from handlers.hours import NO_TIME, Hours


@dataclass(frozen=True, slots=True)
class Reply:
    """How long a reply may take: P0 and P1 on the wall clock, day and night; others in workdays."""

    p0: timedelta = timedelta(minutes=15)
    p1: timedelta = timedelta(hours=2)
    workdays: int = 1


@dataclass(frozen=True, slots=True)
class Targets:
    """What is promised to residents."""

    hours: Hours
    first: Reply = Reply()
    next: Reply = Reply()
    resolution_workdays: int = 5
    warn_percent: int = 75
    quiet: timedelta = timedelta(days=7)  # without a word of the resident who owes one
    follow_up: timedelta = timedelta(days=7)  # after it was closed


class Kind(StrEnum):
    """What is timed."""

    FIRST = "first"
    NEXT = "next"
    RESOLUTION = "resolution"


KIND_NAMES = {Kind.FIRST: "首次答复", Kind.NEXT: "再次答复", Kind.RESOLUTION: "办结"}


class Alarm(StrEnum):
    """What is to be done when a clock rings."""

    WARN = "warn"
    BACK = "back"  # to the queue
    UP = "up"  # to the queue, at the desk above
    LAPSE = "lapse"
    FOLLOW_UP = "follow_up"


class Side(StrEnum):
    """Who owes the next word."""

    US = "us"
    RESIDENT = "resident"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Clock:
    """Since when the side that owes the next word has owed it, what we took before, and how often it rang."""

    since_at: datetime
    spent: timedelta = NO_TIME  # working time of ours before `since_at`, towards the resolution
    first_reply: timedelta | None = None  # how long it took; None until a human replied
    reply_rung: int = 0  # of 75 %, 100 %, 200 %, 300 % …
    resolution_rung: int = 0
    alarm_at: datetime | None = None  # when something is due next


@dataclass(frozen=True, slots=True)
class Reading:
    """What a running clock shows."""

    kind: Kind
    spent: timedelta
    target: timedelta
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """Something is due; `kind` says which clock asks for it."""

    alarm: Alarm
    kind: Kind | None = None
    rung: int = 0


def side(state: State) -> Side:
    """Who owes the next word in that state."""
    if state in states.DONE:
        return Side.NOBODY
    return Side.RESIDENT if state in states.QUIET else Side.US


def start(ticket: Ticket, targets: Targets) -> Clock:
    """The clock of a ticket just opened."""
    return wound(Clock(ticket.opened_at), ticket, targets)


def keep(clock: Clock, before: Ticket, after: Ticket, targets: Targets, now: datetime) -> Clock:
    """The clock after somebody's act; what the bot says is no act."""
    match side(before.state), side(after.state):
        case Side.US, Side.US if before.level == after.level:
            return clock
        case Side.US, Side.US:
            kept = clock
        case Side.US, _:
            kept = _stopped(clock, before, after, targets, now)
        case Side.NOBODY, Side.US:
            kept = replace(clock, since_at=now, spent=NO_TIME, resolution_rung=0)
        case Side.NOBODY, _:
            kept = clock
        case _:
            kept = replace(clock, since_at=now)
    return wound(kept, after, targets)


def _stopped(clock: Clock, before: Ticket, after: Ticket, targets: Targets, now: datetime) -> Clock:
    spent = clock.spent + time_of.between(targets.hours, clock.since_at, now)
    first = clock.first_reply
    if first is None and (after.state in states.QUIET or after.state is State.REFERRED):
        first = _elapsed(before.level, clock.since_at, targets, now)
    return replace(clock, since_at=now, spent=spent, first_reply=first, reply_rung=0)


def wound(clock: Clock, ticket: Ticket, targets: Targets) -> Clock:
    """The clock, set to ring when the next step of whoever owes a word is due."""
    alarm_at = _alarm_at(clock, ticket, targets)
    return clock if alarm_at == clock.alarm_at else replace(clock, alarm_at=alarm_at)


def _alarm_at(clock: Clock, ticket: Ticket, targets: Targets) -> datetime | None:
    match side(ticket.state):
        case Side.RESIDENT:
            return clock.since_at + targets.quiet
        case Side.NOBODY:
            asked = ticket.followed_at or ticket.state is State.MERGED
            return None if asked else clock.since_at + targets.follow_up
        case Side.US:
            reply = _share(_reply_target(clock, ticket.level, targets), clock.reply_rung, targets)
            resolution = _share(resolution_target(targets), clock.resolution_rung, targets) - clock.spent
            return min(
                _due(ticket.level, clock.since_at, reply, targets),
                time_of.later(targets.hours, clock.since_at, resolution),
            )


def _share(target: timedelta, rung: int, targets: Targets) -> timedelta:
    return target * rung if rung else target * targets.warn_percent // 100


def _is_urgent(level: Level) -> bool:
    return level is not Level.P2


def _due(level: Level, since: datetime, span: timedelta, targets: Targets) -> datetime:
    return since + span if _is_urgent(level) else time_of.later(targets.hours, since, span)


def _elapsed(level: Level, since: datetime, targets: Targets, now: datetime) -> timedelta:
    return now - since if _is_urgent(level) else time_of.between(targets.hours, since, now)


def _reply_target(clock: Clock, level: Level, targets: Targets) -> timedelta:
    reply = targets.first if clock.first_reply is None else targets.next
    match level:
        case Level.P0:
            return reply.p0
        case Level.P1:
            return reply.p1
        case Level.P2:
            return time_of.working_days(targets.hours, reply.workdays)


def resolution_target(targets: Targets) -> timedelta:
    """How much working time of ours a ticket may take."""
    return time_of.working_days(targets.hours, targets.resolution_workdays)


def readings(clock: Clock, ticket: Ticket, targets: Targets, now: datetime) -> tuple[Reading, ...]:
    """What the clocks show: the reply's and the resolution's while we owe a word, else none runs."""
    if side(ticket.state) is not Side.US:
        return ()
    kind = Kind.FIRST if clock.first_reply is None else Kind.NEXT
    target, whole = _reply_target(clock, ticket.level, targets), resolution_target(targets)
    spent = clock.spent + time_of.between(targets.hours, clock.since_at, now)
    return (
        Reading(
            kind,
            _elapsed(ticket.level, clock.since_at, targets, now),
            target,
            _due(ticket.level, clock.since_at, target, targets),
        ),
        Reading(Kind.RESOLUTION, spent, whole, time_of.later(targets.hours, clock.since_at, whole - clock.spent)),
    )


def spent(clock: Clock, ticket: Ticket, targets: Targets, now: datetime) -> timedelta:
    """The working time of ours that the ticket has taken."""
    running = side(ticket.state) is Side.US
    return clock.spent + time_of.between(targets.hours, clock.since_at, now) if running else clock.spent


def due(clock: Clock, ticket: Ticket, targets: Targets, now: datetime) -> Iterator[Ring]:
    """What is due by now; after a silence of ours only the last step of each clock."""
    if clock.alarm_at is None or clock.alarm_at > now:
        return
    match side(ticket.state):
        case Side.RESIDENT:
            yield Ring(Alarm.LAPSE)
        case Side.NOBODY:
            yield Ring(Alarm.FOLLOW_UP)
        case Side.US:
            for reading in readings(clock, ticket, targets, now):
                before = clock.resolution_rung if reading.kind is Kind.RESOLUTION else clock.reply_rung
                rung = _rung(reading, targets)
                if rung > before:
                    yield Ring(_step(rung), reading.kind, rung)


def _rung(reading: Reading, targets: Targets) -> int:
    if reading.spent < _share(reading.target, 0, targets):
        return 0
    return 1 + reading.spent // reading.target


def _step(rung: int) -> Alarm:
    return {1: Alarm.WARN, 2: Alarm.BACK}.get(rung, Alarm.UP)


def rang(clock: Clock, ring: Ring, ticket: Ticket, targets: Targets) -> Clock:
    """The clock once what it rang for was done to the ticket."""
    match ring.kind:
        case Kind.RESOLUTION:
            clock = replace(clock, resolution_rung=ring.rung)
        case Kind.FIRST | Kind.NEXT:
            clock = replace(clock, reply_rung=ring.rung)
        case None:
            pass
    return wound(clock, ticket, targets)
