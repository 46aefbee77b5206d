"""Let residents see their tickets, say more, close them, judge the answer and open them again."""

from dataclasses import replace

from handlers import residents
from handlers.cases import Case
from handlers.desk import clocks, moves, notices, tickets
from handlers.desk.moves import Deed, Move, Setting, Tracked
from handlers.desk.states import Act, State
from handlers.desk.tickets import Author, Entry, Solved, Ticket
from handlers.errors import Refused
from handlers.messages import Option, Reply
from handlers.outcomes import Decision, Outcome, Verdict
from handlers.talk import dialogue, phrases
from handlers.talk.consultation import plain
from handlers.talk.dialogue import Stage

SAY = "say"  # what is done to a ticket by words that are for it
SHOW = "show"
ENCLOSE = "enclose"  # what waits to be put to a ticket
_SHOWN = 4  # tickets at once


def mine(case: Case) -> Outcome:
    """All tickets of the resident: who has each, and until when."""
    held = case.situation.tickets[:_SHOWN]
    if not held:
        return plain(case, Decision.TICKET, phrases.NO_TICKETS)
    if len(held) == 1:
        return show(case, held[0])
    options = tuple(Option(f"看 {t.ticket.receipt}", value(t.ticket, SHOW)) for t in held)
    return _say(case, "\n".join(_standing(case, t) for t in held), options)


def show(case: Case, held: Tracked) -> Outcome:
    """One ticket, with what can be done with it."""
    return _say(case, _standing(case, held), _buttons(held.ticket))


def find(case: Case, receipt: str) -> Tracked | None:
    """The ticket, if it is the resident's own."""
    return next((t for t in case.situation.tickets if t.ticket.receipt == receipt), None)


def asked(case: Case) -> Tracked | None:
    """The ticket on which an adviser waits for a word, unless the resident has put it aside for another question."""
    waiting = (t for t in case.situation.tickets if t.ticket.state is State.WAITING_RESIDENT)
    return next((t for t in waiting if case.dialogue.aside != _mark(t)), None)


def living(case: Case) -> Tracked | None:
    """The one ticket that is not done, of a resident who has agreed to be advised; unless it was put aside."""
    alive = [t for t in case.situation.tickets if not tickets.is_done(t.ticket)]
    only = len(alive) == 1 and residents.agreed_to_advice(case.resident) and case.dialogue.aside != _mark(alive[0])
    return alive[0] if only else None


def spoke(case: Case) -> Tracked | None:
    """The ticket on which an adviser spoke after all that the resident is remembered to have said."""
    earlier = case.dialogue.recent[:-1]  # the last of all is this message
    quiet = (t for t in case.situation.tickets if clocks.side(t.ticket.state) is clocks.Side.RESIDENT)
    # moments of messages are kept in whole seconds: within the same one nobody has read and answered
    fresh = [t for t in quiet if not earlier or t.clock.since_at.timestamp() > earlier[-1] + 1]
    return max(fresh, key=lambda t: t.clock.since_at, default=None)


def put_aside(case: Case) -> Outcome:
    """What comes next is a new question, and not for the adviser who asked something."""
    held = asked(case) or living(case)
    rested = replace(dialogue.rest(case.dialogue), question="", topic=None, aside=_mark(held) if held else "")
    return replace(plain(case, Decision.SMALLTALK, phrases.NEW_QUESTION), dialogue=rested)


def _mark(held: Tracked) -> str:
    return f"{held.ticket.receipt}:{held.revision}"


def value(ticket: Ticket, doing: str) -> str:
    """The value of a button that does this to the ticket."""
    return f"{notices.PREFIX}:{ticket.receipt}:{doing}"


def act(case: Case, pressed: str, words: str) -> Outcome:
    """Do what a button of a ticket says; a stranger's ticket is an expired button."""
    _, receipt, doing = (*pressed.split(":"), "", "")[:3]
    held = find(case, receipt)
    if held is None:
        return plain(case, Decision.TICKET, phrases.EXPIRED)
    try:
        return _do(case, held, doing, words)
    except Refused as refused:
        return _say(case, str(refused), _buttons(held.ticket))


def _do(case: Case, held: Tracked, doing: str, words: str) -> Outcome:
    ticket = held.ticket
    match doing:
        case "show":
            return show(case, held)
        case "add":
            tickets.add(ticket)
            waiting = replace(dialogue.offer(case.dialogue, Stage.SAYING, ()), ticket=ticket.receipt)
            return replace(_say(case, phrases.SAY_MORE, ()), dialogue=waiting)
        case "say" | "enclose":
            return _added(case, held, words if doing == SAY else "")
        case "done":
            move = _step(case, held, tickets.withdraw(ticket, case.now), Deed(Act.WITHDRAW))
            return _moved(case, move, phrases.CLOSED_BY_YOU.format(receipt=ticket.receipt))
        case "reopen":
            move = _step(case, held, tickets.reopen(ticket), Deed(Act.REOPEN))
            return _moved(case, move, notices.told(ticket, notices.Change.REOPENED))
        case _ if doing in notices.STAR_DOINGS:
            move = _step(case, held, tickets.rate(ticket, int(doing)), Deed(Act.RATE, detail=doing))
            asking = notices.buttons(ticket, tuple(Solved))
            return replace(_say(case, phrases.RATED, asking), moves=(move,))
        case _ if doing in list(Solved):
            move = _step(case, held, tickets.conclude(ticket, Solved(doing)), Deed(Act.RATE, detail=doing))
            options = () if doing == Solved.YES else notices.buttons(ticket, ("reopen",))
            return replace(_say(case, phrases.CONCLUDED[doing], options), moves=(move,))
        case _:
            return plain(case, Decision.TICKET, phrases.EXPIRED)


def _added(case: Case, held: Tracked, words: str) -> Outcome:
    entry = Entry(held.ticket.receipt, Author.RESIDENT, words, case.now)
    move = _step(case, held, tickets.add(held.ticket), Deed(Act.ADD))
    who = _who(case, held.ticket) or "顾问"
    told = phrases.ADDED if words else phrases.FILES_ADDED
    said = told.format(who=who, receipt=held.ticket.receipt)
    return replace(_say(case, said, ()), moves=(moves.saying(move, entry),))


def heard(case: Case, outcome: Outcome) -> Outcome:
    """Words that go to a ticket which waits for the resident bring it back to its adviser."""
    quiet = {t.ticket.receipt: t for t in case.situation.tickets if clocks.side(t.ticket.state) is clocks.Side.RESIDENT}
    to_them = [entry for entry in outcome.entries if entry.receipt in quiet]
    if not to_them:
        return outcome
    held = quiet[to_them[0].receipt]
    move = moves.saying(_step(case, held, tickets.add(held.ticket), Deed(Act.ADD)), to_them[0])
    kept = tuple(entry for entry in outcome.entries if entry is not to_them[0])
    return replace(outcome, entries=kept, moves=(*outcome.moves, move))


def _step(case: Case, held: Tracked, after: Ticket, deed: Deed) -> Move:
    return moves.step(held, after, deed, Setting(case.now, case.rules.targets))


def _moved(case: Case, move: Move, words: str) -> Outcome:
    return replace(_say(case, words, _buttons(move.after.ticket)), moves=(move,))


def _say(case: Case, words: str, options: tuple[Option, ...]) -> Outcome:
    rested = dialogue.rest(case.dialogue, options)
    return Outcome(Verdict(Decision.TICKET), (Reply(words, options),), case.resident, rested)


def _buttons(ticket: Ticket) -> tuple[Option, ...]:
    return notices.buttons(ticket, notices.doable(ticket))


def _standing(case: Case, held: Tracked) -> str:
    shown = clocks.readings(held.clock, held.ticket, case.rules.targets, case.now)
    return notices.standing(held.ticket, _who(case, held.ticket), shown[0].due_at if shown else None)


def _who(case: Case, ticket: Ticket) -> str:
    return case.situation.staff.get(tickets.owner(ticket) or 0, "")
