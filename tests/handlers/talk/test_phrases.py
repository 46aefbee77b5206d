"""What residents can press fits every channel, and what they read names the numbers that help."""

import pytest

from handlers.messages import Option
from handlers.residents import Village, place
from handlers.talk import phrases
from knowledge import topics

FIXED = [option for option in vars(phrases).values() if isinstance(option, Option)]
VALUE_BYTES = 64  # of a Telegram button, the least of all channels


@pytest.mark.parametrize("option", FIXED, ids=lambda option: option.value)
def test_a_fixed_option_fits_every_channel(option: Option) -> None:
    assert 0 < len(option.value.encode()) <= VALUE_BYTES
    assert 0 < len(option.label) <= 20


def test_the_option_of_every_topic_fits_every_channel() -> None:
    assert [t.id for t in topics.load() if len(f"topic:{t.id}".encode()) > VALUE_BYTES] == []


def test_every_order_and_every_smalltalk_has_its_words() -> None:
    from knowledge.text import lexicon

    assert set(phrases.SMALLTALK) == {*lexicon("smalltalk"), "refuse"}


@pytest.mark.parametrize(
    "said", [phrases.WELCOME, phrases.FLOODED, phrases.NO_CONSENT_IN_DANGER, phrases.ASK_CONSENT_AGAIN]
)
def test_whoever_may_be_in_danger_is_told_of_110(said: str) -> None:
    assert "110" in said


def test_a_village_is_written_with_its_town() -> None:
    assert place(Village(1, "示例一村", "安居镇")) == "安居镇示例一村"
