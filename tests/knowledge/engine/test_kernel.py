"""Topics are told apart by everything they say."""

import numpy as np
import pytest

from knowledge.engine import fuzzy, index, kernel
from knowledge.engine.index import Floats

VARIANTS = ("老板欠我工资不给", "工资拖着不发", "狗把人咬了", "被狗咬伤赔多少")
OWNERS = np.array([0, 0, 1, 1])
BODIES = (("工资要按月足额发",), ("动物伤人饲养人要赔",))


def vectors(texts: tuple[str, ...]) -> Floats:
    rows = np.zeros((len(texts), 512), np.float32)
    for row, text in zip(rows, texts, strict=True):
        np.add.at(row, [ord(char) % 512 for char in text], 1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def learned() -> kernel.Kernel:
    texts = kernel.gather(VARIANTS, OWNERS, BODIES)
    found = kernel.learn(texts, vectors(texts.texts), 2)
    assert found is not None
    return found


@pytest.mark.parametrize(("question", "topic"), [("拖欠工资怎么办", 0), ("动物伤人找饲养人", 1), ("狗咬", 1)])
def test_a_question_belongs_to_the_topic_that_says_its_words(learned: kernel.Kernel, question: str, topic: int) -> None:
    sounds = index.sound_keys(fuzzy.syllables(question))
    scores = learned.scores(index.text_keys(question), sounds, vectors((question,))[0])
    assert int(scores.argmax()) == topic


def test_likeness_of_texts_to_each_other_is_symmetric_and_highest_to_itself() -> None:
    texts = kernel.gather(VARIANTS, OWNERS, BODIES)
    _, likeness = kernel.compared(texts, vectors(texts.texts))
    assert likeness == pytest.approx(likeness.T, abs=1e-5)
    assert (likeness.argmax(axis=1) == np.arange(len(likeness))).all()
    assert np.diag(likeness) == pytest.approx(2.5, abs=1e-4)


def test_what_was_learned_is_read_back(learned: kernel.Kernel) -> None:
    again = kernel.of(kernel.arrays(learned))
    assert again is not None
    keys, vector = index.text_keys("工资"), vectors(("工资",))[0]
    none = np.empty(0, np.uint64)
    assert again.scores(keys, none, vector) == pytest.approx(learned.scores(keys, none, vector), abs=1e-2)
    assert kernel.of({}) is None


def test_without_topics_nothing_is_learned() -> None:
    texts = kernel.gather((), np.empty(0, np.int64), ())
    assert kernel.learn(texts, np.empty((0, 512), np.float32), 0) is None


def test_with_fewer_landmarks_than_texts_it_still_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "LANDMARKS", 4)
    texts = kernel.gather(VARIANTS, OWNERS, BODIES)
    found = kernel.learn(texts, vectors(texts.texts), 2)
    assert found is not None
    assert found.shares.shape == (4, 2)
    sounds = index.sound_keys(fuzzy.syllables("拖欠工资"))
    assert int(found.scores(index.text_keys("拖欠工资"), sounds, vectors(("拖欠工资",))[0]).argmax()) == 0
