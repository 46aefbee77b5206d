"""What was worked out is said with its figure, its way, its law and what it leaves out."""

from datetime import date
from decimal import Decimal

import pytest

from handlers.cases import Library
from handlers.talk import results
from knowledge.citations import Citation
from knowledge.results import Result, Step
from tests.handlers.shelf import TODAY

FEE = Result(
    "fee", "一笔费用", Decimal("1050.00"), "元",
    (Step("50元 + 1,000元", (Citation("民法典", "1"),)), Step("原告先交", (Citation("保障农民工工资支付条例", "30"),))),
    ("律师费另算",), ("以法院核定为准",),
)  # fmt: skip


def test_every_part_is_said(library: Library) -> None:
    assert results.render(FEE, library.statutes, TODAY) == (
        "【一笔费用】\n1,050元\n\n"
        "怎么来的：\n· 50元 + 1,000元\n· 原告先交\n\n"
        "没有算进去的：\n· 律师费另算\n\n"
        "要注意：\n· 以法院核定为准\n\n"
        "依据：《民法典》第一条；《保障农民工工资支付条例》第三十条（原文未核）。\n" + results.NOTE
    )
    assert results.brief(FEE) == "一笔费用：1,050元"
    assert results.citable(FEE, library.statutes, TODAY) == FEE.citations


def test_a_law_whose_text_of_that_day_is_not_held_is_named_without_a_number(library: Library) -> None:
    old = Result("x", "旧", None, "", (Step("按旧法", (Citation("治安管理处罚法", "2"),)),))
    said = results.render(old, library.statutes, date(2025, 6, 1))
    assert "第二条" not in said
    assert "《治安管理处罚法》" in said
    assert results.citable(old, library.statutes, date(2025, 6, 1)) == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("1234567.5"), "1,234,567.50"),
        (Decimal("50.00"), "50"),
        (date(2026, 12, 21), "2026年12月21日（周一）"),
        ("50～300", "50～300"),
        (None, "现在还算不出来"),
    ],
)
def test_a_figure_is_written_as_people_read_it(value: Decimal | date | str | None, said: str) -> None:
    assert results.figure(value) == said
