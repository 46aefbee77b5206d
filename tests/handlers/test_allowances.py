"""What may be sent of our own accord is counted as the platform counts it."""

from datetime import UTC, datetime, timedelta

from handlers import allowances
from handlers.allowances import Allowance

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_nothing_may_be_sent_to_who_never_wrote() -> None:
    assert allowances.left(Allowance(), NOON) == 0


def test_five_follow_a_message_for_48_hours() -> None:
    held = allowances.wrote(Allowance(), NOON)
    for sent in range(5):
        assert allowances.left(held, NOON + 47 * HOUR) == 5 - sent
        held = allowances.spend(held, NOON + 47 * HOUR)
    assert allowances.left(held, NOON) == 0
    assert allowances.left(allowances.wrote(Allowance(), NOON), NOON + 48 * HOUR) == 0


def test_a_new_message_allows_five_again_and_the_same_one_told_twice_does_not() -> None:
    spent = allowances.spend(allowances.wrote(Allowance(), NOON), NOON)
    assert allowances.left(allowances.wrote(spent, NOON), NOON) == 4
    assert allowances.left(allowances.wrote(spent, NOON + HOUR), NOON + HOUR) == 5
    assert allowances.wrote(spent, NOON - HOUR) == spent, "one that came late"


def test_three_follow_a_click_for_a_minute_and_are_used_first() -> None:
    held = allowances.pressed(allowances.wrote(Allowance(), NOON), NOON)
    assert allowances.left(held, NOON) == 8
    held = allowances.spend(held, NOON)
    assert (held.pressed, held.written) == (1, 0)
    assert allowances.left(held, NOON + timedelta(seconds=60)) == 5


def test_when_the_platform_says_so_nothing_is_left() -> None:
    held = allowances.exhaust(allowances.pressed(allowances.wrote(Allowance(), NOON), NOON))
    assert allowances.left(held, NOON) == 0
    assert allowances.left(allowances.wrote(held, NOON + HOUR), NOON + HOUR) == 5
