"""Say in SQL which tickets a scope holds; nothing else in the house does."""

from typing import Any

from sqlalchemy import and_, false, select, true, union

from handlers.desk.states import UNHELD
from handlers.desk.tickets import Tier
from handlers.messages import Address
from handlers.staff import Scope
from storage.schema import addresses, bars, tickets


def within(scope: Scope) -> Any:
    """The condition that a row of tickets is in scope."""
    if scope.nothing:
        return false()
    if scope.everywhere:
        return true()
    turn = and_(tickets.c.offered == scope.user, tickets.c.state.in_(UNHELD))
    # each found by an index of its own: one condition over all would walk past every ticket there is
    held = (tickets.c.adviser == scope.user, turn, tickets.c.village.is_(None), _of_the_desk(scope))
    theirs = union(*(select(tickets.c.receipt).where(part) for part in held))
    barred = select(bars.c.receipt).where(bars.c.adviser == scope.user)
    return and_(tickets.c.receipt.in_(theirs), tickets.c.receipt.not_in(barred))


def of(address: Address) -> Any:
    """The condition that a row of tickets is of the resident who has the address."""
    here = and_(addresses.c.channel == address.channel, addresses.c.external == address.external)
    return tickets.c.resident.in_(select(addresses.c.resident).where(here))


def _of_the_desk(scope: Scope) -> Any:
    if not scope.is_expert:
        return tickets.c.village.in_(scope.villages)
    pool = tickets.c.tier == Tier.EXPERT
    return and_(pool, tickets.c.field.in_(scope.fields)) if scope.fields else pool
