"""Say which days people work in China: the yearly notices as far as they are known, the law's own holidays after."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import chinese_calendar
import yaml

FILE = Path(__file__).parent.parent / "rules" / "workdays.yaml"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What our own table lays over the package's years."""

    fixed: dict[tuple[int, int], int]  # (month, day) → the first year in which the law gives it
    holidays: frozenset[date]
    workdays: frozenset[date]  # weekend days that are worked
    complete: frozenset[int]  # the years whose notice is entered in full


@cache
def calendar() -> Calendar:
    """Our table, read once."""
    content: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    years: dict[int, dict[str, Any]] = content["years"]
    return Calendar(
        {(row["month"], row["day"]): row.get("since", 0) for row in content["fixed"]},
        frozenset(day for year in years.values() for day in year["holidays"]),
        frozenset(day for year in years.values() for day in year["workdays"]),
        frozenset(number for number, year in years.items() if year["complete"]),
    )


def is_workday(day: date) -> bool:
    """Whether people work that day; made-up Saturdays and Sundays count as worked."""
    ours = calendar()
    if day in ours.workdays:
        return True
    if day in ours.holidays:
        return False
    if day.year in _noticed():
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5 and not _is_fixed(day, ours)


def is_legal_holiday(day: date) -> bool:
    """Whether a period cannot end that day: weekends and public holidays alike (民法典203, 民事诉讼法85)."""
    return not is_workday(day)


def is_estimate(day: date) -> bool:
    """Whether the notice for that year is not known: its days off may still move."""
    return day.year not in _noticed() and day.year not in calendar().complete


def next_workday(day: date) -> date:
    """The first workday from that day on, the day itself included."""
    while not is_workday(day):
        day += _DAY
    return day


def previous_workday(day: date) -> date:
    """The last workday up to that day, the day itself included."""
    while not is_workday(day):
        day -= _DAY
    return day


def add_workdays(start: date, count: int) -> date:
    """The day on which so many workdays have passed, the start not counted; raises ValueError below 0."""
    if count < 0:
        raise ValueError(count)
    day = start
    for _ in range(count):
        day = next_workday(day + _DAY)
    return day


def workdays_between(first: date, last: date) -> int:
    """How many workdays lie after `first` up to `last`, `last` included; below 0 where `last` is the earlier."""
    if last < first:
        return -workdays_between(last, first)
    return sum(is_workday(first + _DAY * step) for step in range(1, (last - first).days + 1))


@cache
def _noticed() -> frozenset[int]:
    """The years of which the package holds the notice."""
    return frozenset(day.year for day in chinese_calendar.holidays)


def _is_fixed(day: date, ours: Calendar) -> bool:
    since = ours.fixed.get((day.month, day.day))
    return since is not None and day.year >= since
