"""Load the interview files, and say file and line of everything that keeps one from working."""

import hashlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from knowledge import rows, sums
from knowledge.clocks import deadlines
from knowledge.guides import aid, carrying, conditions, confirmation, crossregion, mediation, papers, paths
from knowledge.guides.carrying import Carried
from knowledge.guides.conditions import ALWAYS, Condition, Value
from knowledge.guides.slots import BETWEEN, KINDS, Choice, Group, Slot, fits
from knowledge.results import Result
from knowledge.rows import Row, RuleError
from knowledge.topics import Problem

FOLDER = Path(__file__).parent.parent / "rules" / "interviews"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOP = frozenset({"id", "title", "opens", "result", "fixed", "screens", "beside", "then", "carried"})
_GROUP = frozenset({"ask", "when", "slots"})
_CHOICE = frozenset({"value", "label", "patterns"})
_SLOT = frozenset(
    {"name", "kind", "ask", "example", "choices", "none", "patterns", "yes_if", "no_if", "find", "least", "most"}
    | {"default", "passed", "when", "future"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Interview:
    """One interview file; `version` changes with every change of it."""

    id: str
    title: str
    version: str
    opens: tuple[re.Pattern[str], ...]
    result: str
    fixed: Mapping[str, Any]
    groups: tuple[Group, ...]
    beside: tuple[str, ...] = ()  # topics under whose answer it is offered
    then: tuple[str, ...] = ()  # interviews that are offered after it
    carried: Mapping[str, Carried] = field(default_factory=dict[str, Carried])  # by the interview before it


def beside(topic: str) -> tuple[Interview, ...]:
    """The interviews to offer under the answer of that topic."""
    return tuple(interview for interview in interviews().values() if topic in interview.beside)


def results() -> Mapping[str, Callable[..., Result]]:
    """Everything an interview can end in, by name."""
    clocks = {name: partial(deadlines.deadline, name) for name in deadlines.every()}
    requests = (mediation.mediation_intake, mediation.mediation_request)
    single = (*requests, confirmation.confirmation, crossregion.cross_region)
    named = {one.__name__: one for one in single}
    return {
        **sums.SUMS, **clocks, **named,
        "deadline": deadlines.deadline, "legal_aid": aid.legal_aid, "paper": papers.paper,
    }  # fmt: skip


@cache
def interviews() -> Mapping[str, Interview]:
    """The project's own interviews, read once; raises RuleError."""
    return load(FOLDER)


def load(folder: Path, known: Mapping[str, Callable[..., Result]] | None = None) -> Mapping[str, Interview]:
    """Every interview of the folder, by its id; raises RuleError with all problems of all files."""
    problems: list[Problem] = []
    read: dict[str, Interview] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            read[path.stem] = parse(path, results() if known is None else known)
        except RuleError as error:
            problems += error.problems
    for interview in read.values():
        strange = [name for name in interview.then if not (folder / f"{name}.yaml").exists()]
        slots = {
            name: frozenset(slot.name for group in one.groups for slot in group.slots) for name, one in read.items()
        }
        strange = [f"then：没有 {name}" for name in strange]
        strange += carrying.strangers(interview.carried, slots[interview.id], slots)
        problems += [Problem(folder / f"{interview.id}.yaml", 1, "error", words) for words in strange]
    if problems:
        raise RuleError(problems)
    return read


def parse(path: Path, known: Mapping[str, Callable[..., Result]]) -> Interview:
    """The interview that the file holds; `known` are the functions it may end in. Raises RuleError."""
    reader = _Reader(path)
    interview = reader.interview(rows.read(path), known)
    if reader.problems:
        raise RuleError(sorted(reader.problems))
    return interview


class _Reader(rows.Reader):
    """Turn the table of one file into an Interview, naming every fault on the way."""

    def interview(self, row: Row, known: Mapping[str, Callable[..., Result]]) -> Interview:
        self._keys(row, _TOP, {"id", "title", "opens", "result", "screens"})
        if row.get("id") not in (None, self._path.stem):
            self._wrong(row.lines["id"], f"编号 {row['id']} 与文件名 {self._path.stem} 不一致")
        interview = Interview(
            id=self._path.stem,
            title=self._text(row, "title"),
            version=hashlib.sha256(self._path.read_bytes()).hexdigest()[:12],
            opens=self._patterns(row, "opens"),
            result=self._text(row, "result"),
            fixed=row.get("fixed") or {},
            groups=self._groups(row),
            beside=self._names(row, "beside"),
            then=self._names(row, "then"),
            carried=self._carried(row),
        )
        self._check_names(interview)
        self._check_result(interview, row, known)
        if not self.problems:
            self._check_paths(interview)
        return interview

    def _carried(self, row: Row) -> Mapping[str, Carried]:
        try:
            return carrying.parse(row.get("carried") or {})
        except ValueError as error:
            self._wrong(row.lines["carried"], f"carried：{error}")
            return {}

    def _names(self, row: Row, key: str) -> tuple[str, ...]:
        listed: Any = row.get(key) or []
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            self._wrong(row.lines[key], f"{key} 要是编号的列表")
            return ()
        return tuple(listed)

    def _groups(self, row: Row) -> tuple[Group, ...]:
        screens: object = row.get("screens")
        if not rows.rows(screens):
            self._wrong(row.lines.get("screens", 1), "screens 要是列表，至少一屏")
            return ()
        return tuple(self._group(screen) for screen in screens)

    def _group(self, row: Row) -> Group:
        if "slots" not in row:
            return Group((self._slot(row),), line=row.line)
        self._keys(row, _GROUP, {"ask", "slots"})
        slots: object = row["slots"]
        if not rows.rows(slots):
            self._wrong(row.lines["slots"], "slots 要是列表，至少一项")
            return Group((), line=row.line)
        return Group(tuple(self._slot(slot) for slot in slots), self._text(row, "ask"), self._when(row), row.line)

    def _slot(self, row: Row) -> Slot:
        self._keys(row, _SLOT, {"name", "kind", "ask"})
        if row.get("kind") not in KINDS:
            self._wrong(row.lines.get("kind", row.line), f"kind 只能是 {'、'.join(KINDS)}")
        if not _NAME.fullmatch(str(row.get("name"))):
            self._wrong(row.line, "name 只能用小写英文、数字和下划线")
        slot = Slot(
            name=str(row.get("name")),
            kind=str(row.get("kind")),
            ask=self._text(row, "ask"),
            example=self._text(row, "example"),
            choices=tuple(self._choices(row)),
            none=self._text(row, "none"),
            patterns=self._patterns(row, "patterns", groups=1),
            yes_if=self._patterns(row, "yes_if"),
            no_if=self._patterns(row, "no_if"),
            find=row.get("find") is True,
            future=row.get("future") is True,
            least=self._bound(row, "least"),
            most=self._bound(row, "most"),
            optional="default" in row,
            default=self._default(row),
            passed=row.get("passed", True) is not False,
            when=self._when(row),
            line=row.line,
        )
        self._check_slot(slot, row)
        return slot

    def _choices(self, row: Row) -> Iterator[Choice]:
        listed: Any = row.get("choices") or []
        for item in listed if isinstance(listed, list) else [None]:
            if isinstance(item, str) and item.strip():
                yield Choice(item, item)
            elif isinstance(item, Row):
                self._keys(item, _CHOICE, {"value", "label"})
                yield Choice(self._text(item, "value"), self._text(item, "label"), self._patterns(item, "patterns"))
            else:
                self._wrong(row.lines["choices"], "choices 的每一项要是文字，或有 value、label 的表")

    def _check_slot(self, slot: Slot, row: Row) -> None:
        values = [choice.value for choice in slot.choices]
        labels = [*(choice.label for choice in slot.choices), *([slot.none] if slot.none else [])]
        if len(set(values)) < len(values) or len(set(labels)) < len(labels):
            self._wrong(row.lines["choices"], f"{slot.name} 有重复的选项")
        if (slot.kind in ("choice", "many")) != bool(values) and slot.kind not in ("text", "place"):
            self._wrong(row.line, f"{slot.name}：choice 和 many 要有 choices，别的没有")
        if any(BETWEEN in value for value in values):
            self._wrong(row.lines["choices"], f"{slot.name} 的 value 里不能有 {BETWEEN}")
        if slot.default is not None and not fits(slot, slot.default):
            self._wrong(row.lines["default"], f"{slot.name} 的 default 不是这一项能有的值")

    def _check_names(self, interview: Interview) -> None:
        earlier: dict[str, Slot] = {}
        for group in interview.groups:
            self._check_condition(group.when, group.line, earlier)
            for slot in group.slots:
                self._check_condition(slot.when, slot.line, earlier)
            for slot in group.slots:
                if slot.name in earlier:
                    self._wrong(slot.line, f"名称 {slot.name} 用了两次")
                earlier[slot.name] = slot

    def _check_condition(self, condition: Condition, line: int, earlier: Mapping[str, Slot]) -> None:
        for test in conditions.tests(condition):
            if test.name not in earlier:
                self._wrong(line, f"条件里的 {test.name} 不是前面问过的")
            elif strange := [value for value in test.values if not fits(earlier[test.name], value)]:
                self._wrong(line, f"{test.name} 不会是 {strange[0]}")

    def _check_paths(self, interview: Interview) -> None:
        for slot in paths.unreached(interview.groups):
            self._wrong(slot.line, f"没有一条路会问到 {slot.name}")
        if (most := paths.longest(interview.groups, {})) > paths.MOST:
            self._wrong(1, f"最长的一条路要问{most}屏，不能多于{paths.MOST}屏")

    def _check_result(self, interview: Interview, row: Row, known: Mapping[str, Callable[..., Result]]) -> None:
        line = row.lines.get("result", 1)
        if interview.result not in known:
            if interview.result:
                self._wrong(line, f"没有叫 {interview.result} 的结果")
            return
        parameters = inspect.signature(known[interview.result]).parameters
        given = {slot.name for group in interview.groups for slot in group.slots if slot.passed} | set(interview.fixed)
        always = {
            slot.name
            for group in interview.groups
            for slot in group.slots
            if slot.passed and ALWAYS == group.when == slot.when
        }
        takes_any = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
        needed = {name for name, p in parameters.items() if p.default is p.empty and p.kind is not p.VAR_KEYWORD}
        for name in sorted(given - set(parameters)) if not takes_any else ():
            self._wrong(line, f"{interview.result} 不要 {name}（只用来引路的，写 passed: no）")
        for name in sorted(needed - always - set(interview.fixed) - {"today"}):
            self._wrong(line, f"{interview.result} 要 {name}，没有一项总会问到它")

    def _patterns(self, row: Row, key: str, groups: int = 0) -> tuple[re.Pattern[str], ...]:
        listed: object = row.get(key, [])
        if not rows.texts(listed):
            self._wrong(row.lines[key], f"{key} 要是文字的列表")
            return ()
        try:
            patterns = tuple(re.compile(text) for text in listed)
        except re.error as error:
            self._wrong(row.lines[key], f"{key} 里有写错的正则表达式：{error}")
            return ()
        if groups and any(pattern.groups != groups for pattern in patterns):
            self._wrong(row.lines[key], f"{key} 里每个正则表达式要有一个括号，括住要读的部分（别的括号写 (?:…)）")
        return patterns

    def _bound(self, row: Row, key: str) -> Decimal | None:
        value: object = row.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            self._wrong(row.lines[key], f"{key} 要是数字")
            return None
        return None if value is None else Decimal(str(value))

    def _default(self, row: Row) -> Value:
        value: Any = row.get("default")
        if isinstance(value, list):
            return tuple(str(item) for item in value)
        return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value

    def _when(self, row: Row) -> Condition:
        try:
            return conditions.parse(row["when"]) if "when" in row else ALWAYS
        except ValueError as error:
            self._wrong(row.lines["when"], str(error))
            return ALWAYS
