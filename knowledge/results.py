"""Hold what a sum, a clock or an eligibility rule comes to, with how it came to it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.citations import Citation


class Unclear(ValueError):
    """What was typed cannot be read; the message, in Chinese, asks again with an example."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: the rule with the resident's own numbers in it, and what it rests on; words may lack."""

    words: str
    basis: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: `value` is None where no single figure can be told, and `steps` say why."""

    kind: str  # "court_fee", "divorce_cooling_off", "legal_aid" …: the name of the rule
    title: str  # what it is, for residents
    value: Decimal | date | str | None
    unit: str  # "元", "日", or nothing
    steps: tuple[Step, ...]
    leaves_out: tuple[str, ...] = ()  # what was not counted, in words
    notes: tuple[str, ...] = ()  # what to know or do, among them where a parameter is not settled law
    paper: str = ""  # the document to draw, see `knowledge.guides.papers`
    fields: tuple[tuple[str, str], ...] = ()  # what stands in each of its fields

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Everything it rests on, each once, in order."""
        return tuple(dict.fromkeys(citation for step in self.steps for citation in step.basis))
