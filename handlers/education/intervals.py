"""Say how sure a share is, and a change of shares, in the way that holds for small numbers too."""

from dataclasses import dataclass
from math import hypot, sqrt

Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    many: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 of nobody."""
        return self.many / self.of if self.of else 0.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.many + other.many, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where it may really lie, at 95 %."""

    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Does it leave out that nothing changed?"""
        return self.low > 0 or self.high < 0


def around(share: Share) -> Interval:
    """A share with its interval (Wilson 1927, without continuity correction)."""
    if not share.of:
        return Interval(0.0, 0.0, 1.0)
    p, n = share.value, share.of
    middle, half = p + Z**2 / (2 * n), Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return Interval(p, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def change(first: Interval, second: Interval) -> Interval:
    """The second less the first, from the limits of both (Zou and Donner 2008).

    Of two Wilson intervals it is Newcombe's method 10 (1998); of two changes it compares groups before and after.
    It takes both for independent: of the same people twice the interval is wider than it had to be.
    """
    value = second.value - first.value
    return Interval(
        value,
        value - hypot(second.value - second.low, first.high - first.value),
        value + hypot(second.high - second.value, first.value - first.low),
    )
