"""Keep what a resident wishes to be told unasked. Nobody is told anything who did not ask for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

PAUSE = timedelta(days=30)


class Frequency(StrEnum):
    """How often at most."""

    ALL = "all"  # within the cap that is set for everybody
    WEEKLY = "weekly"
    MONTHLY = "monthly"


SPANS = {Frequency.WEEKLY: timedelta(days=7), Frequency.MONTHLY: timedelta(days=30)}  # one message within
# whom residents call themselves, if they want to
ROLES = {
    "worker": "打工的",
    "farmer": "种地的",
    "trader": "开店办厂的",
    "student": "学生",
    "parent": "家里有娃的",
    "elder": "老人",
    "cadre": "村社干部、法律明白人",
}
FREQUENCY_NAMES = {Frequency.ALL: "有就发", Frequency.WEEKLY: "每周最多一条", Frequency.MONTHLY: "每月最多一条"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """Fields of law (none: all of them), how often, and until when it rests; `ended_at` once it was stopped.

    `role` is how the resident calls themselves, or "".
    """

    resident: str
    started_at: datetime
    fields: frozenset[str] = frozenset()
    frequency: Frequency = Frequency.ALL
    paused_until_at: datetime | None = None
    ended_at: datetime | None = None
    role: str = ""


def is_open(subscription: Subscription | None, now: datetime) -> bool:
    """May something be sent now?"""
    if subscription is None or subscription.ended_at is not None:
        return False
    return subscription.paused_until_at is None or subscription.paused_until_at <= now


def start(resident: str, before: Subscription | None, now: datetime) -> Subscription:
    """The resident wants to be told; what was chosen earlier still holds."""
    if before is None:
        return Subscription(resident, now)
    started = before.started_at if before.ended_at is None else now
    return replace(before, started_at=started, paused_until_at=None, ended_at=None)


def choose(subscription: Subscription, field: str) -> Subscription:
    """Put a field in, or take it out again."""
    return replace(subscription, fields=subscription.fields ^ {field})


def as_one(subscription: Subscription, role: str) -> Subscription:
    """The resident says what they are; the same again takes it back."""
    return replace(subscription, role="" if role == subscription.role else role)


def at_most(subscription: Subscription, frequency: Frequency) -> Subscription:
    """Not more often than that."""
    return replace(subscription, frequency=frequency)


def pause(subscription: Subscription, now: datetime) -> Subscription:
    """Rest for a month."""
    return replace(subscription, paused_until_at=now + PAUSE)


def stop(subscription: Subscription, now: datetime) -> Subscription:
    """Nothing more, from now on."""
    return replace(subscription, ended_at=subscription.ended_at or now)
