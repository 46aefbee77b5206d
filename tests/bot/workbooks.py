"""Fill in workbooks as the bureau does."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from bot.staffing import EXAMPLES, PLACES, STAFF

Grid = Sequence[Sequence[Any]]


def workbook(places: Grid, staff: Grid) -> bytes:
    """One with these villages and members of staff."""
    out = BytesIO()
    with Workbook(out) as made:
        for name, grid in {PLACES: places, STAFF: staff}.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate([list(EXAMPLES[name]), *grid]):
                sheet.write_row(number, 0, row)
    return out.getvalue()
