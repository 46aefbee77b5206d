"""Questions that are spelt alike or sound alike are found."""

import pytest

from knowledge.engine.fuzzy import is_pinyin, likeness, syllables


def test_the_question_spelt_most_alike_scores_highest() -> None:
    scores = likeness("离婚要多久", ["离婚要好久", "狗咬人", "工资"])
    assert scores.argmax() == 0
    assert 0 <= scores.min() <= scores.max() <= 1


def test_without_variants_there_is_no_score() -> None:
    assert likeness("离婚", []).shape == (0,)


@pytest.mark.parametrize(
    ("one", "other"), [("仲才", "仲裁"), ("彩里", "彩礼"), ("离昏", "lihun"), ("南川", "兰穿"), ("诉讼", "shusong")]
)
def test_homophones_and_chongqing_mergers_sound_alike(one: str, other: str) -> None:
    assert syllables(one) == syllables(other)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("lihun zenme ban", True),
        ("laobanbugeigongzi", True),
        ("hello world", False),
        ("离婚怎么办", False),
        ("我的app被骗", False),
        ("", False),
        ("1234", False),
    ],
)
def test_pinyin_is_told_from_other_letters(text: str, answer: bool) -> None:
    assert is_pinyin(text) is answer
