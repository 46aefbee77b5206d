"""Fill in workbooks as the bureau does."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from bot.staffing import DUTIES, EXAMPLES, PLACES, STAFF

Grid = Sequence[Sequence[Any]]


def workbook(places: Grid, staff: Grid, duties: Grid | None = None) -> bytes:
    """One with these villages and members of staff; without duties it lacks their sheet."""
    sheets = {PLACES: places, STAFF: staff} | ({} if duties is None else {DUTIES: duties})
    out = BytesIO()
    with Workbook(out) as made:
        for name, grid in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate([list(EXAMPLES[name]), *grid]):
                sheet.write_row(number, 0, row)
    return out.getvalue()
