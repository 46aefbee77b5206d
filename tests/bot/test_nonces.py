"""A signed call comes in once, within five minutes of its time; for want of an answer it may come again."""

from bot.channels.nonces import KEPT, Nonces


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_call_that_was_answered_is_not_let_in_again() -> None:
    clock = Clock()
    nonces, at = Nonces(clock), str(int(clock.now))
    assert nonces.admits(at, "n", "call")
    assert nonces.admits(at, "n", "call"), "it had no answer yet"
    assert not nonces.admits(at, "n", "another call")
    nonces.answered("n")
    assert not nonces.admits(at, "n", "call")


def test_a_time_must_be_within_five_minutes_either_way() -> None:
    clock = Clock()
    nonces = Nonces(clock)
    given = {off: str(int(clock.now) + off) for off in (-301, -299, 299, 301)}
    assert {off: nonces.admits(at, str(off), "c") for off, at in given.items()} == {
        -301: False, -299: True, 299: True, 301: False,
    }  # fmt: skip
    assert not any(nonces.admits(at, "x", "c") for at in ("", "now", "-5", "１７００００００００", "9" * 5000))
    assert not nonces.admits(str(int(clock.now)), "", "c"), "no nonce at all"


def test_nonces_are_forgotten_when_their_time_is_over() -> None:
    clock = Clock()
    nonces = Nonces(clock)
    assert nonces.admits(str(int(clock.now)), "n", "c")
    nonces.answered("n")
    clock.now += KEPT + 1
    assert nonces.admits(str(int(clock.now)), "n", "c")
