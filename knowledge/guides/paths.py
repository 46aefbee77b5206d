"""Follow every path through the screens of an interview, telling answers apart only where a condition does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain, product

from knowledge.guides import conditions
from knowledge.guides.conditions import Facts, Test, Value
from knowledge.guides.slots import Group, Slot

MOST = 9  # screens on any path
Known = tuple[tuple[str, Value], ...]


def longest(groups: Sequence[Group], given: Facts) -> int:
    """How many screens may be shown at most to somebody of whom these answers are known already."""
    tests = _tests(groups)
    return _longest(tuple(groups), tuple((name, given[name] if name in tests else None) for name in sorted(given)))


@lru_cache(4096)  # the first screens are the slowest to look ahead from, and the same for everybody
def _longest(groups: tuple[Group, ...], given: Known) -> int:
    return max(count for _, count, _ in _walk(groups, dict(given)))


def unreached(groups: Sequence[Group]) -> tuple[Slot, ...]:
    """The slots that no path asks for."""
    reached = frozenset[str]().union(*(names for _, _, names in _walk(groups, {})))
    return tuple(slot for group in groups for slot in group.slots if slot.name not in reached)


def _walk(groups: Sequence[Group], given: Facts) -> list[tuple[Known, int, frozenset[str]]]:
    """Where the paths end: what is known there, screens shown at most, slots asked on the way."""
    ends: dict[Known, tuple[int, frozenset[str]]] = {(): (0, frozenset())}
    for place, group in enumerate(groups):
        matters = _tests(groups[place + 1 :])
        sorts = {slot.name: _answers(slot, matters, given) for slot in group.slots}
        onward: dict[Known, tuple[int, frozenset[str]]] = {}
        for known, (count, names) in ends.items():
            facts = dict(known)
            asked = group.asked(facts)
            shown = count + any(slot.name not in given for slot in asked)
            seen = names | {slot.name for slot in asked}
            for answers in product(*(sorts[slot.name] for slot in asked)):
                after = _that_matter({**facts, **dict(answers)}, matters)
                before = onward.get(after, (0, frozenset()))
                onward[after] = max(shown, before[0]), seen | before[1]
        ends = onward
    return [(known, count, names) for known, (count, names) in ends.items()]


def _tests(groups: Iterable[Group]) -> Mapping[str, tuple[Test, ...]]:
    found: dict[str, tuple[Test, ...]] = {}
    for group in groups:
        for condition in (group.when, *(slot.when for slot in group.slots)):
            for test in conditions.tests(condition):
                found[test.name] = (*found.get(test.name, ()), test)
    return found


def _that_matter(facts: Facts, matters: Mapping[str, object]) -> Known:
    return tuple((name, value) for name, value in facts.items() if name in matters)


def _answers(slot: Slot, matters: Mapping[str, tuple[Test, ...]], given: Facts) -> list[tuple[str, Value]]:
    """One answer of each sort that the later conditions tell apart."""
    tests = matters.get(slot.name)
    if not tests:
        return [(slot.name, None)]
    values: Iterable[Value] = [given[slot.name]] if slot.name in given else _values(slot, tests)
    sorts = {tuple(test.holds({slot.name: value}) for test in tests): value for value in values}
    return [(slot.name, value) for value in sorts.values()]


def _values(slot: Slot, tests: Iterable[Test]) -> Iterator[Value]:
    if slot.optional:
        yield slot.default
    match slot.kind:
        case "choice":
            yield from (choice.value for choice in slot.choices)
        case "many":
            yield from _unions(slot, tests)
        case "yesno":
            yield from (True, False)
        case _:
            for value in chain.from_iterable(test.values for test in tests):
                yield value
                if isinstance(value, Decimal):
                    yield from (value - 1, value + 1)
            yield "…" if slot.kind in ("text", "place") else None


def _unions(slot: Slot, tests: Iterable[Test]) -> Iterator[Value]:
    """Sets of choices, one for each way in which some of the tests hold together."""
    tests = tuple(tests)
    sorts: dict[tuple[bool, ...], tuple[str, ...]] = {(False,) * len(tests): ()}
    for choice in slot.choices:
        for values in list(sorts.values()):
            more = (*values, choice.value)
            sorts.setdefault(tuple(test.holds({slot.name: more}) for test in tests), more)
    yield from sorts.values()
