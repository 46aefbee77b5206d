"""Say in plain words to the resident where the ticket is, and what became of it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from handlers.desk.clocks import Side, side
from handlers.desk.states import HELD, State
from handlers.desk.tickets import REFERRAL_NAMES, SOLVED_NAMES, STARS, STATE_NAMES, TIER_NAMES, Referral, Solved, Ticket
from handlers.hours import SHANGHAI
from handlers.messages import Option, Reply


class Change(StrEnum):
    """What a resident is told of without having asked."""

    LEAVE = "leave"
    LATE = "late"
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    MERGED = "merged"
    REFERRED = "referred"
    CLOSED = "closed"
    LAPSED = "lapsed"
    REOPENED = "reopened"
    FOLLOW_UP = "follow_up"


_TEXTS = {
    Change.LEAVE: "您的工单 {receipt}：原来的顾问请假了，现在转给别的顾问接着办。问题不用再说一遍。",
    Change.LATE: "您的工单 {receipt} 没有按时答复，对不起。现在转给{desk}接着办。",
    Change.TRANSFERRED: "您的工单 {receipt} 转给了另一位顾问接着办。问题不用再说一遍。",
    Change.ESCALATED: "您的工单 {receipt} 转给了首席专家，请专家来看。问题不用再说一遍。",
    Change.MERGED: "您的工单 {receipt} 和 {into} 是同一件事，以后都在 {into} 上办。",
    Change.REFERRED: "您的工单 {receipt} 转介给了{place}。以机构答复为准；没人理您，就回来重新打开工单。",
    Change.CLOSED: "您的工单 {receipt} 已办结。请给答复打个分（1到5分）；要是还没办完，可以重新打开。",
    Change.LAPSED: "您的工单 {receipt} 好几天没有等到您回话，先办结了。要继续办，随时可以重新打开。",
    Change.REOPENED: "您的工单 {receipt} 重新打开了，顾问会接着办。",
    Change.FOLLOW_UP: "想问问您的工单 {receipt}：事情办成了吗？没办成，可以重新打开。",
}


def told(ticket: Ticket, change: Change) -> str:
    """What the resident is told of a change."""
    return _TEXTS[change].format(
        receipt=ticket.receipt,
        desk=TIER_NAMES[ticket.tier],
        into=ticket.merged_into or "",
        place=REFERRAL_NAMES.get(ticket.referred_to or Referral.HOTLINE, ""),
    )


PREFIX = "t"  # of the values of buttons that are about a ticket
LABELS = {
    "add": "补充说明",
    "done": "办好了，不用再办",
    "reopen": "没办完，重新打开",
    **{str(stars): f"{stars}分" for stars in STARS},
    **{solved.value: name for solved, name in SOLVED_NAMES.items()},
}
STAR_DOINGS = tuple(map(str, STARS))


def reply(ticket: Ticket, change: Change) -> Reply:
    """What the resident is told of a change, with what can be done about it."""
    doings = tuple(Solved) if change is Change.FOLLOW_UP else doable(ticket)
    return Reply(told(ticket, change), buttons(ticket, doings))


def buttons(ticket: Ticket, doings: Iterable[str]) -> tuple[Option, ...]:
    """Buttons for these doings on the ticket."""
    return tuple(Option(LABELS[doing], f"{PREFIX}:{ticket.receipt}:{doing}") for doing in doings)


def doable(ticket: Ticket) -> tuple[str, ...]:
    """What its resident can do with a ticket: say more or close it; once it is over, judge it or open it again."""
    match side(ticket.state):
        case Side.US:
            return ("add",)
        case Side.RESIDENT:
            return ("add", "done")
        case Side.NOBODY if ticket.state is State.MERGED:
            return ()
        case Side.NOBODY:
            return ("reopen",) if ticket.stars else (*STAR_DOINGS, "reopen")


def standing(ticket: Ticket, who: str, due_at: datetime | None) -> str:
    """Receipt, state, who has it and until when; `who` is the name of its owner, or ""."""
    return "，".join((f"受理号 {ticket.receipt}：{STATE_NAMES[ticket.state]}", *_where(ticket, who, due_at))) + "。"


def _where(ticket: Ticket, who: str, due_at: datetime | None) -> list[str]:
    owed = due_at and side(ticket.state) is Side.US
    return [part for part in (holder(ticket, who), f"{clock(due_at)}前答复您" if due_at and owed else "") if part]


def holder(ticket: Ticket, who: str) -> str:
    """Who has it, in words for its resident; "" where nobody has."""
    match side(ticket.state):
        case Side.NOBODY:
            if ticket.merged_into:
                return f"请看 {ticket.merged_into}"
            return REFERRAL_NAMES[ticket.referred_to] if ticket.referred_to else ""
        case Side.RESIDENT:
            return f"{who}等您回话" if ticket.state is State.WAITING_RESIDENT else f"由{who}答复"
        case Side.US:
            return f"由{who}办理" if ticket.state in HELD else f"等{who or TIER_NAMES[ticket.tier]}接单"


def clock(at: datetime) -> str:
    """A time as people here say it: 11月25日17:30."""
    here = at.astimezone(SHANGHAI)
    return f"{here.month}月{here.day}日{here:%H:%M}"
