"""A few characters with a plain word of the law are a legal question, and are asked back rather than turned away."""

from pathlib import Path

import pytest

from knowledge import topics
from knowledge.engine.match import Matcher
from knowledge.text import names_law, normalise

LEAST = 0.5  # decide.legal of the configuration


@pytest.fixture(scope="module")
def matcher(built: Path) -> Matcher:
    return Matcher.build(topics.load(), None, built / "index")


@pytest.mark.slow
@pytest.mark.parametrize("said", ["离婚", "我想离婚", "我要告他", "坐牢", "律师", "房子", "家暴", "遗产"])
def test_a_plain_word_is_never_turned_away(matcher: Matcher, said: str) -> None:
    found = matcher.match(said)
    assert found.legal >= LEAST
    assert found.bare


@pytest.mark.slow
@pytest.mark.parametrize("said", ["红烧肉", "今天好热", "放首歌", "买手机"])
def test_other_talk_of_a_few_characters_still_is(matcher: Matcher, said: str) -> None:
    found = matcher.match(said)
    assert found.legal < LEAST


def test_a_plain_word_is_found_wherever_it_stands() -> None:
    assert names_law(normalise("我要離婚"))
    assert not names_law(normalise("红烧肉"))
