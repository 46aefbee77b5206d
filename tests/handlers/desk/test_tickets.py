"""A ticket moves only as its table allows, by those who may move it, and its number can be read out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.desk import tickets
from handlers.desk.states import HELD, UNHELD
from handlers.desk.tickets import Level, Referral, Solved, State, Ticket, Tier
from handlers.errors import Refused
from tests.handlers.times import at

NOW = at("11-24 09:00")
OPEN = Ticket("TL261124-AAAAAA", "r", Level.P2, "", "asked", NOW)
CLAIMED = replace(OPEN, state=State.CLAIMED, adviser=1, claimed_at=NOW)
ASKED = replace(CLAIMED, state=State.WAITING_RESIDENT)
TOLD = replace(CLAIMED, state=State.WAITING_ADVISER)
ANSWERED = replace(CLAIMED, state=State.ANSWERED, answered_at=NOW)
CLOSED = replace(ANSWERED, state=State.CLOSED, closed_at=NOW)
MERGED = replace(CLOSED, state=State.MERGED, merged_into="TL-2")
REFERRED = replace(CLOSED, state=State.REFERRED, referred_to=Referral.MEDIATION)
OTHER = replace(OPEN, receipt="TL261124-BBBBBB")
LATER = NOW + timedelta(hours=1)
Act = Callable[[Ticket, int, datetime], Ticket]


@pytest.mark.parametrize(
    ("act", "ticket", "after"),
    [
        (tickets.claim, OPEN, replace(OPEN, state=State.CLAIMED, adviser=1, claimed_at=LATER)),
        (tickets.answer, CLAIMED, replace(CLAIMED, state=State.ANSWERED, answered_at=LATER)),
        (tickets.answer, ASKED, replace(CLAIMED, state=State.ANSWERED, answered_at=LATER)),
        (tickets.answer, TOLD, replace(CLAIMED, state=State.ANSWERED, answered_at=LATER)),
        (tickets.answer, ANSWERED, ANSWERED),
        (tickets.close, ANSWERED, replace(ANSWERED, state=State.CLOSED, closed_at=LATER)),
        (
            tickets.close,
            replace(TOLD, answered_at=NOW),
            replace(TOLD, state=State.CLOSED, answered_at=NOW, closed_at=LATER),
        ),
    ],
)
def test_the_adviser_who_holds_it_brings_a_ticket_forward(act: Act, ticket: Ticket, after: Ticket) -> None:
    assert act(ticket, 1, LATER) == after


@pytest.mark.parametrize(
    ("act", "ticket", "adviser", "reason"),
    [
        (tickets.claim, CLAIMED, 1, "已有人接单"),
        (tickets.claim, CLAIMED, 2, "已有人接单"),
        (tickets.claim, ANSWERED, 2, "已有人接单"),
        (tickets.claim, CLOSED, 2, "已办结"),
        (tickets.claim, MERGED, 2, "已并入"),
        (tickets.claim, replace(OPEN, barred=frozenset({2})), 2, "利害关系"),
        (tickets.answer, OPEN, 1, "请先接单"),
        (tickets.answer, CLAIMED, 2, "请先接单"),
        (tickets.answer, CLOSED, 1, "已办结"),
        (tickets.answer, REFERRED, 1, "已转介"),
        (tickets.close, OPEN, 1, "请先接单"),
        (tickets.close, CLAIMED, 1, "先答复"),
        (tickets.close, ASKED, 1, "先答复"),
        (tickets.close, ANSWERED, 2, "请先接单"),
        (tickets.close, CLOSED, 1, "已办结"),
    ],
)
def test_what_a_ticket_does_not_allow_is_refused_with_the_reason(
    act: Act, ticket: Ticket, adviser: int, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        act(ticket, adviser, LATER)


class TestPassingOn:
    @pytest.mark.parametrize("ticket", [CLAIMED, ASKED, TOLD, ANSWERED])
    def test_a_colleague_is_asked_to_claim_what_is_transferred(self, ticket: Ticket) -> None:
        passed = tickets.transfer(ticket, 1, 2)
        assert (passed.state, passed.adviser, tickets.owner(passed)) == (State.TRANSFERRED, None, 2)
        assert tickets.claim(passed, 2, LATER).adviser == 2

    def test_an_expert_of_the_field_is_asked_to_claim_what_is_escalated(self) -> None:
        risen = tickets.escalate(CLAIMED, 1, "劳动")
        assert (risen.state, risen.tier, risen.field, risen.adviser) == (State.ESCALATED, Tier.EXPERT, "劳动", None)
        assert risen.tried == (1,)

    def test_another_office_deals_with_what_is_referred(self) -> None:
        sent = tickets.refer(CLAIMED, 1, Referral.LEGAL_AID, LATER)
        assert (sent.state, sent.referred_to, sent.closed_at) == (State.REFERRED, Referral.LEGAL_AID, LATER)

    @pytest.mark.parametrize(
        ("act", "reason"),
        [
            (lambda: tickets.transfer(CLAIMED, 1, 1), "已经在您手里"),
            (lambda: tickets.transfer(CLAIMED, 2, 3), "请先接单"),
            (lambda: tickets.transfer(replace(CLAIMED, barred=frozenset({3})), 1, 3), "利害关系"),
            (lambda: tickets.escalate(CLAIMED, 1, ""), "法律领域"),
            (lambda: tickets.escalate(CLAIMED, 2, "劳动"), "请先接单"),
            (lambda: tickets.escalate(replace(CLAIMED, tier=Tier.EXPERT), 1, "劳动"), "不能再转专家"),
            (lambda: tickets.refer(OPEN, 1, Referral.HOTLINE, LATER), "请先接单"),
        ],
    )
    def test_passing_on_is_refused_with_the_reason(self, act: Callable[[], Ticket], reason: str) -> None:
        with pytest.raises(Refused, match=reason):
            act()


class TestMerging:
    def test_the_ticket_that_lives_on_is_owed_an_answer_and_is_as_urgent_as_either(self) -> None:
        urgent = replace(CLAIMED, level=Level.P0, kind="P0-a", barred=frozenset({5}))
        answered = replace(ANSWERED, receipt=OTHER.receipt, adviser=2)
        merged, kept = tickets.merge(urgent, answered, 1, LATER)
        assert (merged.state, merged.merged_into, merged.closed_at) == (State.MERGED, OTHER.receipt, LATER)
        assert (kept.state, kept.level, kept.kind, kept.barred) == (
            State.WAITING_ADVISER, Level.P0, "P0-a", frozenset({5}),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("ticket", "into", "reason"),
        [
            (CLAIMED, CLAIMED, "另一张"),
            (CLAIMED, replace(OTHER, resident="s"), "同一位居民"),
            (CLAIMED, replace(CLOSED, receipt="TL-2"), "已办结"),
            (CLAIMED, replace(MERGED, receipt="TL-2"), "已并入"),
            (OPEN, OTHER, "请先接单"),
            (replace(CLAIMED, barred=frozenset({2})), replace(CLAIMED, receipt="TL-2", adviser=2), "利害关系"),
        ],
    )
    def test_what_is_not_the_same_living_matter_is_not_merged(self, ticket: Ticket, into: Ticket, reason: str) -> None:
        with pytest.raises(Refused, match=reason):
            tickets.merge(ticket, into, 1, LATER)


class TestGivingBack:
    def test_a_ticket_given_back_remembers_who_had_it_the_latest_last(self) -> None:
        back = tickets.give_back(replace(CLAIMED, tried=(1, 2)))
        assert (back.state, back.adviser, back.claimed_at, back.tried, back.tier) == (
            State.OPEN, None, None, (2, 1), Tier.VILLAGE,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("tier", "above"),
        [
            (Tier.VILLAGE, Tier.TOWN),
            (Tier.TOWN, Tier.DISTRICT),
            (Tier.EXPERT, Tier.DISTRICT),
            (Tier.DISTRICT, Tier.DISTRICT),
        ],
    )
    def test_the_desk_above_takes_what_is_given_up(self, tier: Tier, above: Tier) -> None:
        assert tickets.give_back(replace(ANSWERED, tier=tier), up=True).tier is above

    def test_an_offer_that_was_not_taken_counts_as_tried(self) -> None:
        assert tickets.give_back(tickets.offer(OPEN, Tier.TOWN, 4)).tried == (4,)

    def test_a_village_that_is_told_later_has_the_first_turn(self) -> None:
        waiting = tickets.offer(OPEN, Tier.DISTRICT, 3)
        assert tickets.settle_in(waiting, 11) == replace(OPEN, village=11)
        assert tickets.settle_in(CLAIMED, 11) == replace(CLAIMED, village=11)

    def test_the_adviser_of_the_other_party_loses_the_ticket_and_cannot_claim_it(self) -> None:
        barred = tickets.bar(CLAIMED, 1)
        assert (barred.state, tickets.owner(barred)) == (State.OPEN, None)
        with pytest.raises(Refused, match="利害关系"):
            tickets.claim(barred, 1, LATER)
        assert tickets.bar(CLAIMED, 2).state is State.CLAIMED


class TestTheResident:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (OPEN, State.OPEN),
            (CLAIMED, State.CLAIMED),
            (ASKED, State.WAITING_ADVISER),
            (TOLD, State.WAITING_ADVISER),
            (ANSWERED, State.WAITING_ADVISER),
        ],
    )
    def test_more_words_call_the_adviser_back(self, before: Ticket, after: State) -> None:
        assert tickets.add(before) == replace(before, state=after)

    @pytest.mark.parametrize("ticket", [OPEN, CLAIMED, ASKED, ANSWERED])
    def test_a_ticket_that_is_not_needed_any_more_can_be_closed(self, ticket: Ticket) -> None:
        assert tickets.withdraw(ticket, LATER) == replace(ticket, state=State.CLOSED, closed_at=LATER)

    def test_danger_is_not_closed_before_a_human_has_answered(self) -> None:
        danger = replace(CLAIMED, level=Level.P0)
        with pytest.raises(Refused, match="人身安全"):
            tickets.withdraw(danger, LATER)
        assert tickets.withdraw(replace(danger, answered_at=NOW), LATER).state is State.CLOSED

    @pytest.mark.parametrize("done", [CLOSED, REFERRED])
    def test_what_was_not_done_after_all_is_reopened_and_first_offered_to_who_knows_it(self, done: Ticket) -> None:
        again = tickets.reopen(replace(done, followed_at=NOW, tried=(3,)))
        assert again == replace(OPEN, state=State.REOPENED, offered=1)

    def test_a_barred_adviser_is_not_offered_what_is_reopened(self) -> None:
        assert tickets.reopen(replace(CLOSED, barred=frozenset({1}))).offered is None

    @pytest.mark.parametrize(("act", "ticket"), [(tickets.reopen, TOLD), (tickets.add, CLOSED), (tickets.add, MERGED)])
    def test_what_makes_no_sense_is_refused(self, act: Callable[[Ticket], Ticket], ticket: Ticket) -> None:
        with pytest.raises(Refused):
            act(ticket)

    def test_the_last_rating_counts_and_keeps_what_was_said_of_the_outcome(self) -> None:
        rated = tickets.rate(tickets.conclude(tickets.rate(CLOSED, 2), Solved.NO), 4)
        assert (rated.stars, rated.solved, rated.state) == (4, Solved.NO, State.CLOSED)

    @pytest.mark.parametrize(
        ("ticket", "stars", "reason"), [(CLOSED, 0, "1到5"), (CLOSED, 6, "1到5"), (CLAIMED, 5, "有了答复")]
    )
    def test_only_an_answer_can_be_rated_in_five_steps(self, ticket: Ticket, stars: int, reason: str) -> None:
        with pytest.raises(Refused, match=reason):
            tickets.rate(ticket, stars)


class TestTheClock:
    @pytest.mark.parametrize("ticket", [ASKED, ANSWERED])
    def test_silence_closes_a_ticket(self, ticket: Ticket) -> None:
        assert tickets.lapse(ticket, LATER) == replace(ticket, state=State.CLOSED, closed_at=LATER)

    @pytest.mark.parametrize("ticket", [ASKED, ANSWERED])
    def test_silence_after_danger_calls_the_adviser(self, ticket: Ticket) -> None:
        assert tickets.lapse(replace(ticket, level=Level.P0), LATER).state is State.WAITING_ADVISER

    def test_a_closed_ticket_is_followed_up(self) -> None:
        assert tickets.follow_up(CLOSED, LATER) == replace(CLOSED, followed_at=LATER)

    @pytest.mark.parametrize("ticket", [OPEN, CLAIMED, ASKED, TOLD, ANSWERED, CLOSED, MERGED, REFERRED])
    def test_the_bot_s_words_leave_everything_as_it_is(self, ticket: Ticket) -> None:
        assert tickets.notice(ticket) == ticket


@pytest.mark.parametrize("state", State)
def test_a_ticket_is_its_holder_s_or_the_one_s_it_is_offered_to_or_nobody_s(state: State) -> None:
    owned = tickets.owner(replace(OPEN, state=state, adviser=1, offered=2))
    assert owned == (1 if state in HELD else 2 if state in UNHELD else None)


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_a_receipt_number_has_only_characters_that_are_not_misread(chance: int) -> None:
    number = tickets.number(NOW, chance)
    assert len(number) == 15
    assert number.startswith("TL261124-")
    assert not set(number[9:]) & set("01ILO")


def test_the_date_of_a_receipt_number_is_the_one_on_the_wall_here() -> None:
    assert tickets.number(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), 0) == "TL261124-222222"
    assert tickets.number(datetime(2026, 11, 23, 15, 59, tzinfo=UTC), 1) == "TL261123-322222"


def test_everything_that_people_read_has_a_name() -> None:
    assert set(tickets.STATE_NAMES) == set(State)
    assert set(tickets.TIER_NAMES) == set(tickets.ABOVE) == set(Tier)
    assert set(tickets.REFERRAL_NAMES) == set(Referral)
    assert set(tickets.SOLVED_NAMES) == set(Solved)
