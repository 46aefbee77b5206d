"""Lay out bars with their intervals, to be drawn by a template; nothing here needs a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.effects import percent
from handlers.education.intervals import Interval

WIDTH = 340  # units: as wide as a telephone, so that letters are as large there as elsewhere
STEP = 46  # units from row to row
ROWS = 15  # in a chart; the table beside it has all


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, what it says in words, and where it begins, ends and may really end."""

    label: str
    said: str
    left: float
    width: float
    low: float
    high: float
    top: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows under a title; `zero` is where nothing is."""

    title: str
    bars: tuple[Bar, ...]
    zero: float

    @property
    def width(self) -> int:
        """In units."""
        return WIDTH

    @property
    def height(self) -> int:
        """In units."""
        return STEP * len(self.bars) + 4


def shares(title: str, rows: Sequence[tuple[str, Interval]]) -> Chart:
    """Shares from nothing on the left to everybody on the right."""
    return Chart(title, _bars(rows, 0.0, float(WIDTH), words=percent), 0.0)


def changes(title: str, rows: Sequence[tuple[str, Interval]]) -> Chart:
    """Changes to both sides of the middle."""
    widest = max((max(abs(i.low), abs(i.high)) for _, i in rows[:ROWS]), default=1.0) or 1.0
    return Chart(title, _bars(rows, WIDTH / 2, WIDTH / 2 / widest, words=_points), WIDTH / 2)


def _points(interval: Interval) -> str:
    value, low, high = (f"{100 * x:+.1f}" for x in (interval.value, interval.low, interval.high))
    return f"{value}（{low} 到 {high}）"


def _bars(
    rows: Sequence[tuple[str, Interval]], zero: float, scale: float, *, words: Callable[[Interval], str]
) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            label=label,
            said=words(interval),
            left=round(zero + min(0.0, interval.value) * scale, 1),
            width=round(abs(interval.value) * scale, 1),
            low=round(zero + interval.low * scale, 1),
            high=round(zero + interval.high * scale, 1),
            top=number * STEP,
        )
        for number, (label, interval) in enumerate(rows[:ROWS])
    )
