"""Say at which addresses a member of staff is reached, and by which one-time code an address becomes theirs."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.education.certificates import Sign
from handlers.messages import Address, Option

STAFF_ONLY = frozenset({"wecom"})  # channels that only staff have: nobody there is a resident
LIFE = timedelta(minutes=10)  # of a code
TRIES, SPAN = 5, timedelta(hours=1)  # wrong codes from one address within that time; then none is tried
ATTENTION = timedelta(minutes=10)  # so long what is written next is taken for what was asked for
_DIGITS = 8
_LOWEST, _HIGHEST = 30_000_000, 99_999_999  # so that no code looks like a day written 20261124
_ORDER = re.compile(r"(?:/link|/绑定|绑定)\s*(\d*)\s*")
_BARE = re.compile(rf"[3-9]\d{{{_DIGITS - 1}}}")


@dataclass(frozen=True, slots=True)
class Link:
    """An address of a member of staff."""

    address: Address
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Aim:
    """What an adviser's next words are for, and what can be picked by its number."""

    do: str = ""
    receipt: str = ""
    options: tuple[Option, ...] = ()
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Is it still meant?"""
        return self.until is not None and now < self.until


NOTHING = Aim()


def code(chance: int) -> str:
    """A code to be typed; `chance` is a random number of some size."""
    return str(_LOWEST + chance % (_HIGHEST - _LOWEST + 1))


def typed(words: str) -> str | None:
    """The code that somebody typed, with /link or alone; "" for /link with none, None if it is no such message."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if order := _ORDER.fullmatch(plain):
        return order[1]
    return plain if _BARE.fullmatch(plain) else None


def digest(typed: str, sign: Sign) -> bytes:
    """What is kept of a code."""
    return sign(f"link:{typed}".encode())
