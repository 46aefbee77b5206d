"""Take in what residents say, and decide what becomes of it: gather, decide, record."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import residents, routes
from handlers.cases import Case, Library, Rules, Situation
from handlers.desk import chat
from handlers.desk.chat import Chat
from handlers.education import certificates, quizzes, wishes
from handlers.education.certificates import Sign
from handlers.education.effects import Opening
from handlers.errors import StorageDown
from handlers.mediations import registration
from handlers.messages import Arrived, Inbound, Kind, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.ports import Emergency, Engine, Inbox, Quizzes, Records
from handlers.routes import Route, To
from handlers.talk import (
    consultation,
    dialogue,
    escalation,
    followups,
    interviews,
    lookups,
    phrases,
    privacy,
    receipts,
    safety,
)
from handlers.talk.commands import Command
from handlers.talk.dialogue import Admission, Stage
from knowledge.guides import interviews as questions

SHANGHAI = ZoneInfo("Asia/Shanghai")
TRIES = 5  # then a message is set aside, and a person is told


async def accept(inbounds: Sequence[Inbound], inbox: Inbox, emergency: Emergency, now: datetime) -> None:
    """Keep messages before their channel is acknowledged.

    Raises StorageDown when they are not kept; the channel must then not acknowledge. Whoever is in danger has been
    told what to do by then, without the database.
    """
    try:
        await inbox.put(inbounds, now)
    except StorageDown:
        for inbound in inbounds:
            if alarm := safety.alarm(inbound):
                await emergency.tell(inbound, Reply(alarm.words))
        raise


@dataclass(frozen=True, slots=True)
class Reception:
    """What is needed to handle messages."""

    inbox: Inbox
    records: Records
    engine: Engine
    library: Library
    rules: Rules
    lease: timedelta
    batch: int
    quizzes: Quizzes
    sign: Sign
    chat: Chat | None = None  # with members of staff, where there is one


async def claim(reception: Reception, now: datetime) -> Sequence[Arrived]:
    """The next messages to handle."""
    return await reception.inbox.claim(reception.batch, now, reception.lease)


async def handle(reception: Reception, arrived: Sequence[Arrived], now: datetime) -> Sequence[Outcome]:
    """Decide on messages of different residents, and record all Outcomes at once or none."""
    situations = await reception.records.gather(arrived, now)
    day = now.astimezone(SHANGHAI).date()
    prepared = [prepare(s, reception.library, reception.rules, now, day) for s in situations]
    prepared = await _equip(reception, prepared)
    outcomes = [receipts.heard(case, outcome(case, route)) for case, route in prepared]
    await reception.records.record([*zip(situations, outcomes, strict=True)], now)
    return outcomes


async def of_staff(reception: Reception, arrived: Sequence[Arrived]) -> frozenset[int]:
    """The numbers of those messages that are not from residents, or may not be: `advise` takes them, one by one."""
    return await chat.sort(reception.chat, arrived) if reception.chat else frozenset()


async def advise(reception: Reception, arrived: Sequence[Arrived], now: datetime) -> Sequence[Outcome]:
    """Serve members of staff; whoever turns out to be a resident is handled as one."""
    assert reception.chat
    residents = [one for one in arrived if not await chat.heard(reception.chat, one, now)]
    return await handle(reception, residents, now) if residents else ()


async def fail(reception: Reception, arrived: Arrived, reason: str, now: datetime) -> bool:
    """Handling this message failed; says whether it was given up, in which case the resident is told."""
    if arrived.tries < TRIES:
        await reception.inbox.give_back(arrived, reason, now)
        return False
    await reception.records.bury(arrived, Reply(phrases.SORRY), reason, now)
    return True


async def _equip(reception: Reception, prepared: Sequence[tuple[Case, Route]]) -> list[tuple[Case, Route]]:
    """Fetch what the routes need: Findings for questions, villages where one is named, what was tried already."""
    asked = {n: wanted for n, (case, route) in enumerate(prepared) if (wanted := asks(case, route))}
    found = await reception.engine.find(list(asked.values())) if asked else ()
    by_case = dict(zip(asked, found, strict=True))
    placing = any(_names_a_village(case, route) for case, route in prepared)
    villages = await reception.records.villages() if placing else ()
    sent = {route.text for _, route in prepared if route.to is To.MEDIATION}
    mediations = {number: await reception.records.mediation(number) for number in sent}
    wishing = [case.resident.id for case, route in prepared if _is_a_wish(route)]
    held = await reception.records.subscriptions(wishing) if wishing else {}
    taken = {n: await _taken(reception, *one) for n, one in enumerate(prepared) if one[1].to is To.MATTER}
    return [
        (
            replace(
                case,
                parts=by_case.get(n, ()),
                villages=villages,
                mediation=mediations.get(route.text),
                taken=taken.get(n, False),
                subscription=held.get(case.resident.id),
                sign=reception.sign,
            ),
            route,
        )
        for n, (case, route) in enumerate(prepared)
    ]


def _is_a_wish(route: Route) -> bool:
    return route.to is To.WISH or route.command in (Command.SUBSCRIBE, Command.UNSUBSCRIBE)


def _names_a_village(case: Case, route: Route) -> bool:
    registering = route.to is To.INTERVIEWING and registration.needs_villages(case.dialogue.interview)
    return registering or route.to in (To.PLACING, To.SCANNED)


async def _taken(reception: Reception, case: Case, route: Route) -> bool:
    """Was a certificate tried for already, for the matter that is named?"""
    quiz, of = case.dialogue.quiz, certificates.matter(route.text)
    if quiz is None or of is None:
        return False
    return await reception.quizzes.tried(quiz.quiz, certificates.digest(quiz.quiz, of, reception.sign))


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
        case Command.NEW:
            return receipts.put_aside(case)
        case Command.RESTART | Command.LEAVE:
            rested = replace(dialogue.rest(case.dialogue), question="", topic=None)
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
