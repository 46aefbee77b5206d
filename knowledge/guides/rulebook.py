"""Load the rules of legal aid, and say file and line of everything that keeps them from being used."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from knowledge import rows
from knowledge.citations import ARTICLE, Citation
from knowledge.guides import conditions
from knowledge.guides.conditions import ALWAYS, Condition
from knowledge.rows import Row, RuleError
from knowledge.topics import SOURCES

FILE = Path(__file__).parent.parent / "rules" / "legal_aid.yaml"
DERIVED = frozenset({"today", "rules", "home_region"})  # facts that nobody is asked for
BLANKS = frozenset({"home", "place"})  # facts whose answer may stand in the words as {home}, {place}
_BLANK = re.compile(r"\{([^{}]*)\}")
_ROW = frozenset({"id", "when", "words", "basis", "source"})
_LISTS = ("rules", "additions", "filing", "papers", "after")
_SECTIONS = frozenset({"checked", "facts", "otherwise", "urgent", "economy", "verdicts", "regions", *_LISTS})
_VERDICTS = frozenset({"below", "above", "unknown"})
_ECONOMY = frozenset({"places", "line", "since", "about", "evidence", "source", "unknown"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the file; `also` is what it rests on in some cases only, `income` whether means decide."""

    id: str
    words: str
    when: Condition = ALWAYS
    status: str = ""
    basis: tuple[Citation, ...] = ()
    also: tuple[tuple[Condition, tuple[Citation, ...]], ...] = ()
    source: str = "V"
    income: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that conditions may ask; `values` is empty for numbers and places."""

    label: str
    values: tuple[str | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Economy:
    """A region's line of economic hardship, in yuan a head and month, and where it was read."""

    places: tuple[str, ...]
    line: Decimal
    since: date
    about: str
    evidence: str
    source: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """The whole file."""

    checked: date
    facts: Mapping[str, Fact]
    rules: tuple[Rule, ...]
    otherwise: Rule
    additions: tuple[Rule, ...]
    filing: tuple[Rule, ...]
    papers: tuple[Rule, ...]
    after: tuple[Rule, ...]
    urgent: Rule
    economy: tuple[Economy, ...]
    verdicts: Mapping[str, str]
    regions: Mapping[str, tuple[str, ...]]

    def every(self) -> tuple[Rule, ...]:
        """All its rules, of whatever section."""
        return (*self.rules, self.otherwise, *self.additions, *self.filing, *self.papers, *self.after, self.urgent)


@cache
def rulebook() -> Rulebook:
    """The project's own rules, read once; raises RuleError."""
    return read(FILE)


def read(path: Path) -> Rulebook:
    """The rules that the file holds; raises RuleError with every fault found in it."""
    top = rows.read(path)
    reader = _Reader(path)
    book = reader.book(top)
    if reader.problems or book is None:
        raise RuleError(sorted(reader.problems))
    return book


class _Reader(rows.Reader):
    """Turn the table of the file into a Rulebook, naming every fault on the way."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._facts: dict[str, Fact] = {}
        self._lines: dict[str, int] = {}

    def book(self, top: Row) -> Rulebook | None:
        self._keys(top, _SECTIONS, _SECTIONS)
        if self.problems:
            return None
        self._facts = self._read_facts(top)
        first, *rest = _LISTS
        lists = {first: self._list(top, first, _ROW | {"status", "also", "income"}, {"status", "when"})}
        lists |= {name: self._list(top, name, _ROW, set()) for name in rest}
        if type(top["checked"]) is not date:
            self._wrong(top.lines["checked"], "checked 要写成 2026-11-24 这样的日期")
        return Rulebook(
            checked=top["checked"],
            facts=self._facts,
            otherwise=self._one(top, "otherwise", _ROW | {"status"}),
            urgent=self._one(top, "urgent", _ROW),
            economy=self._economy(top),
            verdicts=self._verdicts(top),
            regions=self._regions(top),
            **lists,
        )

    def _read_facts(self, top: Row) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for name, row in self._table(top, "facts").items():
            if not isinstance(row, Row) or not isinstance(row.get("label"), str):
                self._wrong(top["facts"].lines[name], f"{name} 要写成 {{label: 名字, values: [可以取的值]}}")
                continue
            self._keys(row, frozenset({"label", "values"}), set())
            facts[name] = Fact(row["label"], tuple(row.get("values") or ()))
        return facts

    def _verdicts(self, top: Row) -> dict[str, str]:
        verdicts = self._table(top, "verdicts")
        self._keys(verdicts, _VERDICTS, _VERDICTS)
        return {name: self._text(verdicts, name) for name in _VERDICTS}

    def _regions(self, top: Row) -> dict[str, tuple[str, ...]]:
        regions = self._table(top, "regions")
        for name, places in regions.items():
            if not rows.texts(places):
                self._wrong(regions.lines[name], f"{name} 后面要是地名的列表")
        return {name: tuple(map(str, places or ())) for name, places in regions.items()}

    def _table(self, top: Row, section: str) -> Row:
        if isinstance(top[section], Row):
            return top[section]
        self._wrong(top.lines[section], f"{section} 要写成“名称: 值”")
        empty = Row()
        empty.line, empty.lines = top.lines[section], {}
        return empty

    def _list(self, top: Row, section: str, allowed: Set[str], needed: Set[str]) -> tuple[Rule, ...]:
        listed: object = top[section]
        if not rows.rows(listed):
            self._wrong(top.lines[section], f"{section} 要是列表，至少一条")
            return ()
        return tuple(self._rule(row, allowed, needed) for row in listed)

    def _one(self, top: Row, section: str, allowed: Set[str]) -> Rule:
        return self._rule(self._table(top, section), allowed, allowed & {"status"})

    def _rule(self, row: Row, allowed: Set[str], needed: Set[str]) -> Rule:
        self._keys(row, allowed, {"id", "words", *needed})
        name = str(row.get("id"))
        if name in self._lines:
            self._wrong(row.line, f"编号 {name} 与第{self._lines[name]}行的重复")
        self._lines[name] = row.line
        if unfilled := set(_BLANK.findall(self._text(row, "words"))) - BLANKS:
            self._wrong(
                row.lines["words"], f"words 里的 {unfilled.pop()} 填不上，能填的只有 {'、'.join(sorted(BLANKS))}"
            )
        if row.get("source", "V") not in SOURCES:
            self._wrong(row.lines["source"], f"source 只能是 {'、'.join(SOURCES)}")
        also: object = row.get("also") or []
        if also and not rows.rows(also):
            self._wrong(row.lines["also"], "also 要是列表，每一条有 when 和 basis")
        return Rule(
            id=name,
            words=self._text(row, "words"),
            when=self._when(row),
            status=self._text(row, "status"),
            basis=self._basis(row),
            also=tuple((self._when(case), self._basis(case)) for case in also) if rows.rows(also) else (),
            source=row.get("source", "V"),
            income=row.get("income") is True,
        )

    def _when(self, row: Row) -> Condition:
        try:
            condition = conditions.parse(row["when"]) if "when" in row else ALWAYS
        except ValueError as error:
            self._wrong(row.lines["when"], str(error))
            return ALWAYS
        for test in conditions.tests(condition):
            self._check_test(test, row.lines["when"])
        return condition

    def _check_test(self, test: conditions.Test, line: int) -> None:
        if test.name not in self._facts and test.name not in DERIVED:
            self._wrong(line, f"条件里的 {test.name} 不在 facts 里")
        elif test.name == "rules":
            for unknown in set(test.values) - set(self._lines):
                self._wrong(line, f"前面没有编号为 {unknown} 的规则")
        elif (fact := self._facts.get(test.name)) and fact.values:
            for unknown in set(test.values) - set(fact.values):
                self._wrong(line, f"{test.name} 不会是 {unknown}")

    def _basis(self, row: Row) -> tuple[Citation, ...]:
        listed: object = row.get("basis") or []
        if not listed:
            return ()
        if not rows.rows(listed):
            self._wrong(row.lines["basis"], "basis 要是列表，每一条有 law、article")
            return ()
        return tuple(self._citation(item) for item in listed)

    def _citation(self, row: Row) -> Citation:
        self._keys(row, frozenset({"law", "article", "part"}), {"law", "article"})
        article = row.get("article")
        if not isinstance(article, str) or not ARTICLE.fullmatch(article):
            self._wrong(row.line, f'条号 {article} 要写成 "25" 或 "133之一"')
        return Citation(str(row.get("law")), str(article), self._text(row, "part"))

    def _economy(self, top: Row) -> tuple[Economy, ...]:
        listed: object = top["economy"]
        if not rows.rows(listed):
            self._wrong(top.lines["economy"], "economy 要是列表，每个地方一条")
            return ()
        return tuple(found for row in listed if (found := self._line(row)))

    def _line(self, row: Row) -> Economy | None:
        before = len(self.problems)
        self._keys(row, _ECONOMY, _ECONOMY)
        if isinstance(row.get("line"), bool) or not isinstance(row.get("line"), int | float):
            self._wrong(row.lines.get("line", row.line), "line 要是数字，每人每月多少元")
        if type(row.get("since")) is not date:
            self._wrong(row.lines.get("since", row.line), "since 要写成 2025-01-01 这样的日期")
        for key in ("places", "unknown"):
            if not rows.texts(row.get(key)):
                self._wrong(row.lines.get(key, row.line), f"{key} 要是文字的列表")
        if len(self.problems) > before:
            return None
        values: dict[str, Any] = {**row}
        values |= {"line": Decimal(str(row["line"])), "places": tuple(row["places"]), "unknown": tuple(row["unknown"])}
        return Economy(**values)
