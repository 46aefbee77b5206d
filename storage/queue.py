"""Find the tickets that a list on the desk is asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, select

from handlers.desk.clocks import Clock
from handlers.desk.states import ALIVE, DONE, HELD, State
from handlers.desk.tickets import Level, Ticket
from handlers.staff import Scope
from storage.moments import stamp
from storage.schema import tickets, towns, users, villages
from storage.scopes import within
from storage.values import value

PAGE = 50
_OWNER = case((tickets.c.state.in_(HELD | DONE), tickets.c.adviser), else_=tickets.c.offered)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets a list is to show; a receipt, or a part of one, is looked for in all states."""

    done: bool = False
    receipt: str = ""
    state: State | None = None
    level: Level | None = None
    village: int | None = None
    field: str = ""
    topic: str = ""
    adviser: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Queued:
    """A ticket as a list shows it: where it is from, and whose it is."""

    ticket: Ticket
    place: str
    who: str = ""
    clock: Clock | None = None


def listed(scope: Scope, wanted: Wanted, page: int = PAGE) -> Select[Any]:
    """The tickets of one page and one more, if there are more: the urgent and the old first, of the done the latest."""
    done = case((tickets.c.state == State.ANSWERED, 1), else_=0)
    # a sum has no index: a scope is small, and to walk through all that is done until a page of it is full is not
    latest = tickets.c.closed_at if scope.everywhere else tickets.c.closed_at + 0
    order = (latest.desc(),) if wanted.done else (done, tickets.c.level, tickets.c.opened_at)
    found = in_scope(scope).where(_meant(wanted)).order_by(*order, tickets.c.receipt)
    return found.limit(page + 1).offset(wanted.page * page)


def in_scope(scope: Scope) -> Select[Any]:
    """The tickets that somebody may see, with their places and owners."""
    place = (towns.c.name + villages.c.name).label("place")
    return (
        select(tickets, place, users.c.name.label("who"))
        .join(villages, villages.c.id == tickets.c.village, isouter=True)
        .join(towns, towns.c.id == villages.c.town, isouter=True)
        .join(users, users.c.id == _OWNER, isouter=True)
        .where(within(scope))
    )


def queued(found: Any) -> Queued:
    """A row of these as a value."""
    return Queued(value(Ticket, found), found.place or "", found.who or "", value(Clock, found))


def _meant(wanted: Wanted) -> Any:
    if wanted.receipt:
        return tickets.c.receipt.contains(wanted.receipt, autoescape=True)
    states = [wanted.state] if wanted.state else DONE if wanted.done else ALIVE
    exact = {
        tickets.c.level: wanted.level,
        tickets.c.village: wanted.village,
        tickets.c.field: wanted.field or None,
        tickets.c.topic: wanted.topic or None,
        _OWNER: wanted.adviser,
    }
    days = [tickets.c.opened_at >= stamp(wanted.since)] if wanted.since else []
    days += [tickets.c.opened_at < stamp(wanted.until)] if wanted.until else []
    same = [column == is_so for column, is_so in exact.items() if is_so is not None]
    return and_(tickets.c.state.in_(states), *same, *days)
