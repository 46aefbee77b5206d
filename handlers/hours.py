"""Count the time in which the offices are open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Hours:
    """Work is done on workdays from `opens` to `shuts`, by the clocks of Shanghai."""

    is_workday: Callable[[date], bool]
    opens: time = time(9)
    shuts: time = time(17, 30)


def working_days(hours: Hours, number: int) -> timedelta:
    """The working time of so many whole workdays."""
    a_day = date(2000, 1, 1)
    return (datetime.combine(a_day, hours.shuts) - datetime.combine(a_day, hours.opens)) * number


def between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`."""
    spent = NO_TIME
    for opens, shuts in _days(hours, start):
        if opens >= end:
            break
        spent += max(NO_TIME, min(shuts, end) - max(opens, start))
    return spent


def later(hours: Hours, start: datetime, span: timedelta) -> datetime:
    """The first moment by which so much working time has passed since `start`."""
    if span <= NO_TIME:
        return start
    days = _days(hours, start)
    while True:
        opens, shuts = next(days)
        begin = max(opens, start)
        if shuts - begin >= span:
            return begin + span
        span -= max(NO_TIME, shuts - begin)


def opening(hours: Hours, start: datetime) -> datetime:
    """The first moment from `start` on at which work is done."""
    return next(max(opens, start) for opens, shuts in _days(hours, start) if shuts > start)


def _days(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = start.astimezone(SHANGHAI).date()
    for offset in count():
        day = first + timedelta(days=offset)
        if hours.is_workday(day):
            yield _open(day, hours.opens, hours.shuts)


@lru_cache(maxsize=1024)  # a district's clocks look at the same few weeks again and again
def _open(day: date, opens: time, shuts: time) -> tuple[datetime, datetime]:
    return _moment(day, opens), _moment(day, shuts)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)
