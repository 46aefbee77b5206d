"""An adviser's acts are written down together with what the resident is told, and only within scope."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from handlers.desk import advise
from handlers.desk.advise import Office
from handlers.desk.moves import Tracked
from handlers.desk.routing import Leave
from handlers.desk.states import State
from handlers.desk.tickets import Level, Referral, Ticket, Tier
from handlers.errors import NotYours, Refused
from handlers.staff import Role, Scope, User
from storage.schema import events
from storage.store import Store
from tests.storage.given import NOW, at, moved, office, opened_ticket, rows, sent, staff

DAY = timedelta(days=1)
TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Town:
    """Two advisers of one village, an expert, and a ticket of a resident who lives there."""

    store: Store
    office: Office
    li: User
    wang: User
    chen: User
    village: int
    receipt: str

    async def ticket(self, receipt: str = "") -> Ticket:
        """As it is kept now."""
        return (await self.tracked(receipt)).ticket

    async def tracked(self, receipt: str = "") -> Tracked:
        """With its clock."""
        held = await self.store.tickets.find(Scope(everywhere=True), receipt or self.receipt)
        assert held
        return held

    async def heard(self) -> list[str]:
        """What went to residents since it was last asked."""
        return [reply.text for reply in await sent(self.store, at(3600))]

    async def open(self, who: str = "1", **more: object) -> str:
        """Another ticket."""
        return (await opened_ticket(self.store, who, village=self.village, **more)).receipt


@pytest.fixture
async def town(store: Store) -> Town:
    """A town on a Tuesday."""
    village = (await store.people.add_villages([("安居镇", ["古城村"])]))["安居镇古城村"]
    li, wang = await staff(store, "li", [village]), await staff(store, "wang", [village])
    chen = await staff(store, "chen", role=Role.EXPERT, fields=frozenset({"劳动"}))
    ticket = await opened_ticket(store, village=village, field="劳动")
    return Town(store, office(store), li, wang, chen, village, ticket.receipt)


async def test_an_answer_is_kept_and_sent_under_the_adviser_s_name(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.answer(town.office, town.li, town.receipt, "  先去劳动监察。\u200b ", NOW)
    kept = await town.tracked()
    assert (kept.ticket.state, kept.ticket.adviser, kept.clock.first_reply) == (
        State.ANSWERED, town.li.id, timedelta(0),
    )  # fmt: skip
    assert await town.heard() == [f"【{town.li.name} 答复 · {town.receipt}】\n先去劳动监察。"]


async def test_a_question_back_stops_our_clock_and_offers_to_say_more(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.ask(town.office, town.li, town.receipt, "有合同吗？", NOW)
    assert (await town.ticket()).state is State.WAITING_RESIDENT
    question = (await sent(town.store))[0]
    assert "想问您" in question.text
    assert [o.value for o in question.options] == [f"t:{town.receipt}:add", f"t:{town.receipt}:done"]


async def test_closing_asks_for_a_rating(town: Town) -> None:
    await _answered(town)
    await advise.close(town.office, town.li, town.receipt, NOW)
    assert (await town.ticket()).state is State.CLOSED
    last = (await sent(town.store))[-1]
    assert "已办结" in last.text
    assert [o.value.rpartition(":")[2] for o in last.options] == ["1", "2", "3", "4", "5", "reopen"]


async def _answered(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.answer(town.office, town.li, town.receipt, "可以", NOW)
    await town.heard()


async def test_what_was_closed_too_early_comes_back_to_the_same_hands(town: Town) -> None:
    await _answered(town)
    await advise.close(town.office, town.li, town.receipt, NOW)
    await advise.reopen(town.office, town.li, town.receipt, at(60))
    again = await town.ticket()
    assert (again.state, again.offered) == (State.REOPENED, town.li.id)


async def test_a_colleague_who_is_asked_has_the_turn_and_the_resident_knows(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.transfer(town.office, town.li, town.receipt, town.wang.id, NOW)
    passed = await town.ticket()
    assert (passed.state, passed.offered, passed.adviser) == (State.TRANSFERRED, town.wang.id, None)
    assert "转给了另一位顾问" in (await town.heard())[0]


async def test_nobody_on_leave_is_given_a_ticket(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await town.store.rosters.take_leave(town.wang.id, Leave(TODAY, TODAY))
    with pytest.raises(Refused, match="请假"):
        await advise.transfer(town.office, town.li, town.receipt, town.wang.id, NOW)
    with pytest.raises(Refused, match="没有这位顾问"):
        await advise.transfer(town.office, town.li, town.receipt, 10**6, NOW)


async def test_an_expert_of_the_field_gets_what_is_escalated(town: Town) -> None:
    with pytest.raises(NotYours):
        await advise.claim(town.office, town.chen, town.receipt, NOW)
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.escalate(town.office, town.li, town.receipt, "劳动", NOW)
    risen = await town.ticket()
    assert (risen.state, risen.tier, risen.offered) == (State.ESCALATED, Tier.EXPERT, town.chen.id)
    assert (await advise.claim(town.office, town.chen, town.receipt, NOW)).adviser == town.chen.id


async def test_a_resident_who_is_referred_is_told_where_to(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.refer(town.office, town.li, town.receipt, Referral.LEGAL_AID, NOW)
    assert "法律援助中心" in (await town.heard())[0]
    assert (await town.ticket()).state is State.REFERRED


async def test_two_tickets_of_one_resident_become_one(town: Town) -> None:
    other = await town.open(level=Level.P1)
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.merge(town.office, town.li, town.receipt, other, NOW)
    assert ((await town.ticket()).state, (await town.ticket()).merged_into) == (State.MERGED, other)
    assert "同一件事" in (await town.heard())[0]
    strangers = await town.open("2")
    await advise.claim(town.office, town.li, other, NOW)
    with pytest.raises(Refused, match="同一位居民"):
        await advise.merge(town.office, town.li, other, strangers, NOW)


async def test_who_advises_the_other_party_does_not_see_it_again(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.bar(town.office, town.li, town.receipt, NOW)
    barred = await town.ticket()
    assert (barred.state, barred.offered, barred.barred) == (State.OPEN, town.wang.id, frozenset({town.li.id}))
    with pytest.raises(NotYours):
        await advise.claim(town.office, town.li, town.receipt, NOW)
    assert await town.store.views.ticket(Scope(user=town.li.id, villages=town.li.villages), town.receipt) is None


async def test_leave_gives_all_six_to_others_and_tells_their_residents(town: Town) -> None:
    receipts = [town.receipt, *[await town.open(str(n)) for n in range(2, 7)]]
    for receipt in receipts:
        await advise.claim(town.office, town.li, receipt, NOW)
    assert await advise.leave(town.office, town.li, Leave(TODAY, TODAY + DAY), NOW) == 6
    held = [await town.ticket(receipt) for receipt in receipts]
    assert {(t.state, t.offered) for t in held} == {(State.OPEN, town.wang.id)}
    heard = await town.heard()
    assert len(heard) == 6
    assert all("请假" in words for words in heard)


async def test_a_leave_to_come_changes_nothing_yet_and_one_past_is_refused(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    assert await advise.leave(town.office, town.li, Leave(TODAY + DAY, TODAY + DAY), NOW) == 0
    assert (await town.ticket()).state is State.CLAIMED
    for away in (Leave(TODAY - DAY, TODAY - DAY), Leave(TODAY + DAY, TODAY)):
        with pytest.raises(Refused, match="日期不对"):
            await advise.leave(town.office, town.li, away, NOW)


async def test_what_is_refused_changes_nothing(town: Town) -> None:
    office, li, receipt = town.office, town.li, town.receipt
    for act, reason in (
        (advise.answer(office, li, receipt, "我来", NOW), "请先接单"),
        (advise.answer(office, li, receipt, " \u200b\n", NOW), "不能为空"),
        (advise.answer(office, li, receipt, "长" * 3001, NOW), "最多3000字"),
        (advise.close(office, li, receipt, NOW), "请先接单"),
        (advise.reopen(office, li, receipt, NOW), "还在办理"),
        (advise.escalate(office, li, receipt, "劳动", NOW), "请先接单"),
        (advise.merge(office, li, receipt, receipt, NOW), "请先接单"),
    ):
        with pytest.raises(Refused, match=reason):
            await act
    assert (await town.ticket()).state is State.OPEN
    assert await town.heard() == []
    assert await rows(town.store, events) == []


async def test_outside_the_scope_a_ticket_is_the_same_as_none(town: Town) -> None:
    far = await staff(town.store, "far")
    publisher = await staff(town.store, "zhou", role=Role.PUBLISHER)
    for person in (far, publisher, replace(publisher, role=Role.ADMIN)):
        for receipt in (town.receipt, "TL261124-NOBODY"):
            with pytest.raises(NotYours):
                await advise.claim(town.office, person, receipt, NOW)


async def test_an_answer_of_just_the_limit_arrives_whole(town: Town) -> None:
    await advise.claim(town.office, town.li, town.receipt, NOW)
    await advise.answer(town.office, town.li, town.receipt, "长" * 3000, NOW)
    assert (await town.heard())[0].count("长") == 3000


async def test_an_act_begins_again_where_somebody_changed_the_ticket_meanwhile(town: Town) -> None:
    class Slow:
        """Somebody else changes the ticket between the first reading and the first writing."""

        def __init__(self) -> None:
            self.tries = 0

        async def find(self, scope: Scope, receipt: str) -> Tracked | None:
            held = await town.store.tickets.find(scope, receipt)
            self.tries += 1
            if self.tries == 1 and held:
                await moved(town.store, replace(held.ticket, stars=2))
            return held

        def __getattr__(self, name: str) -> object:
            return getattr(town.store.tickets, name)

    slow = Slow()
    office = replace(town.office, tickets=slow)  # type: ignore[arg-type] - slow on purpose, else the real store
    claimed = await advise.claim(office, town.li, town.receipt, NOW)
    assert (claimed.adviser, claimed.stars, slow.tries) == (town.li.id, 2, 2)
