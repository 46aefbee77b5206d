"""Count what may still be sent to an address of its own accord, before its resident writes again.

https://developers.weixin.qq.com/doc/service/guide/product/customer_service/intro.html
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """So many messages within a span after what the resident did."""

    span: timedelta
    most: int


WRITTEN = Window(timedelta(hours=48), 5)  # after a message
PRESSED = Window(timedelta(minutes=1), 3)  # after a menu click, a scan, a subscription


@dataclass(frozen=True, slots=True)
class Allowance:
    """When the resident last wrote and last pressed, how much was sent since, and whether they know that more waits."""

    written_at: datetime | None = None
    written: int = 0
    pressed_at: datetime | None = None
    pressed: int = 0
    told: bool = False


def wrote(allowance: Allowance, at: datetime) -> Allowance:
    """The resident wrote; the same message told twice counts once."""
    is_new = allowance.written_at is None or at > allowance.written_at
    return replace(allowance, written_at=at, written=0, told=False) if is_new else allowance


def pressed(allowance: Allowance, at: datetime) -> Allowance:
    """The resident clicked, scanned or subscribed."""
    is_new = allowance.pressed_at is None or at > allowance.pressed_at
    return replace(allowance, pressed_at=at, pressed=0) if is_new else allowance


def left(allowance: Allowance, now: datetime) -> int:
    """How many may be sent now."""
    return _left(WRITTEN, allowance.written_at, allowance.written, now) + _left(
        PRESSED, allowance.pressed_at, allowance.pressed, now
    )


def spend(allowance: Allowance, now: datetime) -> Allowance:
    """One was sent: what ends sooner is used first."""
    if _left(PRESSED, allowance.pressed_at, allowance.pressed, now):
        return replace(allowance, pressed=allowance.pressed + 1)
    return replace(allowance, written=min(allowance.written + 1, WRITTEN.most))


def tell(allowance: Allowance) -> Allowance:
    """They were told that an answer waits; once is enough."""
    return replace(allowance, told=True)


def exhaust(allowance: Allowance) -> Allowance:
    """The channel says that nothing is left, whatever we counted."""
    return replace(allowance, written=WRITTEN.most, pressed=PRESSED.most)


def _left(window: Window, since: datetime | None, spent: int, now: datetime) -> int:
    return max(0, window.most - spent) if since and now < since + window.span else 0
