"""Load the table of time limits, and say file and line of everything that keeps it from working."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeAlias

from knowledge import rows
from knowledge.citations import Citation
from knowledge.clocks import periods
from knowledge.clocks.periods import Period
from knowledge.rows import Row, RuleError

FILE = Path(__file__).parent.parent / "rules" / "deadlines.yaml"
SIDES = ("yours", "theirs", "wait")
Basis: TypeAlias = tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How days are counted: on what the first day, a month's same day and the shift rest; empty means no shift."""

    starts: Basis
    months: Basis = ()
    shifts: Basis = ()
    mail: str = ""  # told to who must act
    note: str = ""


class Way(StrEnum):
    """What becomes of the limit in a case, as residents read it."""

    COUNTED = "有期限"
    FREE = "不受期限限制"
    BARRED = "不适用"  # what the limit is for cannot be done at all


@dataclass(frozen=True, slots=True)
class Case:
    """What changes a limit: another length, none, no way at all, or another way that must be gone first."""

    name: str
    ask: str  # the question whether it is so
    words: str
    basis: Basis
    period: Period | None = None
    outer: Period | None = None
    way: Way = Way.COUNTED
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Outer:
    """The longest limit, counted from another event."""

    start: str
    period: Period
    words: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Deadline:
    """One time limit; `start` is the event whose day is not counted, `side` says who must keep it."""

    name: str
    title: str
    side: Literal["yours", "theirs", "wait"]
    start: str
    period: Period
    rule: Rule
    basis: Basis
    act: str
    missed: str = ""
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    outer: Outer | None = None
    extends: Period | None = None
    after: str = ""  # the limit that must have passed first
    then: str = ""  # the limit that begins when this one has passed
    remind: tuple[int, ...] = (7, 3, 1)  # days before the safe day
    aid: bool = False  # legal aid may be given before it is examined when less than 7 days are left (法律援助法44)
    source: str = "V"

    @property
    def question(self) -> str:
        """Ask for the first day."""
        return f"{self.start}是哪一天？"


def load(file: Path = FILE) -> Mapping[str, Deadline]:
    """Every time limit by its name; raises RuleError with all problems of the file."""
    reader = _Reader(file)
    table = reader.deadlines(rows.read(file))
    if reader.problems:
        raise RuleError(sorted(reader.problems))
    return table


_KEYS = frozenset(field.name for field in fields(Deadline)) - {"name"}
_NEEDED = frozenset({"title", "side", "start", "period", "rule", "basis", "act"})
_CASE = frozenset({"ask", "words", "none", "barred", "basis", "period", "outer", "instead"})
_CHANGES = frozenset({"none", "barred", "period", "outer", "instead"})


class _Reader(rows.Reader):
    """Turn the file into Deadlines, naming every fault on the way."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rules: dict[str, Rule] = {}

    def deadlines(self, content: Row) -> dict[str, Deadline]:
        self._keys(content, frozenset({"rules", "deadlines"}), frozenset({"rules", "deadlines"}))
        self._rules = {name: self._rule(row) for name, row in self._tables(content, "rules")}
        table = {name: self._deadline(name, row) for name, row in self._tables(content, "deadlines")}
        for name, row in self._tables(content, "deadlines"):
            links = [table[name].after, table[name].then, *(case.instead for case in table[name].cases)]
            for link in links:
                if link and link not in table:
                    self._wrong(row.line, f"没有叫 {link} 的期限")
        return table

    def _deadline(self, name: str, row: Row) -> Deadline:
        self._keys(row, _KEYS, _NEEDED)
        if row.get("side") not in SIDES:
            self._wrong(row.line, f"side 只能是 {'、'.join(SIDES)}")
        if row.get("rule") not in self._rules:
            self._wrong(row.line, f"rules 里没有 {row.get('rule')}")
        plain = {key: row[key] for key in ("after", "then", "missed", "aid", "source") if key in row}
        return Deadline(
            name=name,
            title=str(row.get("title")),
            side=row.get("side", "yours"),
            start=str(row.get("start")),
            period=self._period(row, "period") or Period(0, "日"),
            rule=self._rules.get(str(row.get("rule")), Rule(())),
            basis=self._basis(row, "basis"),
            act=str(row.get("act")),
            notes=tuple(row.get("notes", ())),
            cases=tuple(self._case(name, case) for name, case in self._tables(row, "cases")),
            outer=self._outer(row["outer"]) if "outer" in row else None,
            extends=self._period(row, "extends"),
            remind=tuple(row.get("remind", (7, 3, 1))),
            **plain,
        )

    def _rule(self, row: Row) -> Rule:
        self._keys(row, frozenset({"starts", "months", "shifts", "mail", "note"}), frozenset({"starts"}))
        return Rule(
            *(self._basis(row, key) if key in row else () for key in ("starts", "months", "shifts")),
            mail=row.get("mail", ""),
            note=row.get("note", ""),
        )

    def _case(self, name: str, row: Row) -> Case:
        self._keys(row, _CASE, frozenset({"ask", "basis"}))
        if len(_CHANGES & set(row)) != 1:
            self._wrong(row.line, f"{name} 要写 none、barred、period、outer、instead 当中的一项")
        return Case(
            name=name,
            ask=str(row.get("ask")),
            words=str(row.get("none") or row.get("barred") or row.get("words")),
            basis=self._basis(row, "basis"),
            period=self._period(row, "period"),
            outer=self._period(row, "outer"),
            way=Way.FREE if "none" in row else Way.BARRED if "barred" in row else Way.COUNTED,
            instead=row.get("instead", ""),
        )

    def _outer(self, row: Row) -> Outer:
        self._keys(
            row, frozenset({"period", "start", "words", "basis"}), frozenset({"period", "start", "words", "basis"})
        )
        period = self._period(row, "period") or Period(0, "日")
        return Outer(str(row.get("start")), period, str(row.get("words")), self._basis(row, "basis"))

    def _period(self, row: Row, key: str) -> Period | None:
        if key not in row:
            return None
        try:
            return periods.parse(str(row[key]))
        except ValueError:
            self._wrong(row.lines[key], f"{row[key]} 不是期限，要写成 30日、6个月、2年、5个工作日、72小时")
            return None

    def _basis(self, row: Row, key: str) -> Basis:
        listed: object = row.get(key)
        if not rows.texts(listed) or any(" " not in text for text in listed):
            self._wrong(row.lines.get(key, row.line), f"{key} 要是列表，每一项写“法律名称 条号”")
            return ()
        return tuple(Citation(*text.rsplit(" ", 1)) for text in listed)

    def _tables(self, row: Row, key: str) -> Iterator[tuple[str, Row]]:
        """The named tables under a key."""
        table: Any = row.get(key) or Row()
        for name, inner in table.items() if isinstance(table, Row) else ():
            if isinstance(inner, Row):
                yield name, inner
            else:
                self._wrong(table.lines[name], f"{name} 要写成“键: 值”")
