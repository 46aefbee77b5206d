"""Meaning serves when its model is there, and stays silent when it is not."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.engine import semantic
from knowledge.engine.semantic import LONGEST, WIDTH, Sentences


@pytest.fixture(scope="module")
def held() -> Sentences:
    return _loaded()


@cache
def _loaded() -> Sentences:
    sentences = Sentences()
    sentences.start()
    assert sentences.wait(20)
    return sentences


def test_each_text_has_a_row_of_length_one(held: Sentences) -> None:
    rows = held.encode(["离婚后孩子归谁", "", "🙂"])
    assert rows is not None
    assert rows.shape == (3, WIDTH)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)


def test_what_means_the_same_is_near_without_a_word_in_common(held: Sentences) -> None:
    rows = held.encode(["男人在外头有人了", "老公出轨", "车子被追尾了"])
    assert rows is not None
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_a_text_has_the_same_row_whatever_stands_beside_it(held: Sentences) -> None:
    alone, beside = held.encode(["彩礼能退吗"]), held.encode(["工伤" * 60, "彩礼能退吗"])
    assert alone is not None
    assert beside is not None
    assert np.array_equal(alone[0], beside[1])


def test_nothing_beyond_the_longest_text_is_read(held: Sentences) -> None:
    rows = held.encode(["法" * LONGEST, "法" * 100_000])
    assert rows is not None
    assert np.array_equal(rows[0], rows[1])


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_finite_row(text: str) -> None:
    rows = _loaded().encode([text])
    assert rows is not None
    assert np.isfinite(rows).all()


def test_before_it_is_loaded_there_is_no_vector() -> None:
    assert Sentences().encode(["离婚"]) is None


def test_no_texts_give_no_rows(held: Sentences) -> None:
    rows = held.encode([])
    assert rows is not None
    assert rows.shape == (0, WIDTH)


def test_a_missing_runtime_is_named_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    sentences = Sentences()
    sentences.load()
    assert not sentences.ready
    assert not sentences.wait(0)
    assert "onnxruntime" in str(sentences.failure)


def test_a_cut_off_model_is_named_not_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copy(semantic.WEIGHTS / "pieces.txt", tmp_path)
    whole = (semantic.WEIGHTS / "meaning.onnx").read_bytes()
    (tmp_path / "meaning.onnx").write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(semantic, "WEIGHTS", tmp_path)
    sentences = Sentences()
    sentences.load()
    assert not sentences.ready
    assert sentences.failure


def test_another_model_has_another_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = semantic.edition()
    (tmp_path / "meaning.onnx").write_bytes(b"another")
    monkeypatch.setattr(semantic, "WEIGHTS", tmp_path)
    assert semantic.edition.__wrapped__() != named


ENDING = """
from threading import Event, Thread
from knowledge.engine.semantic import Sentences

begun, sentences = Event(), Sentences()
sentences.load()


def work():
    while True:
        sentences.encode(["工伤" * 70])
        begun.set()


Thread(target=work, daemon=True).start()
begun.wait()
"""


def test_a_process_ends_in_peace_while_another_thread_makes_vectors() -> None:
    ended = [subprocess.run([sys.executable, "-c", ENDING], check=False, timeout=60).returncode for _ in range(5)]
    assert ended == [0] * 5
