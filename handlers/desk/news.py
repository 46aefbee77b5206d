"""Decide who of the staff is told of what happened to a ticket, and whether it can wait until the office opens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers import hours
from handlers.desk import tickets
from handlers.desk.cards import Seen
from handlers.desk.clocks import Alarm
from handlers.desk.moves import Event
from handlers.desk.states import UNHELD, Act, State
from handlers.desk.tickets import Level, Ticket
from handlers.hours import Hours


class News(StrEnum):
    """What somebody is told unasked."""

    NEW = "new"
    PASSED_ON = "passed on"
    EXPERT = "expert"
    BACK = "back"
    UP = "up"
    AGAIN = "again"
    MORE = "more"
    SOON = "soon"
    LATE = "late"
    SILENT = "silent"
    OVER = "over"


HEADLINES = {
    News.NEW: "新工单",
    News.PASSED_ON: "同事转给您的工单",
    News.EXPERT: "转给专家的工单",
    News.BACK: "退回的工单轮到您",
    News.UP: "超时升级的工单轮到您",
    News.AGAIN: "居民重新打开",
    News.MORE: "居民补充了",
    News.SOON: "时限快到了",
    News.LATE: "超时，已经退回",
    News.SILENT: "居民一直没回话，请再看看",
    News.OVER: "居民说不用再办了",
}
_TURNS: dict[Act | Alarm, News] = {
    Act.OFFER: News.NEW,
    Act.TRANSFER: News.PASSED_ON,
    Act.ESCALATE: News.EXPERT,
    Act.GIVE_BACK: News.BACK,
    Act.REOPEN: News.AGAIN,
    Alarm.BACK: News.BACK,
    Alarm.UP: News.UP,
}
TELLING = frozenset({*map(str, _TURNS), str(Act.ADD), str(Act.WITHDRAW), str(Act.LAPSE), str(Alarm.WARN)})


@dataclass(frozen=True, slots=True)
class Recent:
    """What happened to a ticket and was not told to staff yet, the first first, by number; the ticket as it is now."""

    seen: Seen
    events: tuple[tuple[int, Event], ...]


def told(ticket: Ticket, events: Iterable[Event]) -> dict[int, News]:
    """Who is to be told, each the last thing that concerns them; what has passed already is told to nobody."""
    return {user: news for event in events for user, news in _of(ticket, event) if user != event.by}


def _of(ticket: Ticket, event: Event) -> Iterator[tuple[int, News]]:
    owner = tickets.owner(ticket)
    if event.act in (Alarm.BACK, Alarm.UP) and event.owner is not None:
        yield event.owner, News.LATE
    if event.act == Act.WITHDRAW and event.owner is not None and event.by is None:
        yield event.owner, News.OVER
    if owner is None:
        return
    if event.act in _TURNS and ticket.state in UNHELD:
        yield owner, _TURNS[event.act]
    elif event.act == Act.ADD:
        yield owner, News.MORE
    elif event.act == Alarm.WARN and event.owner == owner:
        yield owner, News.SOON
    elif event.act == Act.LAPSE and ticket.state is State.WAITING_ADVISER:
        yield owner, News.SILENT


def due(level: Level, open_at: Hours, now: datetime) -> datetime:
    """When to tell it: what is urgent at once, anything else when the office is open."""
    return hours.opening(open_at, now) if level is Level.P2 else now
