"""Take over into an interview what the one before has settled, so that it is not asked again."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any, cast

from knowledge import rows
from knowledge.guides import conditions, replies
from knowledge.guides.conditions import ALWAYS, Condition, Value
from knowledge.guides.slots import Slot


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of a slot, as if the resident had typed it, where the facts of the interview before fit."""

    when: Condition
    say: str

    @property
    def names(self) -> frozenset[str]:
        """The facts whose values stand in it."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.say) if name)


Carried = Mapping[str, tuple[Line, ...]]  # by slot; of its lines the first that fits


def parse(data: object) -> Mapping[str, Carried]:
    """What each interview carries over, as its file has it; raises ValueError."""
    return {name: {slot: _lines(slot, lines) for slot, lines in _table(slots)} for name, slots in _table(data)}


def _table(data: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(data, dict):
        raise ValueError("要写成“键: 值”")
    return cast("dict[str, Any]", data).items()


def _lines(slot: str, lines: object) -> tuple[Line, ...]:
    if not rows.rows(lines) or any(
        set(line) - {"when", "say"} or not isinstance(line.get("say"), str) for line in lines
    ):
        raise ValueError(f"{slot} 要是列表，每一项有 say，可以有 when")
    return tuple(Line(conditions.parse(line["when"]) if "when" in line else ALWAYS, line["say"]) for line in lines)


def strangers(carried: Mapping[str, Carried], mine: Set[str], theirs: Mapping[str, Set[str]]) -> list[str]:
    """What is named and neither this interview (`mine` are its slots) nor the one before has."""
    found: list[str] = []
    for name, slots in carried.items():
        lines = [line for listed in slots.values() for line in listed]
        used = {fact for line in lines for fact in (*line.names, *(test.name for test in conditions.tests(line.when)))}
        found += [f"carried：{name} 里没有 {fact}" for fact in sorted(used - theirs.get(name, set()))]
        found += [f"carried：这里没有 {slot}" for slot in sorted(set(slots) - mine)]
    return found


def told(
    carried: Carried, slots: Mapping[str, Slot], facts: Mapping[str, Value], today: date
) -> Iterator[tuple[Slot, Value]]:
    """The value of every slot that the facts settle."""
    for name, lines in carried.items():
        if line := next((line for line in lines if _fits(line, facts)), None):
            said = line.say.format_map({fact: _plain(facts[fact]) for fact in line.names})
            yield slots[name], replies.read(slots[name], said, today)


def _fits(line: Line, facts: Mapping[str, Value]) -> bool:
    return conditions.holds(line.when, facts) and all(facts.get(name) is not None for name in line.names)


def _plain(value: Value) -> str:
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case tuple():
            return "、".join(value)
        case _:
            return str(value)
