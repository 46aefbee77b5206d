"""Tell what a push has brought about, of villages and never of persons, and hide what would tell of a few."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import add
from typing import TypeVar

from handlers.education.intervals import Interval, Share, around, change

LEAST = 10  # people; what is said of fewer could be said of one of them
SHORTEST = timedelta(days=7)  # sooner after a push nobody can have asked again
NOWHERE = "没说是哪个村"
OTHERS = "其他村合计"
ALL = "各村合计"


@dataclass(frozen=True, slots=True)
class Opening:
    """A resident followed the link of a push, or pressed its button."""

    run: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """How many of a village were to be told, were told, and opened it as far as the channel can tell."""

    place: str
    size: int
    sent: int
    opened: int

    def __add__(self, other: "Told") -> "Told":
        return Told(OTHERS, *_sums(self, other, "size", "sent", "opened"))


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of a village who were told took the quiz after it, and passed."""

    place: str
    size: int
    passed: int

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(OTHERS, *_sums(self, other, "size", "passed"))


@dataclass(frozen=True, slots=True)
class Asked:
    """How many people of a village there are, and how many of them asked again before and after."""

    place: str
    size: int
    before: int
    after: int

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(OTHERS, *_sums(self, other, "size", "before", "after"))

    @property
    def change(self) -> Interval:
        """Of the share that asked again."""
        return change(around(Share(self.before, self.size)), around(Share(self.after, self.size)))


@dataclass(frozen=True, slots=True)
class Pair:
    """A group that was told and the one that it is compared with."""

    told: Asked
    other: Asked

    @property
    def place(self) -> str:
        """Where."""
        return self.told.place

    @property
    def size(self) -> int:
        """Of the smaller of both."""
        return min(self.told.size, self.other.size)

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.told + other.told, self.other + other.other)

    @property
    def effect(self) -> Interval:
        """How much more the share changed where it was told than where it was not."""
        return change(self.other.change, self.told.change)


def _sums(one: object, other: object, *names: str) -> tuple[int, ...]:
    return tuple(add(getattr(one, name), getattr(other, name)) for name in names)


G = TypeVar("G", Told, Taken, Asked, Pair)


def guarded(groups: Iterable[G]) -> tuple[G, ...]:
    """The groups that may be shown: of the small ones only their sum, and never one that a subtraction would bare."""
    by_size = sorted((g for g in groups if g.size), key=lambda g: g.size)
    small = [g for g in by_size if g.size < LEAST]
    large = by_size[len(small) :]
    # one alone would be the total less those that are shown
    while small and large and (len(small) < 2 or _total(small).size < LEAST):
        small.append(large.pop(0))
    if small and (len(small) < 2 or _total(small).size < LEAST):
        return ()
    shown = sorted(large, key=lambda g: -g.size)
    if not small:
        return tuple(shown)
    return (*shown, _total(small)) if shown else (_called(_total(small), ALL),)


def _called(group: G, place: str) -> G:
    if isinstance(group, Pair):
        return replace(group, told=replace(group.told, place=place))
    return replace(group, place=place)


def _total(groups: Sequence[G]) -> G:
    first, *others = groups
    for other in others:
        first = first + other
    return first


def total(groups: Sequence[G]) -> G | None:
    """All of them together, if they may be shown at all; the sum of what is shown, so nothing can be inferred."""
    return _total(groups) if groups else None


@dataclass(frozen=True, slots=True)
class Quizzed:
    """The share that passed among those who took the quiz before, and among those who were told after."""

    before: Share
    after: Share

    @property
    def change(self) -> Interval:
        """After less before."""
        return change(around(self.before), around(self.after))


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of a run; `days` is how long before and after questions and quizzes were looked at."""

    told: Sequence[Told]
    taken: Sequence[Taken]
    quizzed: Share  # who took it before, whoever they are, within the audience
    asked: Sequence[Asked]  # of the villages that were told, or of the half
    others: Sequence[Asked]  # of those that were not
    is_split: bool = False  # told and others are halves of the same people, drawn by lot


@dataclass(frozen=True, slots=True)
class Effect:
    """What may be said of a run; what is None or empty is hidden or cannot be known."""

    told: tuple[Told, ...]
    taken: tuple[Taken, ...]
    quizzed: Quizzed | None
    pairs: tuple[Pair, ...]
    is_split: bool = False

    @property
    def all_told(self) -> Told | None:
        """All who were to be told."""
        return total(self.told)

    @property
    def all_taken(self) -> Taken | None:
        """All who took the quiz."""
        return total(self.taken)

    @property
    def compared(self) -> Pair | None:
        """All who were told beside all that they are compared with."""
        return total(self.pairs)


def effect(counts: Counts) -> Effect:
    """What may be said of these counts."""
    taken = guarded(counts.taken)
    after = total(taken)
    quizzed = Quizzed(counts.quizzed, Share(after.passed, after.size)) if after else None
    pairs = _halves(counts) if counts.is_split else _twins(counts.asked, counts.others)
    return Effect(
        guarded(counts.told),
        taken,
        quizzed if quizzed and quizzed.before.of >= LEAST else None,
        guarded(pairs),
        counts.is_split,
    )


def _halves(counts: Counts) -> Iterable[Pair]:
    other = {asked.place: asked for asked in counts.others}
    return [Pair(asked, other.get(asked.place, Asked(asked.place, 0, 0, 0))) for asked in counts.asked]


def _twins(told: Iterable[Asked], others: Iterable[Asked]) -> Iterable[Pair]:
    """To each village that was told the most alike of those that were not: first by how many asked again before."""
    free = [other for other in others if other.size >= LEAST]
    for asked in sorted(told, key=lambda a: (-a.size, a.place)):
        if not free:
            return
        twin = min(free, key=lambda other: (_distance(asked, other), other.place))
        free.remove(twin)
        yield Pair(asked, twin)


def _distance(one: Asked, other: Asked) -> tuple[float, int]:
    shares = Share(one.before, one.size).value - Share(other.before, other.size).value
    return abs(shares), abs(one.size - other.size)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two pushes beside each other: the share that opened each, and that passed the quiz after each."""

    opened: tuple[Share, Share] | None
    passed: tuple[Share, Share] | None


def contrast(one: Effect, other: Effect) -> Contrast:
    """Which of two messages did better, where both may be told."""
    told, taken = (one.all_told, other.all_told), (one.all_taken, other.all_taken)
    return Contrast(
        (Share(told[0].opened, told[0].sent), Share(told[1].opened, told[1].sent)) if told[0] and told[1] else None,
        (Share(taken[0].passed, taken[0].size), Share(taken[1].passed, taken[1].size))
        if taken[0] and taken[1]
        else None,
    )


def difference(shares: tuple[Share, Share]) -> Interval:
    """The second less the first, with its interval."""
    return change(around(shares[0]), around(shares[1]))


@dataclass(frozen=True, slots=True)
class Window:
    """When what came before and after a push is looked at.

    Quizzes count between `before`, `start` and `end`; questions on so many `days` before and after, 0 while it is too
    soon to tell.
    """

    before: datetime
    start: datetime
    end: datetime
    days: int


def window(start: datetime, now: datetime, longest: timedelta) -> Window:
    """The window of a run that began then, as far as it is open by now."""
    gone = min(longest, now - start)
    return Window(start - longest, start, start + gone, gone.days if gone >= SHORTEST else 0)
