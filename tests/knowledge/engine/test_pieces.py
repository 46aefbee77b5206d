"""Texts are cut into the most probable pieces, and never fail to be cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.engine import pieces
from knowledge.engine.pieces import END, START, UNKNOWN
from knowledge.engine.semantic import WEIGHTS

NAMES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "离", "婚", "离婚", "▁离婚", "财产"]
HELD = pieces.pieces(NAMES, [0, 0, 0, 0, -2, -5, -5, -6, -9, -7])
SHIPPED = pieces.read(WEIGHTS / "pieces.txt")


def _names(text: str) -> list[str]:
    return [NAMES[number] for number in HELD.cut(text, 100)[1:-1]]


def test_the_most_probable_cut_wins() -> None:
    assert _names("离婚财产") == ["▁", "离婚", "财产"]  # -15; with ▁离婚 in one piece -16


def test_what_has_no_piece_is_one_unknown_a_character() -> None:
    assert HELD.cut("离🙂", 100)[1:-1] == [4, 5, UNKNOWN]


def test_spaces_part_words_and_many_are_as_one() -> None:
    assert HELD.cut(" 离婚  财产\n", 100) == HELD.cut("离婚 财产", 100)


@pytest.mark.parametrize("text", ["", " ", "</s>", "<pad><s>"])
def test_marks_of_the_model_cannot_be_typed(text: str) -> None:
    assert set(HELD.cut(text, 100)[1:-1]) <= {4, UNKNOWN}


@given(st.text(max_size=300), st.integers(2, 50))
def test_any_text_is_cut_to_the_length_wanted(text: str, most: int) -> None:
    found = SHIPPED.cut(text, most)
    assert found[0] == START
    assert found[-1] == END
    assert len(found) <= most
    assert all(UNKNOWN <= number < len(SHIPPED.numbers) + UNKNOWN + 1 for number in found[1:-1])
