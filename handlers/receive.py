"""Take in what residents say, and decide what becomes of it: gather, decide, record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers import joining, turns
from handlers.cases import Case, Library, Rules
from handlers.desk import chat
from handlers.desk.chat import Chat
from handlers.education import certificates
from handlers.education.certificates import Sign
from handlers.errors import StorageDown
from handlers.hours import SHANGHAI
from handlers.joining import Other
from handlers.mediations import registration
from handlers.messages import Address, Arrived, Inbound, Reply
from handlers.outcomes import Outcome
from handlers.ports import Emergency, Engine, Inbox, Quizzes, Records
from handlers.routes import Route, To
from handlers.talk import enclosing, phrases, receipts, safety
from handlers.talk.commands import Command

Prepared = tuple[Case, Route]

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
    prepared = [turns.prepare(s, reception.library, reception.rules, now, day) for s in situations]
    prepared = await equip(reception, prepared)
    outcomes = [whole(case, route) for case, route in prepared]
    await reception.records.record([*zip(situations, outcomes, strict=True)], now)
    return outcomes


def whole(case: Case, route: Route) -> Outcome:
    """The Outcome, with what it asks of tickets that wait, and with what was enclosed."""
    said = receipts.heard(case, turns.outcome(case, route))
    unheard = route.to in (To.FLOOD, To.LEFT, To.GROUP)
    return said if unheard else enclosing.carried(case, said)


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


async def equip(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    """Fetch what the routes need, one kind of thing at a time for all of them."""
    for fetched in (_findings, _villages, _mediations, _subscriptions, _attempts, _others, _addresses, _enclosed):
        prepared = await fetched(reception, prepared)
    return [(replace(case, sign=reception.sign), route) for case, route in prepared]


async def _findings(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    asked = {n: wanted for n, (case, route) in enumerate(prepared) if (wanted := turns.asks(case, route))}
    if not asked:
        return prepared
    found = dict(zip(asked, await reception.engine.find(list(asked.values())), strict=True))
    return [(replace(case, parts=found.get(n, ())), route) for n, (case, route) in enumerate(prepared)]


async def _villages(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    if not any(_names_a_village(case, route) for case, route in prepared):
        return prepared
    villages = await reception.records.villages()
    return [(replace(case, villages=villages), route) for case, route in prepared]


async def _mediations(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    meant = {route.text for _, route in prepared if route.to is To.MEDIATION}
    found = {number: await reception.records.mediation(number) for number in meant}
    return [(replace(case, mediation=found.get(route.text)), route) for case, route in prepared]


async def _subscriptions(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    wishing = [case.resident.id for case, route in prepared if _is_a_wish(route)]
    held = await reception.records.subscriptions(wishing) if wishing else {}
    return [(replace(case, subscription=held.get(case.resident.id)), route) for case, route in prepared]


async def _attempts(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    """Whether a certificate was tried for already, for the matter that is named."""

    async def tried(case: Case, route: Route) -> bool:
        quiz, of = case.dialogue.quiz, certificates.matter(route.text)
        if route.to is not To.MATTER or quiz is None or of is None:
            return False
        return await reception.quizzes.tried(quiz.quiz, certificates.digest(quiz.quiz, of, reception.sign))

    return [(replace(case, taken=await tried(case, route)), route) for case, route in prepared]


async def _others(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    """Whom the codes lead to; not looked up for whoever guesses."""

    async def other(case: Case, route: Route) -> Other | None:
        guesses = route.to is not To.JOINING or joining.is_shut(case.dialogue, case.now)
        return None if guesses else await reception.records.other(route.text, case.now)

    return [(replace(case, other=await other(case, route)), route) for case, route in prepared]


async def _addresses(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    async def reached(case: Case, route: Route) -> Sequence[Address]:
        parts = route.to is To.PARTING or route.command is Command.PART
        return await reception.records.addresses(case.resident.id) if parts else ()

    return [(replace(case, addresses=await reached(case, route)), route) for case, route in prepared]


async def _enclosed(reception: Reception, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
    """How many pictures and files the tickets have, for those who send some."""
    sending = [case for case, _ in prepared if case.situation.inbound.enclosed or case.dialogue.enclosed]
    receipts = [held.ticket.receipt for case in sending for held in case.situation.tickets]
    if not receipts:
        return prepared
    counted = await reception.records.enclosed(receipts)
    return [(replace(case, enclosed=counted), route) for case, route in prepared]


def _is_a_wish(route: Route) -> bool:
    return route.to in (To.WISH, To.JOINING) or route.command in (Command.SUBSCRIBE, Command.UNSUBSCRIBE)


def _names_a_village(case: Case, route: Route) -> bool:
    registering = route.to is To.INTERVIEWING and registration.needs_villages(case.dialogue.interview)
    return registering or route.to in (To.PLACING, To.SCANNED)
