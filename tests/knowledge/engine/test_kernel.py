"""Topics are told apart by everything they say."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.engine import fuzzy, index, kernel
from knowledge.engine.index import Floats
from knowledge.engine.kernel import Likeness, Meaning, Words

VARIANTS = ("老板欠我工资不给", "工资拖着不发", "狗把人咬了", "被狗咬伤赔多少")
OWNERS = np.array([0, 0, 1, 1])
TEXTS = kernel.gather(VARIANTS, OWNERS, (("工资要按月足额发",), ("动物伤人饲养人要赔",)))
WORDS = kernel.read(TEXTS.texts)
BOTH = np.arange(2)


def vectors(texts: tuple[str, ...]) -> Floats:
    rows = np.zeros((len(texts), 512), np.float32)
    for row, text in zip(rows, texts, strict=True):
        np.add.at(row, [ord(char) % 512 for char in text], 1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def compared(words: Words, meaning: Meaning, text: str) -> Likeness:
    sounds = index.sound_keys(fuzzy.syllables(text))
    return words.compare(index.text_keys(text), sounds).with_meaning(meaning.likeness(vectors((text,))[0]))


@pytest.fixture(scope="module")
def learned() -> Meaning:
    found = kernel.learn(TEXTS, WORDS, vectors(TEXTS.texts), 2)
    assert found is not None
    return found


@pytest.mark.parametrize(("question", "topic"), [("拖欠工资怎么办", 0), ("老板不发钱", 0), ("狗咬", 1)])
def test_a_question_belongs_to_the_topic_that_says_its_words(learned: Meaning, question: str, topic: int) -> None:
    assert int(learned.scores(compared(WORDS, learned, question), BOTH).argmax()) == topic


@pytest.mark.parametrize("place", range(len(TEXTS.texts)))
def test_a_text_is_most_like_itself(learned: Meaning, place: int) -> None:
    likeness = compared(WORDS, learned, TEXTS.texts[place])
    assert int(likeness.mixed.argmax()) == place
    assert likeness.mixed[place] == pytest.approx(1 + kernel.SOUNDS + kernel.MEANING, abs=1e-4)


def test_without_meaning_words_and_sounds_still_compare() -> None:
    likeness = WORDS.compare(index.text_keys("狗咬人"), index.sound_keys(fuzzy.syllables("狗咬人")))
    assert likeness.meaning is None
    assert likeness.mixed == pytest.approx(likeness.words + likeness.sounds / 2)


def test_what_was_learned_is_read_back(learned: Meaning) -> None:
    again = kernel.of(kernel.arrays(learned))
    assert again is not None
    asked = compared(WORDS, learned, "工资")
    assert again.scores(asked, BOTH) == pytest.approx(learned.scores(asked, BOTH), abs=1e-2)
    assert learned.scores(asked, BOTH[1:]) == pytest.approx(learned.scores(asked, BOTH)[1:])
    assert kernel.of({}) is None


def test_without_topics_nothing_is_learned() -> None:
    texts = kernel.gather((), np.empty(0, np.int64), ())
    assert kernel.learn(texts, kernel.read(texts.texts), np.empty((0, 512), np.float32), 0) is None


def test_of_more_questions_than_are_allowed_some_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MOST", 3)
    found = kernel.learn(TEXTS, WORDS, vectors(TEXTS.texts), 2)
    assert found is not None
    assert found.shares.shape == (2, 3)
    assert int(found.scores(compared(WORDS, found, "拖欠工资"), BOTH).argmax()) == 0


@pytest.mark.parametrize("size", [1, 4, 7, 8, 9])
def test_learning_in_blocks_solves_what_it_should(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(kernel, "_BLOCK", 4)
    random = np.random.default_rng(size)
    half = random.normal(size=(size, size)).astype(np.float32)
    matrix, wanted = half @ half.T + np.eye(size, dtype=np.float32), random.normal(size=(size, 3)).astype(np.float32)
    found = kernel._solved(matrix.copy(), wanted.copy())  # pyright: ignore[reportPrivateUsage] - what it is checked for is not seen from outside
    assert matrix @ found == pytest.approx(wanted, abs=1e-3)


def test_words_kept_on_disk_compare_as_those_read_anew(tmp_path: Path) -> None:
    first, again = kernel.kept(TEXTS.texts, tmp_path), kernel.kept(TEXTS.texts, tmp_path)
    for held in (first, again):
        for one, other in ((held.words, WORDS.words), (held.sounds, WORDS.sounds)):
            assert all(np.array_equal(array, other.arrays()[name]) for name, array in one.arrays().items())
    assert len(list(tmp_path.glob("words-*"))) == 1


def test_words_that_were_cut_short_on_disk_are_read_anew(tmp_path: Path) -> None:
    kernel.kept(TEXTS.texts, tmp_path)
    (file,) = tmp_path.glob("words-*/words_docs.npy")
    file.write_bytes(file.read_bytes()[:-4])
    assert np.array_equal(kernel.kept(TEXTS.texts, tmp_path).words.docs, WORDS.words.docs)


def test_other_texts_are_not_answered_from_what_was_kept(tmp_path: Path) -> None:
    kernel.kept(TEXTS.texts, tmp_path)
    assert kernel.kept(("别的",), tmp_path).words.size == 1
