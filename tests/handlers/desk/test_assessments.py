"""A month is scored from events alone, the same way each time, and every point has its tickets."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.desk import assessments
from handlers.desk.assessments import Measure, Part, Recorded, Score, Weights
from handlers.desk.clocks import Alarm, Kind
from handlers.desk.moves import Event
from handlers.desk.states import Act, State
from handlers.desk.tickets import Tier
from tests.handlers.times import at

START, END = assessments.month("2026-11")
HOUR = timedelta(hours=1)
LI, WANG = 1, 2


def event(number: int, act: Act | Alarm, owner: int | None = LI, receipt: str = "A", **more: Any) -> Recorded:
    held = Event(receipt, act, at("11-10 09:00") + number * HOUR, owner, owner, State.CLAIMED, Tier.VILLAGE)
    return Recorded(number, replace(held, **more))


def reply(number: int, hours: int, owner: int | None = LI, receipt: str = "A") -> Recorded:
    """A first reply, due within two hours."""
    return event(number, Act.ANSWER, owner, receipt, kind=Kind.FIRST, took=hours * HOUR, target=2 * HOUR)


def closed(number: int, hours: int, owner: int | None = LI, receipt: str = "A") -> Recorded:
    return event(number, Act.CLOSE, owner, receipt, kind=Kind.RESOLUTION, took=hours * HOUR, target=10 * HOUR)


def rang(number: int, alarm: Alarm, owner: int | None = LI, receipt: str = "A") -> Recorded:
    return event(number, alarm, owner, receipt, kind=Kind.FIRST, took=3 * HOUR, target=2 * HOUR, rung=2)


def rated(number: int, stars: str, owner: int | None = LI, receipt: str = "A") -> Recorded:
    return event(number, Act.RATE, owner, receipt, detail=stars)


def scores(*events: Recorded, weights: Weights | None = None) -> dict[int, Score]:
    return {s.user: s for s in assessments.assess(events, weights or Weights(), START, END)}


def part(score: Score, measure: Measure) -> Part:
    return next(p for p in score.parts if p.measure is measure)


def points(*events: Recorded) -> str:
    return str(scores(*events)[LI].points)


def test_a_month_by_hand() -> None:
    month = (
        reply(1, 1), reply(2, 2, receipt="B"), reply(3, 3, receipt="C"),
        closed(4, 9), closed(5, 11, receipt="B"),
        rated(6, "4"), rated(7, "5", receipt="B"),
        rang(8, Alarm.BACK, receipt="D"), event(9, Act.REOPEN),
    )  # fmt: skip
    # 40 × 2/3 + 30 × 1/2 + 30 × 9/10 − 2 − 2
    assert points(*month) == "64.7"
    assert part(scores(*month)[LI], Measure.FIRST_REPLY).receipts == ("A", "B", "C")
    assert part(scores(*month)[LI], Measure.OVERDUE).receipts == ("D",)


def test_a_rate_without_anything_to_count_leaves_its_weight_to_the_others() -> None:
    assert points(reply(1, 1)) == "100.0"
    assert points(reply(1, 1), rated(2, "1")) == "65.7"  # (40 + 30 × 1/5) / 70


def test_whoever_did_nothing_that_is_rated_has_no_score() -> None:
    assert scores(rang(1, Alarm.BACK))[LI].points is None


def test_points_are_never_below_none() -> None:
    assert points(reply(1, 3), *(rang(n, Alarm.UP) for n in range(2, 9))) == "0.0"


def test_a_late_reply_is_held_against_whoever_let_the_clock_run_out() -> None:
    month = (rang(1, Alarm.BACK, LI), reply(2, 5, WANG), reply(3, 1, WANG, "B"))
    assert str(scores(*month)[WANG].points) == "100.0"
    assert part(scores(*month)[LI], Measure.OVERDUE).taken == 2
    assert str(scores(rang(1, Alarm.BACK, None), reply(2, 5, WANG), reply(3, 1, WANG, "B"))[WANG].points) == "100.0"
    assert str(scores(rang(1, Alarm.BACK, WANG), reply(2, 5, WANG))[WANG].points) == "0.0"


def test_a_ticket_that_is_opened_again_has_a_new_time_for_its_resolution() -> None:
    ran_out = event(1, Alarm.BACK, LI, kind=Kind.RESOLUTION, took=11 * HOUR, target=10 * HOUR, rung=2)
    assert WANG not in scores(ran_out, closed(2, 12, WANG))
    late = closed(4, 12, WANG)
    assert str(scores(ran_out, event(3, Act.REOPEN, LI), late)[WANG].points) == "0.0"


def test_the_last_stars_of_a_ticket_count() -> None:
    assert points(rated(1, "1"), rated(2, "5")) == "100.0"
    assert points(rated(1, "4"), rated(2, "solved"), rated(3, "9")) == "80.0"


@pytest.mark.parametrize("act", [Alarm.WARN, Act.GIVE_BACK, Act.CLAIM, Act.TRANSFER, Act.MERGE, Act.NOTICE])
def test_other_events_do_not_count(act: Act | Alarm) -> None:
    more: dict[str, Any] = {"kind": Kind.FIRST, "took": HOUR, "target": HOUR} if act is Alarm.WARN else {}
    assert scores(event(1, act, **more)) == {}


def test_what_nobody_held_is_nobodys() -> None:
    assert scores(closed(1, 1, None), rang(2, Alarm.BACK, None)) == {}


def test_only_the_month_counts_but_what_was_before_is_known() -> None:
    def moved(recorded: Recorded, when: datetime) -> Recorded:
        return replace(recorded, event=replace(recorded.event, at=when))

    before = moved(rang(1, Alarm.BACK, LI), START - HOUR)
    assert LI not in scores(before, reply(2, 5, WANG), reply(3, 1, WANG, "B"))
    assert scores(before, reply(2, 5, WANG)) == {}
    assert scores(moved(reply(1, 1), END)) == {}
    assert list(scores(moved(reply(1, 1), START))) == [LI]


def test_what_is_excused_is_shown_and_does_not_count() -> None:
    late, outage = reply(2, 3, receipt="B"), "11月10日停机"
    held = scores(reply(1, 1), replace(late, excuse=outage), replace(rang(3, Alarm.BACK), excuse=outage))[LI]
    assert held.points == Decimal("100.0")
    assert [m.counts for m in part(held, Measure.FIRST_REPLY).marks] == [True, False]
    assert part(held, Measure.OVERDUE).taken == 0
    assert points(reply(1, 1), late) == "50.0"


EVENTS = st.lists(
    st.tuples(st.sampled_from((reply, closed)), st.integers(0, 20), st.sampled_from((LI, WANG, None)))
    | st.tuples(st.just(rang), st.sampled_from((Alarm.BACK, Alarm.UP)), st.sampled_from((LI, WANG, None)))
    | st.tuples(st.just(rated), st.sampled_from("12345"), st.sampled_from((LI, WANG))),
    max_size=20,
)


@given(EVENTS, st.integers())
def test_the_same_events_give_the_same_score_in_any_order(made: list[tuple[Any, ...]], seed: int) -> None:
    events = [make(n, what, who, "ABC"[n % 3]) for n, (make, what, who) in enumerate(made)]
    again = events[:]
    random.Random(seed).shuffle(again)
    assert scores(*again) == scores(*events)
    assert all(s.points is None or 0 <= s.points <= 100 for s in scores(*events).values())


@pytest.mark.parametrize("said", ["2026-13", "11-2026", "2026", ""])
def test_what_is_no_month_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"does not match|remains"):
        assessments.month(said)


def test_december_ends_with_the_year() -> None:
    assert [m.isoformat() for m in assessments.month("2026-12")] == [
        "2026-12-01T00:00:00+08:00",
        "2027-01-01T00:00:00+08:00",
    ]
