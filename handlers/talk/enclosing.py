"""Put the pictures and files that residents send to the ticket that they are for, or keep them until there is one."""

from dataclasses import replace

from handlers.cases import Case, Situation
from handlers.desk import notices, tickets
from handlers.desk.moves import Tracked
from handlers.desk.tickets import Author, Entry
from handlers.messages import Enclosed, Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import dialogue, phrases, receipts
from handlers.talk.dialogue import Stage

TICKET = f"{notices.PREFIX}:"  # begins what a message answers that was written on the page of a ticket
_SHOWN = 4  # tickets to choose from
# what is being talked of then must not be left for a picture
_BUSY = frozenset({Stage.TELLING, Stage.CONSENTING, Stage.PLACING, Stage.WELCOMING, Stage.INTERVIEWING, Stage.MATTER})


def goes_on(situation: Situation) -> bool:
    """Is this one of the pictures that were sent as one, and not the first?"""
    series = situation.inbound.series
    return bool(series) and series == situation.dialogue.series[0]


def meant(case: Case) -> Tracked | None:
    """The ticket that a message is for by where it was written, or by the pictures and files with it."""
    inbound, held = case.situation.inbound, case.dialogue
    if inbound.answers.startswith(TICKET):
        return receipts.find(case, inbound.answers.removeprefix(TICKET))
    if not inbound.enclosed:
        return None
    if goes_on(case.situation):
        return receipts.find(case, held.series[1])
    if held.stage is Stage.SAYING:
        return receipts.find(case, held.ticket or "")
    return receipts.asked(case) or (None if held.stage in _BUSY else receipts.living(case))


def received(case: Case) -> Outcome:
    """Pictures and files without words, and no ticket that they are surely for: say what is needed."""
    held, verdict = case.dialogue, Verdict(Decision.TICKET)
    if goes_on(case.situation):
        return Outcome(verdict, (), case.resident, held)
    if held.stage is Stage.PLACING and (found := receipts.find(case, held.ticket or "")):
        entry = Entry(found.ticket.receipt, Author.RESIDENT, "", case.now)
        reply = Reply(f"{phrases.FILES_WAIT}\n{phrases.ASK_VILLAGE}", held.options)
        return Outcome(verdict, (reply,), case.resident, held, entries=(entry,))
    if held.stage in _BUSY:
        return Outcome(verdict, (Reply(phrases.FILES_WAIT, held.options),), case.resident, held)
    if several := _choice(case):
        offered = dialogue.offer(held, Stage.FREE, several)
        return Outcome(verdict, (Reply(phrases.FILES_WHICH, several),), case.resident, offered)
    return Outcome(verdict, (Reply(phrases.FILES_KEPT),), case.resident, held)


def _choice(case: Case) -> tuple[Option, ...]:
    alive = [t.ticket for t in case.situation.tickets if not tickets.is_done(t.ticket)][:_SHOWN]
    return tuple(Option(phrases.FILES_OF.format(receipt=t.receipt), receipts.value(t, receipts.ENCLOSE)) for t in alive)


def carried(case: Case, said: Outcome) -> Outcome:
    """The Outcome with what was enclosed: it goes with the words that go to a ticket, or waits for some."""
    inbound, limits = case.situation.inbound, case.rules.enclosures
    waiting = dict.fromkeys((*said.dialogue.enclosed, *(one.mark for one in inbound.enclosed)))
    if not waiting:
        return said
    entry = _entry(said)
    most = limits.ticket if entry else limits.message
    room = most - case.enclosed.get(entry.receipt, 0) if entry else most
    taken = tuple(waiting)[: max(room, 0)]
    if entry:
        said = _with(said, entry, taken)
    held = replace(said.dialogue, enclosed=() if entry else taken)
    if inbound.series:
        held = replace(held, series=(inbound.series, entry.receipt if entry else ""))
    left_out = phrases.FILES_FULL.format(most=most) if len(waiting) > len(taken) else ""
    return _noted(case, replace(said, dialogue=held), left_out)


def _entry(said: Outcome) -> Entry | None:
    """The first words of the resident's own that go to a ticket."""
    spoken = (*said.entries, *(move.entry for move in said.moves if move.entry))
    return next((entry for entry in spoken if entry.author is Author.RESIDENT), None)


def _with(said: Outcome, entry: Entry, marks: tuple[str, ...]) -> Outcome:
    whole = replace(entry, enclosed=tuple(Enclosed(mark) for mark in marks))
    return replace(
        said,
        entries=tuple(whole if one is entry else one for one in said.entries),
        moves=tuple(replace(move, entry=whole) if move.entry is entry else move for move in said.moves),
    )


def _noted(case: Case, said: Outcome, left_out: str) -> Outcome:
    """Say what became of pictures and files, where the answer does not."""
    if not said.replies or not case.situation.inbound.enclosed:
        return said
    if goes_on(case.situation):  # the first of them was answered
        return replace(said, replies=())
    loose = said.dialogue.enclosed and said.verdict.decision is not Decision.TICKET
    if left_out:
        note = left_out
    elif loose and said.dialogue.stage not in _BUSY:
        note = phrases.FILES_KEPT_TOO
    else:
        return said
    last = replace(said.replies[-1], text=f"{said.replies[-1].text}\n{note}")
    return replace(said, replies=(*said.replies[:-1], last))
