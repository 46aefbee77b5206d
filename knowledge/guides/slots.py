"""Hold what an interview can ask: slots, their choices, the slots of one screen."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.guides import conditions
from knowledge.guides.conditions import ALWAYS, Condition, Facts, Value

KINDS = ("choice", "many", "yesno", "amount", "number", "day", "text", "place")
UNKNOWN = "不清楚"
YES, NO = "是", "否"
BETWEEN = "|"  # parts the values of a `many` where an answer is kept


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of several: what is kept, what residents read, the words that mean it."""

    value: str
    label: str
    patterns: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One thing to know; the keys are those of the file, `optional` is whether 不清楚 may be said."""

    name: str
    kind: str
    ask: str
    example: str = ""
    choices: tuple[Choice, ...] = ()
    none: str = ""
    patterns: tuple[re.Pattern[str], ...] = ()
    yes_if: tuple[re.Pattern[str], ...] = ()
    no_if: tuple[re.Pattern[str], ...] = ()
    find: bool = False
    future: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    optional: bool = False
    default: Value = None
    passed: bool = True
    when: Condition = ALWAYS
    line: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The slots of one screen; `ask` stands above them where there are several."""

    slots: tuple[Slot, ...]
    ask: str = ""
    when: Condition = ALWAYS
    line: int = 1

    def asked(self, facts: Facts) -> tuple[Slot, ...]:
        """The slots that these facts call for."""
        if not conditions.holds(self.when, facts):
            return ()
        return tuple(slot for slot in self.slots if conditions.holds(slot.when, facts))


def options(slot: Slot) -> tuple[str, ...]:
    """What can be picked, in the order of its numbers from 1."""
    listed = (YES, NO) if slot.kind == "yesno" else tuple(choice.label for choice in slot.choices)
    return listed + ((slot.none,) if slot.none else ()) + ((UNKNOWN,) if slot.optional else ())


def write(value: Value) -> str | None:
    """The value as it is kept in a state."""
    match value:
        case None | str():
            return value
        case bool():
            return "yes" if value else "no"
        case tuple():
            return BETWEEN.join(value)
        case Decimal():
            return format(value, "f")
        case _:
            return value.isoformat()


def restore(slot: Slot, kept: str | None) -> Value:
    """The value that `write` kept."""
    if kept is None:
        return None
    match slot.kind:
        case "yesno":
            return kept == "yes"
        case "many":
            return tuple(kept.split(BETWEEN)) if kept else ()
        case "amount" | "number":
            return Decimal(kept)
        case "day":
            return date.fromisoformat(kept)
        case _:
            return kept


def fits(slot: Slot, value: Value) -> bool:
    """Whether the slot can have that value, or, of a `many`, that one among others."""
    match slot.kind:
        case "choice" | "many":
            listed = {choice.value for choice in slot.choices}
            return listed.issuperset(value if isinstance(value, tuple) else (value,))
        case "yesno":
            return isinstance(value, bool)
        case "amount" | "number":
            return isinstance(value, Decimal)
        case "day":
            return isinstance(value, date)
        case _:
            return isinstance(value, str)


def label(slot: Slot, value: Value) -> str:
    """The value in the words of the question's own options."""
    labels = {choice.value: choice.label for choice in slot.choices}
    match value:
        case None:
            return UNKNOWN
        case bool():
            return YES if value else NO
        case tuple():
            return "、".join(labels[item] for item in value) or slot.none
        case str():
            return labels.get(value, value)
        case _:
            return str(write(value))
