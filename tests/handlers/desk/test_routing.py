"""A ticket goes to its village's adviser, else to the town's, else to the district's, and never to nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.desk import routing, tickets
from handlers.desk.clocks import Alarm
from handlers.desk.routing import Adviser, Leave, Limits, Unfit
from handlers.desk.states import ALIVE
from handlers.desk.tickets import Level, State, Ticket, Tier
from tests.handlers.times import at

DAY = date(2026, 3, 10)
NOW = at("03-10 10:00")
LIMITS = Limits(cap=2)
TOWNS = {11: 1, 12: 1, 21: 2}
LI, WANG = Adviser(1, frozenset({11})), Adviser(2, frozenset({12}))
ZHAO, QIAN = Adviser(3, frozenset({21})), Adviser(4, frozenset({21}), frozenset({"婚姻"}))
SUN = Adviser(5, fields=frozenset({"劳动"}), is_expert=True)
EVERYBODY = (LI, WANG, ZHAO, QIAN, SUN)
TICKET = Ticket("TL-1", "r", Level.P2, "", "asked", NOW, village=11)
AWAY = {"is_away": True}
NO_LOAD: Mapping[int, int] = {}


def routed(
    ticket: Ticket = TICKET,
    *changed: Adviser,
    loads: Mapping[int, int] = NO_LOAD,
    duty: tuple[int, ...] = (),
) -> tuple[Tier, int | None]:
    everybody = {a.id: a for a in EVERYBODY} | {a.id: a for a in changed}
    roster = routing.muster(everybody.values(), TOWNS, duty)
    return routing.route(ticket, roster, loads, DAY, LIMITS)


@pytest.mark.parametrize(
    ("li", "ticket", "load", "reason"),
    [
        (LI, TICKET, 1, None),
        (LI, TICKET, 2, Unfit.FULL),
        (replace(LI, is_away=True), TICKET, 0, Unfit.AWAY),
        (replace(LI, leaves=(Leave(DAY, DAY),)), TICKET, 0, Unfit.LEAVE),
        (replace(LI, leaves=(Leave(date(2026, 3, 11), date(2026, 3, 12)),)), TICKET, 0, None),
        (replace(LI, licensed_until=DAY), TICKET, 0, None),
        (replace(LI, licensed_until=date(2026, 3, 9)), TICKET, 0, Unfit.LICENCE),
        (LI, replace(TICKET, barred=frozenset({1})), 0, Unfit.CONFLICT),
    ],
)
class TestWhoIsUnfit:
    def test_the_reason_is_named(self, li: Adviser, ticket: Ticket, load: int, reason: Unfit | None) -> None:
        assert routing.unfit(li, ticket, load, DAY, LIMITS) is reason

    def test_the_town_helps_out_for_who_is_unfit(
        self, li: Adviser, ticket: Ticket, load: int, reason: Unfit | None
    ) -> None:
        expected = (Tier.TOWN, 2) if reason else (Tier.VILLAGE, 1)
        assert routed(ticket, li, loads={1: load}) == expected


class TestDesks:
    def test_where_the_town_cannot_help_the_district_does(self) -> None:
        assert routed(TICKET, replace(LI, is_away=True), replace(WANG, is_away=True)) == (Tier.DISTRICT, 3)

    def test_a_resident_of_no_known_village_goes_to_the_district(self) -> None:
        assert routed(replace(TICKET, village=None)) == (Tier.DISTRICT, 1)
        assert routed(replace(TICKET, village=99)) == (Tier.DISTRICT, 1)

    def test_of_several_the_one_with_least_to_do_has_the_turn(self) -> None:
        assert routed(replace(TICKET, village=21), loads={3: 1}) == (Tier.VILLAGE, 4)

    def test_who_knows_the_field_goes_before_who_has_less_to_do(self) -> None:
        assert routed(replace(TICKET, village=21, field="婚姻"), loads={4: 1}) == (Tier.VILLAGE, 4)

    def test_who_let_it_go_is_not_asked_again_at_the_same_desk(self) -> None:
        assert routed(replace(TICKET, tried=(1,))) == (Tier.TOWN, 2)

    def test_an_expert_is_not_asked_before_it_is_escalated(self) -> None:
        others = [replace(a, is_away=True) for a in EVERYBODY if not a.is_expert]
        assert routed(TICKET, *others) == (Tier.DISTRICT, None)

    def test_what_is_escalated_goes_to_an_expert_of_its_field_or_else_to_the_district(self) -> None:
        risen = tickets.escalate(replace(TICKET, state=State.CLAIMED, adviser=1), 1, "劳动")
        assert routed(risen) == (Tier.EXPERT, 5)
        assert routed(replace(risen, field="婚姻")) == (Tier.DISTRICT, 4)


class TestTheLastDesk:
    def test_a_full_hand_is_no_reason_there(self) -> None:
        assert routed(loads=dict.fromkeys(range(1, 5), 9) | {3: 8}) == (Tier.DISTRICT, 3)

    def test_one_with_room_goes_before_one_without(self) -> None:
        assert routed(loads=dict.fromkeys(range(1, 5), 9) | {4: 1}) == (Tier.DISTRICT, 4)

    def test_when_all_have_had_it_the_one_who_had_it_longest_ago_has_it_again(self) -> None:
        assert routed(replace(TICKET, tier=Tier.DISTRICT, tried=(3, 1, 4, 2))) == (Tier.DISTRICT, 3)

    def test_the_one_on_duty_takes_what_nobody_else_can(self) -> None:
        away = [replace(a, is_away=True) for a in EVERYBODY]
        assert routed(TICKET, *away, duty=(9,)) == (Tier.DISTRICT, 9)
        assert routed(replace(TICKET, barred=frozenset({9})), *away, duty=(9, 8)) == (Tier.DISTRICT, 8)

    def test_only_without_anybody_on_duty_it_is_nobody_s_and_that_is_known(self) -> None:
        away = [replace(a, is_away=True) for a in EVERYBODY]
        placed = routing.place(TICKET, routing.muster(away, TOWNS), NO_LOAD, DAY, LIMITS)
        assert routing.has_no_owner(placed)


class TestByName:
    def test_a_colleague_to_whom_it_was_transferred_keeps_the_turn_with_a_full_hand(self) -> None:
        passed = tickets.transfer(replace(TICKET, state=State.CLAIMED, adviser=1), 1, 3)
        assert routed(passed, loads={3: 9}) == (Tier.VILLAGE, 3)

    def test_one_who_is_not_there_does_not(self) -> None:
        passed = tickets.transfer(replace(TICKET, state=State.CLAIMED, adviser=1), 1, 3)
        assert routed(passed, replace(ZHAO, leaves=(Leave(DAY, DAY),))) == (Tier.TOWN, 2)


class TestAlarms:
    HELD = replace(TICKET, state=State.CLAIMED, adviser=1)

    def test_a_warning_leaves_the_ticket_where_it_is(self) -> None:
        assert routing.ring(self.HELD, Alarm.WARN, NOW) == self.HELD

    def test_the_first_target_missed_sends_it_to_the_next_adviser_and_the_second_to_the_desk_above(self) -> None:
        back = routing.ring(self.HELD, Alarm.BACK, NOW)
        assert (back.tier, routed(back)) == (Tier.VILLAGE, (Tier.TOWN, 2))
        up = routing.ring(tickets.offer(back, Tier.TOWN, 2), Alarm.UP, NOW)
        assert (up.tier, up.tried, routed(up)) == (Tier.DISTRICT, (1, 2), (Tier.DISTRICT, 3))

    def test_silence_ends_it_and_the_end_is_followed_up(self) -> None:
        lapsed = routing.ring(replace(self.HELD, state=State.ANSWERED, answered_at=NOW), Alarm.LAPSE, NOW)
        assert lapsed.state is State.CLOSED
        assert routing.ring(lapsed, Alarm.FOLLOW_UP, NOW).followed_at == NOW


class TestLeave:
    def test_six_open_tickets_of_one_on_leave_all_go_back_the_urgent_first(self) -> None:
        theirs = [
            replace(TICKET, receipt=f"TL-{n}", state=state, adviser=1, level=level, opened_at=NOW + timedelta(n))
            for n, (state, level) in enumerate(
                [
                    (State.CLAIMED, Level.P2),
                    (State.WAITING_RESIDENT, Level.P2),
                    (State.WAITING_ADVISER, Level.P1),
                    (State.ANSWERED, Level.P2),
                    (State.CLAIMED, Level.P0),
                ]
            )
        ]
        offered = tickets.offer(replace(TICKET, receipt="TL-9"), Tier.VILLAGE, 1)
        closed, others = replace(TICKET, state=State.CLOSED, adviser=1), tickets.offer(TICKET, Tier.VILLAGE, 2)
        returned = routing.leave(1, [*theirs, offered, closed, others])
        assert [t.receipt for t in returned] == ["TL-4", "TL-2", "TL-0", "TL-9", "TL-1", "TL-3"]
        assert {t.state for t in returned} == {State.OPEN}
        on_leave = replace(LI, leaves=(Leave(DAY, DAY),))
        assert {routed(t, on_leave) for t in returned} == {(Tier.TOWN, 2)}

    @pytest.mark.parametrize(
        ("li", "can_go_on"),
        [
            (LI, True),
            (replace(LI, is_away=True), True),  # the clock sees to that
            (replace(LI, leaves=(Leave(DAY, DAY),)), False),
            (replace(LI, licensed_until=date(2026, 3, 9)), False),
            (Adviser(7), False),  # no such adviser any more
        ],
    )
    def test_who_cannot_go_on_is_found(self, li: Adviser, can_go_on: bool) -> None:
        assert routing.can_go_on(1, routing.muster([li], TOWNS), DAY) is can_go_on

    def test_the_one_on_duty_need_not_be_an_adviser(self) -> None:
        assert routing.can_go_on(9, routing.muster([LI], TOWNS, (9,)), DAY)


@pytest.mark.parametrize("state", State)
def test_only_what_is_not_done_can_lack_an_owner(state: State) -> None:
    assert routing.has_no_owner(replace(TICKET, state=state)) == (state in ALIVE)


def test_an_answered_ticket_does_not_count_against_the_cap() -> None:
    held = replace(TICKET, state=State.CLAIMED, adviser=1)
    assert routing.weighs(held)
    assert not routing.weighs(tickets.answer(held, 1, NOW))


def test_the_urgent_go_first_then_the_old() -> None:
    late = replace(TICKET, level=Level.P0, opened_at=NOW + timedelta(1))
    old = replace(TICKET, opened_at=NOW - timedelta(1))
    assert sorted([TICKET, late, old], key=routing.precedence) == [late, old, TICKET]


def test_every_reason_has_a_name_for_people() -> None:
    assert set(routing.UNFIT_NAMES) == set(Unfit)
