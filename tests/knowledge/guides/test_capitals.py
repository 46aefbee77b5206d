"""A sum in capital numerals says exactly what its figures say."""

from decimal import Decimal

import pytest

from knowledge.guides.capitals import MOST, capitals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("1.05", "壹元零伍分"), ("1.50", "壹元伍角整"),
        ("10.05", "壹拾元零伍分"), ("100", "壹佰元整"), ("1001", "壹仟零壹元整"), ("50000", "伍万元整"),
        ("35000.10", "叁万伍仟元壹角整"), ("100001", "壹拾万零壹元整"), ("1000100", "壹佰万零壹佰元整"),
        ("100000005", "壹亿零伍元整"), ("20000000000", "贰佰亿元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
    ],
)  # fmt: skip
def test_a_sum_is_written_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "0.001", str(MOST + 1)])
def test_what_cannot_be_written_exactly_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=amount):
        capitals(Decimal(amount))
