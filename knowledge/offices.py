"""Find the legal-aid office for a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "services" / "legal_aid_offices.yaml"
ANYWHERE = "其他地方"


@dataclass(frozen=True, slots=True)
class Office:
    """An office that takes applications; `mark` is the evidence for the entry, `checked` the day it was looked over."""

    place: str
    name: str
    phone: str
    address: str
    mark: str
    checked: date


@cache
def offices() -> Mapping[str, Office]:
    """Every office, by its place."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["place"]: Office(**row) for row in rows}


def office(place: str) -> Office:
    """The office for the place of a case; the general entry where the place is not listed."""
    return offices().get(place) or offices()[ANYWHERE]
