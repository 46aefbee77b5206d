"""Read what the law fixes of a sum (rates, brackets, articles, words) from a file that a lawyer can change."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

from knowledge import rows
from knowledge.citations import ARTICLE, Citation
from knowledge.results import Result, Step
from knowledge.rows import Row, RuleError
from knowledge.topics import Problem

FOLDER = Path(__file__).parent.parent / "rules"
FILES = ("fees", "loans", "labour", "injury", "family", "contracts", "consumer")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Bracket:
    """The part of a sum up to `up_to` (None: whatever is above) costs `flat` yuan, or `rate` of that part."""

    up_to: Decimal | None
    flat: Decimal | None = None
    rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the law says of one sum; `basis`, `numbers` and `words` by the names that the calculation uses."""

    kind: str
    title: str
    basis: Mapping[str, tuple[Citation, ...]]
    numbers: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict[str, tuple[Decimal, ...]])
    brackets: tuple[Bracket, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    leaves_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def number(self, name: str) -> Decimal:
        """The one number of that name; 2.5% is 0.025."""
        return self.numbers[name][0]

    def step(self, words: str, *names: str) -> Step:
        """A step that rests on the articles of those names."""
        return Step(words, tuple(dict.fromkeys(citation for name in names for citation in self.basis[name])))

    def say(self, *names: str) -> tuple[Step, ...]:
        """The sentences of those names, each with the articles of the same name."""
        return tuple(self.step(self.words[name], name) for name in names)

    def result(
        self,
        value: Decimal | str | None,
        steps: Iterable[Step],
        *,
        notes: Iterable[str] = (),
        leaves_out: Iterable[str] = (),
    ) -> Result:
        """A sum of yuan; what was found on the way is said before what the file always says."""
        return Result(
            self.kind,
            self.title,
            value,
            "元" if value is not None else "",
            tuple(steps),
            (*leaves_out, *self.leaves_out),
            (*notes, *self.notes),
        )


def rule(kind: str) -> Rule:
    """The rule of that name."""
    return load()[kind]


@cache
def load(folder: Path = FOLDER) -> Mapping[str, Rule]:
    """All rules by name; raises RuleError with every fault, by file and line."""
    problems: list[Problem] = []
    loaded: dict[str, Rule] = {}
    for path in (folder / f"{name}.yaml" for name in FILES):
        for kind, content in _read(path, problems):
            loaded[kind] = _rule(kind, content, path, problems)
    if problems:
        raise RuleError(problems)
    return loaded


def _read(path: Path, problems: list[Problem]) -> list[tuple[str, Row]]:
    try:
        table = rows.read(path)
    except RuleError as error:
        problems += error.problems
        return []
    faults = [kind for kind, content in table.items() if not isinstance(content, Row)]
    problems += [Problem(path, table.lines[kind], "error", f"“{kind}”下面要写“键: 值”") for kind in faults]
    return [(kind, content) for kind, content in table.items() if kind not in faults]


def _rule(kind: str, content: Row, path: Path, problems: list[Problem]) -> Rule:
    values: dict[str, Any] = {}
    parts = {
        "title": _text, "basis": _basis, "numbers": _numbers, "brackets": _brackets,
        "words": _words, "leaves_out": _texts, "notes": _texts,
    }  # fmt: skip
    for key, value in content.items():
        try:
            values[key] = parts[key](value) if key in parts else _unknown(key)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            problems.append(Problem(path, content.lines[key], "error", f"“{kind}”的“{key}”：{error}"))
    missing = {"title", "basis"} - content.keys()
    problems += [Problem(path, content.line, "error", f"“{kind}”缺“{key}”") for key in sorted(missing)]
    return Rule(**cast("Any", {"kind": kind, "title": "", "basis": {}, **values}))


def _unknown(key: str) -> None:
    raise ValueError(f"不认识“{key}”")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("要写一句话")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not rows.texts(value):
        raise ValueError("要写成一句一行的列表")
    return tuple(value)


def _words(value: object) -> dict[str, str]:
    return {name: _text(words) for name, words in cast("Row", value).items()}


def _basis(value: object) -> dict[str, tuple[Citation, ...]]:
    return {name: tuple(map(_citation, _texts(articles))) for name, articles in cast("Row", value).items()}


def _citation(text: str) -> Citation:
    law, _, article = text.rpartition(" ")
    if not law or not ARTICLE.fullmatch(article):
        raise ValueError(f"“{text}”要写成“法律全称 条号”")
    return Citation(law, article)


def _numbers(value: object) -> dict[str, tuple[Decimal, ...]]:
    return {
        name: tuple(map(_number, cast("list[object]", entry) if isinstance(entry, list) else [entry]))
        for name, entry in cast("Row", value).items()
    }


def _number(value: object) -> Decimal:
    text = str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError(f"“{text}”不是数字，例如 50、21.75、2.5%")
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def _brackets(value: object) -> tuple[Bracket, ...]:
    if not rows.rows(value):
        raise ValueError("要写成一档一行的列表")
    brackets = tuple(map(_bracket, value))
    bounds = [bracket.up_to for bracket in brackets[:-1]]
    if None in bounds or bounds != sorted(set(bounds), key=lambda bound: bound or 0) or brackets[-1].up_to is not None:
        raise ValueError("各档的 up_to 要从小到大，最后一档不写 up_to")
    return brackets


def _bracket(row: Row) -> Bracket:
    if row.keys() - {"up_to", "flat", "rate"} or ("flat" in row) == ("rate" in row):
        raise ValueError("每档写 up_to，再写 flat 和 rate 之一")
    numbers = {key: _number(value) for key, value in row.items()}
    return Bracket(numbers.get("up_to"), numbers.get("flat"), numbers.get("rate", Decimal(0)))
