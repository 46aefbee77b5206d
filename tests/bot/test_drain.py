"""A push to the whole district goes out at the pace that was set, by a clock that is simulated."""

import pytest

from tests.bot.simulated import drain, simulated

SUBSCRIBERS, RATE, WINDOW = 260_000, 25.0, 8  # as config.toml has them


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_260_000_go_out_at_25_a_second_never_faster_and_answers_do_not_wait() -> None:
    found = simulated(drain(SUBSCRIBERS, RATE, WINDOW, ask=5.0))
    print(f"\nsimulated: {found}")
    assert found.told >= SUBSCRIBERS
    assert (found.twice, found.refused) == (0, 0)
    assert RATE * 0.97 <= found.per_second <= RATE + 0.01
    assert found.most <= 30  # that is where Telegram refuses
    assert found.most_in_ten <= RATE * 10 + RATE * 0.2  # the burst that is allowed on top
    assert found.p99_wait <= 1.0


def test_a_thousand_show_the_same_in_a_moment() -> None:
    found = simulated(drain(1000, RATE, WINDOW, ask=1.0))
    assert (found.twice, found.refused) == (0, 0)
    assert found.per_second >= RATE * 0.97
    assert found.p99_wait <= 1.0
