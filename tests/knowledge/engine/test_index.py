"""Texts are found by their words, and a kept index is read back whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.engine import index

TEXTS = ("用人单位拖欠工资", "饲养的动物造成他人损害", "离婚后子女抚养费", "借款利息不得超过四倍")


@pytest.fixture
def built() -> index.Index:
    return index.build((1.0, TEXTS))


@pytest.mark.parametrize(("question", "place"), [("拖欠工资", 0), ("动物损害", 1), ("抚养费", 2), ("四倍利息", 3)])
def test_the_text_with_the_words_comes_first(built: index.Index, question: str, place: int) -> None:
    assert int(np.argmax(built.scores(index.text_keys(question)))) == place


@pytest.mark.parametrize("question", ["", "法", "🀄🀄", "zzz", "\ufffd\ufffd"])
def test_what_no_text_holds_scores_nothing(built: index.Index, question: str) -> None:
    assert not built.scores(index.text_keys(question)).any()


def test_a_score_stays_about_within_the_bound(built: index.Index) -> None:
    keys = index.text_keys("拖欠工资")
    assert 0 < built.scores(keys).max() <= built.bound(keys) * (index.K1 + 1)


def test_a_field_counts_by_its_weight() -> None:
    texts, laws = ("甲乙", "丙丁"), ("丙丁", "甲乙")
    scores = index.build((1.0, texts), (0.5, laws)).scores(index.text_keys("甲乙"))
    assert scores[0] == pytest.approx(2 * scores[1])


def test_more_texts_than_one_batch_are_all_found() -> None:
    texts = [f"{chr(0x4E00 + i)}{chr(0x4E01 + i)}" for i in range(9000)]
    built = index.build((1.0, texts), keys=index.bigram_keys)
    for place in (0, 4095, 4096, 8999):
        assert int(np.argmax(built.scores(index.bigram_keys(texts[place])))) == place


def test_an_index_is_read_back_as_it_was(built: index.Index, tmp_path: Path) -> None:
    index.save(tmp_path, "texts-1", built.arrays())
    kept = index.load(tmp_path, "texts-1")
    assert kept is not None
    keys = index.text_keys("拖欠工资")
    assert np.array_equal(index.Index.of(kept).scores(keys), built.scores(keys))


def test_a_truncated_or_altered_file_is_not_read(built: index.Index, tmp_path: Path) -> None:
    index.save(tmp_path, "texts-1", built.arrays())
    file = tmp_path / "texts-1" / "weights.npy"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert index.load(tmp_path, "texts-1") is None
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert index.load(tmp_path, "texts-1") is None
    (tmp_path / "texts-1" / "sums.json").write_text("{")
    assert index.load(tmp_path, "texts-1") is None


def test_a_missing_index_is_none(tmp_path: Path) -> None:
    assert index.load(tmp_path / "nowhere", "texts-1") is None


def test_a_new_edition_replaces_the_old(built: index.Index, tmp_path: Path) -> None:
    index.save(tmp_path, "texts-1", built.arrays())
    index.save(tmp_path, "texts-2", built.arrays())
    assert {path.name for path in tmp_path.iterdir()} == {"texts-2"}


def test_the_cosines_among_texts_are_those_of_each_with_all() -> None:
    keys = [index.text_keys(text) for text in (*TEXTS, "用人单位应当支付工资")]
    built = index.cosine(keys)
    assert built.among() == pytest.approx(np.stack([built.cosines(one) for one in keys]), abs=1e-5)


def test_spans_follow_each_other() -> None:
    assert index.spans(np.array([3, 7, 7]), np.array([5, 7, 10])).tolist() == [3, 4, 7, 8, 9]
