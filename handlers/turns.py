"""Take one message to its Outcome: count it in, pick its route, and walk it."""

import secrets
from dataclasses import replace
from datetime import date, datetime

from handlers import residents, routes
from handlers.cases import Case, Library, Rules, Situation
from handlers.education import quizzes, wishes
from handlers.education.effects import Opening
from handlers.mediations import registration
from handlers.messages import Inbound, Kind, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.routes import Route, To
from handlers.talk import (
    consultation,
    dialogue,
    enclosing,
    escalation,
    followups,
    interviews,
    lookups,
    phrases,
    privacy,
    receipts,
    safety,
)
from handlers.talk import joining as joins
from handlers.talk.commands import Command
from handlers.talk.dialogue import Admission, Stage
from knowledge.guides import interviews as questions


def asks(case: Case, route: Route) -> tuple[str, str | None] | None:
    """What the engine is to find for this route: the question, and the topic it follows."""
    if route.to is To.QUESTION:
        return route.text, case.dialogue.topic
    if route.command is Command.WHY and case.dialogue.question:
        return case.dialogue.question, None
    return None


def prepare(situation: Situation, library: Library, rules: Rules, now: datetime, day: date) -> tuple[Case, Route]:
    """The case of a message, counted in, and its route."""
    admission, counted = dialogue.admit(situation.dialogue, rules.flood, _sent(situation.inbound, now))
    if enclosing.goes_on(situation):  # pictures that were sent as one are one message
        admission, counted = Admission.WELCOME, situation.dialogue
    case = Case(replace(situation, dialogue=counted), library, rules, now, day, secrets.randbits(64))
    route = routes.pick(case, admission)
    if route.to is To.AGREED and counted.stage is Stage.WELCOMING:
        return _resume(case)
    return case, route


def _sent(inbound: Inbound, now: datetime) -> datetime:
    """When it was sent: what waited while we were down came in no flood. An edit keeps the day of its first text."""
    return now if inbound.kind is Kind.EDITED else min(inbound.sent_at, now)


def _resume(case: Case) -> tuple[Case, Route]:
    """The channel was accepted: what was asked before is handled now."""
    inbound = replace(case.situation.inbound, kind=Kind.TEXT, text=case.dialogue.question or "/start")
    situation = replace(
        case.situation,
        arrived=replace(case.situation.arrived, inbound=inbound),
        resident=residents.agree_to_channel(case.resident),
        dialogue=replace(dialogue.rest(case.dialogue), question=""),
    )
    resumed = replace(case, situation=situation)
    return resumed, routes.pick(resumed, Admission.WELCOME)


def outcome(case: Case, route: Route) -> Outcome:
    """The Outcome of a message on its route."""
    match route.to:
        case To.URGENT if route.alarm:
            return safety.urgent(case, route.text, route.alarm)
        case To.QUESTION | To.LAW:
            said = consultation.decide(case) if route.to is To.QUESTION else lookups.law(case, route.text)
            said = interviews.aside(said, case.dialogue.interview)
            return safety.meanwhile(case, route.text, said) if dialogue.awaits(case.dialogue) else said
        case To.TOPIC:
            return consultation.pick(case, route.text)
        case To.COMMAND if route.command:
            return _command(case, route.command)
        case To.INTERVIEW:
            return _interview(case, route)
        case To.INTERVIEWING:
            return interviews.answered(case, route.text)
        case To.MEDIATION:
            return registration.answered(case, yes=route.words == "yes") if route.words else registration.shown(case)
        case To.QUIZ:
            begun = quizzes.begin(case, route.text)
            return replace(begun, opening=Opening(int(route.words), case.now)) if route.words else begun
        case To.QUIZZING:
            return quizzes.answered(case, route.text)
        case To.MATTER:
            return quizzes.with_matter(case, route.text)
        case To.WISH:
            return wishes.wished(case, route.text)
        case To.JOINING:
            return joins.typed(case, route.text)
        case To.PARTING:
            return joins.parted(case, route.text)
        case To.HOTLINE:
            return lookups.hotline(case, route.text)
        case To.TELLING:
            return escalation.told(case, route.text)
        case To.AGREED | To.DECLINED | To.PLACING:
            return _consented(case, route)
        case To.SCANNED:
            return escalation.scanned(case, route.text)
        case To.ADDING:
            return escalation.added(case, route.text)
        case To.ENCLOSING:
            return enclosing.received(case)
        case To.TICKET:
            return receipts.act(case, route.text, route.words)
        case To.WELCOMING:
            return _welcome(case, route.text)
        case To.LEFT:
            return Outcome(Verdict(Decision.SMALLTALK), (), case.resident, case.dialogue)
        case To.FLOOD if route.text == Admission.SILENCE:
            return Outcome(Verdict(Decision.SMALLTALK), (), case.resident, case.dialogue)
        case _:
            return consultation.plain(case, Decision.SMALLTALK, _fixed(route))


def _consented(case: Case, route: Route) -> Outcome:
    """Yes, no or a village; once that is settled, the interview that waits is spoken of."""
    match route.to:
        case To.AGREED:
            said = escalation.agreed(case)
        case To.DECLINED:
            said = _declined(case)
        case _:
            said = escalation.place(case, route.text)
    return interviews.aside(said, case.dialogue.interview) if said.dialogue.stage is Stage.FREE else said


def _fixed(route: Route) -> str:
    match route.to:
        case To.FLOOD:
            return phrases.FLOODED
        case To.EMPTY:
            return phrases.EMPTY
        case To.MEDIA:
            return phrases.MEDIA.get(route.text, phrases.MEDIA_OTHER)
        case To.GROUP:
            return phrases.GROUP
        case To.OUT_OF_RANGE:
            return phrases.OUT_OF_RANGE
        case To.WHICH:
            return phrases.WHICH
        case To.SMALLTALK:
            return phrases.SMALLTALK[route.text]
        case _:
            return phrases.EXPIRED


def _command(case: Case, command: Command) -> Outcome:
    match command:
        case Command.HUMAN:
            return escalation.wanted(case)
        case Command.WHY:
            return consultation.why(case)
        case Command.MORE:
            return consultation.more(case)
        case Command.ARTICLES:
            return consultation.articles(case)
        case Command.BACK:
            return interviews.back(case)
        case Command.RESUME:
            return interviews.resume(case)
        case Command.SUBSCRIBE:
            return wishes.subscribed(case)
        case Command.UNSUBSCRIBE:
            return wishes.unsubscribed(case)
        case Command.QUIZ:
            return quizzes.offered(case)
        case Command.LEAVE if case.dialogue.stage is Stage.INTERVIEWING:
            return interviews.leave(case)
        case Command.RESTART if case.dialogue.stage is Stage.INTERVIEWING:
            return interviews.restart(case)
        case Command.CALENDAR:
            return followups.calendar(case)
        case Command.REMIND:
            return followups.remind(case)
        case Command.PARTNER:
            return followups.refer(case)
        case Command.AID:
            return followups.hand_over(case)
        case Command.HUSH:
            return followups.stop(case)
        case Command.MY_DATA:
            return privacy.held(case)
        case Command.DELETE_ME:
            return privacy.asked(case)
        case Command.ERASE:
            return privacy.confirmed(case)
        case Command.KEEP:
            return privacy.kept(case)
        case Command.TICKETS:
            return receipts.mine(case)
        case Command.JOIN:
            return joins.offered(case)
        case Command.PART:
            return joins.asked_to_part(case)
        case Command.NEW:
            return receipts.put_aside(case)
        case Command.RESTART | Command.LEAVE:
            rested = replace(dialogue.rest(case.dialogue), question="", topic=None, enclosed=())
            return replace(consultation.plain(case, Decision.SMALLTALK, phrases.CANCELLED), dialogue=rested)
        case Command.START | Command.HELP | Command.PRIVACY:
            return consultation.plain(case, Decision.SMALLTALK, phrases.BY_COMMAND[command])


def _interview(case: Case, route: Route) -> Outcome:
    interview = questions.find(route.text)
    if interview is None:
        return consultation.plain(case, Decision.SMALLTALK, phrases.EXPIRED)
    said = replace(case, situation=replace(case.situation, dialogue=replace(case.dialogue, question=route.words)))
    return interviews.begin(said if route.words else case, interview, route.words or case.dialogue.question)


def _welcome(case: Case, words: str) -> Outcome:
    options = (phrases.YES, phrases.NO)
    waiting = dialogue.offer(case.dialogue, Stage.WELCOMING, options)
    waiting = replace(waiting, question=words or case.dialogue.question)
    reply = Reply(phrases.CHANNEL_CONSENT, options)
    return Outcome(Verdict(Decision.SMALLTALK, why="channel consent"), (reply,), case.resident, waiting)


def _declined(case: Case) -> Outcome:
    if case.dialogue.stage is Stage.WELCOMING:
        return consultation.plain(case, Decision.SMALLTALK, phrases.CHANNEL_DECLINED)
    return escalation.declined(case)
