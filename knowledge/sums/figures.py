"""Check the sums that go in, and write figures as they are read."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from knowledge.results import Unclear
from knowledge.sums.amounts import MOST

Number: TypeAlias = Decimal | int
FEN = Decimal("0.01")  # yuan


def fen(value: Decimal) -> Decimal:
    """Rounded to the fen, half a fen up."""
    return value.quantize(FEN, ROUND_HALF_UP)


def plain(value: Number) -> str:
    """35,000 or 3,500.50 or 21.75: no zeros after the point where there is nothing."""
    number = Decimal(value)
    if number == number.to_integral_value():
        return f"{number:,.0f}"
    return f"{number.normalize():,f}"


def yuan(value: Number) -> str:
    """35,000元 or 3,500.50元."""
    rounded = fen(Decimal(value))
    return f"{rounded:,.0f}元" if rounded == rounded.to_integral_value() else f"{rounded:,.2f}元"


def percent(rate: Decimal) -> str:
    """2.5% for 0.025."""
    return f"{(rate * 100).normalize():f}%"


def span(low: Decimal, high: Decimal) -> Decimal | str:
    """The one sum, or 50～300 where the law leaves a range."""
    return fen(low) if low == high else f"{yuan(low)[:-1]}～{yuan(high)[:-1]}"


def spelled(low: Decimal, high: Decimal) -> str:
    """50元, or 50元至300元."""
    return yuan(low) if low == high else f"{yuan(low)}至{yuan(high)}"


def day(day: date) -> str:
    """2024年1月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def money(value: Number | None, what: str, *, least: Number = 0, example: str = "35000 或 三万五") -> Decimal:
    """The sum; raises Unclear where it is not known, negative, zero though it may not be, or beyond all sense."""
    if value is None or value < least or value > MOST:
        raise Unclear(f"请写{what}，要是数字，例如 {example}")
    return Decimal(value)


def whole(value: Number | None, what: str, least: int, most: int) -> int:
    """A whole number between the two, both included; raises Unclear."""
    if value is None or value != int(value) or not least <= value <= most:
        raise Unclear(f"请写{what}，{least}到{most}之间的整数")
    return int(value)
