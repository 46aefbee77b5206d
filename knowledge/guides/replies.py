"""Read what a resident wrote as the answer to a slot, and find it in a free sentence."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from knowledge.clocks import days
from knowledge.guides.conditions import Value
from knowledge.guides.slots import UNKNOWN, Slot, options
from knowledge.numerals import from_chinese
from knowledge.results import Unclear
from knowledge.sums import amounts
from knowledge.text import clean, normalise

Views: TypeAlias = tuple[str, str]
_LONGEST = {"text": 300, "place": 30}  # characters
_UNKNOWN = re.compile(r"都?(不知道|不清楚|不晓得|不太清楚|说不清|搞不清|记不得|记不清|不记得|忘了|跳过|略过)(了|楚)?")
_YES = re.compile(r"(是|有|对|嗯|要|需要|好|行|可以|得行|1)(的|啊|呀|了|嘛|哦)*|yes|y")
_NO = re.compile(r"(不是|没有|没得|不|不对|没|否|不要|不用|不需要|无|2|0)(的|啊|呀|了|嘛|哦)*|no|n")
_NONE = re.compile(r"(以上)?(都|全)?(没有|没得|不是|不属于|无)(的|啊|呀)?|0")
_DOUBT = re.compile(r"不到|不足|不止|没到|以[上下内]|超过|至少|起码|最多|顶多|[0-9万千百]\s*[到至或]")  # no one amount
_NUMBER = re.compile(r"[选第]?(\d{1,2}|[一二三四五六七八九十]{1,2})[个项号种]?")
_ASIDE = re.compile(r"[，,。.!！；;\n]")
_PIECES = re.compile(r"[，、；;\s]+|(?<!\d),|,(?!\d)")
_PARTS = re.compile(r"[，,、；;/\s]+|和(?=\d)")
_EDGE = " \t\n，,。.!！?？、；;:：\"'“”()（）"


def read(slot: Slot, text: str, today: date) -> Value:
    """The answer that the text is, its default for 不清楚; raises Unclear, asking again with an example."""
    plain = _plain(text)
    if slot.optional and (_UNKNOWN.fullmatch(plain) or _picked(slot, plain) == UNKNOWN):
        return slot.default
    try:
        return _within(slot, _READERS[slot.kind](slot, text, today))
    except Unclear as unclear:
        raise Unclear(_again(slot, text, str(unclear))) from None


def read_several(slots: tuple[Slot, ...], text: str, today: date) -> tuple[tuple[Slot, Value], ...]:
    """What the text says of these: all of them in order, those it makes out, or the first; raises Unclear."""
    if len(slots) == 1:
        return ((slots[0], read(slots[0], text, today)),)
    pieces = [piece for piece in _PIECES.split(clean(text)) if piece]
    if _UNKNOWN.fullmatch(_plain(text)) and all(slot.optional for slot in slots):
        return tuple((slot, slot.default) for slot in slots)
    if len(pieces) == len(slots):
        with suppress(Unclear):
            return tuple((slot, read(slot, piece, today)) for slot, piece in zip(slots, pieces, strict=True))
    heard = views(text)
    told = tuple((slot, value) for slot in slots if (value := found(slot, heard, today)) is not None)
    return told or ((slots[0], read(slots[0], text, today)),)


def is_pick(slot: Slot, text: str) -> bool:
    """Whether the text is no more than one of the options, or its number."""
    return _picked(slot, _plain(text)) is not None


def views(sentence: str) -> Views:
    """The sentence as typed and as it is normalised, for `found`; half a millisecond."""
    return clean(sentence), normalise(sentence)


def found(slot: Slot, views: Views, today: date, *, opening: bool = False) -> Value:
    """What a free sentence says of it; None where it says nothing or leaves it open.

    Only in the opening sentence does the one amount or day stand for itself, where the slot says `find`.
    """
    match slot.kind:
        case "choice":
            claimed = _claimed(slot, views)
            return claimed[0] if len(claimed) == 1 else None
        case "many":
            return _claimed(slot, views) or None
        case "yesno":
            return _yes_or_no(slot, views)
        case _:
            return _in_groups(slot, views, today) or (_only(slot, views[0], today) if slot.find and opening else None)


# --- reading what was asked -------------------------------------------------------------------------------------------


def _choice(slot: Slot, text: str, _today: date) -> str:
    picked = _value(slot, _plain(text))
    if picked:
        return picked
    claimed = _claimed(slot, views(text))
    if len(claimed) != 1:
        raise Unclear
    return claimed[0]


def _many(slot: Slot, text: str, _today: date) -> tuple[str, ...]:
    plain = _plain(text)
    if slot.none and (_NONE.fullmatch(plain) or _picked(slot, plain) == slot.none):
        return ()
    whole = _value(slot, plain)
    picked = {whole} if whole else {_value(slot, part) for part in _PARTS.split(plain)}
    if None in picked:
        picked = set(_claimed(slot, views(text)))
    if not picked:
        raise Unclear
    return tuple(choice.value for choice in slot.choices if choice.value in picked)


def _yesno(slot: Slot, text: str, _today: date) -> bool:
    said = _ASIDE.split(_plain(text))[0].strip(_EDGE)
    if bool(_YES.fullmatch(said)) != bool(_NO.fullmatch(said)):
        return bool(_YES.fullmatch(said))
    answer = _yes_or_no(slot, views(text))
    if answer is None:
        raise Unclear
    return answer


def _amount(slot: Slot, text: str, _today: date) -> Decimal:
    """The text as it stands, or the only amount in it: 他欠我5万."""
    try:
        return amounts.amount(text)
    except Unclear:
        only = None if _DOUBT.search(text) else amounts.find_amount(text)
        if only is None:
            raise
        return only


def _number(slot: Slot, text: str, _today: date) -> Decimal:
    return amounts.count(text)


def _day(slot: Slot, text: str, today: date) -> date:
    return days.day(text, today, future=slot.future)


def _text(slot: Slot, text: str, _today: date) -> str:
    said = _value(slot, _plain(text)) or clean(text)
    if not said or len(said) > _LONGEST[slot.kind]:
        raise Unclear(f"请用1到{_LONGEST[slot.kind]}个字说。")
    return said


_READERS: Mapping[str, Callable[[Slot, str, date], Value]] = {
    "choice": _choice, "many": _many, "yesno": _yesno, "amount": _amount,
    "number": _number, "day": _day, "text": _text, "place": _text,
}  # fmt: skip


def _within(slot: Slot, value: Value) -> Value:
    if isinstance(value, Decimal):
        low, high = slot.least, slot.most
        if (low is not None and value < low) or (high is not None and value > high):
            raise Unclear("".join((f"不能少于{low}。" if low is not None else "", f"不能多于{high}。" if high else "")))
    return value


def _again(slot: Slot, text: str, why: str) -> str:
    """The parser's own words where it has some, else the question once more."""
    if why:
        return why
    example = slot.example or "、".join(options(slot)[:2])
    short = clean(text, 20)
    return f"没看懂“{short}”。{slot.ask}" + (f"（例：{example}）" if example else "")


# --- finding in a sentence --------------------------------------------------------------------------------------------


def _claimed(slot: Slot, views: Views) -> tuple[str, ...]:
    return tuple(choice.value for choice in slot.choices if _any(choice.patterns, views))


def _yes_or_no(slot: Slot, views: Views) -> bool | None:
    yes, no = _any(slot.yes_if, views), _any(slot.no_if, views)
    return None if yes == no else yes


def _in_groups(slot: Slot, views: Views, today: date) -> Value:
    for view in views:
        for words in _groups(slot.patterns, view):
            try:
                return _within(slot, _READERS[slot.kind](slot, words, today))
            except Unclear:
                continue
    return None


def _groups(patterns: Iterable[re.Pattern[str]], view: str) -> Iterator[str]:
    return (match[1] for pattern in patterns if (match := pattern.search(view)) and match[1])


def _only(slot: Slot, sentence: str, today: date) -> Value:
    match slot.kind:
        case "amount":
            return amounts.find_amount(sentence)
        case "day":
            return days.find_day(sentence, today, future=slot.future)
        case _:
            return None


def _any(patterns: Iterable[re.Pattern[str]], views: Views) -> bool:
    return any(pattern.search(view) for pattern in patterns for view in views)


# --- picking ----------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", clean(text)).lower().strip(_EDGE)


def _value(slot: Slot, plain: str) -> str | None:
    """The value of the choice that was picked by number, label or value."""
    picked = _picked(slot, plain)
    return next((c.value for c in slot.choices if picked == c.label or plain == _plain(c.value)), None)


def _picked(slot: Slot, plain: str) -> str | None:
    listed = options(slot)
    number = _NUMBER.fullmatch(plain) if slot.choices or slot.kind == "yesno" else None
    place = (from_chinese(number[1]) or 0) if number else 0
    if 0 < place <= len(listed):
        return listed[place - 1]
    return next((option for option in listed if _plain(option) == plain), None)
