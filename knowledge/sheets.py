"""Read the sheets of a workbook whose columns are known, each row with where its cells are."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

CELLS = 1_000_000  # of a sheet at most: a stray cell far below would make a small file fill the memory
Columns = Mapping[str, Sequence[str]]  # of each sheet, by its name


class SheetError(ValueError):
    """A workbook that cannot be read or has another form; each fault is a line of the message."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its cells by their headers, and where they are."""

    sheet: str
    number: int
    cells: Mapping[str, Any]
    columns: Mapping[str, int]

    def text(self, header: str) -> str:
        """The cell as text, its lines ended alike; a whole number without its decimal point."""
        value = self.cells[header]
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return "\n".join(str(whole).splitlines()).strip()

    def lines(self, header: str) -> list[str]:
        """The lines of the cell."""
        return [line.strip() for line in self.text(header).splitlines() if line.strip()]

    def day(self, header: str) -> date | str | None:
        """The cell as a day; as text where it is none."""
        value = self.cells[header]
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        try:
            return date.fromisoformat(self.text(header)) if value else None
        except ValueError:
            return self.text(header)

    def at(self, header: str, message: str) -> str:
        """What is wrong with a cell, and where the cell is."""
        cell = xl_rowcol_to_cell(self.number - 1, self.columns.get(header, 0))
        return f"{self.sheet}!{cell}：{message}"


def read(book: Path | bytes, columns: Columns, may_lack: Set[str] = frozenset()) -> Mapping[str, Sequence[Row]]:
    """The rows of each sheet that are not empty; `may_lack` need not be there. Raises SheetError."""
    try:
        with CalamineWorkbook.from_object(BytesIO(book) if isinstance(book, bytes) else book) as opened:
            sheets = {name: opened.get_sheet_by_name(name) for name in columns if name in opened.sheet_names}
            if too_large := [n for n, sheet in sheets.items() if sheet.total_height * sheet.total_width > CELLS]:
                raise SheetError([f"“{too_large[0]}”表太大，最多 {CELLS} 格；请删掉下面和右边的空格"])
            grids = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except (CalamineError, OSError) as error:
        raise SheetError([f"读不了：{error}"]) from error
    wanted = {name: headers for name, headers in columns.items() if name in grids or name not in may_lack}
    faults = [text for name, headers in wanted.items() for text in _misshapen(name, headers, grids.get(name))]
    if faults:
        raise SheetError(faults)
    return {name: _rows(name, grids[name]) if name in grids else () for name in columns}


def _misshapen(name: str, wanted: Sequence[str], grid: Sequence[Sequence[Any]] | None) -> Iterable[str]:
    if grid is None:
        return [f"没有“{name}”这张表"]
    headers = [str(header).strip() for header in grid[0]] if grid else []
    missing = [f"“{name}”表缺少“{header}”这一列" for header in wanted if header not in headers]
    return missing + [f"“{name}”表有不认识的列“{header}”" for header in headers if header not in wanted]


def _rows(name: str, grid: Sequence[Sequence[Any]]) -> Sequence[Row]:
    columns = {str(header).strip(): column for column, header in enumerate(grid[0])}
    filled = ((number, row) for number, row in enumerate(grid[1:], 2) if any(str(cell).strip() for cell in row))
    return [Row(name, number, {h: row[c] for h, c in columns.items()}, columns) for number, row in filled]
