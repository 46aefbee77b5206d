"""Look after tickets by the clock: give them to somebody, warn, take back what is late, ask what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.desk import advise, moves, routing, tickets
from handlers.desk.advise import Office
from handlers.desk.moves import Move, Setting

MOST = 200  # tickets in one sweep; the rest are still due at the next


async def sweep(office: Office, now: datetime) -> int:
    """Do what is due by now; returns how many tickets changed. Two processes that sweep at once do it once."""
    at = await advise.setting(office, now)
    assert at.pool
    loads = Counter(at.pool.loads)
    at = replace(at, pool=replace(at.pool, loads=loads))  # counted on as tickets are given out
    # in this order: what is late is so by the hands it was in, not by those it comes to on the first day of a leave
    return await _ring(office, at, loads) + await _take_back(office, at, loads)


async def _take_back(office: Office, at: Setting, loads: Counter[int]) -> int:
    """What its owner cannot go on with: on leave from today, without a licence, or gone."""
    assert at.pool
    owners = await office.tickets.owners()
    gone = [number for number in owners if not routing.can_go_on(number, at.pool.roster, at.pool.day)]
    changed = 0
    for tracked in await office.tickets.owned(gone):
        adviser = tickets.owner(tracked.ticket)
        if adviser is not None:
            changed += await _record(office, tuple(moves.returned(adviser, [tracked], at)), at, loads)
    return changed


async def _ring(office: Office, at: Setting, loads: Counter[int]) -> int:
    changed = 0
    for tracked in await office.tickets.due(at.now, MOST):
        changed += await _record(office, moves.rung(tracked, at), at, loads)
    return changed


async def _record(office: Office, moved: Sequence[Move], at: Setting, loads: Counter[int]) -> bool:
    if not await office.tickets.move(moved, at.now):
        return False  # somebody was faster; what is still due is found again
    for ticket, sign in ((moved[0].before.ticket, -1), (moved[-1].after.ticket, 1)):
        if (owner := tickets.owner(ticket)) is not None:
            loads[owner] += sign * routing.weighs(ticket)
    return True
