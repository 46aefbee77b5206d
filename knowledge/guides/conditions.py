"""Decide whether facts fit a condition that is written as data: all, any, not, is, is one of, less and more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, TypeAlias, cast

Value: TypeAlias = str | bool | Decimal | date | tuple[str, ...] | None
Facts: TypeAlias = Mapping[str, Value]
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"less": lt, "most": le, "more": gt, "least": ge}


@dataclass(frozen=True, slots=True)
class Test:
    """One fact is one of the values (shares one, if it holds several), or stands so to a number or a day."""

    name: str
    values: tuple[Value, ...]
    comparison: str = ""

    def holds(self, facts: Facts) -> bool:
        """Whether it fits; what is not known fits nothing."""
        value = facts.get(self.name)
        if value is None:
            return False
        if self.comparison:
            return _COMPARISONS[self.comparison](value, self.values[0])
        return any(item in self.values for item in (value if isinstance(value, tuple) else (value,)))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One part holds at least."""

    parts: tuple["Condition", ...]


Condition: TypeAlias = Test | Not | All | Either
ALWAYS = All()


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the facts fit the condition."""
    match condition:
        case Test():
            return condition.holds(facts)
        case Not(part):
            return not holds(part, facts)
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case Either(parts):
            return any(holds(part, facts) for part in parts)


def tests(condition: Condition) -> Iterator[Test]:
    """Every test in it, in the order written."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests(part)
        case All(parts) | Either(parts):
            for part in parts:
                yield from tests(part)


def grounds(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The names of the facts that made a condition hold, in the order written, each once."""
    return tuple(dict.fromkeys(_grounds(condition, facts)))


def _grounds(condition: Condition, facts: Facts) -> Iterator[str]:
    match condition:
        case Test(name):
            if condition.holds(facts):
                yield name
        case Not(part):
            yield from (test.name for test in tests(part) if test.name in facts)
        case All(parts) | Either(parts):
            for part in parts:
                if holds(part, facts):
                    yield from _grounds(part, facts)


def parse(data: object) -> Condition:
    """The condition that a file's data means; raises ValueError in Chinese.

    `{name: value}`, `{name: [one, of, these]}`, `{name: {least: 7}}`, `{all: [...]}`, `{any: [...]}`, `{not: ...}`; all
    entries of one table must hold.
    """
    if not isinstance(data, dict) or not data:
        raise ValueError(f"条件要写成“名称: 值”，或 all、any、not，现在是 {data}")
    parts = tuple(_part(str(key), value) for key, value in cast("dict[object, object]", data).items())
    return parts[0] if len(parts) == 1 else All(parts)


def _part(key: str, value: object) -> Condition:
    match key:
        case "all" | "any":
            if not isinstance(value, list) or not value:
                raise ValueError(f"{key} 后面要是条件的列表")
            parts = tuple(parse(part) for part in cast("list[object]", value))
            return All(parts) if key == "all" else Either(parts)
        case "not":
            return Not(parse(value))
        case _:
            return _test(key, value)


def _test(name: str, value: object) -> Test:
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        (comparison, bound), *more = table.items() or [("", None)]
        if (
            more
            or comparison not in _COMPARISONS
            or isinstance(bound, bool)
            or not isinstance(bound, int | float | date)
        ):
            raise ValueError(f"{name} 的比较要写成 {{less、most、more、least 之一: 数字或日期}}")
        return Test(name, (_value(name, bound),), comparison)
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    if not values:
        raise ValueError(f"{name} 后面没有值")
    return Test(name, tuple(_value(name, item) for item in values))


def _value(name: str, value: object) -> Value:
    if isinstance(value, str | bool | date):
        return value
    if isinstance(value, int | float):
        return Decimal(str(value))
    raise ValueError(f"{name} 的值 {value} 要是文字、yes/no、数字或日期")
