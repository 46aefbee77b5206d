"""What is due goes out by one rule, whatever the clock, the machine or another worker does meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from handlers import deliveries
from handlers.cases import Library
from handlers.deliveries import Sent
from handlers.education.broadcast import Press, broadcast
from handlers.education.campaigns import Campaign, Limits, Plan, RunState, State
from handlers.education.timings import next_after, parse
from storage.schema import outbox, runs
from storage.store import Store
from tests.conftest import Open
from tests.handlers.shelf import cites
from tests.handlers.times import at
from tests.storage.given import CHANNELS, rows
from tests.storage.pushing import campaign, publisher, subscriber

PLAN = Plan("周一普法", "正文", "每周一 10:00", date(2027, 12, 31), cites("民法典#1"))
DUE = at("11-30 10:00")
NEXT = DUE + timedelta(days=7)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def press(store: Store, library: Library) -> Press:
    return Press(store.campaigns, library.statutes, Limits())


async def looks(store: Store, library: Library, *times: datetime) -> list[tuple[str, datetime]]:
    """What became of every run, after the clock looked at these times."""
    for now in times:
        await broadcast(press(store, library), now)
        await drain(store, now)
    return [(r.state, DUE + timedelta(milliseconds=r.due_at - DUE.timestamp() * 1000)) for r in await rows(store, runs)]


async def drain(store: Store, now: datetime) -> None:
    """Send everything that may go then."""
    taken: Sequence[deliveries.Delivery] = ()
    while True:
        settled = [deliveries.settle(d, Sent("1"), now, MINUTE) for d in taken]
        taken = await store.outbox.turn(settled, CHANNELS, 50, now)
        if not taken:
            return


async def given(store: Store, plan: Plan = PLAN) -> Campaign:
    """Three subscribers, and a campaign whose time comes."""
    for who in "abc":
        await subscriber(store, who)
    return await campaign(store, plan, DUE)


async def sent(store: Store) -> list[tuple[str, str]]:
    """To whom which run went."""
    return [(r.external, r.state) for r in await rows(store, outbox)]


ONCE = [("a", "sent"), ("b", "sent"), ("c", "sent")]


@pytest.mark.parametrize(
    ("times", "became"),
    [
        ([DUE - MINUTE, DUE, DUE + MINUTE], "sent"),
        ([DUE + timedelta(seconds=3)], "sent"),  # a stall at the very moment
        ([DUE + 10 * MINUTE], "sent"),  # ten minutes down over it
        ([DUE + 3 * HOUR], "missed"),  # three hours down over it
        ([DUE - MINUTE, DUE + MINUTE, DUE - MINUTE, DUE, DUE + MINUTE], "sent"),  # the clock jumps back a minute
        ([DUE - 30 * MINUTE, DUE - 29 * MINUTE + MINUTE, DUE], "sent"),  # … or forward
        ([DUE, DUE - DAY, DUE, DUE + MINUTE], "sent"),  # … or back a day
        ([DUE - DAY + 3 * HOUR, DUE + 3 * HOUR], "missed"),  # … or forward a day, over it
        ([DUE - DAY + HOUR, DUE + HOUR, DUE - DAY + HOUR, DUE], "sent"),  # … forward within the two hours, and back
    ],
)
async def test_it_is_sent_once_or_missed_by_the_rule(
    store: Store, library: Library, times: list[datetime], became: str
) -> None:
    one = await given(store)
    found = await looks(store, library, *times, max(times) + MINUTE)
    assert found == [("done" if became == "sent" else "missed", DUE)]
    assert sorted(await sent(store)) == (ONCE if became == "sent" else [])
    after = await store.campaigns.find(one.id)
    assert after
    assert (after.state, after.next_at) == (State.SCHEDULED, NEXT)


async def test_after_days_of_downtime_each_time_follows_the_rule(store: Store, library: Library) -> None:
    await given(store)
    found = await looks(store, library, DUE + 14 * DAY + HOUR, DUE + 14 * DAY + HOUR + MINUTE)
    assert found == [("missed", DUE), ("missed", NEXT), ("done", NEXT + 7 * DAY)]
    assert sorted(await sent(store)) == ONCE


async def test_what_may_not_be_said_any_more_is_not_sent(store: Store, library: Library) -> None:
    await given(store, replace(PLAN, citations=cites("民法典#3")))
    assert await looks(store, library, DUE) == [("missed", DUE)]
    assert "不能引用" in (await rows(store, runs))[0].reason


async def test_a_run_that_outlives_its_truth_is_called_off(store: Store, library: Library) -> None:
    await given(store, replace(PLAN, expires=date(2026, 11, 30)))
    await broadcast(press(store, library), DUE)
    assert (await looks(store, library, DUE + DAY))[0][0] == "done"
    assert {state for _, state in await sent(store)} == {"withheld"}


async def test_a_campaign_of_one_time_is_done_after_it(store: Store, library: Library) -> None:
    one = await given(store, replace(PLAN, when="2026-11-30 10:00"))
    await looks(store, library, DUE, DUE + MINUTE)
    after = await store.campaigns.find(one.id)
    assert after
    assert (after.state, after.next_at) == (State.DONE, None)


async def test_two_workers_that_look_at_once_send_it_once(opened: Open, library: Library) -> None:
    stores = [opened(), opened()]
    await given(stores[0])
    await asyncio.gather(*(broadcast(press(s, library), DUE) for s in stores for _ in range(3)))
    assert await looks(stores[0], library, DUE + MINUTE, DUE + 2 * MINUTE) == [("done", DUE)]
    assert sorted(await sent(stores[0])) == ONCE


async def test_a_year_of_theme_days_goes_once_to_whom_it_should(store: Store, library: Library) -> None:
    """The clock looks twice a day for a year; every day of the plan is sent once, to those who chose its field."""
    for who, fields in (("all", frozenset[str]()), ("labour", frozenset({"劳动"})), ("land", frozenset({"土地"}))):
        await subscriber(store, who, fields=fields)
    author = await publisher(store)
    start = at("01-01 00:00", 2027)
    plans = {
        "宪法日": replace(PLAN, title="宪法日", when="每年12月4日 10:00"),
        "劳动": replace(PLAN, title="劳动", when="每年5月1日 10:00", field="劳动"),
        "土地": replace(PLAN, title="土地", when="每年6月第一个工作日 10:00", field="土地"),
    }
    for plan in plans.values():
        due = next_after(parse(plan.when, lambda _: ()), start)
        await store.campaigns.add(Campaign(0, plan, State.SCHEDULED, author, start, next_at=due))
    for number in range(365 * 2):
        await looks(store, library, start + number * timedelta(hours=12) + 10 * HOUR)
    by_run = {r.id: r.campaign for r in await rows(store, runs) if r.state == RunState.DONE}
    found = sorted((by_run[r.run], r.external) for r in await rows(store, outbox) if r.state == "sent")
    first = min(by_run.values())  # a shared server counts on
    wanted = [(1, "all"), (1, "labour"), (1, "land"), (2, "all"), (2, "labour"), (3, "all"), (3, "land")]
    assert sorted(number - first + 1 for number in by_run.values()) == [1, 2, 3]
    assert [(number - first + 1, who) for number, who in found] == wanted
