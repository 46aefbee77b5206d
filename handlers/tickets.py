"""Follow a question that a human must answer, from opened to closed."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers.errors import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread on paper or over the phone


class State(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"


STATE_NAMES = {State.OPEN: "待接单", State.CLAIMED: "办理中", State.ANSWERED: "已答复", State.CLOSED: "已办结"}


class Level(StrEnum):
    """How soon a human must look."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Author(StrEnum):
    """Who wrote an entry of a ticket."""

    RESIDENT = "resident"
    ADVISER = "adviser"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One question for a human. Its words are kept apart, as entries, and only with consent."""

    receipt: str
    resident: str
    level: Level
    kind: str  # the kind of danger, or ""
    reason: str  # why it came to a human: a code, no words of the resident
    opened_at: datetime
    state: State = State.OPEN
    village: int | None = None
    topic: str | None = None
    adviser: int | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said on a ticket."""

    receipt: str
    author: Author
    text: str
    at: datetime


def number(now: datetime, chance: int) -> str:
    """A receipt number that can be read out over the phone and not be guessed; `chance` is a random number."""
    letters = ""
    for _ in range(6):
        chance, digit = divmod(chance, len(RECEIPT_ALPHABET))
        letters += RECEIPT_ALPHABET[digit]
    return f"TL{now.astimezone(SHANGHAI):%y%m%d}-{letters}"


def claim(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """An adviser takes an open ticket."""
    if ticket.state is not State.OPEN:
        raise Refused("这张工单已有人接单。")
    return replace(ticket, state=State.CLAIMED, adviser=adviser, claimed_at=now)


def answer(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """The adviser who holds the ticket answers; further answers may follow until it is closed."""
    _held_by(ticket, adviser)
    if ticket.state is State.CLOSED:
        raise Refused("工单已办结，不能再答复。")
    return replace(ticket, state=State.ANSWERED, answered_at=ticket.answered_at or now)


def close(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """The adviser who holds the ticket says it is done; one never answered cannot be done."""
    _held_by(ticket, adviser)
    if ticket.state is not State.ANSWERED:
        raise Refused("先答复居民，再办结。")
    return replace(ticket, state=State.CLOSED, closed_at=now)


def _held_by(ticket: Ticket, adviser: int) -> None:
    if ticket.adviser != adviser:
        raise Refused("请先接单；别人接的单由接单人办理。")
