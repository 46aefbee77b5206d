"""A mediation moves only as its table allows, with everybody's consent, and its thirty days are kept."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import Refused
from handlers.mediations import mediation, nearing
from handlers.mediations.agreements import Agreement, Party, Signatures
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import BOUND, ENDED, MOVES, WILLING, Act, State
from knowledge import regions
from tests.handlers.mediations.test_agreements import LI, SIGNED, WHOLE, ZHANG

DAY = date(2026, 11, 24)
LAST = date(2026, 12, 24)
BOTH = frozenset({"z", "l"})
ASKED = mediation.take_in("T1", "地界", (ZHANG, replace(LI, agrees=None)), DAY)
AGREED = mediation.agree(ASKED, "l")
ACCEPTED = mediation.accept(AGREED)
BEGUN = mediation.start(ACCEPTED, 7)
DRAFTED = mediation.draft(BEGUN, WHOLE)
BINDING = mediation.sign(DRAFTED, DAY, SIGNED)
APPLIED = mediation.apply(BINDING, BOTH, LAST)
CONFIRMED = mediation.confirm(APPLIED, LAST)
REJECTED = mediation.reject(APPLIED, LAST)
EXPIRED = mediation.expire(BINDING, LAST + timedelta(1))
FAILED = mediation.fail(BEGUN)
DECLINED = mediation.decline(ASKED, "l")
Move = Callable[[Case], Case]
Try = tuple[Act, str, date, Agreement, Signatures]
IMPOSSIBLE: list[tuple[Move, Case, str]] = [
    (mediation.accept, ASKED, "李四还没有表示愿意调解"),
    (mediation.accept, BEGUN, "调解中"),
    (lambda case: mediation.start(case, 7), ASKED, "等双方表示愿意"),
    (lambda case: mediation.draft(case, WHOLE), ACCEPTED, "已受理"),
    (lambda case: mediation.draft(case, replace(WHOLE, due="")), BEGUN, "协议还缺：履行的期限"),
    (lambda case: mediation.draft(case, Agreement()), BEGUN, "纠纷的主要事实、争议事项、各方当事人的责任"),
    (lambda case: mediation.sign(case, DAY, SIGNED), BEGUN, "调解中"),
    (lambda case: mediation.sign(case, DAY, replace(SIGNED, seal=False)), DRAFTED, "印章"),
    (lambda case: mediation.sign(case, DAY - timedelta(1), SIGNED), DRAFTED, "早于申请调解"),
    (lambda case: mediation.apply(case, BOTH, DAY), DRAFTED, "协议待签"),
    (lambda case: mediation.apply(case, {"z"}, DAY), BINDING, "还缺李四"),
    (lambda case: mediation.apply(case, BOTH, DAY - timedelta(1)), BINDING, "还没有生效"),
    (lambda case: mediation.apply(case, BOTH, LAST + timedelta(1)), BINDING, "可以起诉；也可以重新达成"),
    (lambda case: mediation.expire(case, LAST), BINDING, "还可以申请确认"),
    (lambda case: mediation.confirm(case, LAST), BINDING, "协议生效"),
    (mediation.withdraw, BINDING, "协议生效"),
    (lambda case: mediation.sketch(case, WHOLE), BINDING, "协议生效"),
    (lambda case: mediation.join(mediation.join(case, "z", "r1"), "z", "r2"), ASKED, "已经有人登记"),
    (lambda case: mediation.join(mediation.join(case, "z", "r1"), "l", "r1"), ASKED, "已经有人登记"),
    (lambda case: mediation.join(case, "x", "r1"), ASKED, "已经有人登记"),
    (lambda case: mediation.correct(case, "z", name="", also="", address="", phone=""), ASKED, "不能空着"),
    (lambda case: mediation.correct(case, "z", name="张", also="", address="", phone=""), BINDING, "协议生效"),
    (lambda case: mediation.confirm(case, LAST - timedelta(1)), APPLIED, "早于申请"),
    (lambda case: mediation.agree(case, "x"), ASKED, "不是这件调解的当事人"),
    (lambda case: mediation.agree(case, "l"), DECLINED, "一方拒绝"),
    (lambda case: mediation.decline(case, "l"), BINDING, "协议生效"),
    (mediation.fail, BINDING, "协议生效"),
    (mediation.renew, BINDING, "协议生效"),
    (mediation.renew, CONFIRMED, "法院已确认"),
    (mediation.perform, DRAFTED, "协议待签"),
    (lambda case: mediation.reminded(case, DAY), EXPIRED, "过了确认的期限"),
    (lambda case: mediation.report(case, DAY), FAILED, "没有调成"),
]


def test_two_who_agree_come_from_intake_to_a_confirmed_agreement() -> None:
    walk = [ASKED, AGREED, ACCEPTED, BEGUN, DRAFTED, BINDING, APPLIED, CONFIRMED]
    assert [case.state for case in walk] == [
        State.INTAKE,
        State.INTAKE,
        State.ACCEPTED,
        State.MEDIATING,
        State.DRAFTED,
        State.IN_FORCE,
        State.APPLIED,
        State.CONFIRMED,
    ]
    assert (CONFIRMED.level, CONFIRMED.mediator, CONFIRMED.in_force_on) == ("village", 7, DAY)


@pytest.mark.parametrize(("move", "case", "reason"), IMPOSSIBLE)
def test_what_is_not_possible_is_refused_with_the_reason(move: Move, case: Case, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        move(case)


@pytest.mark.parametrize(
    ("parties", "kind", "amount", "reason"),
    [
        ((ZHANG,), "地界", None, "至少两方"),
        ((ZHANG, ZHANG), "地界", None, "不能重复"),
        ((ZHANG, replace(LI, agrees=False)), "地界", None, "李四明确拒绝调解，不得调解（人民调解法第十七条）"),
        ((ZHANG, LI), "政府", None, "行政复议"),
        ((ZHANG, LI), "犯罪", None, "报案"),
        ((ZHANG, LI), "欠款", Decimal(-1), "负数"),
    ],
)
def test_what_mediation_does_not_take_is_refused_at_the_door(
    parties: tuple[Party, ...], kind: str, amount: Decimal | None, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        mediation.take_in("T1", kind, parties, DAY, amount=amount)


class TestConsent:
    @pytest.mark.parametrize(
        ("case", "state"),
        [
            (ASKED, State.DECLINED),
            (ACCEPTED, State.DECLINED),
            (BEGUN, State.FAILED),
            (DRAFTED, State.FAILED),
        ],
    )
    def test_one_who_clearly_refuses_ends_it(self, case: Case, state: State) -> None:
        ended = mediation.decline(case, "z")
        assert ended.state is state
        assert next(party.agrees for party in ended.parties) is False

    @pytest.mark.parametrize("state", sorted(WILLING))
    def test_no_case_stands_beyond_intake_without_it(self, state: State) -> None:
        with pytest.raises(ValueError, match="consent"):
            replace(ASKED, state=state)

    @pytest.mark.parametrize("case", [REJECTED, EXPIRED])
    def test_a_new_agreement_needs_it_anew(self, case: Case) -> None:
        again = mediation.renew(case)
        assert again == replace(ASKED, parties=tuple(replace(party, agrees=None) for party in case.parties))
        with pytest.raises(Refused, match="张三、李四还没有表示愿意"):
            mediation.accept(again)


class TestRouting:
    @pytest.mark.parametrize(
        ("facts", "level"),
        [
            ({}, "village"),
            ({"amount": Decimal(100_000)}, "town"),
            ({"people": 10}, "town"),
            ({"reach": "跨村"}, "town"),
            ({"tried": "镇街"}, "district"),
            ({"reach": "跨区县"}, "district"),
        ],
    )
    def test_it_goes_where_the_rules_send_it(self, facts: dict[str, Any], level: str) -> None:
        case = mediation.take_in("T1", "欠款", (ZHANG, LI), DAY, **facts)
        assert mediation.accept(case).level == level

    def test_many_parties_are_many_people(self) -> None:
        crowd = tuple(Party(str(n), f"第{n}人", "一社", agrees=True) for n in range(10))
        assert mediation.accept(mediation.take_in("T1", "物业", crowd, DAY)).level == "town"

    def test_what_is_not_settled_climbs_to_the_district_and_no_higher(self) -> None:
        town = mediation.escalate(BEGUN)
        assert (town.state, town.level, town.mediator) == (State.ACCEPTED, "town", None)
        district = mediation.escalate(town)
        assert district.level == "district"
        with pytest.raises(Refused, match="已经在区里"):
            mediation.escalate(district)

    def test_the_levels_are_centres(self) -> None:
        assert set(mediation.LEVELS) <= set(regions.centres())


class TestTheWindow:
    def test_it_is_thirty_days_from_the_day_in_force(self) -> None:
        due = mediation.window(BINDING)
        assert due
        assert due.value == LAST
        assert mediation.window(DRAFTED) is None

    @pytest.mark.parametrize("left", [20, 10, 3, 1])
    def test_both_parties_and_the_mediator_are_told_before_the_last_day(self, left: int) -> None:
        told = nearing.due_reminders(replace(BINDING, reminded_on=LAST - timedelta(left + 1)), _before(left))
        assert [one.party for one in told] == ["z", "l", None]
        assert {(one.last, one.left) for one in told} == {(LAST, left)}
        assert f"还有{left}天" in told[0].words

    def test_each_is_told_once(self) -> None:
        case, days = BINDING, []
        for count in range(40):
            today = DAY + timedelta(count)
            if nearing.due_reminders(case, today):
                days.append((LAST - today).days)
                case = mediation.reminded(case, today)
        assert days == [20, 10, 3, 1]

    def test_of_several_days_missed_one_reminder_makes_up(self) -> None:
        late = _before(2)
        assert len(nearing.due_reminders(BINDING, late)) == 3
        assert nearing.due_reminders(mediation.reminded(BINDING, late), late) == ()

    def test_a_last_day_that_is_a_day_off_moves_on_and_the_safe_day_is_told(self) -> None:
        case = mediation.sign(replace(DRAFTED, opened_on=date(2026, 11, 1)), date(2026, 11, 20), SIGNED)
        told = nearing.due_reminders(case, date(2026, 12, 17))
        assert told[0].last == date(2026, 12, 21)
        assert "最稳妥在2026年12月18日（周五）当天或之前" in told[0].words

    @pytest.mark.parametrize("case", [ASKED, DRAFTED, APPLIED, CONFIRMED, EXPIRED, mediation.perform(BINDING)])
    def test_nobody_is_told_where_there_is_nothing_to_ask_the_court(self, case: Case) -> None:
        assert nearing.due_reminders(case, _before(3)) == ()

    @pytest.mark.parametrize("late", [1, 200])
    def test_on_day_thirty_one_suing_or_a_new_agreement_is_offered(self, late: int) -> None:
        today = LAST + timedelta(late)
        assert mediation.is_over(BINDING, today)
        assert nearing.due_reminders(BINDING, today) == ()
        offered = "".join(step.words for step in mediation.ways(mediation.expire(BINDING, today)))
        assert "起诉" in offered
        assert "重新达成一份协议" in offered

    def test_the_last_day_itself_is_in_time(self) -> None:
        assert mediation.apply(BINDING, BOTH, LAST).applied_on == LAST
        assert not mediation.is_over(BINDING, LAST)


class TestWhatNoCourtConfirms:
    @pytest.mark.parametrize(
        ("agreement", "item"),
        [
            (replace(WHOLE, terms=("以水沟为界，以东归张三所有",)), "（五）"),
            (replace(WHOLE, settles=("归属",)), "（五）"),
            (replace(WHOLE, settles=("身份",)), "（三）"),
            (replace(WHOLE, terms=("双方自愿离婚",)), "（三）"),
        ],
    )
    def test_it_binds_but_cannot_be_brought_to_court_for_confirmation(self, agreement: Agreement, item: str) -> None:
        case = mediation.sign(mediation.draft(BEGUN, agreement), DAY, SIGNED)
        assert nearing.due_reminders(case, _before(3)) == ()
        with pytest.raises(Refused, match=f"第三百五十五条第一款第{item}项"):
            mediation.apply(case, BOTH, DAY)


class TestWhatIsUnfinished:
    def test_a_draft_that_lacks_something_is_kept_but_cannot_be_signed(self) -> None:
        half = mediation.sketch(DRAFTED, replace(WHOLE, due=""))
        assert (half.state, half.agreement) == (State.MEDIATING, replace(WHOLE, due=""))
        with pytest.raises(Refused, match="调解中"):
            mediation.sign(half, DAY, SIGNED)

    def test_an_application_taken_back_can_be_made_again_within_the_thirty_days(self) -> None:
        again = mediation.withdraw(APPLIED)
        assert (again.state, again.applied_on) == (State.IN_FORCE, None)
        assert mediation.apply(again, BOTH, LAST).applied_on == LAST
        with pytest.raises(Refused, match="已经过了"):
            mediation.apply(again, BOTH, LAST + timedelta(1))

    def test_who_joined_once_may_join_the_same_side_again(self) -> None:
        joined = mediation.join(ASKED, "l", "r2")
        assert mediation.join(joined, "l", "r2") == joined


class TestTheEnd:
    def test_after_a_failure_the_other_ways_are_told(self) -> None:
        assert any("乡镇政府" in step.words for step in mediation.ways(FAILED))
        assert mediation.ways(DECLINED) == mediation.ways(FAILED)
        assert mediation.ways(BEGUN) == ()

    def test_a_dismissed_agreement_can_be_changed_or_sued_upon(self) -> None:
        offered = "".join(step.words for step in mediation.ways(REJECTED))
        assert "变更" in offered
        assert "起诉" in offered

    @pytest.mark.parametrize("case", [ASKED, ACCEPTED, BEGUN, DRAFTED])
    def test_what_may_become_a_crime_is_reported_to_the_police_and_goes_on(self, case: Case) -> None:
        told = mediation.report(mediation.report(case, DAY), DAY + timedelta(1))
        assert told == replace(case, reported_on=DAY)

    def test_an_agreement_by_word_of_mouth_needs_no_signature(self) -> None:
        oral = mediation.draft(BEGUN, replace(WHOLE, is_oral=True))
        assert mediation.sign(oral, DAY, Signatures(frozenset())).in_force_on == DAY


# --- whatever is done -------------------------------------------------------------------------------------------------

DAYS = st.integers(-2, 70).map(lambda count: DAY + timedelta(count))
AGREEMENTS = st.sampled_from(
    [WHOLE, Agreement(), replace(WHOLE, settles=("归属",)), replace(WHOLE, is_oral=True), replace(WHOLE, due="")]
)
SIGNATURES = st.sampled_from([SIGNED, Signatures(frozenset()), Signatures(frozenset({"z"}), mediator=True, seal=True)])
TRIES = st.lists(
    st.tuples(st.sampled_from(Act), st.sampled_from(["z", "l", "x"]), DAYS, AGREEMENTS, SIGNATURES), max_size=25
)


def tried(case: Case, one: Try) -> Case:
    act, party, day, agreement, signatures = one
    match act:
        case Act.AGREE:
            return mediation.agree(case, party)
        case Act.CORRECT:
            return mediation.correct(case, party, name="改", also="", address="", phone="")
        case Act.DECLINE | Act.STOP:
            return mediation.decline(case, party)
        case Act.ACCEPT:
            return mediation.accept(case)
        case Act.START:
            return mediation.start(case, 7)
        case Act.ESCALATE:
            return mediation.escalate(case)
        case Act.REPORT:
            return mediation.report(case, day)
        case Act.SKETCH:
            return mediation.sketch(case, agreement)
        case Act.DRAFT:
            return mediation.draft(case, agreement)
        case Act.SIGN:
            return mediation.sign(case, day, signatures)
        case Act.APPLY:
            return mediation.apply(case, signatures.parties, day)
        case Act.WITHDRAW:
            return mediation.withdraw(case)
        case Act.CONFIRM:
            return mediation.confirm(case, day)
        case Act.REJECT:
            return mediation.reject(case, day)
        case Act.EXPIRE:
            return mediation.expire(case, day)
        case Act.REMIND:
            return mediation.reminded(case, day)
        case Act.PERFORM:
            return mediation.perform(case)
        case Act.FAIL:
            return mediation.fail(case)
        case Act.RENEW:
            return mediation.renew(case)


@given(st.sampled_from([ASKED, AGREED, BEGUN, DRAFTED, BINDING, APPLIED, REJECTED]), TRIES)
def test_no_sequence_of_moves_leaves_the_table_or_loses_consent(case: Case, tries: list[Try]) -> None:
    for one in tries:
        before = case
        with suppress(Refused):
            case = tried(case, one)
        assert case.state in {MOVES[act].get(before.state) for act in Act} | {before.state}
        if case.state in WILLING:
            assert all(party.agrees for party in case.parties)
        if case.state in BOUND:
            assert case.agreement
            assert case.in_force_on
        if case.applied_on:
            assert DAY <= case.applied_on <= mediation.last_day(case)


@given(st.sampled_from([ASKED, ACCEPTED, BEGUN, DRAFTED]), TRIES)
def test_who_refuses_is_not_bound_whatever_is_tried(case: Case, tries: list[Try]) -> None:
    case = mediation.decline(case, "l")
    for one in tries:
        with suppress(Refused):
            case = tried(case, one)
    assert case.state in ENDED


@given(DAYS)
def test_reminders_come_before_the_last_day_to_everybody_or_to_nobody(today: date) -> None:
    told = nearing.due_reminders(BINDING, today)
    assert [one.party for one in told] in ([], ["z", "l", None])
    assert all(0 <= one.left < 30 for one in told)


def _before(left: int) -> date:
    return LAST - timedelta(left)
