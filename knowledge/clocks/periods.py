"""Count a legal period from its first day to its last, as the Civil Code counts."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias, cast

from knowledge.clocks import workdays

Unit: TypeAlias = Literal["小时", "日", "个工作日", "个月", "年"]
_WRITTEN = re.compile(r"(\d+)(小时|日|个工作日|个月|年)")


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as the law writes it: 30日, 6个月, 5个工作日."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


@dataclass(frozen=True, slots=True)
class Term:
    """Where a period ends.

    `last` is counted as strictly as one can: no shift anywhere; `counted` from the shifted end of the term before it;
    `legal` is `counted` moved on from a day off; `safe` the last workday up to `last`.
    """

    start: date
    last: date
    counted: date
    legal: date
    safe: date
    is_estimate: bool

    @property
    def is_shifted(self) -> bool:
        """Whether the counted day is a day off."""
        return self.legal != self.counted


def parse(text: str) -> Period:
    """Read 30日, 6个月, 2年, 5个工作日 or 72小时; raises ValueError."""
    match = _WRITTEN.fullmatch(text)
    if not match:
        raise ValueError(text)
    return Period(int(match[1]), cast("Unit", match[2]))


def add_months(day: date, count: int) -> date:
    """The corresponding day so many months on, or the last of a month that lacks it (民法典202)."""
    month = day.year * 12 + day.month - 1 + count
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def end(start: date, period: Period) -> date:
    """The counted last day, the start not counted (民法典201); hours end at the same hour some days on."""
    match period.unit:
        case "小时":
            return start + timedelta(days=-(-period.count // 24))
        case "日":
            return start + timedelta(days=period.count)
        case "个工作日":
            return workdays.add_workdays(start, period.count)
        case "个月":
            return add_months(start, period.count)
        case "年":
            return add_months(start, period.count * 12)


def term(start: date, period: Period, *, shifts: bool, after: Term | None = None) -> Term:
    """Count from the start, or from the end of the term before it.

    `shifts` is whether a day off moves the last day; hours run on through days off.
    """
    shifts = shifts and period.unit != "小时"
    last = end(after.last if after else start, period)
    counted = end(after.legal if after else start, period)
    legal = workdays.next_workday(counted) if shifts else counted
    safe = workdays.previous_workday(last)
    # no workday inside the period: the day after the shift is the first on which anything can be done
    safe = safe if safe > (after.legal if after else start) else legal
    moves = shifts or period.unit == "个工作日"
    is_estimate = moves and any(map(workdays.is_estimate, (last, legal)))
    return Term(start, last, counted, legal, safe, is_estimate or (after is not None and after.is_estimate))
