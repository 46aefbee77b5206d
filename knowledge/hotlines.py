"""Find a hotline by its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "services" / "hotlines.yaml"


@dataclass(frozen=True, slots=True)
class Hotline:
    """A number people can call, what it is for and when it is staffed."""

    number: str
    name: str
    purpose: str
    hours: str
    checked: str = ""  # the day somebody last dialled it; empty: nobody has


@cache
def hotlines() -> Mapping[str, Hotline]:
    """Every hotline, by its number."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {r["number"]: Hotline(r["number"], r["name"], r["for"], r["hours"], str(r.get("checked", ""))) for r in rows}
