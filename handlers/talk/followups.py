"""Go on from a result: keep its day in a calendar, be reminded of it, hand it over to who decides."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from handlers.cases import Case
from handlers.messages import Calendar, Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import escalation, phrases, reminders
from knowledge import regions
from knowledge.clocks.deadlines import Due
from knowledge.clocks.ics import ics
from knowledge.guides import interviews
from knowledge.guides.conditions import Value
from knowledge.guides.forms import Interview
from knowledge.guides.interviews import State
from knowledge.guides.slots import UNKNOWN
from knowledge.results import Result

AID, CROSS_REGION = "legal_aid", "cross_region"


def options(result: Result, day: date) -> tuple[Option, ...]:
    """What can follow this result."""
    ahead = isinstance(result, Due) and isinstance(result.value, date) and result.value >= day
    if ahead:
        return phrases.CALENDAR, phrases.REMIND
    return {AID: (phrases.AID,), CROSS_REGION: (phrases.PARTNER,)}.get(result.kind, ())


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


def hand_over(case: Case) -> Outcome:
    """The legal-aid centre gets the preliminary view with its way, if the resident agrees."""
    result = _result(case)
    if result is None or result.kind != AID:
        return _said(case, phrases.NO_VIEW)
    words = "\n".join((case.dialogue.question, *(f"· {step.words}" for step in result.steps)))
    held = replace(case.dialogue, question=words)
    return escalation.wanted(replace(case, situation=replace(case.situation, dialogue=held)), "legal aid")


def refer(case: Case) -> Outcome:
    """A partner place is asked to help, if the resident agrees to just that; nothing but the matter goes there."""
    facts = _facts(case) if (result := _result(case)) and result.kind == CROSS_REGION else {}
    if not facts:
        return _said(case, phrases.NO_MATTER)
    places = {name: str(facts.get(name) or UNKNOWN) for name in ("person", "matter")}
    home = regions.partnerships()[0].places[0]
    away = next((place for place in places.values() if home not in place and place != UNKNOWN), "那边")
    words = phrases.REFERRAL_WORDS.format(place=away, item=facts["item"], **places)
    verdict = Verdict(Decision.ESCALATE, why="partner")
    return escalation.consent(case, words, "partner", phrases.ASK_REFERRAL.format(place=away, words=words), verdict)


def _due(case: Case) -> Due | None:
    result = _result(case)
    return result if isinstance(result, Due) else None


def _result(case: Case) -> Result | None:
    """What was worked out last, as its file has it today."""
    finished = _finished(case)
    return interviews.result(*finished, case.day) if finished else None


def _facts(case: Case) -> Mapping[str, Value]:
    """What that rests on."""
    finished = _finished(case)
    return interviews.facts(*finished) if finished else {}


def _finished(case: Case) -> tuple[Interview, State] | None:
    state = case.dialogue.finished
    interview = interviews.find(state.interview) if state else None
    return (interview, state) if interview and state and interviews.holds(interview, state) else None


def _said(case: Case, words: str, file: Calendar | None = None) -> Outcome:
    """Whatever could be picked before can still be picked."""
    reply = Reply(words, case.dialogue.options, file)
    return Outcome(Verdict(Decision.SMALLTALK, why="follows a result"), (reply,), case.resident, case.dialogue)
