"""Reckon the last day of a legal time limit, and show how it was counted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from knowledge.clocks import reckoning, timetable
from knowledge.clocks.reckoning import URGENT, Stage
from knowledge.clocks.timetable import Case, Deadline, Way
from knowledge.results import Result, Step, Unclear


@cache
def every() -> Mapping[str, Deadline]:
    """Every time limit by its name, read once; raises RuleError."""
    return timetable.load()


@dataclass(frozen=True, slots=True)
class Due(Result):
    """A Result whose value is the legal last day, or in words why there is none.

    `safe` is the last workday on or before the unshifted last day, None where the limit is not the resident's;
    `opens` the first day on which the act can be done, where that is not at once; `reminders` are days to speak up.
    """

    side: str = "yours"
    safe: date | None = None
    opens: date | None = None
    reminders: tuple[date, ...] = ()
    is_estimate: bool = False


def deadline(
    name: str,
    start: date | None = None,
    *,
    since: date | None = None,
    today: date | None = None,
    cases: Collection[str] | None = None,
    **single: bool | None,
) -> Due:
    """The last day of the limit, or that there is none.

    `since` is the day from which its longest limit counts. What is special is named in `cases`, as in the table, or
    is an argument of its own. Raises KeyError for a name the table has not, TypeError for a case it has not, Unclear
    where the start is needed and not given.
    """
    limits = _chain(every()[name])
    if strange := {*single, *(cases or ())} - {case.name for limit in limits for case in limit.cases}:
        raise TypeError(f"{name} has no case {', '.join(sorted(strange))}")
    held = {*(cases or ()), *(case for case, is_so in single.items() if is_so)}
    for case in _held(limits[-1], held):
        if case.instead:
            return _instead(case, deadline(case.instead, start, since=since, today=today))
        if case.way is not Way.COUNTED:
            return _free(limits[-1], case)
    if start is None:
        raise Unclear(f"{limits[0].question}请写年月日。")
    return _due(_stages(limits, held, start, since), today)


def days_left(due: Result, today: date) -> int | None:
    """How many days there are to the legal last day, below 0 when it has passed; None where there is no such day."""
    return (due.value - today).days if isinstance(due.value, date) else None


def is_urgent(due: Due, today: date) -> bool:
    """Whether less than seven days are left to the resident."""
    left = days_left(due, today)
    return due.side == "yours" and left is not None and 0 <= left < URGENT


def _chain(limit: Deadline) -> tuple[Deadline, ...]:
    """The limits that pass one after another, this one last."""
    return (*(_chain(every()[limit.after]) if limit.after else ()), limit)


def _held(limit: Deadline, held: Collection[str]) -> tuple[Case, ...]:
    return tuple(case for case in limit.cases if case.name in held)


def _changed(limit: Deadline, cases: tuple[Case, ...]) -> Deadline:
    for case in cases:
        limit = replace(limit, period=case.period or limit.period)
        if case.outer and limit.outer:
            limit = replace(limit, outer=replace(limit.outer, period=case.outer))
    return limit


def _stages(limits: tuple[Deadline, ...], held: Collection[str], start: date, since: date | None) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    for limit in limits:
        cases = _held(limit, held)
        after = stages[-1] if stages else None
        stages.append(reckoning.stage(_changed(limit, cases), cases, start, since, after))
    return tuple(stages)


def _due(stages: tuple[Stage, ...], today: date | None) -> Due:
    last = stages[-1]
    limit, term = last.limit, last.term
    following = reckoning.stage(every()[limit.then], (), term.start, after=last) if limit.then else None
    steps = [step for stage in stages for step in reckoning.steps(stage)]
    steps += [reckoning.window(following)] if following else []
    steps += [reckoning.standing(last, today)] if today else []
    notes = [*reckoning.notes(last)]
    if following and following.term.is_estimate and not term.is_estimate:
        notes.insert(1, reckoning.estimate(following.term))
    return Due(
        kind=limit.name,
        title=limit.title,
        value=term.legal,
        unit="日",
        steps=tuple(steps),
        notes=tuple(notes),
        side=limit.side,
        safe=term.safe if limit.side == "yours" else None,
        opens=last.opens,
        reminders=reckoning.reminders(last),
        is_estimate=term.is_estimate,
    )


def _free(limit: Deadline, case: Case) -> Due:
    """The limit does not apply, or what it limits cannot be done at all."""
    return Due(limit.name, limit.title, str(case.way), "", (Step(case.words, case.basis),), side=limit.side)


def _instead(case: Case, due: Due) -> Due:
    """Another way must be gone first."""
    return replace(due, steps=(Step(case.words, case.basis), *due.steps))
