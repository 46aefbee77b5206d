"""What anybody wrote is a cell of text in a workbook, never a formula, and never longer than Excel takes."""

import re
import zipfile
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from bot import books


def _sheet(content: bytes) -> tuple[str, list[list[object]]]:
    """The sheet as it lies in the file, and as Excel shows it."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        raw = parts.read("xl/worksheets/sheet1.xml").decode()
    return raw, [list(r) for r in CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize(
    "payload",
    ['=HYPERLINK("http://e","点我")', "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3", "\t=1+1", "\r=1+1", "＝1+1", "https://evil.example"],
    ids=["link", "plus", "at", "minus", "tab", "return", "wide", "address"],
)  # fmt: skip
def test_what_looks_like_a_formula_is_text(payload: str) -> None:
    raw, rows = _sheet(books.written({"单": [("说",), (payload,)]}))
    assert "<f>" not in raw
    assert "<hyperlink" not in raw
    assert re.search(r'<c r="A2"[^>]* t="s"', raw), "a cell of text"
    assert str(rows[1][0]).replace("_x000D_", "\r") == payload


def test_what_is_longer_than_a_cell_is_cut_and_says_so() -> None:
    _, rows = _sheet(books.written({"单": [("说",), ("a" * 40_000,)]}))
    said = str(rows[1][0])
    assert (len(said), said.endswith(books.CUT)) == (books.CELL, True)
