"""What a push brought about is told of groups, with how sure it is, and never of a few."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.education import effects
from handlers.education.effects import ALL, LEAST, OTHERS, Asked, Counts, Pair, Taken, Told, guarded, total, window
from handlers.education.intervals import Interval, Share, around, change
from tests.handlers.times import at

WEEK = timedelta(days=7)


def told(*sizes: int) -> list[Told]:
    """Villages of these sizes."""
    return [Told(f"村{n}", size, size, size // 2) for n, size in enumerate(sizes)]


class TestIntervals:
    # Newcombe, Statistics in Medicine 17 (1998), pp. 857-872 (Wilson) and 873-890 (method 10), the tables of examples
    @pytest.mark.parametrize(
        ("share", "low", "high"),
        [
            (Share(81, 263), 0.2553, 0.3662),
            (Share(15, 148), 0.0624, 0.1605),
            (Share(0, 20), 0.0, 0.1611),
            (Share(1, 29), 0.0061, 0.1718),
        ],
    )
    def test_a_share_lies_where_the_paper_says(self, share: Share, low: float, high: float) -> None:
        found = around(share)
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)

    @pytest.mark.parametrize(
        ("more", "less", "low", "high"),
        [
            (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
            (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
            (Share(10, 10), Share(0, 20), 0.6791, 1.0),
            (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        ],
    )
    def test_a_difference_lies_where_the_paper_says(self, more: Share, less: Share, low: float, high: float) -> None:
        found = change(around(less), around(more))
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)

    def test_of_nobody_nothing_is_known(self) -> None:
        assert around(Share(0, 0)) == Interval(0.0, 0.0, 1.0)
        assert not change(around(Share(0, 0)), around(Share(9, 9))).is_sure

    @given(*[st.integers(0, 400) for _ in range(4)])
    def test_a_change_lies_within_its_limits_and_turns_round_with_its_order(
        self, a: int, b: int, c: int, d: int
    ) -> None:
        first, second = around(Share(min(a, b), max(a, b))), around(Share(min(c, d), max(c, d)))
        found, back = change(first, second), change(second, first)
        assert -1 - 1e-9 <= found.low <= found.value <= found.high <= 1 + 1e-9
        assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


class TestGuard:
    def test_a_group_under_ten_is_shown_only_with_others(self) -> None:
        shown = guarded(told(40, 9, 4, 30))
        assert [(g.place, g.size) for g in shown] == [("村0", 40), ("村3", 30), (OTHERS, 13)]
        assert total(shown) == Told(OTHERS, 83, 83, 41)

    def test_the_only_small_one_takes_the_next_with_it(self) -> None:
        assert [(g.place, g.size) for g in guarded(told(40, 9, 30))] == [("村0", 40), (OTHERS, 39)]

    def test_small_ones_that_are_few_together_take_the_next_with_them(self) -> None:
        assert [g.size for g in guarded(told(40, 2, 3, 30))] == [40, 35]

    def test_where_all_are_small_they_are_called_all(self) -> None:
        assert [(g.place, g.size) for g in guarded(told(8, 7))] == [(ALL, 15)]

    def test_of_a_few_nothing_is_shown(self) -> None:
        assert guarded(told(9)) == ()
        assert guarded(told(3, 4)) == ()
        assert total(guarded(told(3, 4))) is None

    def test_who_lives_alone_in_the_only_village_is_not_bared(self) -> None:
        assert guarded(told(1, 0, 0)) == ()

    @given(st.lists(st.integers(0, 30), max_size=12))
    def test_no_sum_less_what_is_shown_is_under_ten(self, sizes: list[int]) -> None:
        shown = guarded(told(*sizes))
        assert all(g.size >= LEAST for g in shown)
        hidden = [size for size in sizes if size and f"村{sizes.index(size)}" not in {g.place for g in shown}]
        everybody = total(shown)
        assert everybody is None or everybody.size == sum(sizes)
        assert not shown or len([g for g in shown if g.place in (OTHERS, ALL)]) == any(
            0 < size < LEAST for size in hidden
        )
        assert all(one.size >= other.size or other.place == OTHERS for one, other in pairwise(shown))


def counts(asked: Sequence[Asked] = (), others: Sequence[Asked] = (), **more: object) -> Counts:
    """Counts of nothing but questions."""
    given: dict[str, object] = {"told": (), "taken": (), "quizzed": Share(0, 0)}
    return Counts(asked=asked, others=others, **{**given, **more})  # pyright: ignore[reportArgumentType] - the case names the fields


class TestComparison:
    def test_each_village_is_compared_with_the_one_most_like_it(self) -> None:
        here = [Asked("甲", 100, 20, 5), Asked("乙", 80, 4, 4)]
        there = [Asked("丙", 90, 4, 4), Asked("丁", 100, 20, 18), Asked("小", 9, 2, 2)]
        found = effects.effect(counts(here, there))
        assert [(pair.place, pair.other.place) for pair in found.pairs] == [("甲", "丁"), ("乙", "丙")]
        assert found.pairs[0].effect.value == pytest.approx(-0.13)
        assert found.compared
        assert (found.compared.told.size, found.compared.other.size) == (180, 190)

    def test_a_village_that_finds_no_other_is_not_compared(self) -> None:
        found = effects.effect(counts([Asked("甲", 100, 20, 5), Asked("乙", 80, 4, 4)], [Asked("丙", 90, 4, 4)]))
        assert [pair.place for pair in found.pairs] == ["甲"]
        assert effects.effect(counts([Asked("甲", 100, 20, 5)])).pairs == ()

    def test_halves_are_compared_within_their_village(self) -> None:
        here, there = [Asked("甲", 50, 9, 3), Asked("乙", 60, 9, 9)], [Asked("乙", 55, 9, 9), Asked("甲", 52, 9, 9)]
        found = effects.effect(counts(here, there, is_split=True))
        assert [(pair.told.size, pair.other.size) for pair in found.pairs] == [(60, 55), (50, 52)]

    def test_a_large_fall_beside_none_is_sure_and_a_small_one_is_not(self) -> None:
        fell = Pair(Asked("甲", 2000, 200, 60), Asked("乙", 2000, 200, 195))
        assert fell.effect.is_sure
        assert fell.effect.high < 0
        assert not Pair(Asked("甲", 20, 4, 2), Asked("乙", 20, 4, 4)).effect.is_sure

    def test_quizzes_are_compared_where_ten_took_them_before_and_after(self) -> None:
        after = [Taken("甲", 30, 24), Taken("乙", 20, 16)]
        found = effects.effect(counts(taken=after, quizzed=Share(10, 40))).quizzed
        assert found
        assert (found.before.value, found.after.value) == (0.25, 0.8)
        assert found.change.is_sure
        assert effects.effect(counts(taken=after, quizzed=Share(5, 9))).quizzed is None
        assert effects.effect(counts(taken=[Taken("甲", 9, 9)], quizzed=Share(10, 40))).quizzed is None

    def test_two_messages_are_set_beside_each_other_only_where_both_may_be_told(self) -> None:
        one = effects.effect(counts(told=[Told("甲", 100, 100, 60)], taken=[Taken("甲", 60, 50)]))
        other = effects.effect(counts(told=[Told("甲", 100, 100, 30)], taken=[Taken("甲", 9, 9)]))
        found = effects.contrast(other, one)
        assert found.opened
        assert effects.difference(found.opened).value == pytest.approx(0.3)
        assert effects.difference(found.opened).is_sure
        assert found.passed is None


class TestWindow:
    def test_as_long_before_as_after_and_not_before_a_week_has_gone(self) -> None:
        start = at("12-04 10:00")
        assert window(start, start + 6 * timedelta(days=1), 4 * WEEK).days == 0
        assert window(start, start + WEEK, 4 * WEEK).days == 7
        found = window(start, start + 10 * WEEK, 4 * WEEK)
        assert (found.before, found.end, found.days) == (start - 4 * WEEK, start + 4 * WEEK, 28)
