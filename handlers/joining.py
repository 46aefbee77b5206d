"""Make one resident of the addresses that one person has: a one-time code given at one is typed at another."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.education import subscriptions
from handlers.education.subscriptions import Subscription
from handlers.messages import Address
from handlers.residents import Resident
from handlers.talk import dialogue
from handlers.talk.dialogue import Dialogue

LIFE = timedelta(minutes=10)  # of a code
TRIES, SPAN = 5, timedelta(hours=1)  # wrong codes within that time; then none is tried
_DIGITS = 8
# never alone: eight digits are a day to whoever is asked for one
_TYPED = re.compile(rf"(?:/join|合并)[\s:：码]*((?:\d\s*){{{_DIGITS}}})[。.!！]?")


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that makes whoever types it elsewhere the same resident."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Other:
    """Whom a code was given to, and what is theirs."""

    resident: Resident
    dialogue: Dialogue
    addresses: tuple[Address, ...]
    subscription: Subscription | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """The code is used up, and all that was the other's is the resident's; the other's addresses are told."""

    code: str
    gone: str  # the other's id
    told: str


@dataclass(frozen=True, slots=True)
class Part:
    """An address is no longer this resident's; what waits to be sent there goes to where this was said."""

    address: Address


Joining = Offer | Join | Part


def code(chance: int) -> str:
    """A code, of a random number of some size."""
    return f"{chance % 10**_DIGITS:0{_DIGITS}}"


def typed(words: str) -> str | None:
    """The code that somebody typed."""
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", words).strip())
    return "".join(found[1].split()) if found else None


def is_shut(held: Dialogue, now: datetime) -> bool:
    """Were there too many wrong codes of late?"""
    return len(_recent(held, now)) >= TRIES


def missed(held: Dialogue, now: datetime) -> Dialogue:
    """One more wrong code."""
    return replace(held, missed=(*_recent(held, now), int(now.timestamp())))


def _recent(held: Dialogue, now: datetime) -> Sequence[int]:
    return [second for second in held.missed if now.timestamp() - second < SPAN.total_seconds()]


def person(here: Resident, other: Resident) -> Resident:
    """Both in one: what either has said and agreed to; whoever wanted all erased still does."""
    wishes = [at for at in (here.erase_at, other.erase_at) if at]
    return replace(
        here,
        created_at=min(here.created_at, other.created_at),
        village=here.village if here.village is not None else other.village,
        advice_consent=max(here.advice_consent, other.advice_consent),
        channel_consent=max(here.channel_consent, other.channel_consent),
        erase_at=min(wishes, default=None),
    )


def talk(here: Dialogue, other: Dialogue) -> Dialogue:
    """Where we are with them: what is under way here; else it goes on where it was at the other address."""
    idle = here.stage is dialogue.Stage.FREE and not (here.question or here.topic or here.interview or here.quiz)
    kept = replace(other, recent=here.recent, noticed=here.noticed) if idle else here
    return replace(
        kept,
        interview=kept.interview or other.interview,
        finished=kept.finished or other.finished,
        streak=max(here.streak, other.streak),
        missed=(),
    )


def wishes(here: Subscription | None, other: Subscription | None, of: str) -> Subscription | None:
    """What they asked to be told: what stands goes before what was stopped, and the rarer of two holds."""
    held = [one for one in (here, other) if one]
    standing = [one for one in held if one.ended_at is None] or held
    if not standing:
        return None
    fields = frozenset[str]().union(*(one.fields for one in standing))
    everything = not all(one.fields for one in standing)
    return replace(
        max(standing, key=lambda one: list(subscriptions.Frequency).index(one.frequency)),
        resident=of,
        fields=frozenset() if everything else fields,
        started_at=min(one.started_at for one in standing),
        paused_until_at=max((one.paused_until_at for one in standing if one.paused_until_at), default=None),
    )
