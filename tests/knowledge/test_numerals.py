"""Article numbers in Chinese and back."""

import pytest

from knowledge.numerals import from_chinese, to_chinese


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (115, "一百一十五"),
     (1000, "一千"), (1008, "一千零八"), (1077, "一千零七十七"), (1200, "一千二百"), (1260, "一千二百六十")],
)  # fmt: skip
def test_numbers_are_written_as_statutes_write_them(number: int, text: str) -> None:
    assert to_chinese(number) == text
    assert from_chinese(text) == number


def test_every_number_up_to_the_longest_code_survives_the_round_trip() -> None:
    assert all(from_chinese(to_chinese(number)) == number for number in range(1, 2000))


@pytest.mark.parametrize(("text", "number"), [("一零七七", 1077), ("两百", 200), ("1077", 1077), ("〇", 0)])
def test_spoken_forms_are_understood(text: str, number: int) -> None:
    assert from_chinese(text) == number


@pytest.mark.parametrize("text", ["", "好多", "一百个"])
def test_what_is_no_number_gives_none(text: str) -> None:
    assert from_chinese(text) is None


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_numbers_no_statute_has_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        to_chinese(number)
