"""Decide what becomes of a delivery, by what the channel said of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

import regex

from handlers.messages import Address, Reply


class Lane(IntEnum):
    """How urgent a delivery is; the lower goes first."""

    TALK = 0
    TICKET = 1
    PUSH = 2


class State(StrEnum):
    """Where a delivery stands."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"  # it may have arrived; without a due time it stays so
    DEAD = "dead"  # the channel will never take it
    CLOSED = "closed"  # the address takes nothing any more
    HELD = "held"  # the address takes nothing until its resident writes again
    PAUSED = "paused"  # a push that the bureau has stopped for now
    WITHHELD = "withheld"  # a push that was called off before it was sent; the reason says by whom


@dataclass(frozen=True, slots=True)
class Delivery:
    """A Reply to one Address; `resent` once it was sent again after an uncertain first time."""

    id: int
    address: Address
    lane: Lane
    reply: Reply
    state: State
    tries: int
    created_at: datetime
    resent: bool = False
    due_at: datetime | None = None
    reference: str = ""  # the channel's own id of the message, once sent
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mass:
    """What a channel allows of messages to many: `most` in one call, `each` to one person since that day."""

    most: int
    each: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it; `reference` is the channel's own id of the message."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """It was not sent; try again after `wait`, or when the backoff says so."""

    wait: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The resident cannot be reached at this address any more."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The address takes nothing until its resident writes again; `told` if something there says that we wait."""

    reason: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will never take this message, though the address is open."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may or may not have arrived; nobody can say."""

    reason: str = ""


Receipt = Sent | Later | Held | Closed | Refused | Uncertain

GIVE_UP_AFTER = timedelta(hours=24)
RESEND_MARK = "（这条可能重复）\n"


def settle(delivery: Delivery, receipt: Receipt, now: datetime, resend_after: timedelta) -> Delivery:
    """The delivery as it stands after the receipt."""
    match receipt:
        case Sent(reference):
            return replace(delivery, state=State.SENT, due_at=None, reference=reference, reason="")
        case Later(wait, reason):
            return _postponed(delivery, wait or backoff(delivery.tries), now, reason)
        case Held(reason, told):
            # a push is not worth keeping until then
            state = State.DEAD if delivery.lane is Lane.PUSH else State.HELD
            return replace(delivery, state=state, due_at=None, reason=f"{reason}, told" if told else reason)
        case Refused(reason):
            return replace(delivery, state=State.DEAD, due_at=None, reason=reason)
        case Closed(reason):
            return replace(delivery, state=State.CLOSED, due_at=None, reason=reason)
        case Uncertain(reason):
            again = None if delivery.resent or delivery.lane is Lane.PUSH else now + resend_after
            return replace(delivery, state=State.UNCERTAIN, due_at=again, reason=reason)


def _postponed(delivery: Delivery, wait: timedelta, now: datetime, reason: str) -> Delivery:
    if now - delivery.created_at > GIVE_UP_AFTER:
        return replace(delivery, state=State.DEAD, due_at=None, reason=reason)
    # not sent this time, so an earlier doubt about it remains exactly what it was
    state = State.UNCERTAIN if delivery.resent else State.READY
    return replace(delivery, state=state, resent=False, due_at=now + wait, reason=reason)


def backoff(tries: int) -> timedelta:
    """1, 2, 4 … seconds, at most a minute."""
    return timedelta(seconds=min(60, 2 ** min(max(tries - 1, 0), 6)))


def wording(delivery: Delivery) -> str:
    """The text to send, marked when it may be a repetition."""
    return RESEND_MARK + delivery.reply.text if delivery.resent else delivery.reply.text


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a message may be on a channel, by that channel's own measure."""

    most: int
    measure: Callable[[str], int]


def utf16_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Length as WeChat counts it."""
    return len(text.encode())


# room is left for the mark of a resend
LIMITS = {
    "telegram": Limit(4000, utf16_units),  # https://core.telegram.org/bots/api#sendmessage: 4096 after parsing
    "wechat": Limit(2000, utf8_bytes),  # a passive text is cut at 2047
    "wecom": Limit(2000, utf8_bytes),  # a text is cut at 2048
}
# under a picture: https://core.telegram.org/bots/api#sendphoto: 1024
CAPTIONS = {"telegram": Limit(1000, utf16_units)}
UNLIMITED = Limit(100_000, len)
CHANNEL_NAMES = {"web": "网页", "telegram": "Telegram", "wechat": "微信", "wecom": "企业微信", "console": "终端"}
BY_MASS = frozenset({"wechat"})  # channels that are pushed to many at once, within a quota of their own
WITHOUT_BUTTONS = frozenset({"wechat"})
READ_ON = "详情："
BY_NUMBER, IN_WORDS, MY_TICKETS = "回复数字：", "可以回复：", "发“我的工单”，可以选："


def limit(reply: Reply, channel: str) -> Limit:
    """How long a piece of the reply's text may be there."""
    known = CAPTIONS if reply.picture and channel in CAPTIONS else LIMITS
    return known.get(channel, UNLIMITED)


def parts(reply: Reply, channel: str, lane: Lane = Lane.TALK) -> tuple[Reply, ...]:
    """The reply in pieces that the channel takes; the options and the file go with the last."""
    has_ways = reply.options or reply.link
    reply = _spelled(reply, lane) if has_ways and channel in WITHOUT_BUTTONS else reply
    *first, last = split(reply.text, limit(reply, channel))
    return (*(Reply(text) for text in first), replace(reply, text=last))


def _spelled(reply: Reply, lane: Lane) -> Reply:
    """The reply with its options and its link in words, for a channel that shows none."""
    if reply.link:
        reply = replace(reply, text=f"{reply.text}\n\n{READ_ON}{reply.link.href}", link=None)
    if not reply.options:
        return reply
    if lane is Lane.TALK:
        lines = (f"{number}. {option.label}" for number, option in enumerate(reply.options, 1))
        ways = "\n".join((BY_NUMBER, *lines))
    else:  # it comes unasked: a number would be taken for an option of what the resident is at
        labels = "、".join(f"“{option.label}”" for option in reply.options)
        ways = f"{MY_TICKETS}{labels}" if lane is Lane.TICKET else f"{IN_WORDS}{labels}"
    return replace(reply, text=f"{reply.text}\n\n{ways}", options=())


def split(text: str, limit: Limit) -> tuple[str, ...]:
    """Cut at the end of a line where one is near, else between two graphemes (Unicode UAX #29)."""
    if limit.measure(text) <= limit.most:
        return (text,)
    return tuple(_pieces(text, limit))


def _pieces(text: str, limit: Limit) -> Iterator[str]:
    piece, size = "", 0
    for grapheme in _graphemes(text, limit):
        width = limit.measure(grapheme)
        while size + width > limit.most:
            line_end = piece.rfind("\n", len(piece) // 2)
            cut = line_end + 1 if line_end > 0 else len(piece)
            yield piece[:cut]
            piece = piece[cut:]
            size = limit.measure(piece)
        piece += grapheme
        size += width
    if piece:
        yield piece


def _graphemes(text: str, limit: Limit) -> Iterator[str]:
    for grapheme in regex.findall(r"\X", text):
        if limit.measure(grapheme) <= limit.most:
            yield grapheme
        else:  # a letter under thousands of marks: no message could hold it whole
            yield from grapheme
