"""Offer answers that advisers often give, each with the articles it stands on; one whose law changed is barred."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.citations import Citation, display
from knowledge.statutes.store import Kind, Statutes
from knowledge.topics import Problem

FILE = Path(__file__).parent / "services" / "canned.yaml"


@dataclass(frozen=True, slots=True)
class Canned:
    """One answer; `field` is "" where any ticket may need it, `reviewed` the day whose law it gives."""

    id: str
    title: str
    field: str
    reviewed: date
    body: str
    citations: tuple[Citation, ...]

    @property
    def words(self) -> str:
        """As a resident is to read it."""
        cited = "、".join(display(citation) for citation in self.citations)
        return f"{self.body}\n依据：{cited}。" if cited else self.body


@cache
def canned() -> Mapping[str, Canned]:
    """Every answer, by its id."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["id"]: _canned(**row) for row in rows}


def _canned(citations: tuple[dict[str, str], ...] = (), **said: Any) -> Canned:
    return Canned(**said, citations=tuple(Citation(**c) for c in citations))


def barred(one: Canned, statutes: Statutes, day: date) -> str:
    """Why it is not to be sent to anybody on that day, in plain Chinese; "" if it may."""
    return next(_reasons(one, statutes, day), "")


def _reasons(one: Canned, statutes: Statutes, day: date) -> Iterator[str]:
    for citation in one.citations:
        now, then = (statutes.standing(citation, on) for on in (day, one.reviewed))
        if now.kind is not Kind.VERIFIED:
            yield now.reason or f"{display(citation)}现在没有原文可核"
        elif now.article and then.article and now.article.text != then.article.text:
            yield f"{display(citation)}改了"


def check(statutes: Statutes, day: date) -> Iterator[Problem]:
    """The answers that the law of that day has stopped."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for one in canned().values():
        if reason := barred(one, statutes, day):
            yield Problem(
                FILE, lines.index(f"- id: {one.id}") + 1, "warning", f"常用答复“{one.title}”不能再用：{reason}"
            )
