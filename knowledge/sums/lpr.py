"""Keep the one-year loan prime rates that somebody brought, each with its source, and find the one of a day."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from knowledge import rows
from knowledge.rows import RuleError
from knowledge.sums.rule import FOLDER
from knowledge.topics import Problem

FILE = FOLDER / "lpr.yaml"
DAY = 20  # of the month; published then, or on the next workday
MOST = Decimal(20)  # per cent a year; more is a slip of the pen


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """Per cent a year, from the day it was published to the day before the next; where the figure was read."""

    published: date
    percent: Decimal
    source: str


@cache
def shipped(path: Path = FILE) -> tuple[Rate, ...]:
    """The rates of the file, by day; raises RuleError."""
    table = rows.read(path)
    found: list[Rate] = []
    problems: list[Problem] = []
    for row in table.get("rates") or []:
        try:
            found.append(_rate(row["published"], row["percent"], row["source"]))
        except (KeyError, ValueError) as error:
            problems.append(Problem(path, row.line, "error", f"这一行要有 published、percent、source：{error}"))
    if problems:
        raise RuleError(problems)
    return laid((), found)


def read(text: str) -> tuple[Rate, ...]:
    """Rates from lines of `2024-01-22,1.23,来源`; raises ValueError that names the line."""
    return laid((), _lines(text))


def laid(rates: Iterable[Rate], over: Iterable[Rate]) -> tuple[Rate, ...]:
    """Both tables as one by day; where both have a day, the later table counts."""
    return tuple(sorted({rate.published: rate for rate in (*rates, *over)}.values()))


def written(rates: Iterable[Rate]) -> str:
    """The table as lpr.yaml holds it."""
    lines = [
        f'  - {{published: {rate.published}, percent: "{rate.percent}", source: "{rate.source}"}}' for rate in rates
    ]
    return "\n".join(["rates:", *lines, ""]) if lines else "rates: []\n"


def keep(text: str, path: Path = FILE) -> tuple[int, int]:
    """Lay lines over the file's table, all or none; how many days are new, and how many read otherwise than before.

    Raises ValueError that names the line, RuleError where the file itself is broken.
    """
    shipped.cache_clear()
    held, brought = shipped(path), read(text)
    before = {rate.published: rate for rate in held}
    new = sum(rate.published not in before for rate in brought)
    changed = sum(before.get(rate.published, rate) != rate for rate in brought)
    if new or changed:
        head = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.startswith("#")]
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(head) + written(laid(held, brought)), encoding="utf-8")
        fresh.replace(path)
        shipped.cache_clear()
    return new, changed


def on(rates: Iterable[Rate], day: date) -> Rate | None:
    """The rate in force that day; None where the table lacks the month whose rate that would be."""
    held = {(rate.published.year, rate.published.month): rate for rate in rates}
    this = held.get((day.year, day.month))
    if this and this.published <= day:
        return this
    if not this and day.day >= DAY:
        return None
    before = day.replace(day=1) - timedelta(days=1)
    return held.get((before.year, before.month))


def _lines(text: str) -> Iterator[Rate]:
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or row[0].startswith("#"):
            continue
        try:
            published, percent, source = (cell.strip() for cell in row)
            yield _rate(published, percent, source)
        except ValueError as error:
            raise ValueError(f"第{number}行要写成“日期,百分之几,来源”，例如 2024-01-22,1.23,来源：{error}") from error


def _rate(published: date | str, percent: object, source: str) -> Rate:
    day = published if isinstance(published, date) else date.fromisoformat(published)
    try:
        figure = Decimal(str(percent))
    except InvalidOperation as error:
        raise ValueError(f"{percent} 不是数字") from error
    if not 0 < figure < MOST:
        raise ValueError(f"{percent} 不像一年期LPR")
    if not source.strip() or '"' in source:
        raise ValueError("来源要写明，不能带英文引号")
    return Rate(day, figure, source.strip())
