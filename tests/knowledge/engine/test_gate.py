"""Other talk is told from legal questions by plain numbers."""

import numpy as np
import pytest

from knowledge.engine import gate, library
from knowledge.engine.index import Floats
from knowledge.engine.library import FEATURES
from knowledge.engine.semantic import WIDTH


def _like(likeness: float) -> Floats:
    return np.full((3, len(FEATURES)), likeness, np.float32)


@pytest.mark.parametrize("name", gate.MODELS)
def test_the_shipped_gate_is_whole(name: str) -> None:
    held = gate.load(name)
    assert held.words.shape == (1 << gate.BUCKETS,)
    assert held.meaning.shape == (WIDTH,)
    assert held.signs.shape == (len(gate.SIGNS) + 2,)


def test_words_of_the_law_open_it_and_those_of_the_kitchen_do_not() -> None:
    held = gate.load("lexical")
    legal, other = (held.talk(library.ask(text)) for text in ("公司违法解除劳动合同要赔偿吗", "红烧肉放多少糖"))
    assert legal > 0 > other


@pytest.mark.parametrize("text", ["", "?", "🍎🍎🍎", "x" * 100_000])
def test_odd_messages_have_a_chance_too(text: str) -> None:
    assert 0 <= gate.load("lexical").chance(library.ask(text), _like(0.0)) <= 1


def test_without_topics_only_what_is_said_counts() -> None:
    held = gate.load("lexical")
    assert 0 <= held.chance(library.ask("离婚"), np.empty((0, len(FEATURES)), np.float32)) <= 1


def test_the_more_like_what_topics_are_asked_the_likelier_it_is_legal() -> None:
    held = gate.load("full")
    message = library.ask("邻居")
    assert held.chance(message, _like(0.8)) > held.chance(message, _like(0.1))
