"""Write workbooks in which text stays text, whoever wrote it."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

CELL = 32_767  # characters, the most that Excel takes
CUT = "……（太长，后面没有导出）"
WIDTH = 16
Grid = Iterable[Sequence[Any]]  # its first row holds the headers


def written(grids: Mapping[str, Grid]) -> bytes:
    """A workbook (.xlsx) of these sheets. What begins like a formula is a cell of text all the same."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for name, grid in grids.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(grid):
                sheet.write_row(number, 0, [_cell(cell) for cell in row], None if number else bold)
                sheet.set_column(0, len(row), WIDTH)
    return out.getvalue()


def _cell(held: Any) -> Any:
    if not isinstance(held, str) or len(held) <= CELL:
        return held
    return held[: CELL - len(CUT)] + CUT
