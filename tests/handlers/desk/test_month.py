"""A month over a real database forgets nobody, and its clocks show what pure functions and another count show."""

from collections import Counter
from datetime import timedelta

import pytest

from handlers.desk import tickets
from handlers.desk.clocks import Alarm
from handlers.desk.states import State
from handlers.staff import Scope
from storage.schema import events
from storage.store import Store
from tests.handlers.desk.month import Month
from tests.handlers.desk.test_year import reckoned
from tests.handlers.desk.year import Sundial
from tests.storage.given import rows

NUMBER = 300


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_in_a_month_of_300_tickets_0_are_forgotten_and_every_clock_is_right(store: Store) -> None:
    month = await Month(store, NUMBER).live()
    assert len(month.held) == NUMBER
    assert all(tickets.is_done(held.ticket) for held in month.held.values())
    assert month.orphaned <= timedelta(minutes=10), "until a village is known, or somebody is looked for again"
    await _everything_happened(store, month)
    dial, owed = Sundial(), timedelta()
    for receipt, pure in month.held.items():
        kept = await store.tickets.find(Scope(everywhere=True), receipt)
        assert kept
        assert kept == pure, "nothing is lost on the way to the disk and back"
        first, total = reckoned(month.records[receipt], dial)
        assert kept.clock.spent.total_seconds() == pytest.approx(total, abs=1)
        assert (kept.clock.first_reply or timedelta()).total_seconds() == pytest.approx(first or 0, abs=1)
        owed += kept.clock.spent
    assert owed > timedelta(hours=NUMBER)


async def _everything_happened(store: Store, month: Month) -> None:
    told = Counter(event.act for event in await rows(store, events))
    assert month.leaves > 0
    for act in (Alarm.WARN, Alarm.BACK, Alarm.UP, Alarm.LAPSE, Alarm.FOLLOW_UP):
        assert told[act] > 0, told
    states = {state for record in month.records.values() for _, state, _ in record.states}
    assert states == set(State) - {State.MERGED}
