"""Bring a question to a human: with consent, to the right village, under a receipt number."""

from dataclasses import replace

from handlers import residents
from handlers.cases import Case
from handlers.desk import tickets
from handlers.desk.tickets import CHILD, Author, Entry, Level, Ticket
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Placed, Verdict
from handlers.residents import Village
from handlers.talk import dialogue, phrases
from handlers.talk.dialogue import Dialogue, Stage
from knowledge.engine import danger

CONSENT = (phrases.YES, phrases.NO)
VILLAGES = 3  # to pick from


def offer(case: Case, words: str, reason: str, opening: str, verdict: Verdict) -> Outcome:
    """Ask whether an adviser may read the question; who agreed once is only asked whether it is to go there."""
    ask = phrases.ASK_WHETHER if residents.agreed_to_advice(case.resident) else phrases.ASK_CONSENT
    ask = phrases.ASK_CONSENT_OF_CHILD if danger.child_writes(words) else ask
    return consent(case, words, reason, "\n".join(part for part in (opening, ask) if part), verdict)


def consent(case: Case, words: str, reason: str, ask: str, verdict: Verdict) -> Outcome:
    """Ask whether these words may go to an adviser for this reason."""
    waiting = dialogue.offer(case.dialogue, Stage.CONSENTING, CONSENT)
    waiting = replace(waiting, question=words, ticket=None, reason=reason)
    return Outcome(verdict, (Reply(ask, CONSENT),), case.resident, waiting)


def wanted(case: Case, reason: str = "asked") -> Outcome:
    """The resident asks for a human."""
    held = case.dialogue
    verdict = Verdict(Decision.ESCALATE, why="asked for a human")
    if not held.question:
        waiting = dialogue.offer(held, Stage.TELLING, ())
        return Outcome(verdict, (Reply(phrases.NO_QUESTION_YET),), case.resident, waiting)
    endangered = dialogue.in_danger(held) and dialogue.flows(held)
    if residents.agreed_to_advice(case.resident):
        return agreed(_at(case, held if endangered else replace(held, ticket=None, reason=reason)))
    if endangered:  # the ticket that is open already gets the words
        waiting = dialogue.offer(held, Stage.CONSENTING, CONSENT)
        return Outcome(verdict, (Reply(phrases.ASK_CONSENT_AFTER_DANGER, CONSENT),), case.resident, waiting)
    return offer(case, held.question, reason, "", verdict)


def told(case: Case, words: str) -> Outcome:
    """What the resident wants to ask a human, now that it was said."""
    return wanted(_at(case, replace(case.dialogue, question=words, topic=None)))


def _at(case: Case, held: Dialogue) -> Case:
    return replace(case, situation=replace(case.situation, dialogue=held))


def agreed(case: Case) -> Outcome:
    """The adviser may read it: the ticket opens with the words, or a P0 ticket gets them."""
    resident = residents.agree_to_advice(case.resident)
    receipt, opened = case.dialogue.ticket, ()
    if not receipt:
        urgency, kind = _lane(case.dialogue)
        fresh = ticket(case, urgency, kind=kind, reason=case.dialogue.reason)
        receipt, opened = fresh.receipt, (fresh,)
    entry = Entry(receipt, Author.RESIDENT, case.dialogue.question, case.now)
    verdict = Verdict(Decision.ESCALATE, why=case.dialogue.reason)
    done = f"已转给顾问，受理号 {receipt}。有答复会在这里告诉您。"
    if resident.village is not None:
        rested = dialogue.rest(replace(case.dialogue, question=""))
        placed = (Placed(receipt, resident.village),)
        return Outcome(verdict, (Reply(done),), resident, rested, opened, (entry,), placed)
    waiting = replace(dialogue.offer(case.dialogue, Stage.PLACING, (phrases.SKIP,)), ticket=receipt, question="")
    reply = Reply(f"{done}\n{phrases.ASK_VILLAGE}", (phrases.SKIP,))
    return Outcome(verdict, (reply,), resident, waiting, opened, (entry,))


def added(case: Case, words: str) -> Outcome:
    """More was told while the village of a ticket is asked for: it goes to the ticket, and the question stays open."""
    entries = (Entry(case.dialogue.ticket, Author.RESIDENT, words, case.now),) if case.dialogue.ticket else ()
    reply = Reply(f"{phrases.ADDED_AFTER_DANGER}\n{phrases.ASK_VILLAGE}", case.dialogue.options)
    return Outcome(Verdict(Decision.ESCALATE), (reply,), case.resident, case.dialogue, entries=entries)


def declined(case: Case) -> Outcome:
    """No consent: nothing is passed on. A P0 ticket stays, with kind and time only, and can be added to later."""
    held, rested = case.dialogue, replace(dialogue.rest(case.dialogue), enclosed=())
    verdict = Verdict(Decision.ESCALATE, why="no consent")
    if not dialogue.in_danger(held):
        return Outcome(verdict, (Reply(phrases.NO_CONSENT),), case.resident, rested)
    rested = replace(rested, ticket=held.ticket, reason=held.reason)
    return Outcome(verdict, (Reply(phrases.NO_CONSENT_IN_DANGER),), case.resident, rested)


def place(case: Case, said: str) -> Outcome:
    """The resident names the village; an unclear name is asked again, with the likeliest to pick from."""
    if said == phrases.SKIP.value:
        return _settled(case, None)
    if said.startswith("village:"):
        number = said.removeprefix("village:")
        return _settled(case, next((v for v in case.villages if str(v.id) == number), None))
    named = residents.find_villages(said, case.villages)
    if len(named) == 1:
        return _settled(case, named[0])
    likely = (named or residents.villages_like(said, case.villages))[:VILLAGES]
    options = (*(Option(residents.place(v), f"village:{v.id}") for v in likely), phrases.SKIP)
    town = residents.find_town(said, case.villages)
    ask = phrases.WHICH_OF_TOWN.format(town=town) if town else phrases.ASK_VILLAGE_AGAIN
    waiting = dialogue.offer(case.dialogue, Stage.PLACING, options)
    reply = Reply(phrases.CHOOSE_VILLAGE if likely else ask, options)
    return Outcome(Verdict(Decision.ESCALATE), (reply,), case.resident, waiting)


def scanned(case: Case, number: str) -> Outcome:
    """The code of a village was scanned: the resident belongs there, and so does the ticket in hand."""
    village = next((v for v in case.villages if str(v.id) == number), None)
    if case.dialogue.stage is Stage.PLACING and village:
        return _settled(case, village)
    resident = residents.settle_in(case.resident, village.id) if village else case.resident
    placed = phrases.PLACED.format(place=residents.place(village)) if village else ""
    reply = Reply(f"{placed}{phrases.WELCOME}")
    return Outcome(Verdict(Decision.SMALLTALK), (reply,), resident, case.dialogue)


def _settled(case: Case, village: Village | None) -> Outcome:
    receipt = case.dialogue.ticket
    resident = residents.settle_in(case.resident, village.id) if village else case.resident
    placed = (Placed(receipt, village.id if village else None),) if receipt else ()
    where = f"{residents.place(village)}的法律顾问" if village else "区里值班的法律顾问"
    number = f"（受理号 {receipt}）" if receipt else ""
    reply = Reply(f"好的，由{where}来答复{number}。急的事可以打12348。")
    return Outcome(Verdict(Decision.ESCALATE), (reply,), resident, dialogue.rest(case.dialogue), placed=placed)


def ticket(case: Case, urgency: Level, *, kind: str, reason: str) -> Ticket:
    """A ticket under a number of its own, for the resident's village and the topic they are at."""
    topic = case.library.topics.get(case.dialogue.topic or "")
    return Ticket(
        receipt=tickets.number(case.now, case.chance),
        resident=case.resident.id,
        level=urgency,
        kind=kind,
        reason=reason,
        opened_at=case.now,
        village=case.resident.village,
        topic=case.dialogue.topic,
        field=topic.field if topic else "",
    )


def level(held: Dialogue) -> Level:
    """How urgent is what goes to a human?"""
    first = held.reason.split(" ")[0]
    return Level(first) if first in (Level.P0, Level.P1) else Level.P2


def _lane(held: Dialogue) -> tuple[Level, str]:
    """How urgent it is, and of which kind; who seems to be a child is seen to by whoever helps children."""
    urgency = level(held)
    if urgency is not Level.P2:
        return urgency, held.reason.split(" ", 1)[1]
    return (Level.P1, CHILD) if danger.child_writes(held.question) else (urgency, "")
