"""Decide whose turn a ticket is: the village's adviser, the town's, the district's, or an expert in its field."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from handlers.desk import tickets
from handlers.desk.clocks import Alarm
from handlers.desk.states import State
from handlers.desk.tickets import Ticket, Tier


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one adviser is given."""

    cap: int = 20  # tickets that wait for one adviser, or for the resident's word to one


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which an adviser is away, the last included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Adviser:
    """What decides which tickets somebody can be given; no licence on file is no reason against it."""

    id: int
    villages: frozenset[int] = frozenset()
    fields: frozenset[str] = frozenset()
    is_expert: bool = False
    licensed_until: date | None = None
    leaves: tuple[Leave, ...] = ()
    is_away: bool = False  # just now, without leave
    cap: int | None = None  # where it is not everybody's


class Unfit(StrEnum):
    """Why an adviser cannot be given a ticket."""

    CONFLICT = "conflict"
    LICENCE = "licence"
    AWAY = "away"
    LEAVE = "leave"
    FULL = "full"


UNFIT_NAMES = {
    Unfit.CONFLICT: "与另一方有利害关系",
    Unfit.LICENCE: "执业证已过期",
    Unfit.AWAY: "暂时不在岗",
    Unfit.LEAVE: "请假",
    Unfit.FULL: "手里的工单已满",
}


@dataclass(frozen=True, slots=True)
class Roster:
    """Who can be given tickets, by where they sit; `duty` sits at the district's desk when nobody else can."""

    by_id: Mapping[int, Adviser]
    by_village: Mapping[int, Sequence[Adviser]]
    by_town: Mapping[int, Sequence[Adviser]]
    towns: Mapping[int, int]  # village → town
    duty: tuple[int, ...] = ()


def muster(advisers: Iterable[Adviser], towns: Mapping[int, int], duty: Sequence[int] = ()) -> Roster:
    """The roster of these advisers; `towns` says to which town a village belongs."""
    by_id = {a.id: a for a in sorted(advisers, key=lambda a: a.id)}
    by_village: defaultdict[int, list[Adviser]] = defaultdict(list)
    by_town: defaultdict[int, list[Adviser]] = defaultdict(list)
    for adviser in by_id.values():
        if adviser.is_expert:
            continue
        for village in sorted(adviser.villages):
            by_village[village].append(adviser)
        for town in sorted({towns[village] for village in adviser.villages if village in towns}):
            by_town[town].append(adviser)
    return Roster(by_id, by_village, by_town, towns, tuple(duty))


def unfit(adviser: Adviser, ticket: Ticket, load: int, day: date, limits: Limits) -> Unfit | None:
    """Why this adviser cannot be given this ticket on that day, if there is a reason."""
    if adviser.id in ticket.barred:
        return Unfit.CONFLICT
    if adviser.licensed_until is not None and adviser.licensed_until < day:
        return Unfit.LICENCE
    if adviser.is_away:
        return Unfit.AWAY
    for leave in adviser.leaves:
        if leave.first <= day <= leave.last:
            return Unfit.LEAVE
    return Unfit.FULL if load >= (limits.cap if adviser.cap is None else adviser.cap) else None


def can_go_on(number: int, roster: Roster, day: date) -> bool:
    """Can whoever has tickets keep them? Not on leave, without a licence or gone."""
    adviser = roster.by_id.get(number)
    if number in roster.duty or adviser is None:
        return number in roster.duty
    expired = adviser.licensed_until is not None and adviser.licensed_until < day
    return not expired and not any(leave.first <= day <= leave.last for leave in adviser.leaves)


def route(
    ticket: Ticket, roster: Roster, loads: Mapping[int, int], day: date, limits: Limits
) -> tuple[Tier, int | None]:
    """The desk and the adviser whose turn it is; None only where nobody can be and no duty is set."""
    if _is_kept(ticket, roster, day, limits):
        return ticket.tier, ticket.offered
    tier = ticket.tier
    while tier is not Tier.DISTRICT:
        free = [
            a
            for a in _pool(tier, ticket, roster)
            if a.id not in ticket.tried and unfit(a, ticket, loads.get(a.id, 0), day, limits) is None
        ]
        if free:
            return tier, _best(free, ticket, loads)
        tier = tickets.ABOVE[tier]
    return tier, _of_the_district(ticket, roster, loads, day, limits)


def place(ticket: Ticket, roster: Roster, loads: Mapping[int, int], day: date, limits: Limits) -> Ticket:
    """The ticket at its desk, offered to whom `route` says; after every act that leaves it without a holder."""
    return tickets.offer(ticket, *route(ticket, roster, loads, day, limits))


def _is_kept(ticket: Ticket, roster: Roster, day: date, limits: Limits) -> bool:
    """Is it somebody's turn already, who is there?"""
    if ticket.offered in roster.duty:
        return ticket.offered not in ticket.barred
    named = roster.by_id.get(ticket.offered) if ticket.offered is not None else None
    return named is not None and unfit(named, ticket, 0, day, limits) is None


def _pool(tier: Tier, ticket: Ticket, roster: Roster) -> Sequence[Adviser]:
    match tier:
        case Tier.VILLAGE:
            return roster.by_village.get(ticket.village, ()) if ticket.village is not None else ()
        case Tier.TOWN:
            town = roster.towns.get(ticket.village) if ticket.village is not None else None
            return roster.by_town.get(town, ()) if town is not None else ()
        case Tier.DISTRICT:
            return [a for a in roster.by_id.values() if not a.is_expert]
        case Tier.EXPERT:
            return [a for a in roster.by_id.values() if a.is_expert and ticket.field in a.fields]


def _best(free: Sequence[Adviser], ticket: Ticket, loads: Mapping[int, int]) -> int:
    return min(free, key=lambda a: (ticket.field not in a.fields, loads.get(a.id, 0), a.id)).id


def _of_the_district(ticket: Ticket, roster: Roster, loads: Mapping[int, int], day: date, limits: Limits) -> int | None:
    """The last desk refuses nothing: who had it longest ago gets it again, and a full hand is no reason."""
    pool = [(a, unfit(a, ticket, loads.get(a.id, 0), day, limits)) for a in _pool(Tier.DISTRICT, ticket, roster)]
    free = [a for a, reason in pool if reason is None]
    full = [a for a, reason in pool if reason is Unfit.FULL]
    for there in (free, full):
        fresh = [a for a in there if a.id not in ticket.tried]
        if fresh:
            return _best(fresh, ticket, loads)
    on_duty = [d for d in roster.duty if d not in ticket.barred]
    last = [*on_duty, *(a.id for a in (*free, *full))]
    return min(last, key=lambda number: _tried(ticket, number), default=None)


def _tried(ticket: Ticket, adviser: int) -> int:
    return ticket.tried.index(adviser) if adviser in ticket.tried else -1


def precedence(ticket: Ticket) -> tuple[str, datetime]:
    """In which order tickets are placed and shown: P0 and P1 first, then the oldest."""
    return ticket.level, ticket.opened_at


def ring(ticket: Ticket, alarm: Alarm, now: datetime) -> Ticket:
    """What an alarm does to the ticket; whoever was late has it no more."""
    match alarm:
        case Alarm.WARN:
            return ticket
        case Alarm.BACK | Alarm.UP:
            return tickets.give_back(ticket, up=alarm is Alarm.UP)
        case Alarm.LAPSE:
            return tickets.lapse(ticket, now)
        case Alarm.FOLLOW_UP:
            return tickets.follow_up(ticket, now)


def leave(adviser: int, theirs: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """All that is not done and was the adviser's, back in the queue, the urgent first."""
    returned = [tickets.give_back(t) for t in theirs if tickets.owner(t) == adviser]
    return tuple(sorted(returned, key=precedence))


def has_no_owner(ticket: Ticket) -> bool:
    """Is it nobody's turn, though there is something to do?"""
    return not tickets.is_done(ticket) and tickets.owner(ticket) is None


def weighs(ticket: Ticket) -> bool:
    """Does it count against the cap? One that was answered waits only to be closed."""
    return tickets.owner(ticket) is not None and ticket.state is not State.ANSWERED
