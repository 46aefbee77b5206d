"""Load the rules of people's mediation, and say file and line of everything that keeps them from being used."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from knowledge import regions, rows
from knowledge.citations import ARTICLE, Citation
from knowledge.guides import conditions
from knowledge.guides.conditions import ALWAYS, Condition
from knowledge.rows import Row, RuleError
from knowledge.topics import SOURCES

FILE = Path(__file__).parent.parent / "rules" / "mediation.yaml"
REFUSED, DISMISSED = "不予受理", "驳回"
_SECTIONS = frozenset({"checked", "court", "disputes", "ways", "routing", "elements", "settles", "bars"})
_DISPUTE = frozenset({"label", "takes", "words", "basis", "centre", "ways", "papers"})
_WAY = frozenset({"words", "basis"})
_ROUTE = frozenset({"level", "when", "words", "basis", "source"})
_BAR = frozenset({"id", "effect", "settles", "reason", "item", "basis", "words", "unless", "ways"})
_FACTS = frozenset({"reach", "tried", "amount", "people"})


@dataclass(frozen=True, slots=True)
class Way:
    """Where else one can go."""

    words: str
    basis: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A kind of dispute; `centre` is a mediator for such disputes beside the committees, or nothing."""

    id: str
    label: str
    takes: bool
    words: str
    basis: tuple[Citation, ...]
    ways: tuple[Way, ...]
    centre: str = ""
    papers: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Whose turn it is when the condition holds; `level` is the id of a centre, `source` the evidence."""

    level: str
    words: str
    basis: tuple[Citation, ...]
    when: Condition = ALWAYS
    source: str = "V"


@dataclass(frozen=True, slots=True)
class Bar:
    """What keeps a court from confirming: it takes no such application, or dismisses it."""

    id: str
    effect: str
    reason: str
    basis: tuple[Citation, ...]
    item: str
    words: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    settles: frozenset[str] = frozenset()
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Disputes:
    """The whole file; `elements` is what an agreement must say, `settles` what it may be about, each by name."""

    checked: date
    court: str  # to which the papers are addressed
    disputes: Mapping[str, Dispute]
    routing: tuple[Route, ...]
    elements: Mapping[str, str]
    settles: Mapping[str, str]
    bars: tuple[Bar, ...]


@cache
def disputes() -> Disputes:
    """The project's own rules, read once; raises RuleError."""
    return read(FILE)


def read(path: Path) -> Disputes:
    """The rules that the file holds; raises RuleError with every fault found in it."""
    reader = _Reader(path)
    found = reader.disputes(rows.read(path))
    if reader.problems or found is None:
        raise RuleError(sorted(reader.problems))
    return found


class _Reader(rows.Reader):
    """Turn the tables of the file into Disputes, naming every fault on the way."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._ways: dict[str, Way] = {}

    def disputes(self, top: Row) -> Disputes | None:
        self._keys(top, _SECTIONS, _SECTIONS)
        if type(top.get("checked")) is not date:
            self._wrong(top.lines.get("checked", 1), "checked 要写成 2026-11-24 这样的日期")
        if self.problems:
            return None
        self._ways = {name: self._way(row) for name, row in self._tables(top, "ways")}
        settles = self._names(top, "settles")
        found = Disputes(
            checked=top["checked"],
            court=self._text(top, "court"),
            disputes={name: self._dispute(name, row) for name, row in self._tables(top, "disputes")},
            routing=tuple(self._route(row) for row in self._list(top, "routing")),
            elements=self._names(top, "elements"),
            settles=settles,
            bars=tuple(self._bar(row, settles.keys()) for row in self._list(top, "bars")),
        )
        if found.routing and found.routing[-1].when != ALWAYS:
            self._wrong(top.lines["routing"], "routing 的最后一条不能有 when")
        return found

    def _way(self, row: Row) -> Way:
        self._keys(row, _WAY, _WAY)
        return Way(self._text(row, "words"), self._basis(row))

    def _dispute(self, name: str, row: Row) -> Dispute:
        self._keys(row, _DISPUTE, _DISPUTE - {"takes", "centre", "papers"})
        if not isinstance(row.get("takes"), bool):
            self._wrong(row.line, "takes 要写 yes 或 no")
        return Dispute(
            id=name,
            label=self._text(row, "label"),
            takes=row.get("takes") is True,
            words=self._text(row, "words"),
            basis=self._basis(row),
            ways=self._linked(row),
            centre=self._centre(row, "centre"),
            papers=self._text(row, "papers"),
        )

    def _route(self, row: Row) -> Route:
        self._keys(row, _ROUTE, {"level", "words", "basis"})
        if row.get("source", "V") not in SOURCES:
            self._wrong(row.lines["source"], f"source 只能是 {'、'.join(SOURCES)}")
        return Route(
            level=self._centre(row, "level"),
            words=self._text(row, "words"),
            basis=self._basis(row),
            when=self._when(row),
            source=str(row.get("source", "V")),
        )

    def _bar(self, row: Row, known: Set[str]) -> Bar:
        self._keys(row, _BAR, {"id", "effect", "reason", "basis", "item", "words"})
        if row.get("effect") not in (REFUSED, DISMISSED):
            self._wrong(row.line, f"effect 只能是 {REFUSED}、{DISMISSED}")
        settles = frozenset(self._listed(row, "settles"))
        for strange in sorted(settles - known):
            self._wrong(row.lines["settles"], f"settles 里没有 {strange}")
        return Bar(
            id=self._text(row, "id"),
            effect=str(row.get("effect")),
            reason=self._text(row, "reason"),
            basis=self._basis(row),
            item=self._text(row, "item"),
            words=self._patterns(row, "words"),
            unless=self._patterns(row, "unless"),
            settles=settles,
            ways=self._linked(row),
        )

    def _linked(self, row: Row) -> tuple[Way, ...]:
        names = self._listed(row, "ways")
        for strange in (name for name in names if name not in self._ways):
            self._wrong(row.lines["ways"], f"ways 里没有 {strange}")
        return tuple(self._ways[name] for name in names if name in self._ways)

    def _centre(self, row: Row, key: str) -> str:
        name = self._text(row, key)
        if name and name not in regions.centres():
            self._wrong(row.lines[key], f"services/mediation.yaml 里没有 {name}")
        return name

    def _when(self, row: Row) -> Condition:
        try:
            when = conditions.parse(row["when"]) if "when" in row else ALWAYS
        except ValueError as error:
            self._wrong(row.lines["when"], str(error))
            return ALWAYS
        for strange in sorted({test.name for test in conditions.tests(when)} - _FACTS):
            self._wrong(row.lines["when"], f"routing 不能问 {strange}，能问的只有 {'、'.join(sorted(_FACTS))}")
        return when

    def _basis(self, row: Row) -> tuple[Citation, ...]:
        listed = [text.rpartition(" ") for text in self._listed(row, "basis")]
        if not all(law and ARTICLE.fullmatch(article) for law, _, article in listed):
            self._wrong(row.lines["basis"], "basis 的每一项要写“法律名称 条号”")
            return ()
        return tuple(Citation(law, article) for law, _, article in listed)

    def _patterns(self, row: Row, key: str) -> tuple[re.Pattern[str], ...]:
        try:
            return tuple(re.compile(text) for text in self._listed(row, key))
        except re.error as error:
            self._wrong(row.lines[key], f"{key} 里有写错的正则表达式：{error}")
            return ()

    def _names(self, top: Row, section: str) -> dict[str, str]:
        table: Any = top[section]
        named = table if isinstance(table, Row) else Row()
        if not named or not all(isinstance(label, str) and label.strip() for label in named.values()):
            self._wrong(top.lines[section], f"{section} 要写成“名称: 文字”")
        return {name: str(label) for name, label in named.items()}

    def _tables(self, top: Row, section: str) -> Iterator[tuple[str, Row]]:
        table: Any = top[section]
        if not isinstance(table, Row):
            self._wrong(top.lines[section], f"{section} 要写成“名称: 表”")
            return
        for name, row in table.items():
            if isinstance(row, Row):
                yield name, row
            else:
                self._wrong(table.lines[name], f"{name} 要写成“键: 值”")

    def _list(self, top: Row, section: str) -> list[Row]:
        listed: object = top[section]
        if rows.rows(listed):
            return listed
        self._wrong(top.lines[section], f"{section} 要是列表，至少一条")
        return []

    def _listed(self, row: Row, key: str) -> list[str]:
        listed: object = row.get(key, [])
        if rows.texts(listed):
            return listed
        self._wrong(row.lines[key], f"{key} 要是文字的列表")
        return []
