"""Hold what was said to us and what we say, in a form that no channel owns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """Where a resident can be reached: a channel and that channel's own id."""

    channel: str
    external: str


class Kind(StrEnum):
    """What an Inbound carries."""

    TEXT = "text"
    CHOICE = "choice"  # an option was pressed; the text is its value
    EDITED = "edited"  # an earlier text was changed; the text is the new one
    MEDIA = "media"  # something we cannot read; the text names what (photo, voice …)
    GROUP = "group"  # the bot was called in a group; the words of a group are never read


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it arrived; `external_id` is unique within its channel."""

    external_id: str
    address: Address
    kind: Kind
    text: str
    sent_at: datetime
    told: bool = False  # the safety text went out before this could be stored


@dataclass(frozen=True, slots=True)
class Arrived:
    """An Inbound that is stored: its row number, and which try at handling it this is."""

    id: int
    inbound: Inbound
    tries: int


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the resident can pick; `value` is at most 64 bytes, the least that a channel allows."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say, and what can be picked in answer."""

    text: str
    options: tuple[Option, ...] = ()
