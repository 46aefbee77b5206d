"""Keep what we know of a resident: where they belong and what they agreed to. Nothing else is kept."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz, process

ADVICE_CONSENT = 1  # version of the text that asks to pass words and address to an adviser
CHANNEL_CONSENT = 1  # version of the text that says the channel's servers are abroad


@dataclass(frozen=True, slots=True)
class Resident:
    """The person asking."""

    id: str
    created_at: datetime
    village: int | None = None
    advice_consent: int = 0
    channel_consent: int = 0
    erase_at: datetime | None = None  # when all that is held is to be erased, if they wish so


def agreed_to_advice(resident: Resident) -> bool:
    """Has the resident agreed to the present text on passing questions to an adviser?"""
    return resident.advice_consent >= ADVICE_CONSENT


def agreed_to_channel(resident: Resident) -> bool:
    """Has the resident agreed to the present text on a channel that leaves the mainland?"""
    return resident.channel_consent >= CHANNEL_CONSENT


def agree_to_advice(resident: Resident) -> Resident:
    """The resident lets an adviser read the question."""
    return replace(resident, advice_consent=ADVICE_CONSENT)


def agree_to_channel(resident: Resident) -> Resident:
    """The resident accepts where the channel's servers stand."""
    return replace(resident, channel_consent=CHANNEL_CONSENT)


def settle_in(resident: Resident, village: int | None) -> Resident:
    """The resident says which village is theirs."""
    return replace(resident, village=village)


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community, with the town it belongs to."""

    id: int
    name: str
    town: str


def place(village: Village) -> str:
    """How a village is written for people."""
    return f"{village.town}{village.name}"


LIKELY = 60  # rapidfuzz WRatio, of 100: worth offering
_PREFACE = re.compile(r"^(?:我|家|住|是|在|们|重庆市?|铜梁[区县]?)+")
_DIGITS = str.maketrans("123456789", "一二三四五六七八九")


def find_villages(said: str, villages: Sequence[Village]) -> tuple[Village, ...]:
    """The villages that the words name: none, one, or several of the same name."""
    key, bare = _key(said), _without_preface(said)
    named = [v for v in villages if v.name in key or bare in (_bare(v.name), _short(v.town) + _bare(v.name))]
    longest = max((len(v.name) for v in named), default=0)
    named = [v for v in named if len(v.name) == longest]
    return tuple([v for v in named if _short(v.town) in key] or named)


def villages_like(said: str, villages: Sequence[Village]) -> tuple[Village, ...]:
    """The villages that may be meant, the likeliest first."""
    key = _without_preface(said)
    if len(key) < 2 or find_town(said, villages):
        return ()
    by_id = {v.id: v for v in villages}
    names = {v.id: place(v) for v in villages}
    near = process.extract(key, names, scorer=fuzz.WRatio, limit=10, score_cutoff=LIKELY)
    return tuple(by_id[number] for _, _, number in near)


def find_town(said: str, villages: Sequence[Village]) -> str | None:
    """The town that was named, and nothing but the town."""
    key = _without_preface(said)
    return next((v.town for v in villages if key in (v.town, _short(v.town))), None)


def _key(said: str) -> str:
    """What was said without spaces and marks; 1村 is 一村."""
    words = unicodedata.normalize("NFKC", said).translate(_DIGITS)
    return "".join(c for c in words if c.isalnum())


def _without_preface(said: str) -> str:
    """The same without "I live in" and the region that all share."""
    return _PREFACE.sub("", _key(said))


def _bare(name: str) -> str:
    return re.sub(r"(?:村|社区)$", "", name) or name


def _short(town: str) -> str:
    return re.sub(r"(?:镇|乡|街道)$", "", town) or town
