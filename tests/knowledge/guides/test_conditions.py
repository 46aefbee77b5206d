"""Conditions are data, and mean what they say."""

from datetime import date
from decimal import Decimal

import pytest

from knowledge.guides import conditions
from knowledge.guides.conditions import ALWAYS, Facts

FACTS: Facts = {
    "kind": "民事", "flags": ("未成年人", "缺席审判"), "lawyer": False, "days": Decimal(6), "today": date(2025, 1, 1),
    "home": None, "none": (),
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kind": "民事"}, True),
        ({"kind": ["刑事", "民事"]}, True),
        ({"kind": "刑事"}, False),
        ({"flags": "未成年人"}, True),
        ({"flags": ["死刑复核", "缺席审判"]}, True),
        ({"flags": ["死刑复核"]}, False),
        ({"none": "未成年人"}, False),
        ({"lawyer": False}, True),
        ({"lawyer": True}, False),
        ({"days": {"less": 7}}, True),
        ({"days": {"less": 6}}, False),
        ({"days": {"most": 6}}, True),
        ({"days": {"more": 6}}, False),
        ({"days": {"least": 6}}, True),
        ({"days": 6}, True),
        ({"today": {"least": date(2025, 1, 1)}}, True),
        ({"today": {"less": date(2025, 1, 1)}}, False),
        ({"home": "铜梁"}, False),
        ({"home": {"less": 7}}, False),
        ({"unknown": "民事"}, False),
        ({"not": {"unknown": "民事"}}, True),
        ({"all": [{"kind": "民事"}, {"lawyer": False}]}, True),
        ({"all": [{"kind": "民事"}, {"lawyer": True}]}, False),
        ({"any": [{"kind": "刑事"}, {"lawyer": False}]}, True),
        ({"any": [{"kind": "刑事"}, {"lawyer": True}]}, False),
        ({"kind": "民事", "lawyer": True}, False),
        ({"kind": "民事", "not": {"lawyer": True}}, True),
    ],
)
def test_a_condition_holds_when_its_facts_do(data: object, expected: bool) -> None:
    assert conditions.holds(conditions.parse(data), FACTS) is expected


@pytest.mark.parametrize(
    "data",
    [None, {}, [], "民事", {"any": []}, {"all": {"kind": "民事"}}, {"not": "民事"}, {"kind": []},
     {"kind": None}, {"kind": {"near": 7}}, {"kind": {"less": "7"}}, {"kind": {"less": 7, "more": 1}},
     {"kind": {"less": True}}, {"kind": {}}, {"kind": [["民事"]]}],
)  # fmt: skip
def test_what_is_no_condition_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"条件|值|比较"):
        conditions.parse(data)


def test_nothing_asked_always_holds() -> None:
    assert conditions.holds(ALWAYS, {})


def test_the_grounds_are_the_facts_that_made_it_hold() -> None:
    condition = conditions.parse({"any": [{"kind": "刑事"}, {"flags": "未成年人"}], "not": {"lawyer": True}})
    assert conditions.grounds(condition, FACTS) == ("flags", "lawyer")
