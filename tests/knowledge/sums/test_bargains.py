"""Child support, deposits, penalties and punitive damages, worked out by hand from their articles."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.results import Result, Unclear
from knowledge.sums import consumer, contracts, family


@pytest.mark.parametrize(
    ("income", "children", "value"),
    [
        (5_000, 1, "1,000～1,500"), (6_000, 1, "1,200～1,800"), (6_000, 2, "1,200～3,000"),
        (6_000, 3, "1,200～3,000"),
        (Decimal("4567.89"), 1, "913.58～1,370.37"), (Decimal("4567.89"), 2, "913.58～2,283.95"),  # 2,283.945
    ],
)  # fmt: skip
def test_child_support_is_a_share_of_the_income(income: int | Decimal, children: int, value: str) -> None:
    assert family.child_support(income=income, children=children).value == value


@pytest.mark.parametrize(
    ("price", "paid", "broke", "value"),
    [
        (100_000, 10_000, "收方", "20000"), (100_000, 10_000, "付方", "0"),
        (100_000, 20_000, "收方", "40000"), (100_000, 20_000, "付方", "0"),  # exactly a fifth
        (100_000, Decimal("20000.01"), "收方", "40000.01"), (100_000, Decimal("20000.01"), "付方", "0.01"),
        (100_000, 30_000, "收方", "50000"), (100_000, 30_000, "付方", "10000"),  # 20,000 × 2 + 10,000
        (999, 500, "收方", "699.80"), (999, 500, "付方", "300.20"),  # a fifth is 199.80
    ],
)  # fmt: skip
def test_a_deposit_is_lost_or_doubled_up_to_a_fifth_of_the_price(
    price: int, paid: int | Decimal, broke: str, value: str
) -> None:
    assert contracts.deposit(price=price, paid=paid, broke=broke).value == Decimal(value)


@pytest.mark.parametrize(
    ("agreed", "loss", "value"),
    [
        (30_000, 30_000, 30_000), (39_000, 30_000, 39_000), (Decimal("39000.01"), 30_000, None),
        (50_000, 30_000, None),
        (Decimal("29999.99"), 30_000, None), (5_000, 30_000, None), (5_000, 0, None),
    ],
)  # fmt: skip
def test_a_penalty_stands_between_the_loss_and_a_third_more(
    agreed: int | Decimal, loss: int, value: int | None
) -> None:
    assert contracts.penalty(agreed=agreed, loss=loss).value == value


@pytest.mark.parametrize(
    ("price", "value"),
    [(1, 500), (100, 500), (Decimal("166.66"), 500), (Decimal("166.67"), "500.01"), (200, 600), (3_999, 11_997)],
)
def test_fraud_costs_three_times_the_price_and_five_hundred_at_least(price: int | Decimal, value: int | str) -> None:
    assert consumer.fraud_compensation(price=price).value == Decimal(value)


@pytest.mark.parametrize(
    ("price", "loss", "value"),
    [
        (5, 0, 1_000), (Decimal("99.99"), 0, 1_000), (100, 0, 1_000), (Decimal("100.01"), 0, "1000.10"),
        (300, 0, 3_000),
        (30, 300, 1_000), (30, Decimal("333.34"), "1000.02"), (30, 500, 1_500), (300, 1_000, 3_000),
        (300, 1_001, 3_003),
        (300, None, 3_000),
    ],
)  # fmt: skip
def test_unsafe_food_costs_ten_times_the_price_or_three_times_the_loss(
    price: int | Decimal, loss: int | Decimal | None, value: int | str
) -> None:
    assert consumer.food_compensation(price=price, loss=loss).value == Decimal(value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: family.child_support(income=0),
        lambda: family.child_support(income=5_000, children=0),
        lambda: contracts.deposit(price=0, paid=1, broke="付方"),
        lambda: contracts.deposit(price=100, paid=1, broke="双方"),
        lambda: contracts.penalty(agreed=0, loss=1),
        lambda: contracts.penalty(agreed=1, loss=-1),
        lambda: consumer.fraud_compensation(price=0),
        lambda: consumer.food_compensation(price=10, loss=-1),
    ],
)
def test_what_makes_no_sense_is_asked_again(ask: Callable[[], Result]) -> None:
    with pytest.raises(Unclear):
        ask()


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_both_sides_of_a_deposit_differ_by_twice_of_what_counts_as_one(price: int, paid: int) -> None:
    back = contracts.deposit(price=price, paid=paid, broke="收方").value
    kept = contracts.deposit(price=price, paid=paid, broke="付方").value
    assert isinstance(back, Decimal)
    assert isinstance(kept, Decimal)
    assert back - kept == 2 * min(Decimal(paid), Decimal(price) / 5)
