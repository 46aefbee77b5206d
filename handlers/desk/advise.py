"""Do what an adviser asks for on a ticket. The desk and every channel call these; they raise Refused or NotYours.

Each gathers the ticket within the adviser's scope, decides, and records; if somebody else was faster, it begins again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers import ports
from handlers.desk import moves, notices, routing, tickets
from handlers.desk.clocks import Targets
from handlers.desk.moves import Deed, Move, Pool, Setting, Tracked
from handlers.desk.notices import Change
from handlers.desk.routing import Leave, Limits
from handlers.desk.states import HELD, Act
from handlers.desk.tickets import Author, Entry, Referral, Ticket
from handlers.errors import NotYours, Refused
from handlers.hours import SHANGHAI
from handlers.messages import Enclosed, Kept, Reply
from handlers.staff import Role, User, scoped
from knowledge import text

ANSWER_LIMIT = 3000  # characters; a longer answer is a letter
Decide = Callable[[Tracked, Setting], Move]
_CHANGED = "这张工单刚刚有变动，请再试一次。"
TRIES = 5  # of an act on a ticket that others change at the same time


@dataclass(frozen=True, slots=True)
class Office:
    """What is needed to act on tickets."""

    tickets: ports.Tickets
    rosters: ports.Rosters
    targets: Targets
    limits: Limits = field(default_factory=Limits)
    duty: tuple[str, ...] = ()  # logins of those at the district's desk


async def setting(office: Office, now: datetime) -> Setting:
    """What decides now who is given a ticket."""
    roster = await office.rosters.roster(office.duty, today(now))
    return Setting(now, office.targets, Pool(roster, await office.tickets.loads(), office.limits, today(now)))


def today(now: datetime) -> date:
    """The day on the calendars here."""
    return now.astimezone(SHANGHAI).date()


async def claim(office: Office, user: User, receipt: str, now: datetime) -> Ticket:
    """Take the ticket."""

    def decide(held: Tracked, at: Setting) -> Move:
        return moves.step(held, tickets.claim(held.ticket, user.id, now), Deed(Act.CLAIM, user.id), at)

    return await _act(office, user, receipt, now, decide)


async def answer(
    office: Office, user: User, receipt: str, words: str, now: datetime, *, enclosed: tuple[Enclosed, ...] = ()
) -> Ticket:
    """Answer the resident, on whichever channel is open; files go out after the words."""
    said = _said(words, "答复")

    def decide(held: Tracked, at: Setting) -> Move:
        move = moves.step(held, tickets.answer(held.ticket, user.id, now), Deed(Act.ANSWER, user.id), at)
        return _speaking(move, user, "答复", Entry(receipt, Author.ADVISER, said, now, enclosed))

    return await _spoken(office, user, receipt, now, decide)


async def ask(
    office: Office, user: User, receipt: str, words: str, now: datetime, *, enclosed: tuple[Enclosed, ...] = ()
) -> Ticket:
    """Ask the resident for more; our clock rests until they reply."""
    said = _said(words, "要问的话")

    def decide(held: Tracked, at: Setting) -> Move:
        move = moves.step(held, tickets.ask(held.ticket, user.id), Deed(Act.ASK, user.id), at)
        return _speaking(move, user, "想问您", Entry(receipt, Author.ADVISER, said, now, enclosed))

    return await _spoken(office, user, receipt, now, decide)


async def close(office: Office, user: User, receipt: str, now: datetime) -> Ticket:
    """Say that the ticket is done; the resident is asked how good the answer was."""

    def decide(held: Tracked, at: Setting) -> Move:
        move = moves.step(held, tickets.close(held.ticket, user.id, now), Deed(Act.CLOSE, user.id), at)
        return moves.telling(move, Change.CLOSED)

    return await _act(office, user, receipt, now, decide)


async def reopen(office: Office, user: User, receipt: str, now: datetime) -> Ticket:
    """It was not done after all; whoever had it last says so, or an expert."""

    def decide(held: Tracked, at: Setting) -> Move:
        reopened = tickets.reopen(held.ticket)
        if held.ticket.adviser != user.id and user.role is not Role.EXPERT:
            raise Refused("工单由最后经手的顾问或首席专家重新打开。")
        move = moves.step(held, reopened, Deed(Act.REOPEN, user.id), at)
        return moves.telling(move, Change.REOPENED)

    return await _act(office, user, receipt, now, decide)


async def transfer(office: Office, user: User, receipt: str, to: int, now: datetime) -> Ticket:
    """Ask a colleague to take it."""

    def decide(held: Tracked, at: Setting) -> Move:
        passed = tickets.transfer(held.ticket, user.id, to)
        if at.pool and (problem := _unfit(to, held.ticket, at.pool)):
            raise Refused(problem)
        move = moves.step(held, passed, Deed(Act.TRANSFER, user.id, str(to)), at)
        return moves.telling(move, Change.TRANSFERRED)

    return await _act(office, user, receipt, now, decide)


def _unfit(to: int, ticket: Ticket, pool: Pool) -> str:
    colleague = pool.roster.by_id.get(to)
    if colleague is None:
        return "没有这位顾问。"
    reason = routing.unfit(colleague, ticket, pool.loads.get(to, 0), pool.day, pool.limits)
    return f"现在不能转给这位顾问：{routing.UNFIT_NAMES[reason]}。" if reason else ""


async def escalate(office: Office, user: User, receipt: str, law: str, now: datetime) -> Ticket:
    """Ask for an expert in that field of law."""

    def decide(held: Tracked, at: Setting) -> Move:
        risen = tickets.escalate(held.ticket, user.id, law)
        return moves.telling(moves.step(held, risen, Deed(Act.ESCALATE, user.id, law), at), Change.ESCALATED)

    return await _act(office, user, receipt, now, decide)


async def refer(office: Office, user: User, receipt: str, to: Referral, now: datetime) -> Ticket:
    """Tell the resident who else deals with it."""

    def decide(held: Tracked, at: Setting) -> Move:
        referred = tickets.refer(held.ticket, user.id, to, now)
        return moves.telling(moves.step(held, referred, Deed(Act.REFER, user.id, to), at), Change.REFERRED)

    return await _act(office, user, receipt, now, decide)


async def bar(office: Office, user: User, receipt: str, now: datetime) -> Ticket:
    """Say that one advises the other party: it goes to somebody else, and is not seen again."""

    def decide(held: Tracked, at: Setting) -> Move:
        barred = tickets.bar(held.ticket, user.id)
        move = moves.step(held, barred, Deed(Act.GIVE_BACK, user.id, "conflict"), at)
        return moves.telling(move, Change.TRANSFERRED) if held.ticket.state in HELD else move

    return await _act(office, user, receipt, now, decide)


async def merge(office: Office, user: User, receipt: str, into: str, now: datetime) -> Ticket:
    """Make one ticket of two of the same resident."""
    for _ in range(TRIES):
        held, other = await _find(office, user, receipt), await _find(office, user, into)
        merged, kept = tickets.merge(held.ticket, other.ticket, user.id, now)
        at = await setting(office, now)
        gone = moves.telling(moves.step(held, merged, Deed(Act.MERGE, user.id, into), at), Change.MERGED)
        if await office.tickets.move((gone, moves.step(other, kept, Deed(Act.ADD, user.id, receipt), at)), now):
            return merged
    raise Refused(_CHANGED)


async def note(office: Office, user: User, receipt: str, words: str, now: datetime) -> None:
    """Write something down for colleagues; no resident ever reads it."""
    said = _said(words, "备注")
    held = await _find(office, user, receipt)
    await office.tickets.note(held.ticket.receipt, user.id, said, now)


async def keep_draft(office: Office, user: User, receipt: str, words: str, now: datetime) -> None:
    """Keep what is not yet to be sent."""
    held = await _find(office, user, receipt)
    await office.tickets.keep_draft(held.ticket.receipt, user.id, text.clean(words, ANSWER_LIMIT), now)


async def leave(office: Office, user: User, away: Leave, now: datetime) -> int:
    """Be away; if the leave has begun, all that is not done goes to others. Returns how many did."""
    day = today(now)
    if away.last < max(day, away.first):
        raise Refused("请假的日期不对：最后一天不能早于第一天，也不能已经过去。")
    await office.rosters.take_leave(user.id, away)
    if away.first > day:
        return 0
    theirs = await office.tickets.owned([user.id])
    back = list(moves.returned(user.id, theirs, await setting(office, now)))
    # one by one: what somebody changes at this moment is found again by the next sweep
    return sum([await office.tickets.move([move], now) for move in back])


async def _spoken(office: Office, user: User, receipt: str, now: datetime, decide: Decide) -> Ticket:
    """The act done, and the draft of what was said gone."""
    ticket = await _act(office, user, receipt, now, decide)
    await office.tickets.keep_draft(receipt, user.id, "", now)
    return ticket


async def _act(office: Office, user: User, receipt: str, now: datetime, decide: Decide) -> Ticket:
    at = await setting(office, now)
    for _ in range(TRIES):
        move = decide(await _find(office, user, receipt), at)
        if await office.tickets.move([move], now):
            return move.after.ticket
    raise Refused(_CHANGED)


async def _find(office: Office, user: User, receipt: str) -> Tracked:
    held = await office.tickets.find(scoped(user), receipt)
    if held is None:
        raise NotYours(receipt)
    return held


def _said(words: str, what: str) -> str:
    said = text.clean(words, ANSWER_LIMIT + 1)
    if not said:
        raise Refused(f"{what}不能为空。")
    if len(said) > ANSWER_LIMIT:  # never cut: the resident would act on half an answer
        raise Refused(f"{what}太长，最多{ANSWER_LIMIT}字，请分几次发。")
    return said


def _speaking(move: Move, user: User, how: str, entry: Entry) -> Move:
    ticket = move.after.ticket
    answer = Reply(
        f"【{user.name} {how} · {ticket.receipt}】\n{entry.text}", notices.buttons(ticket, notices.doable(ticket))
    )
    files = (Reply(f"附件：{one.name}", attachment=Kept(one.name, one.mark)) for one in entry.enclosed)
    return moves.saying(move, entry, answer, *files)
