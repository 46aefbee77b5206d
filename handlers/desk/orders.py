"""Read what advisers order in a private chat: by a button, in words, or by answering a card."""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from handlers.education.certificates import Sign
from handlers.messages import Address
from handlers.talk.dialogue import is_number

PREFIX = "s"  # of the values of buttons for staff
_MAC_BYTES = 12
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # minutes are counted from here, since a button holds few characters
_MINUTE = timedelta(minutes=1)
RECEIPT = re.compile(r"[A-Z]{2}\d{6}-[0-9A-Z]{6}", re.IGNORECASE)
_HEADED = re.compile(rf"【[^】]*】({RECEIPT.pattern})", re.IGNORECASE)


class Do(StrEnum):
    """What is ordered; the value is short, since it stands on buttons."""

    QUEUE = "l"
    MINE = "m"
    LEAVE = "v"
    HELP = "h"
    CANCEL = "z"
    CLAIM = "c"
    READ = "r"
    REPLY = "a"
    ASK = "q"
    TRANSFER = "t"
    EXPERT = "x"
    CLOSE = "d"
    PICK = "n"  # of the options shown last, by number
    UNCLEAR = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `words` is what is said by it: an answer, a name, a field of law, days."""

    do: Do
    receipt: str = ""
    words: str = ""


_WORDS = {
    Do.QUEUE: ("/queue", "/待接单", "待接单", "待接", "排队", "工单"),
    Do.MINE: ("/mine", "/我的", "我的", "我的工单", "手里的"),
    Do.LEAVE: ("/leave", "/请假", "请假"),
    Do.HELP: ("/help", "/start", "/帮助", "帮助", "?", "help"),
    Do.CANCEL: ("/cancel", "/取消", "取消", "算了"),
    Do.CLAIM: ("/claim", "接单"),
    Do.READ: ("/read", "查看", "看"),
    Do.REPLY: ("/reply", "回复", "答复"),
    Do.ASK: ("/ask", "追问", "请补充"),
    Do.TRANSFER: ("/transfer", "转交"),
    Do.EXPERT: ("/expert", "转专家", "专家"),
    Do.CLOSE: ("/close", "办结"),
}
_BY_WORD = {word: do for do, words in _WORDS.items() for word in words}
_GENERAL = frozenset({Do.QUEUE, Do.MINE, Do.LEAVE, Do.HELP, Do.CANCEL})
_SILENT = frozenset({Do.CLAIM, Do.READ, Do.CLOSE})  # that need no more words
_TARGETED = frozenset({Do.CLAIM, Do.READ, Do.REPLY, Do.ASK, Do.TRANSFER, Do.EXPERT, Do.CLOSE})
_DAY = re.compile(r"(?:(\d{4})[-年./])?(\d{1,2})[-月./](\d{1,2})日?")


def read(words: str, about: str) -> Order:
    """The order in a message; `about` is the receipt number of the card that it answers, if it does."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if is_number(plain) and not about:
        return Order(Do.PICK, words=plain)
    first, rest = _parted(words.strip())
    do = _BY_WORD.get(first, Do.UNCLEAR)
    if do in _GENERAL:
        return Order(do, words=rest)
    if do in _TARGETED and (named := RECEIPT.match(rest)):
        return Order(do, named[0].upper(), rest[named.end() :].lstrip(" \t\n:：,，"))
    if about:
        # a card that is answered by nothing but an order is given that order
        return Order(do, about) if do in _SILENT and not rest else Order(Do.REPLY, about, words.strip())
    return Order(do, words=words.strip())


def _parted(words: str) -> tuple[str, str]:
    """The first word, folded, without the bot's name, and the rest as it was written."""
    found = re.match(r"(\S+?)(?:@\w+)?(?:[\s:：,，]+|$)", words)
    if found is None:
        return "", words
    first = unicodedata.normalize("NFKC", found[1]).lower().rstrip("。.!")
    if first not in _BY_WORD and (glued := re.match(r"(\D+?)(?=[A-Za-z]{2}\d{6}-)", words)):
        return glued[1].strip(" :："), words[glued.end() :]
    return first, words[found.end() :]


def only_receipt(text: str) -> str:
    """The receipt number that the text is about: the one at its head, or the only one in it."""
    if headed := _HEADED.match(text):
        return headed[1].upper()
    found = dict.fromkeys(number.upper() for number in RECEIPT.findall(text))
    return next(iter(found)) if len(found) == 1 else ""


def days(words: str, today: date) -> tuple[date, date] | None:
    """The first and the last day that are named; one day alone is both. A day without a year is the next such one."""
    if words.startswith(("今天", "今日")):
        return today, today
    named = [_day(today, *found) for found in _DAY.findall(unicodedata.normalize("NFKC", words))[:2]]
    known = [day for day in named if day]
    return (known[0], known[-1]) if known and len(known) == len(named) else None


def _day(today: date, year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year or today.year), int(month), int(day))
        return found.replace(year=today.year + 1) if not year and found < today else found
    except ValueError:
        return None


# -- buttons


def button(order: Order, address: Address, until: datetime, sign: Sign) -> str:
    """The value of a button, at most 64 bytes: good for this order, at this address, until that minute."""
    said = f"{PREFIX}:{order.do}{order.words}:{order.receipt}:{(until - _SINCE) // _MINUTE:x}"
    return f"{said}:{_mac(said, address, sign)}"


def pressed(value: str, address: Address, now: datetime, sign: Sign) -> Order | None:
    """The order of a button; None if it is forged, too old, or was made for another address."""
    said, _, mac = value.rpartition(":")
    if not hmac.compare_digest(mac.encode(errors="replace"), _mac(said, address, sign).encode()):
        return None
    _, what, receipt, minutes = said.split(":")
    return None if _is_over(minutes, now) else Order(Do(what[:1]), receipt, what[1:])


def _is_over(minutes: str, now: datetime) -> bool:
    return _SINCE + int(minutes, 16) * _MINUTE <= now


def _mac(said: str, address: Address, sign: Sign) -> str:
    """Who has no key can make none; an address is part of it, so a button that was passed on opens nothing."""
    signature = sign(f"button:{address.channel}:{address.external}:{said}".encode(errors="replace"))
    return base64.urlsafe_b64encode(hashlib.sha256(signature).digest()[:_MAC_BYTES]).decode()
