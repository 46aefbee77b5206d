"""Hold what was said to us and what we say, in a form that no channel owns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge.guides.papers import Draft


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
    MEDIA = "media"  # no words; the text names what (photo, voice …), and what can be kept is enclosed
    SCANNED = "scanned"  # a code of a village was scanned; the text is the village's number
    LEFT = "left"  # the resident left the channel: nothing reaches them there any more
    GROUP = "group"  # the bot was called in a group; the words of a group are never read


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What came with a message, or goes with an answer: its content, or how its channel names it.

    Once it is kept only the mark is needed.
    """

    mark: str
    name: str = ""
    reference: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it arrived; `external_id` is unique within its channel."""

    external_id: str
    address: Address
    kind: Kind
    text: str
    sent_at: datetime
    told: bool = False  # the safety text went out before this could be stored
    answers: str = ""  # the channel's own id of the message of ours that this one answers, or the ticket it is for
    enclosed: tuple[Enclosed, ...] = ()
    series: str = ""  # what pictures that were sent as one have in common


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
class Document:
    """A paper, drawn as a Word file when somebody takes it."""

    name: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Calendar:
    """A day for a calendar, in the form of RFC 5545."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture or file that an adviser added to an answer."""

    name: str
    mark: str


Attachment = Document | Calendar | Kept


@dataclass(frozen=True, slots=True)
class Link:
    """A page to read on; with `mark`, the number and signature of its delivery, the way there can be counted."""

    href: str
    mark: str = ""

    def through(self, site: str) -> str:
        """The address that is counted on its way, at our site; the page's own where it cannot be."""
        return f"{site}/go/{self.mark}" if self.mark else self.href


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say, what can be picked in answer, the page to read on, and the file or picture that goes with it.

    The text is short if there is one; a picture is named by its digest.
    """

    text: str
    options: tuple[Option, ...] = ()
    attachment: Attachment | None = None
    link: Link | None = None
    picture: str = ""
