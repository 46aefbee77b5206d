"""Assess the service of a month by what was recorded of tickets, and by nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from handlers.desk.clocks import Alarm, Kind
from handlers.desk.moves import Event
from handlers.desk.states import Act
from handlers.desk.tickets import STARS
from handlers.hours import SHANGHAI

FULL = 100  # points
LATE = frozenset({Alarm.BACK, Alarm.UP})


class Measure(StrEnum):
    """What is looked at."""

    FIRST_REPLY = "first_reply"
    RESOLUTION = "resolution"
    STARS = "stars"
    OVERDUE = "overdue"
    RETURNED = "returned"


MEASURE_NAMES = {
    Measure.FIRST_REPLY: "首次答复按时",
    Measure.RESOLUTION: "办结按时",
    Measure.STARS: "居民评分",
    Measure.OVERDUE: "超时退回待接单",
    Measure.RETURNED: "居民重新打开",
}
RATES = (Measure.FIRST_REPLY, Measure.RESOLUTION, Measure.STARS)
_TIMED = {Kind.FIRST: Measure.FIRST_REPLY, Kind.RESOLUTION: Measure.RESOLUTION}


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of 100 that a rate brings, and points that are taken away each time."""

    first_reply: int = 40
    resolution: int = 30
    stars: int = 30
    overdue: int = 2
    returned: int = 2


class Standing(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


STANDING_NAMES = {Standing.OPEN: "等局里决定", Standing.GRANTED: "同意，不再计分", Standing.REFUSED: "没有同意"}


@dataclass(frozen=True, slots=True)
class Appeal:
    """What an adviser says against an event that counted, and what the bureau answered."""

    event: int
    by: int
    text: str
    at: datetime
    standing: Standing = Standing.OPEN
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its number; `excuse` is the reason for which the bureau does not let it count."""

    number: int
    event: Event
    excuse: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One event as it bears on the score of one member of staff."""

    measure: Measure
    recorded: Recorded
    share: Fraction  # of what a rate can bring, 0 to 1; 0 where points are taken away

    @property
    def counts(self) -> bool:
        """Was it not excused?"""
        return not self.recorded.excuse

    @property
    def costs(self) -> bool:
        """Does it take something away?"""
        return self.counts and self.share < 1


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure comes to: a rate, or points taken away, and the events behind it."""

    measure: Measure
    marks: tuple[Mark, ...]
    rate: Fraction | None  # None where nothing counts, and where points are taken away
    taken: int = 0  # points

    @property
    def receipts(self) -> tuple[str, ...]:
        """The tickets behind it, each once."""
        return tuple(dict.fromkeys(mark.recorded.event.receipt for mark in self.marks))


@dataclass(frozen=True, slots=True)
class Score:
    """The month of one member of staff; without anything that can be rated there are no points, rather than none."""

    user: int
    parts: tuple[Part, ...]
    points: Decimal | None


def month(said: str) -> tuple[datetime, datetime]:
    """From the first moment of a month, written 2026-11, to that of the next, in Shanghai; raises ValueError."""
    start = datetime.strptime(said, "%Y-%m").replace(tzinfo=SHANGHAI)
    years, months = divmod(start.month, 12)
    return start, start.replace(year=start.year + years, month=months + 1)


def assess(events: Iterable[Recorded], weights: Weights, start: datetime, end: datetime) -> tuple[Score, ...]:
    """The scores of a month, given all events of the tickets that something happened to in it; by number of user."""
    known = sorted(events, key=lambda r: (r.event.at, r.number))
    theirs: defaultdict[int, list[Mark]] = defaultdict(list)
    for user, mark in _marks(known):
        if start <= mark.recorded.event.at < end:
            theirs[user].append(mark)
    return tuple(_score(user, marks, weights) for user, marks in sorted(theirs.items()))


def _marks(known: Sequence[Recorded]) -> Iterator[tuple[int, Mark]]:
    late: dict[tuple[str, Kind | None], int | None] = {}  # who had the ticket when the clock first ran out
    ratings = {r.event.receipt: r.number for r in known if _stars(r.event) is not None}  # the last word counts
    for recorded in known:
        event = recorded.event
        if event.act in LATE:
            late.setdefault((event.receipt, event.kind), event.owner)
        elif event.act is Act.REOPEN:
            late.pop((event.receipt, Kind.RESOLUTION), None)  # its clock starts anew
        if event.owner is None:
            continue
        match event.act:
            case Alarm.BACK | Alarm.UP:
                yield event.owner, Mark(Measure.OVERDUE, recorded, Fraction(0))
            case Act.REOPEN:
                yield event.owner, Mark(Measure.RETURNED, recorded, Fraction(0))
            case Act.RATE:
                if (stars := _stars(event)) is not None and ratings[event.receipt] == recorded.number:
                    yield event.owner, Mark(Measure.STARS, recorded, Fraction(stars, STARS[-1]))
            case _:
                measure = _TIMED.get(event.kind) if event.kind else None
                if measure is None or event.act is Alarm.WARN or event.took is None or event.target is None:
                    continue
                in_time = event.took <= event.target
                # whoever takes over what another let lie is not blamed for the time before
                if in_time or late.get((event.receipt, event.kind), event.owner) == event.owner:
                    yield event.owner, Mark(measure, recorded, Fraction(in_time))


def about(event: Event) -> str:
    """What an event is looked at for, in words."""
    match event.act:
        case Alarm.BACK | Alarm.UP:
            return MEASURE_NAMES[Measure.OVERDUE]
        case Act.REOPEN:
            return MEASURE_NAMES[Measure.RETURNED]
        case Act.RATE:
            return MEASURE_NAMES[Measure.STARS]
        case _:
            measure = _TIMED.get(event.kind) if event.kind else None
            return MEASURE_NAMES[measure] if measure else ""


def _stars(event: Event) -> int | None:
    is_said = event.act is Act.RATE and event.detail.isdecimal()
    return int(event.detail) if is_said and int(event.detail) in STARS else None


def _score(user: int, marks: Sequence[Mark], weights: Weights) -> Score:
    parts = tuple(_part(m, tuple(k for k in marks if k.measure is m), weights) for m in Measure)
    return Score(user, parts, _points({p.measure: p.rate for p in parts}, sum(p.taken for p in parts), weights))


def _part(measure: Measure, marks: tuple[Mark, ...], weights: Weights) -> Part:
    counted = [mark for mark in marks if mark.counts]
    if measure not in RATES:
        return Part(measure, marks, None, len(counted) * getattr(weights, measure))
    return Part(measure, marks, sum((m.share for m in counted), Fraction(0)) / len(counted) if counted else None)


def _points(rates: Mapping[Measure, Fraction | None], taken: int, weights: Weights) -> Decimal | None:
    """The rates by their weights, as if those there are were all, less what is taken away; to a tenth."""
    held = [(getattr(weights, m), rate) for m, rate in rates.items() if rate is not None]
    whole = sum(weight for weight, _ in held)
    if not whole:
        return None
    reached = sum((weight * rate for weight, rate in held), Fraction(0)) * FULL / whole
    points = max(Fraction(0), reached - taken)
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
