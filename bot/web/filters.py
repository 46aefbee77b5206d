"""Read what a list on the desk is asked for from its address; what makes no sense there asks for nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from bot.web.auth import HOME
from handlers.desk.states import State
from handlers.desk.tickets import LEVEL_NAMES, STATE_NAMES, Level
from handlers.hours import SHANGHAI
from storage.queue import Wanted

E = TypeVar("E", bound=StrEnum)
STATES = [(state.value, name) for state, name in STATE_NAMES.items()]
LEVELS = [(level.value, f"{level} {name}") for level, name in LEVEL_NAMES.items()]
MOST_PAGES = 2000
DIGITS = 9  # of a number; a page may send anything


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as the address holds them."""

    tab: str = ""
    receipt: str = ""
    state: str = ""
    level: str = ""
    village: str = ""
    field: str = ""
    topic: str = ""
    adviser: str = ""
    since: str = ""
    until: str = ""
    page: int = 0


def asked(query: Mapping[str, str]) -> Asked:
    """The filters of an address."""
    tab, receipt, state, level, village, field, topic, adviser, since, until, page = (
        query.get(name, "").strip()[:64] for name in asdict(Asked())
    )
    number = min(_number(page) or 0, MOST_PAGES)
    return Asked(tab, receipt.upper()[:20], state, level, village, field, topic, adviser, since, until, number)


def wanted(asked: Asked) -> Wanted:
    """Which tickets these filters ask for; days are those of Shanghai, both included."""
    until = _day(asked.until)
    return Wanted(
        done=asked.tab == "closed",
        receipt=asked.receipt,
        state=_one_of(State, asked.state),
        level=_one_of(Level, asked.level),
        village=_number(asked.village),
        field=asked.field,
        topic=asked.topic,
        adviser=_number(asked.adviser),
        since=_day(asked.since),
        until=until and until + timedelta(days=1),
        page=asked.page,
    )


def is_filtered(asked: Asked) -> bool:
    """Does it ask for less than all?"""
    return replace(asked, page=0, tab="") != Asked()


def link(asked: Asked, pages: int, path: str = HOME) -> str:
    """The address of the list so many pages on."""
    kept = {name: held for name, held in asdict(replace(asked, page=max(0, asked.page + pages))).items() if held}
    return f"{path}?{urlencode(kept)}"


def _one_of(kind: type[E], said: str) -> E | None:
    return kind(said) if said in list(kind) else None


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= DIGITS else None


def _day(said: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(said).date(), time(), SHANGHAI).astimezone(UTC)
    except ValueError:
        return None
