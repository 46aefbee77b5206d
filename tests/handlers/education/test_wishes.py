"""A resident subscribes, chooses, rests and stops in a word each, and stopping is heard in every state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import turns
from handlers.cases import Library
from handlers.education import subscriptions, wishes
from handlers.education.subscriptions import Frequency, Subscription
from handlers.messages import Kind
from handlers.outcomes import Outcome
from handlers.routes import To, pick
from handlers.talk.dialogue import Admission, Dialogue, Stage
from tests.handlers.shelf import NOW, STRANGER, case, inbound, text, values

HELD = subscriptions.start(STRANGER.id, None, NOW)


def say(library: Library, words: str, held: Subscription | None, kind: Kind = Kind.TEXT) -> Outcome:
    asked = replace(case(library, inbound(words, kind)), subscription=held)
    return turns.outcome(asked, pick(asked, Admission.WELCOME))


@pytest.mark.parametrize("words", ["订阅", "/订阅", "我要订阅", "/subscribe", "订阅。"])
def test_a_word_subscribes_and_says_the_way_out(library: Library, words: str) -> None:
    outcome = say(library, words, None)
    assert outcome.subscription == HELD
    assert "退订" in text(outcome)
    assert values(outcome) == ["wish:fields", "wish:roles", "wish:weekly", "wish:monthly", "wish:pause", "unsubscribe"]


@pytest.mark.parametrize("words", ["退订", "TD", "/stop", "不要推送", "退订！"])
@pytest.mark.parametrize("stage", [Stage.FREE, Stage.CHOOSING, Stage.TELLING, Stage.INTERVIEWING, Stage.PLACING])
@pytest.mark.parametrize("admission", list(Admission))
def test_stopping_is_heard_in_every_state_and_in_any_flood(
    library: Library, words: str, stage: Stage, admission: Admission
) -> None:
    asked = replace(case(library, words, dialogue=Dialogue(stage=stage)), subscription=HELD)
    route = pick(asked, admission)
    outcome = turns.outcome(asked, route)
    assert outcome.subscription == subscriptions.stop(HELD, NOW)
    assert outcome.dialogue.stage is stage


def test_the_button_under_an_old_push_still_stops(library: Library) -> None:
    outcome = say(library, "unsubscribe", HELD, Kind.CHOICE)
    assert outcome.subscription == subscriptions.stop(HELD, NOW)


def test_who_never_subscribed_is_told_so(library: Library) -> None:
    for held in (None, subscriptions.stop(HELD, NOW)):
        outcome = say(library, "退订", held)
        assert outcome.subscription is None
        assert "没有订阅" in text(outcome)


def test_fields_are_chosen_one_by_one(library: Library) -> None:
    asked = replace(case(library, "x"), subscription=HELD)
    first = wishes.wished(asked, "fields")
    assert values(first) == ["wish:field:劳动", "subscribe"]
    chosen = wishes.wished(asked, "field:劳动")
    assert chosen.subscription == replace(HELD, fields=frozenset({"劳动"}))
    assert [o.label for o in chosen.replies[0].options][:1] == ["✓ 劳动"]


@pytest.mark.parametrize("frequency", [Frequency.WEEKLY, Frequency.MONTHLY])
def test_how_often_is_chosen(library: Library, frequency: Frequency) -> None:
    outcome = wishes.wished(replace(case(library, "x"), subscription=HELD), frequency)
    assert outcome.subscription == replace(HELD, frequency=frequency)


def test_who_says_what_they_are_may_take_it_back(library: Library) -> None:
    asked = replace(case(library, "x"), subscription=HELD)
    assert [o.label for o in wishes.wished(asked, "roles").replies[0].options][:2] == ["打工的", "种地的"]
    said = wishes.wished(asked, "role:worker")
    assert said.subscription == replace(HELD, role="worker")
    assert "您是：打工的" in text(said)
    again = replace(asked, subscription=said.subscription)
    assert next(o.label for o in wishes.wished(again, "roles").replies[0].options) == "✓ 打工的"
    assert wishes.wished(again, "role:worker").subscription == HELD
    assert wishes.wished(asked, "role:king").subscription == HELD


def test_a_pause_lasts_a_month(library: Library) -> None:
    outcome = wishes.wished(replace(case(library, "x"), subscription=HELD), "pause")
    assert outcome.subscription == replace(HELD, paused_until_at=NOW + timedelta(days=30))


def test_after_the_word_to_stop_no_old_option_begins_it_again(library: Library) -> None:
    stopped = replace(case(library, "x"), subscription=subscriptions.stop(HELD, NOW))
    assert wishes.wished(stopped, "pause").subscription is None


def test_an_option_that_is_not_on_offer_does_nothing(library: Library) -> None:
    asked = case(library, inbound("wish:pause", Kind.CHOICE))
    assert pick(asked, Admission.WELCOME).to is To.EXPIRED
