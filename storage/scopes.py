"""Say in SQL which tickets a scope holds; nothing else in the house does."""

from typing import Any

from sqlalchemy import and_, exists, false, or_, true

from handlers.staff import Scope
from handlers.states import UNHELD
from handlers.tickets import Tier
from storage.schema import bars, tickets


def within(scope: Scope) -> Any:
    """The condition that a row of tickets is in scope."""
    if scope.nothing:
        return false()
    if scope.everywhere:
        return true()
    turn = and_(tickets.c.offered == scope.user, tickets.c.state.in_(UNHELD))
    theirs = or_(tickets.c.adviser == scope.user, turn)
    return and_(or_(theirs, tickets.c.village.is_(None), _of_the_desk(scope)), ~_barred(scope))


def _of_the_desk(scope: Scope) -> Any:
    if not scope.is_expert:
        return tickets.c.village.in_(scope.villages)
    pool = tickets.c.tier == Tier.EXPERT
    return and_(pool, tickets.c.field.in_(scope.fields)) if scope.fields else pool


def _barred(scope: Scope) -> Any:
    return exists().where(bars.c.receipt == tickets.c.receipt, bars.c.adviser == scope.user)
