"""A year goes by in seconds: every theme day of the shipped plan is sent once, to whom it should."""

from collections import defaultdict
from collections.abc import Generator
from datetime import date, datetime, timedelta

import pytest

from handlers import deliveries
from handlers.deliveries import Sent
from handlers.education import timings
from handlers.education.broadcast import Press, broadcast
from handlers.education.campaigns import Campaign, Limits, Plan, State
from handlers.education.obstacles import comings
from handlers.education.subscriptions import Frequency
from handlers.hours import SHANGHAI
from knowledge.clocks import workdays
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.themes import themes
from storage.schema import outbox, runs
from storage.store import Store
from tests.storage.given import CHANNELS, rows
from tests.storage.pushing import publisher, subscriber

YEAR = 2027
DAY = timedelta(days=1)


def _first_workday(month: int) -> date:
    days = (date(YEAR, month, number) for number in range(1, 31))
    return next(day for day in days if workdays.is_workday(day))


# read in a calendar, not reckoned from the rules; which days are worked in 2027 is an estimate as yet
DATES = {
    "women-day": date(YEAR, 3, 8),
    "consumer-day": date(YEAR, 3, 15),
    "security-day": date(YEAR, 4, 15),
    "labour-day": date(YEAR, 5, 1),
    "civil-code-month": _first_workday(5),
    "children-day": date(YEAR, 6, 1),
    "safety-day": _first_workday(6),
    "environment-day": date(YEAR, 6, 5),
    "drugs-day": date(YEAR, 6, 26),
    "aid-day": _first_workday(9),
    "fraud-day": date(YEAR, 9, 20),
    "elder-day": _first_workday(10),
    "violence-day": date(YEAR, 11, 25),
    "traffic-day": date(YEAR, 12, 2),
    "constitution-day": date(YEAR, 12, 4),
}


@pytest.fixture(scope="module")
def statutes(pytestconfig: pytest.Config) -> Generator[Statutes]:
    """The shipped law."""
    path = pytestconfig.cache.mkdir("shelf") / "statutes.db"
    build.ensure(path)
    held = Statutes(path)
    yield held
    held.close()


async def _adopted(store: Store, statutes: Statutes) -> dict[int, str]:
    """Every theme, approved at the turn of the year; each campaign's number with its theme."""
    author, start = await publisher(store), datetime(YEAR, 1, 1, tzinfo=SHANGHAI)
    made: dict[int, str] = {}
    for theme in themes().values():
        plan = Plan(theme.title, theme.body, theme.when, date(YEAR, 12, 31), theme.citations, field=theme.field)
        due = timings.next_after(timings.parse(plan.when, comings(statutes)), start)
        one = await store.campaigns.add(Campaign(0, plan, State.SCHEDULED, author, start, next_at=due))
        made[one.id] = theme.id
    return made


async def _live(store: Store, statutes: Statutes) -> None:
    """Look at what is due every morning and every evening, and send it."""
    press = Press(store.campaigns, statutes, Limits())
    for number in range(365 * 2):
        now = datetime(YEAR, 1, 1, 10, 1, tzinfo=SHANGHAI) + number * DAY / 2
        if not await broadcast(press, now) and not await store.campaigns.under_way():
            continue
        while taken := await store.outbox.turn([], CHANNELS, 50, now):
            settled = [deliveries.settle(d, Sent("1"), now, DAY) for d in taken]
            await store.outbox.turn(settled, CHANNELS, 0, now)


@pytest.mark.timeout(120)
async def test_a_year_of_theme_days_reaches_each_once_within_what_was_asked_for(
    store: Store, statutes: Statutes
) -> None:
    assert set(DATES) == set(themes())
    fields = {theme.field for theme in themes().values()} - {""}
    for field in fields:
        await subscriber(store, field, fields=frozenset({field}))
    await subscriber(store, "all")
    await subscriber(store, "other", fields=frozenset({"借贷与担保"}))
    await subscriber(store, "monthly", frequency=Frequency.MONTHLY)
    await subscriber(store, "stopped", ended_at=datetime(YEAR - 1, 12, 31, tzinfo=SHANGHAI))
    made = await _adopted(store, statutes)
    await _live(store, statutes)

    came = {r.id: (made[r.campaign], r) for r in await rows(store, runs)}
    assert sorted((theme, r.state, _day(r.due_at)) for theme, r in came.values()) == sorted(
        (theme, "done", day) for theme, day in DATES.items()
    )
    told: defaultdict[str, list[str]] = defaultdict(list)
    for delivery in await rows(store, outbox):
        told[delivery.external].append(came[delivery.run][0])
    for field in fields:
        assert sorted(told[field]) == sorted(t.id for t in themes().values() if t.field in ("", field)), field
    assert sorted(told["other"]) == sorted(t.id for t in themes().values() if not t.field)
    # three in one week of June: the third is one more than anybody is sent
    assert sorted(told["all"]) == sorted({*DATES} - {"environment-day"})
    assert told["stopped"] == []
    spread = ("women-day", "security-day", "children-day", "aid-day", "elder-day", "violence-day")  # 30 days apart
    assert sorted(DATES[theme] for theme in told["monthly"]) == [DATES[theme] for theme in spread]


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, SHANGHAI).date()
