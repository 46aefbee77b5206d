"""The clock gives every ticket to somebody, takes back what is late, and asks what came of it."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from handlers.desk import advise
from handlers.desk.advise import Office
from handlers.desk.moves import Tracked
from handlers.desk.routing import Leave
from handlers.desk.states import State
from handlers.desk.sweep import sweep
from handlers.desk.tickets import Level, Tier
from handlers.messages import Reply
from handlers.staff import Role, Scope, User
from storage.schema import events
from storage.store import Store
from tests.conftest import Open
from tests.handlers.times import at
from tests.storage.given import office, opened_ticket, rows, sent, staff

MONDAY = at("11-23 09:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class District:
    """Two villages of one town with an adviser each, and somebody on duty at the district's desk."""

    store: Store
    office: Office
    li: User
    wang: User
    duty: User
    village: int

    async def open(self, who: str = "1", at: datetime = MONDAY, **more: object) -> str:
        """A ticket of the first village."""
        return (await opened_ticket(self.store, who, opened_at=at, **{"village": self.village} | more)).receipt

    async def held(self, receipt: str) -> Tracked:
        """As it is kept now."""
        found = await self.store.tickets.find(Scope(everywhere=True), receipt)
        assert found
        return found

    async def whose(self, receipt: str) -> tuple[State, Tier, int | None]:
        """Where it stands and whose turn it is."""
        ticket = (await self.held(receipt)).ticket
        return ticket.state, ticket.tier, ticket.adviser or ticket.offered

    async def told(self, when: datetime) -> list[Reply]:
        """What went to residents since it was last asked."""
        return await sent(self.store, when)


@pytest.fixture
async def district(store: Store) -> District:
    """A district on a Monday morning."""
    places = await store.people.add_villages([("安居镇", ["一村", "二村"])])
    li, wang = await staff(store, "li", [places["安居镇一村"]]), await staff(store, "wang", [places["安居镇二村"]])
    duty = await staff(store, "duty", role=Role.EXPERT)
    return District(store, office(store, "duty"), li, wang, duty, places["安居镇一村"])


async def test_a_new_ticket_is_offered_to_its_village_s_adviser(district: District) -> None:
    receipt = await district.open()
    assert await sweep(district.office, MONDAY) == 1
    assert await district.whose(receipt) == (State.OPEN, Tier.VILLAGE, district.li.id)
    assert await sweep(district.office, MONDAY) == 0
    assert (await district.held(receipt)).clock.alarm_at == at("11-23 15:22") + timedelta(seconds=30)  # 75 %


async def test_danger_without_a_village_is_given_to_somebody_at_once_and_calm_waits_for_the_village(
    district: District,
) -> None:
    danger = await district.open("1", village=None, level=Level.P0)
    calm = await district.open("2", village=None)
    await sweep(district.office, MONDAY)
    assert (await district.whose(danger))[2] is not None
    assert await district.whose(calm) == (State.OPEN, Tier.VILLAGE, None)
    await sweep(district.office, MONDAY + HOUR)
    assert (await district.whose(calm))[1] is Tier.DISTRICT


async def test_a_late_reply_goes_to_the_next_adviser_and_then_to_the_desk_above(district: District) -> None:
    receipt = await district.open()
    await sweep(district.office, MONDAY)
    await advise.claim(district.office, district.li, receipt, MONDAY + HOUR)
    await sweep(district.office, at("11-23 16:00"))  # warned
    assert (await district.whose(receipt))[0] is State.CLAIMED
    await sweep(district.office, at("11-24 09:00"))
    assert await district.whose(receipt) == (State.OPEN, Tier.TOWN, district.wang.id)
    assert ["没有按时答复" in reply.text for reply in await district.told(at("11-24 09:00"))] == [True]
    await sweep(district.office, at("11-25 09:00"))
    assert await district.whose(receipt) == (State.OPEN, Tier.DISTRICT, district.duty.id)
    acts = [(r.act, r.owner, r.rung) for r in await rows(district.store, events)]
    assert acts == [
        ("offer", None, 0), ("claim", district.li.id, 0), ("warn", district.li.id, 1), ("back", district.li.id, 2),
        ("up", district.wang.id, 3),
    ]  # fmt: skip


async def test_whoever_waits_a_whole_night_in_danger_is_not_told_of_every_quarter_hour(district: District) -> None:
    await district.open(level=Level.P0)
    told: list[Reply] = []
    for minutes in range(0, 600, 5):
        await sweep(district.office, MONDAY + timedelta(minutes=minutes))
        told += await district.told(MONDAY + timedelta(minutes=minutes))
    assert len(told) == 2


async def test_an_answer_that_is_never_taken_up_closes_the_ticket_and_its_resident_is_asked_a_week_later(
    district: District,
) -> None:
    receipt = await district.open()
    await advise.claim(district.office, district.li, receipt, MONDAY)
    await advise.answer(district.office, district.li, receipt, "可以", MONDAY)
    await district.told(MONDAY)
    await sweep(district.office, MONDAY + 7 * DAY)
    assert (await district.whose(receipt))[0] is State.CLOSED
    assert "先办结了" in (await district.told(MONDAY + 7 * DAY))[0].text
    await sweep(district.office, MONDAY + 14 * DAY)
    asked = (await district.told(MONDAY + 14 * DAY))[0]
    assert "办成了吗" in asked.text
    assert [o.label for o in asked.options] == ["办成了", "还在办", "没办成"]
    assert await sweep(district.office, MONDAY + 60 * DAY) == 0


async def test_on_the_first_day_of_a_leave_the_tickets_go_to_others(district: District) -> None:
    later = at("11-23 16:00")
    held, offered = await district.open("1", later), await district.open("2", later)
    await sweep(district.office, later)
    await advise.claim(district.office, district.li, held, later)
    await advise.leave(district.office, district.li, Leave(date(2026, 11, 24), date(2026, 11, 25)), later)
    await sweep(district.office, later + HOUR)
    assert (await district.whose(held))[2] == district.li.id
    await sweep(district.office, at("11-24 00:01"))
    for receipt in (held, offered):
        assert await district.whose(receipt) == (State.OPEN, Tier.TOWN, district.wang.id)
    told = await district.told(at("11-24 00:01"))
    assert ["请假" in reply.text for reply in told] == [True, True]
    assert await sweep(district.office, at("11-24 00:02")) == 0


async def test_where_nobody_is_there_a_ticket_is_offered_as_soon_as_somebody_is(store: Store) -> None:
    receipt = (await opened_ticket(store, opened_at=MONDAY, level=Level.P1)).receipt
    await sweep(office(store), MONDAY)
    somebody = await staff(store)
    await sweep(office(store), MONDAY + timedelta(minutes=10))
    found = await store.tickets.find(Scope(everywhere=True), receipt)
    assert found
    assert found.ticket.offered == somebody.id


async def test_two_processes_that_sweep_at_once_do_it_once(opened: Open) -> None:
    stores = [opened(), opened()]
    await staff(stores[0])
    for n in range(9):
        await opened_ticket(stores[0], str(n), opened_at=MONDAY, level=Level.P1)
    swept = await asyncio.gather(*(sweep(office(s), MONDAY) for s in stores * 2))
    assert sum(swept) == 9
    assert len(await rows(stores[0], events)) == 9


async def test_tickets_given_out_in_one_sweep_are_spread(store: Store) -> None:
    village = (await store.people.add_villages([("安居镇", ["一村"])]))["安居镇一村"]
    both = [await staff(store, login, [village]) for login in ("a", "b")]
    for n in range(6):
        await opened_ticket(store, str(n), village=village, opened_at=MONDAY)
    await sweep(office(store), MONDAY)
    assert await store.tickets.loads() == {user.id: 3 for user in both}
