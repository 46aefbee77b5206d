"""A workbook shows every topic on a row, as text that Excel neither computes nor links."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from knowledge import workbook
from tests.knowledge.test_intake import GOOD


def test_each_list_has_a_sheet_of_its_own() -> None:
    with CalamineWorkbook.from_filelike(BytesIO(workbook.write([GOOD], Path()))) as book:
        assert tuple(book.sheet_names) == ("主题", "问法", "引用", "区别")
        assert book.get_sheet_by_name("引用").to_python() == [
            ["编号", "法", "条", "理由"],
            ["wages-unpaid", "劳动合同法", "30", "工资要足额发"],
            ["wages-unpaid", "刑法", "276之一", "恶意欠薪"],
        ]


@pytest.mark.parametrize("text", ["=1+1", "https://example.org", "{=A1}", "_x0041_", "00123"])
def test_nothing_is_taken_for_a_formula_a_link_or_a_number(text: str) -> None:
    with CalamineWorkbook.from_filelike(BytesIO(workbook.write([replace(GOOD, title=text)], Path()))) as book:
        assert book.get_sheet_by_name("主题").to_python()[1][2] == text


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="主题!L2：太长"):
        workbook.write([replace(GOOD, rule="长" * 40_000)], Path())
