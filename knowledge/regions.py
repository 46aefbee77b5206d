"""Find what can be done away from home: who receives, who decides, how many trips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.text import normalise

FOLDER = Path(__file__).parent / "services"
MODES = ("全程网办", "异地代收代办", "多地联办", "就近直接办", "不清楚")
UNKNOWN = "不清楚"  # how a field begins that nobody here knows


@dataclass(frozen=True, slots=True)
class Item:
    """A matter that need not be done where it belongs.

    `trips` says how often one goes there in person; `mark` is the weakest evidence under it, `checked` the day it was
    last compared with its source, None where it never was.
    """

    id: str
    name: str
    words: Sequence[str]
    region: str
    belongs: str
    modes: Sequence[str]
    receives: str
    decides: str
    trips: str
    papers: Sequence[str]
    days: str
    fee: str
    source: str
    mark: str
    checked: date | None
    note: str

    @property
    def confirmed(self) -> bool:
        """Whether it rests on the text of law alone; of any other an office has the last word (以机构答复为准)."""
        return self.mark == "V"


@dataclass(frozen=True, slots=True)
class Partnership:
    """Places that work together; `count` is how many there are, `places` those whose names are known."""

    name: str
    what: str
    count: int
    places: Sequence[str]
    mark: str
    checked: date

    @property
    def unnamed(self) -> int:
        """How many of the places nobody here can name."""
        return self.count - len(self.places)


@dataclass(frozen=True, slots=True)
class Centre:
    """Who mediates what; `where` and `phone` are empty where they are not known."""

    id: str
    name: str
    level: str
    takes: str
    where: str
    phone: str
    source: str
    mark: str
    checked: date | None


@cache
def items() -> Mapping[str, Item]:
    """Every cross-region item, by its id."""
    return {row["id"]: Item(**row) for row in _rows("crossregion")}


@cache
def partnerships() -> Sequence[Partnership]:
    """The agreements under which places work together."""
    return tuple(Partnership(**row) for row in _rows("partners"))


@cache
def centres() -> Mapping[str, Centre]:
    """Who mediates, by id, from the village up."""
    return {row["id"]: Centre(**row) for row in _rows("mediation")}


def find(words: str) -> tuple[Item, ...]:
    """The items that these words name, the most exactly named first; empty where nobody here knows the item."""
    said = normalise(words)
    named = {name: max((len(word) for word in heard if word in said), default=0) for name, heard in _heard().items()}
    return tuple(items()[name] for name in sorted(named, key=lambda n: -named[n]) if named[name])


@cache
def _heard() -> Mapping[str, Sequence[str]]:
    """What residents call each item, in the form in which their words are compared."""
    return {name: [normalise(word) for word in item.words] for name, item in items().items()}


def _rows(name: str) -> list[dict[str, Any]]:
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
