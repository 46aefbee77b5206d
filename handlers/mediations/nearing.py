"""Say to both parties and the mediator that the last day to ask a court comes near."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from handlers.mediations import agreements, mediation
from handlers.mediations.agreements import Agreement
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import State
from knowledge.clocks.deadlines import Due
from knowledge.clocks.reckoning import written


@dataclass(frozen=True, slots=True)
class Reminder:
    """What to tell a party, by id, or the mediator (None), `left` days before the last day."""

    party: str | None
    words: str
    last: date
    left: int


def due_reminders(case: Case, today: date) -> tuple[Reminder, ...]:
    """What is to be told today to every party and the mediator; of several missed days only the last is made up for."""
    due = mediation.window(case)
    if case.state is not State.IN_FORCE or due is None or mediation.is_over(case, today):
        return ()
    if agreements.barred(case.agreement or Agreement()):
        return ()
    told = case.reminded_on or date.min
    if not any(told < day <= today for day in due.reminders):
        return ()
    last = mediation.last_day(case)
    left = (last - today).days
    return tuple(Reminder(to, _words(case, due, left), last, left) for to in _everybody(case))


def _everybody(case: Case) -> Iterable[str | None]:
    return (*(party.id for party in case.parties), None)


def _words(case: Case, due: Due, left: int) -> str:
    safe = f"，最稳妥在{written(due.safe)}当天或之前" if due.safe and due.safe != due.value else ""
    when = f"还有{left}天" if left else "今天就是最后一天"
    last = written(mediation.last_day(case))
    return f"调解{case.number}的协议，申请司法确认的最后一天是{last}，{when}{safe}。要双方一起去法院。"
