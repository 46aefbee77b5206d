"""Remember where we are with a resident, and how often they have written of late."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.messages import Option
from knowledge.guides.interviews import State


class Stage(StrEnum):
    """What the next message is expected to be."""

    FREE = "free"  # anything
    CHOOSING = "choosing"  # one of the topics offered
    TELLING = "telling"  # the question that is to go to a human
    CONSENTING = "consenting"  # may an adviser read this?
    PLACING = "placing"  # which village?
    WELCOMING = "welcoming"  # is this channel accepted?
    INTERVIEWING = "interviewing"  # the answer to a screen
    MATTER = "matter"  # the number that a certificate is for
    SAYING = "saying"  # more on a ticket


@dataclass(frozen=True, slots=True)
class Sitting:
    """A quiz under way: which of its questions are asked, and which of those answered so far were right."""

    quiz: str
    asked: tuple[int, ...]
    right: tuple[bool, ...] = ()
    matter: str = ""  # what a certificate is wanted for


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where we are: the stage, the question in hand, the last topic answered, what can be picked."""

    stage: Stage = Stage.FREE
    question: str = ""
    topic: str | None = None
    options: tuple[Option, ...] = ()
    ticket: str | None = None  # receipt of the ticket that consent, village or more words are being asked for
    aside: str = ""  # the ticket, and which state of it, that the next words are not for
    reason: str = ""  # why the question goes to a human, while that is being arranged
    recent: tuple[int, ...] = field(default=())  # seconds since the epoch of the last hour's messages
    interview: State | None = None  # how far an interview has come; it waits, however long
    finished: State | None = None  # the interview whose result came last, for what may follow from it
    quiz: Sitting | None = None  # how far a quiz has come
    streak: tuple[int, int] = (0, 0)  # the last day a quiz was finished (its ordinal), and how many days in a row
    missed: tuple[int, ...] = ()  # seconds since the epoch of wrong codes
    enclosed: tuple[str, ...] = ()  # pictures and files that no ticket has yet
    series: tuple[str, str] = ("", "")  # of pictures sent as one, and the ticket that the first went to
    noticed: bool = False  # the flood notice was given and the flood has not ended


def offer(dialogue: Dialogue, stage: Stage, options: tuple[Option, ...]) -> Dialogue:
    """Wait for one of these options."""
    return replace(dialogue, stage=stage, options=options)


def rest(dialogue: Dialogue, options: tuple[Option, ...] = ()) -> Dialogue:
    """Wait for nothing in particular; the options stay open to be picked."""
    return replace(dialogue, stage=Stage.FREE, options=options, ticket=None, reason="")


def in_danger(dialogue: Dialogue) -> bool:
    """Was danger spoken of, and is what a human may be told of it not settled yet?"""
    return dialogue.reason.startswith(("P0 ", "P1 "))


def flows(dialogue: Dialogue) -> bool:
    """Was there another message within the hour before this one?"""
    return len(dialogue.recent) > 1


def awaits(dialogue: Dialogue) -> bool:
    """Is the talk still about the danger, and may a human be told of it?"""
    return dialogue.stage is Stage.CONSENTING and in_danger(dialogue) and flows(dialogue)


@dataclass(frozen=True, slots=True)
class Flood:
    """How many messages a resident may send: `burst` within `burst_span`, `hourly` within an hour."""

    burst: int = 5
    burst_span: timedelta = timedelta(seconds=10)
    hourly: int = 60


class Admission(StrEnum):
    """What becomes of a message, by how many came before it."""

    WELCOME = "welcome"
    NOTICE = "notice"  # the first one too many: say so
    SILENCE = "silence"  # the ones after it


def admit(dialogue: Dialogue, flood: Flood, at: datetime) -> tuple[Admission, Dialogue]:
    """Count this message in, and say whether it is one too many. Only admitted messages count."""
    second = int(at.timestamp())
    recent = tuple(t for t in dialogue.recent if second - t < 3600)
    burst = sum(second - t < flood.burst_span.total_seconds() for t in recent)
    if burst < flood.burst and len(recent) < flood.hourly:
        return Admission.WELCOME, replace(dialogue, recent=(*recent, second), noticed=False)
    verdict = Admission.SILENCE if dialogue.noticed else Admission.NOTICE
    return verdict, replace(dialogue, recent=recent, noticed=True)


def pick(dialogue: Dialogue, text: str) -> Option | None:
    """The option meant by a number, a label or a value; None if it is none of them."""
    wanted = text.strip()
    number = _number(wanted)
    if number is not None:
        return dialogue.options[number - 1] if 1 <= number <= len(dialogue.options) else None
    return next((o for o in dialogue.options if wanted in (o.value, o.label)), None)


def is_number(text: str) -> bool:
    """Is this nothing but a number, in any of the scripts people type it in?"""
    return _number(text.strip()) is not None


_NUMERALS = {numeral: n for row in ("①②③④⑤⑥⑦⑧⑨", "一二三四五六七八九") for n, numeral in enumerate(row, 1)}


def _number(text: str) -> int | None:
    if text in _NUMERALS:
        return _NUMERALS[text]
    digits = text.strip("我选择第、.。)）个\ufe0f\u20e3")  # also 选1, 第一个 and the key-cap emoji
    if digits in _NUMERALS:
        return _NUMERALS[digits]
    # int() also reads full-width digits; a sign or a long run of digits is a number, though no option has it
    return int(digits) if digits.lstrip("+-").isdecimal() and len(digits) <= 12 else None
