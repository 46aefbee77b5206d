"""Offer the yearly days of law education, each with a text ready to adopt."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.citations import Citation

FILE = Path(__file__).parent / "services" / "themes.yaml"


@dataclass(frozen=True, slots=True)
class Theme:
    """A day of the year: its name, the rule of its date, and what may be said; `field` is "" for everybody."""

    id: str
    name: str
    when: str
    field: str
    title: str
    body: str
    citations: tuple[Citation, ...]


@cache
def themes() -> Mapping[str, Theme]:
    """Every theme, by its id."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["id"]: _theme(**row) for row in rows}


def _theme(citations: list[dict[str, str]], **said: str) -> Theme:
    return Theme(**said, citations=tuple(Citation(**c) for c in citations))
