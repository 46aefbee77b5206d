"""Decide from which day to which day each version of a law holds, by our own tables over a plain rule."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.statutes.sources import LawText
from knowledge.statutes.tables import Override, Tables

_REPEALED = re.compile(r"(.+)\((\d{4}-\d\d-\d\d)\)")


@dataclass(frozen=True, slots=True)
class Dated:
    """A text with the days it holds, both included; `end` None while nothing ends it."""

    text: LawText
    start: date
    end: date | None
    by: str = ""
    note: str = ""
    reason: str = ""
    evidence: str = ""


def dated(texts: Iterable[LawText], tables: Tables) -> tuple[Dated, ...]:
    """Every text with its days, by law and then by day.

    The rule: from the later of the source's two dates; until the day before the next version. The source's status
    flag is never asked (it calls future laws current and current ones historical).
    """
    by_law: defaultdict[str, list[LawText]] = defaultdict(list)
    for text in texts:
        by_law[text.law].append(text)
    starts = {
        (text.law, text.version): _start(text, _override(text, tables))
        for versions in by_law.values()
        for text in versions
    }
    return tuple(entry for law in sorted(by_law) for entry in _chain(by_law[law], starts, tables))


def _chain(versions: list[LawText], starts: Mapping[tuple[str, date], date], tables: Tables) -> list[Dated]:
    ordered = sorted(versions, key=lambda text: (starts[text.law, text.version], text.version))
    following = [*(starts[text.law, text.version] for text in ordered[1:]), None]
    return [
        _dated(text, starts, after, _override(text, tables)) for text, after in zip(ordered, following, strict=True)
    ]


def _dated(
    text: LawText, starts: Mapping[tuple[str, date], date], after: date | None, override: Override | None
) -> Dated:
    repealed, by = _repealed(text, starts)
    ends = [day for day in (after and after - timedelta(days=1), repealed) if day]
    end = min(ends, default=None)
    if override is None:
        return Dated(text, starts[text.law, text.version], end, by)
    return Dated(
        text,
        starts[text.law, text.version],
        override.end or end,
        override.by or by,
        override.note,
        override.reason,
        override.evidence,
    )


def _override(text: LawText, tables: Tables) -> Override | None:
    fits = (row for row in tables.overrides if row.law == text.law and row.version in (None, text.version))
    return next(fits, None)


def _start(text: LawText, override: Override | None) -> date:
    if override and override.start:
        return override.start
    return max(text.version, text.effective or text.version)


def _repealed(text: LawText, starts: Mapping[tuple[str, date], date]) -> tuple[date | None, str]:
    match = _REPEALED.fullmatch(text.repealed_by)
    if not match:
        return None, text.repealed_by
    passed = date.fromisoformat(match[2])
    return starts.get((match[1], passed), passed) - timedelta(days=1), match[1]
