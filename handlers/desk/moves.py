"""Carry one act on a ticket through: whose turn it is then, what its clock shows, and what is written down of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from handlers.desk import clocks, notices, routing, tickets
from handlers.desk.clocks import Alarm, Clock, Kind, Ring, Targets
from handlers.desk.notices import Change
from handlers.desk.routing import Limits, Roster
from handlers.desk.states import UNHELD, Act, State
from handlers.desk.tickets import Entry, Level, Ticket, Tier
from handlers.messages import Reply

PATIENCE = timedelta(minutes=10)  # for the resident to say which village, before the ticket goes to the district
AGAIN = timedelta(minutes=10)  # until somebody is looked for again where nobody could take a ticket
TOLD_RUNGS = 3  # the resident is told when we are late, and when we are twice as late; after that it is only noise


@dataclass(frozen=True, slots=True)
class Tracked:
    """A ticket as it is kept: with its clock, and how often it has changed."""

    ticket: Ticket
    clock: Clock
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a ticket once; service is assessed by these alone."""

    receipt: str
    act: Act | Alarm
    at: datetime
    by: int | None  # the member of staff who did it; None: the resident or the clock
    owner: int | None  # whose it was before
    state: State  # after it
    tier: Tier  # before it
    kind: Kind | None = None  # of the clock that it stopped, or that rang
    took: timedelta | None = None  # what that clock showed
    target: timedelta | None = None
    rung: int = 0
    detail: str = ""  # stars, a place of referral, whom it went to: never anybody's words


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a ticket, with what was said by it and what its resident is told."""

    before: Tracked
    after: Tracked
    event: Event | None  # None where only the clock was set
    entry: Entry | None = None
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Who can be given tickets today, and how many each has."""

    roster: Roster
    loads: Mapping[int, int]
    limits: Limits
    day: date


@dataclass(frozen=True, slots=True)
class Setting:
    """When something is done to a ticket, what is promised, and who can be given it."""

    now: datetime
    targets: Targets
    pool: Pool | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, by which member of staff; None: by the resident or the clock."""

    act: Act | Alarm
    by: int | None = None
    detail: str = ""


def opened(ticket: Ticket) -> Tracked:
    """A ticket just opened: its clock rings at once, or when the village is known, so that it is given to somebody."""
    waits = ticket.village is None and ticket.level is Level.P2
    return Tracked(ticket, Clock(ticket.opened_at, alarm_at=ticket.opened_at + PATIENCE * waits))


def step(before: Tracked, after: Ticket, deed: Deed, at: Setting) -> Move:
    """The deed done; without a pool a ticket that nobody holds waits for the clock to be given to somebody."""
    clock = clocks.keep(before.clock, before.ticket, after, at.targets, at.now)
    if after.state in UNHELD and (pool := at.pool):
        after = routing.place(after, pool.roster, pool.loads, pool.day, pool.limits)
    elif after.state in UNHELD and before.ticket.state not in UNHELD:
        clock = replace(clock, alarm_at=at.now)
    return Move(before, Tracked(after, clock, before.revision + 1), _event(before, after, deed, at))


def _event(before: Tracked, after: Ticket, deed: Deed, at: Setting) -> Event:
    was, owner = before.ticket, tickets.owner(before.ticket) or before.ticket.adviser
    event = Event(was.receipt, deed.act, at.now, deed.by, owner, after.state, was.tier, detail=deed.detail)
    match deed.act:
        case Act.ANSWER | Act.ASK | Act.REFER:
            for reading in clocks.readings(before.clock, was, at.targets, at.now)[:1]:
                return replace(event, kind=reading.kind, took=reading.spent, target=reading.target)
        case Act.CLOSE | Act.WITHDRAW | Alarm.LAPSE:
            spent = clocks.spent(before.clock, was, at.targets, at.now)
            return replace(event, kind=Kind.RESOLUTION, took=spent, target=clocks.resolution_target(at.targets))
        case _:
            pass
    return event


def saying(move: Move, entry: Entry | None, *replies: Reply) -> Move:
    """The move with what was said by it, and what its resident is told."""
    return replace(move, entry=entry, replies=replies)


def telling(move: Move, change: Change) -> Move:
    """The move, of which its resident is told."""
    return replace(move, replies=(notices.reply(move.after.ticket, change),))


def rung(tracked: Tracked, at: Setting) -> tuple[Move, ...]:
    """What a clock that rang asks for, one move after another; at least that it is set anew."""
    moves: list[Move] = []
    if routing.has_no_owner(tracked.ticket):
        moves.append(step(tracked, tracked.ticket, Deed(Act.OFFER), at))
    for ring in clocks.due(tracked.clock, tracked.ticket, at.targets, at.now):
        moves.append(_rang(moves[-1].after if moves else tracked, ring, at))
    if not moves:
        moves.append(Move(tracked, replace(tracked, revision=tracked.revision + 1), None))
    last = moves[-1].after
    clock = clocks.wound(last.clock, last.ticket, at.targets)
    if routing.has_no_owner(last.ticket):
        clock = replace(clock, alarm_at=at.now + AGAIN)
    moves[-1] = replace(moves[-1], after=replace(last, clock=clock))
    return tuple(moves)


def _rang(before: Tracked, ring: Ring, at: Setting) -> Move:
    after = routing.ring(before.ticket, ring.alarm, at.now)
    move = step(before, after, Deed(ring.alarm), at)
    clock = clocks.rang(move.after.clock, ring, move.after.ticket, at.targets)
    move = replace(move, after=replace(move.after, clock=clock), event=_ringing(before, move, ring, at))
    change = _change(ring, move.after.ticket)
    return telling(move, change) if change else move


def _ringing(before: Tracked, move: Move, ring: Ring, at: Setting) -> Event | None:
    if move.event is None or ring.kind is None:
        return move.event
    shown = next(r for r in clocks.readings(before.clock, before.ticket, at.targets, at.now) if r.kind is ring.kind)
    return replace(move.event, kind=shown.kind, took=shown.spent, target=shown.target, rung=ring.rung)


def _change(ring: Ring, ticket: Ticket) -> Change | None:
    match ring.alarm:
        case Alarm.BACK | Alarm.UP if ring.rung <= TOLD_RUNGS:
            return Change.LATE
        case Alarm.LAPSE if ticket.state is State.CLOSED:
            return Change.LAPSED
        case Alarm.FOLLOW_UP:
            return Change.FOLLOW_UP
        case _:
            return None


def returned(adviser: int, theirs: Iterable[Tracked], at: Setting) -> Iterator[Move]:
    """All that is not done and was the adviser's, given to others, the urgent first; their residents are told."""
    held = {t.ticket.receipt: t for t in theirs}
    for back in routing.leave(adviser, [t.ticket for t in held.values()]):
        yield telling(step(held[back.receipt], back, Deed(Act.GIVE_BACK, detail="leave"), at), Change.LEAVE)
