"""Court fees, worked out by hand from 诉讼费用交纳办法 13 to 18."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.results import Result, Unclear
from knowledge.sums import fees
from knowledge.sums.figures import FEN
from knowledge.sums.rule import rule

# amount, fee: the fee at the bound of each bracket is the one below it plus the full bracket
COURT = [
    ("0.01", "50"), ("1", "50"), ("5000", "50"), ("9999.99", "50"), ("10000", "50"),
    ("10000.01", "50"),  # 0.01 × 2.5% = 0.00025, no fen
    ("10000.20", "50.01"),  # 0.20 × 2.5% = 0.005, half a fen up
    ("10000.40", "50.01"), ("10001", "50.03"),  # 1 × 2.5% = 0.025
    ("20000", "300"),  # 50 + 10,000 × 2.5%
    ("30000", "550"), ("50000", "1050"), ("88000", "2000"),  # 50 + 78,000 × 2.5%
    ("99999.99", "2300"),  # 50 + 89,999.99 × 2.5% = 2,299.99975
    ("100000", "2300"), ("100000.01", "2300"), ("100000.50", "2300.01"), ("100001", "2300.02"),
    ("150000", "3300"), ("199999.99", "4300"), ("200000", "4300"), ("200000.01", "4300"), ("200001", "4300.02"),
    ("200000.33", "4300"), ("200000.34", "4300.01"),  # 0.34 × 1.5% = 0.0051
    ("256789", "5151.84"),  # 4,300 + 56,789 × 1.5% = 5,151.835
    ("300000", "5800"), ("499999.99", "8800"), ("500000", "8800"), ("500000.01", "8800"), ("500001", "8800.01"),
    ("600000", "9800"), ("999999.99", "13800"), ("1000000", "13800"), ("1000000.01", "13800"),
    ("1000001", "13800.01"),
    ("1500000", "18300"), ("1999999.99", "22800"), ("2000000", "22800"), ("2000000.01", "22800"),
    ("2000001", "22800.01"),
    ("3000000", "30800"), ("4999999.99", "46800"), ("5000000", "46800"), ("5000000.01", "46800"),
    ("5000001", "46800.01"),
    ("8000000", "67800"), ("9999999.99", "81800"), ("10000000", "81800"), ("10000000.01", "81800"),
    ("10000001", "81800.01"), ("15000000", "111800"), ("19999999.99", "141800"), ("20000000", "141800"),
    ("20000000.01", "141800"), ("20000001", "141800.01"),  # 0.005
    ("30000000", "191800"), ("100000000", "541800"),  # 141,800 + 80,000,000 × 0.5%
]  # fmt: skip
ENFORCEMENT = [
    ("0.01", "50"), ("5000", "50"), ("9999.99", "50"), ("10000", "50"), ("10000.01", "50"), ("10001", "50.02"),  # 0.015
    ("30000", "350"), ("499999.99", "7400"), ("500000", "7400"), ("500000.01", "7400"), ("500001", "7400.01"),
    ("1000000", "12400"), ("4999999.99", "52400"), ("5000000", "52400"),  # 7,400 + 4,500,000 × 1%
    ("5000000.01", "52400"), ("5000001", "52400.01"), ("9999999.99", "77400"), ("10000000", "77400"),
    ("10000000.01", "77400"), ("10001000", "77401"), ("20000000", "87400"),  # 77,400 + 10,000,000 × 0.1%
]  # fmt: skip
PRESERVATION = [
    ("0", "30"), ("800", "30"), ("999.99", "30"), ("1000", "30"), ("1000.01", "30"), ("1000.50", "30.01"),
    ("1001", "30.01"),
    ("30000", "320"), ("99999.99", "1020"), ("100000", "1020"), ("100000.01", "1020"), ("100001", "1020.01"),
    ("200000", "1520"), ("895999.99", "5000"), ("896000", "5000"),  # 1,020 + 796,000 × 0.5% = 5,000
    ("896000.01", "5000"), ("896002", "5000"), ("2000000", "5000"), ("500000000", "5000"),
]  # fmt: skip
DIVORCE = [  # assets, at 50 and at 300 for the case
    ("0", "50～300"), ("199999.99", "50～300"), ("200000", "50～300"), ("200000.01", "50～300"),
    ("200001", "50.01～300.01"),
    ("200002", "50.01～300.01"), ("300000", "550～800"), ("500000", "1,550～1,800"),
    ("1234567", "5,222.84～5,472.84"),
]  # fmt: skip
PERSONALITY = [
    ("0", "100～500"), ("49999.99", "100～500"), ("50000", "100～500"), ("50000.01", "100～500"),
    ("50001", "100.01～500.01"),
    ("80000", "400～800"), ("99999.99", "600～1,000"), ("100000", "600～1,000"), ("100000.01", "600～1,000"),
    ("100001", "600.01～1,000.01"), ("120000", "700～1,100"),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "fee"), COURT)
def test_a_suit_over_property_costs_what_its_brackets_add_up_to(amount: str, fee: str) -> None:
    assert fees.court_fee(amount=Decimal(amount)).value == Decimal(fee)


@pytest.mark.parametrize(("amount", "fee"), ENFORCEMENT)
def test_enforcing_a_sum_costs_what_its_brackets_add_up_to(amount: str, fee: str) -> None:
    assert fees.enforcement_fee(amount=Decimal(amount)).value == Decimal(fee)


@pytest.mark.parametrize(("amount", "fee"), PRESERVATION)
def test_securing_property_costs_five_thousand_at_most(amount: str, fee: str) -> None:
    assert fees.preservation_fee(amount=Decimal(amount)).value == Decimal(fee)


@pytest.mark.parametrize(("assets", "fee"), DIVORCE)
def test_a_divorce_costs_a_range_and_half_a_percent_above_two_hundred_thousand(assets: str, fee: str) -> None:
    assert fees.divorce_fee(assets=Decimal(assets)).value == fee


@pytest.mark.parametrize(("damages", "fee"), PERSONALITY)
def test_a_suit_over_personality_costs_a_range_and_more_for_damages(damages: str, fee: str) -> None:
    assert fees.personality_fee(damages=Decimal(damages)).value == fee


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        ("5000", "16.67"),
        ("10000", "16.67"),
        ("30000", "183.33"),
        ("88000", "666.67"),
        ("100000", "766.67"),
        ("1000000", "4600"),
    ],
)  # a third of 50, 50, 550, 2,000, 2,300, 13,800
def test_a_payment_order_costs_a_third(amount: str, fee: str) -> None:
    assert fees.payment_order_fee(amount=Decimal(amount)).value == Decimal(fee)


@pytest.mark.parametrize(
    ("halving", "fee"),
    [
        ((), "5800"), ("", "5800"), ("简易", "2900"), (("调解",), "2900"), (("撤诉",), "2900"), (("反诉",), "2900"),
        (("简易", "调解"), "2900"), (("简易", "调解", "撤诉", "反诉"), "2900"), (("简易", "简易"), "2900"),
    ],
)  # fmt: skip
def test_a_fee_is_halved_once_whatever_the_reasons(halving: fees.Halving, fee: str) -> None:
    assert fees.court_fee(amount=300_000, halving=halving).value == Decimal(fee)


def test_halving_once_only_is_said_and_cited_where_there_are_two_reasons() -> None:
    once = Citation("最高人民法院关于适用民事诉讼法的解释", "206")
    assert once in fees.court_fee(amount=300_000, halving=("简易", "调解")).citations
    assert once not in fees.court_fee(amount=300_000, halving="简易").citations


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (fees.court_fee(amount=Decimal("10000.20"), halving="简易"), Decimal("25.01")),  # 50.01 ÷ 2 = 25.005
        (fees.divorce_fee(halving="简易"), "25～150"),
        (fees.divorce_fee(assets=500_000, halving="调解"), "775～900"),
        (fees.divorce_fee(assets=None), "50～300"),
        (fees.divorce_fee(assets=300_000, base=200), Decimal(700)),
        (fees.divorce_fee(assets=300_000, base=200, halving="撤诉"), Decimal(350)),
        (fees.personality_fee(halving="简易"), "50～250"),
        (fees.personality_fee(damages=80_000, base=300), Decimal(600)),
        (fees.non_property_fee(), "50～100"),
        (fees.non_property_fee(base=80), Decimal(80)),
        (fees.non_property_fee(halving="简易"), "25～50"),
        (fees.labour_fee(), Decimal(10)),
        (fees.labour_fee(halving="简易"), Decimal(5)),
        (fees.administrative_fee(), Decimal(50)),
        (fees.administrative_fee(special=True), Decimal(100)),
        (fees.administrative_fee(halving="撤诉"), Decimal(25)),
        (fees.objection_fee(), "50～100"),
        (fees.objection_fee(base=50), Decimal(50)),
        (fees.enforcement_fee(), "50～500"),
        (fees.enforcement_fee(amount=0), "50～500"),
        (fees.preservation_fee(amount=None), Decimal(30)),
    ],
)
def test_the_other_fees(result: Result, value: Decimal | str) -> None:
    assert result.value == value


@pytest.mark.parametrize(
    ("case", "arguments", "same"),
    [
        ("财产", {"amount": 30_000}, fees.court_fee(amount=30_000)),
        ("离婚", {"assets": None}, fees.divorce_fee(assets=None)),
        ("人格权", {"damages": 80_000}, fees.personality_fee(damages=80_000)), ("劳动", {}, fees.labour_fee()),
        ("行政", {}, fees.administrative_fee()),
        ("其他", {"halving": ("简易",)}, fees.non_property_fee(halving="简易")),
    ],
)  # fmt: skip
def test_each_kind_of_suit_has_its_own_fee(case: str, arguments: dict[str, Any], same: Result) -> None:
    assert fees.suit_fee(case=case, **arguments) == same


def test_the_formula_shows_the_persons_own_numbers() -> None:
    words = fees.court_fee(amount=150_000).steps[0].words
    assert words == "150,000元分段累计：50元 + 90,000元 × 2.5% + 50,000元 × 2% = 3,300元"


def test_a_range_says_that_the_court_knows_the_local_rate() -> None:
    assert any("以法院答复为准" in note for note in fees.divorce_fee().notes)


def test_property_that_nobody_knows_yet_is_left_out_aloud() -> None:
    assert any("还不知道多少" in left for left in fees.divorce_fee(assets=None).leaves_out)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: fees.court_fee(amount=0),
        lambda: fees.suit_fee(case="财产"),
        lambda: fees.suit_fee(case="刑事"),
        lambda: fees.court_fee(amount=-1),
        lambda: fees.court_fee(amount=10**13),
        lambda: fees.court_fee(amount=100, halving="打折"),
        lambda: fees.divorce_fee(assets=-1),
        lambda: fees.divorce_fee(base=20),
        lambda: fees.objection_fee(base=200),
        lambda: fees.enforcement_fee(amount=-5),
    ],
)
def test_what_makes_no_sense_is_asked_again(ask: Callable[[], Result]) -> None:
    with pytest.raises(Unclear, match="例如"):
        ask()


@given(st.decimals(FEN, 10**9, places=2), st.decimals(0, 10**6, places=2))
def test_no_fee_falls_as_the_sum_grows(amount: Decimal, more: Decimal) -> None:
    for fee in (fees.court_fee, fees.enforcement_fee, fees.preservation_fee, fees.payment_order_fee):
        less, greater = fee(amount=amount).value, fee(amount=amount + more).value
        assert isinstance(less, Decimal)
        assert isinstance(greater, Decimal)
        assert less <= greater


@given(st.decimals(FEN, 10**9, places=2))
def test_every_fee_is_exact_to_the_fen_and_shown_as_it_is(amount: Decimal) -> None:
    result = fees.court_fee(amount=amount)
    assert isinstance(result.value, Decimal)
    assert result.value == round(result.value, 2) > 0
    assert f"{result.value:,.2f}".removesuffix(".00") in result.steps[0].words


def test_brackets_join_without_a_step() -> None:
    for name in ("court_fee", "enforcement_fee", "preservation_fee"):
        bounds = [bracket.up_to for bracket in rule(name).brackets if bracket.up_to]
        for bound in bounds:
            below, _ = fees.by_brackets(rule(name).brackets, bound)
            above, _ = fees.by_brackets(rule(name).brackets, bound + Decimal("0.01"))
            assert below == above
