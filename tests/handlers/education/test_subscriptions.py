"""Nobody is told anything unasked who did not ask for it, and stopping takes one step."""

from datetime import timedelta

from handlers.education import subscriptions
from handlers.education.subscriptions import Frequency
from tests.handlers.shelf import NOW

LATER = NOW + timedelta(days=1)


def test_nobody_is_subscribed_who_did_not_ask() -> None:
    assert not subscriptions.is_open(None, NOW)
    assert subscriptions.is_open(subscriptions.start("r", None, NOW), NOW)


def test_stopping_is_one_step_and_holds() -> None:
    stopped = subscriptions.stop(subscriptions.start("r", None, NOW), NOW)
    assert not subscriptions.is_open(stopped, LATER)
    assert subscriptions.stop(stopped, LATER) == stopped


def test_a_pause_ends_by_itself() -> None:
    paused = subscriptions.pause(subscriptions.start("r", None, NOW), NOW)
    assert not subscriptions.is_open(paused, NOW + timedelta(days=29))
    assert subscriptions.is_open(paused, NOW + timedelta(days=30))


def test_who_comes_back_finds_what_was_chosen() -> None:
    chosen = subscriptions.choose(subscriptions.start("r", None, NOW), "劳动")
    rare = subscriptions.at_most(chosen, Frequency.MONTHLY)
    again = subscriptions.start("r", subscriptions.stop(rare, NOW), LATER)
    assert (again.fields, again.frequency, again.started_at) == ({"劳动"}, Frequency.MONTHLY, LATER)
    assert subscriptions.start("r", rare, LATER) == rare


def test_a_field_is_put_in_and_taken_out() -> None:
    begun = subscriptions.start("r", None, NOW)
    assert subscriptions.choose(subscriptions.choose(begun, "劳动"), "劳动") == begun
