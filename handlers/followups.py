"""Go on from a result: keep its day in a calendar, be reminded of it."""

from dataclasses import replace
from datetime import date

from handlers import phrases, reminders
from handlers.cases import Case
from handlers.messages import Calendar, Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from knowledge.clocks.deadlines import Due
from knowledge.clocks.ics import ics
from knowledge.guides import interviews
from knowledge.results import Result


def options(result: Result, day: date) -> tuple[Option, ...]:
    """What can follow this result."""
    ahead = isinstance(result, Due) and isinstance(result.value, date) and result.value >= day
    return (phrases.CALENDAR, phrases.REMIND) if ahead else ()


def calendar(case: Case) -> Outcome:
    """The last day as a file that a telephone takes into its calendar."""
    due = _due(case)
    if due is None or not isinstance(due.value, date):
        return _said(case, phrases.NO_DAY)
    uid = f"{due.kind}-{due.value:%Y%m%d}-{case.chance:x}@legalbot"
    file = Calendar(f"{due.title}.ics", ics(due, uid, case.now))
    return _said(case, phrases.CALENDAR_ENCLOSED, file)


def remind(case: Case) -> Outcome:
    """Speak up before the last day."""
    due = _due(case)
    if due is None:
        return _said(case, phrases.NO_DAY)
    reminder = reminders.of(due, case.now, case.rules.reminder_hour)
    if reminder is None:
        return _said(case, phrases.TOO_LATE_TO_REMIND)
    words = phrases.WILL_REMIND.format(title=due.title, days=reminders.days(reminder), hour=case.rules.reminder_hour)
    return replace(_said(case, words), reminder=reminder)


def stop(case: Case) -> Outcome:
    """No more reminders, of anything."""
    return replace(_said(case, phrases.REMINDS_NO_MORE), hushed=True)


def _due(case: Case) -> Due | None:
    """The clock that was worked out last, as its file has it today."""
    state = case.dialogue.finished
    interview = interviews.find(state.interview) if state else None
    if interview is None or state is None or not interviews.holds(interview, state):
        return None
    result = interviews.result(interview, state, case.day)
    return result if isinstance(result, Due) else None


def _said(case: Case, words: str, file: Calendar | None = None) -> Outcome:
    """Whatever could be picked before can still be picked."""
    reply = Reply(words, case.dialogue.options, file)
    return Outcome(Verdict(Decision.SMALLTALK, why="follows a result"), (reply,), case.resident, case.dialogue)
