"""Look for danger first, and stay with whoever is in it until they have said who may know."""

from dataclasses import replace

from handlers.cases import Case
from handlers.desk.tickets import Level, Ticket
from handlers.messages import Inbound, Kind, Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import dialogue, escalation, phrases
from handlers.talk.dialogue import Stage
from knowledge import text
from knowledge.engine import danger
from knowledge.engine.danger import Alarm
from knowledge.guides import interviews
from knowledge.guides.interviews import State

GUIDES = {"P1-a": "legal_aid"}  # kinds of danger → the interview that helps then
WORDS = 2 * text.LIMIT  # characters handed to a human: the last that were said


def alarm(inbound: Inbound) -> Alarm | None:
    """The danger that a message speaks of; one too long to be read whole is read at both its ends."""
    if inbound.kind not in (Kind.TEXT, Kind.EDITED):
        return None
    said, most = inbound.text, danger.HEAD + danger.TAIL
    if len(said) > most:
        said = f"{said[: danger.HEAD]}\n{said[-danger.TAIL :]}"
    return danger.assess(text.clean(said, most + 1))


def urgent(case: Case, words: str, alarm: Alarm) -> Outcome:
    """Danger: the safety text first, then the offer of a human. A P0 ticket opens at once, without words."""
    held = case.dialogue
    same = dialogue.in_danger(held) and dialogue.flows(held)
    covered = same and escalation.level(held) <= alarm.level
    receipt, reason = (held.ticket, held.reason) if covered else (None, f"{alarm.level} {alarm.kind}")
    opened: tuple[Ticket, ...] = ()
    if alarm.level == Level.P0 and not receipt:
        opened = (_bare(case, alarm),)
        receipt = opened[0].receipt
    ask = phrases.ASK_CONSENT_AFTER_DANGER
    said = ask if case.situation.inbound.told else f"{alarm.words}\n\n{ask}"
    begun, guide = _guided(case, words, alarm)
    options = (*escalation.CONSENT, *guide)
    waiting = dialogue.offer(held, Stage.CONSENTING, options)
    question = _joined(held.question, words) if same else words
    waiting = replace(waiting, question=question, ticket=receipt, topic=None, reason=reason, interview=begun)
    verdict = Verdict(Decision.URGENT, 1.0, level=alarm.level, why=f"{alarm.level} {alarm.kind}")
    return Outcome(verdict, (Reply(said, options),), case.resident, waiting, opened=opened)


def _guided(case: Case, words: str, alarm: Alarm) -> tuple[State | None, tuple[Option, ...]]:
    """The interview that helps then, begun with what was said; it waits, and so does one that was under way."""
    guide = interviews.find(GUIDES.get(alarm.kind, ""))
    if guide is None:
        return case.dialogue.interview, ()
    begun = case.dialogue.interview or interviews.start(guide, words, case.day)
    return begun, (replace(phrases.RESUME, label=guide.title),) if begun.interview == guide.id else ()


def _bare(case: Case, alarm: Alarm) -> Ticket:
    """Kind and time only: words, address and village wait for consent."""
    ticket = escalation.ticket(case, Level.P0, kind=alarm.kind, reason="urgent")
    return replace(ticket, village=None, topic=None, field="")


def _joined(before: str, words: str) -> str:
    return f"{before}\n{words}".strip()[-WORDS:]


def meanwhile(case: Case, words: str, said: Outcome) -> Outcome:
    """Something else was said while consent after danger is open: answer what can be answered, and ask again."""
    answered = said.verdict.decision in (Decision.ANSWER, Decision.LOOKUP)
    before = tuple(Reply(r.text) for r in said.replies) if answered else ()
    ask = phrases.ASK_CONSENT_AFTER_DANGER if answered else phrases.ASK_CONSENT_AGAIN
    verdict = said.verdict if answered else Verdict(Decision.ESCALATE, why="consent after danger is open")
    waiting = replace(case.dialogue, question=_joined(case.dialogue.question, words), topic=said.dialogue.topic)
    return Outcome(verdict, (*before, Reply(ask, escalation.CONSENT)), case.resident, waiting)
