"""Read topics that an editor brings, naming sheet and cell, or file and line, of everything wrong in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from knowledge import pages, topics
from knowledge.topics import SECTIONS, Problem, Topic, TopicError
from knowledge.workbook import CITATIONS, COLUMNS, DAYS, DIFFERS, FILE, FRONT, LINES, QUESTIONS, TOPICS

_LISTS = {"questions": QUESTIONS, "citations": CITATIONS, "differs": DIFFERS}
_HEADERS = {key: header for header, key in FRONT.items()} | _LISTS


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


@dataclass(frozen=True, slots=True)
class Intake:
    """The topics of a source, the folder their paths lie under, and where a workbook has each."""

    source: Path
    root: Path
    topics: tuple[Topic, ...]
    rows: Mapping[str, int]


Fault = tuple[Row, str, str]  # the row, the header of its cell, the message
Lists = Mapping[tuple[str, str], Sequence[Row]]  # the rows of a sheet that belong to a topic


def read(source: Path) -> Intake:
    """The topics of a workbook or of a folder of Markdown; raises TopicError with the cell or line of every fault."""
    taken = Intake(source, source, topics.load(source), {}) if source.is_dir() else _read(source)
    if not taken.topics:
        raise TopicError([Problem(source, 1, "error", "里面没有主题")])
    return taken


def _read(path: Path) -> Intake:
    sheets = _sheets(path)
    lists: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in (row for rows in sheets.values() for row in rows):
        lists[row.sheet, row.text("编号")].append(row)
    faults, found = list(_strays(lists)), list[Topic]()
    for row in sheets[TOPICS]:
        front, wrong = _front(row, lists), len(faults)
        faults += _faults(row, front, lists)
        if wrong == len(faults):
            found.append(_topic(row, front))
            faults += _lost(row, found[-1])
    if faults:
        raise TopicError(sorted(_problem(path, *fault) for fault in faults))
    return Intake(path, Path(), tuple(found), {row.text("编号"): row.number for row in sheets[TOPICS]})


def _problem(path: Path, row: Row, header: str, message: str) -> Problem:
    cell = xl_rowcol_to_cell(row.number - 1, row.columns.get(header, 0))
    return Problem(path, row.number, "error", f"{row.sheet}!{cell}：{message}")


def _sheets(path: Path) -> Mapping[str, Sequence[Row]]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = [name for name in COLUMNS if name in book.sheet_names]
            grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (CalamineError, OSError) as error:
        raise TopicError([Problem(path, 1, "error", f"读不了：{error}")]) from error
    problems = [Problem(path, 1, "error", text) for name in COLUMNS for text in _misshapen(name, grids.get(name))]
    if problems:
        raise TopicError(problems)
    return {name: _rows(name, grid) for name, grid in grids.items()}


def _misshapen(name: str, grid: Sequence[Sequence[Any]] | None) -> Iterable[str]:
    if grid is None:
        return [f"没有“{name}”这张表"]
    headers = [str(header).strip() for header in grid[0]] if grid else []
    missing = [f"“{name}”表缺少“{header}”这一列" for header in COLUMNS[name] if header not in headers]
    return missing + [f"“{name}”表有不认识的列“{header}”" for header in headers if header not in COLUMNS[name]]


def _rows(name: str, grid: Sequence[Sequence[Any]]) -> Sequence[Row]:
    columns = {str(header).strip(): column for column, header in enumerate(grid[0])}
    filled = ((number, row) for number, row in enumerate(grid[1:], 2) if any(str(cell).strip() for cell in row))
    return [Row(name, number, {h: row[c] for h, c in columns.items()}, columns) for number, row in filled]


def _strays(lists: Lists) -> Iterator[Fault]:
    """Topics that come twice, and rows of topics that do not come at all."""
    for (sheet, name), rows in lists.items():
        if sheet == TOPICS:
            yield from ((row, "编号", f"编号 {name} 重复") for row in rows[1:])
        elif (TOPICS, name) not in lists:
            yield from ((row, "编号", f"“{TOPICS}”表里没有编号 {name}") for row in rows)


def _front(row: Row, lists: Lists) -> dict[str, Any]:
    """What would stand at the head of its file."""
    name = row.text("编号")
    front: dict[str, Any] = {key: row.text(header) or None for header, key in FRONT.items()}
    front |= {key: row.day(_HEADERS[key]) for key in DAYS}
    front |= {key: row.lines(_HEADERS[key]) or None for key in LINES}
    front["questions"] = [r.text("问法") for r in lists.get((QUESTIONS, name), ())]
    front["citations"] = [_citation(r) for r in lists.get((CITATIONS, name), ())]
    front["differs"] = {r.text("另一主题"): r.text("区别") for r in lists.get((DIFFERS, name), ())}
    return front


def _citation(row: Row) -> dict[str, str]:
    return {"law": row.text("法"), "article": row.text("条"), "why": row.text("理由")}


def _faults(row: Row, front: Mapping[str, Any], lists: Lists) -> Iterator[Fault]:
    name = row.text("编号")
    for cited in lists.get((CITATIONS, name), ()):
        if message := topics.fault("citations", [_citation(cited)]):
            yield cited, "条", message.removeprefix("第1条")
    for key, message in topics.faults(front, name):
        if key != "citations" or not front[key]:
            yield row, _HEADERS[key], message.replace(key, _HEADERS[key])
    for heading in SECTIONS:
        if not row.text(heading):
            yield row, heading, f"“{heading}”是空的"
    file = PurePosixPath(row.text(FILE) or f"{name}.md")
    if file.is_absolute() or ".." in file.parts or file.name != f"{name}.md":
        yield row, FILE, f"要写成 family/{name}.md 这样"


def _topic(row: Row, front: Mapping[str, Any]) -> Topic:
    sections = {heading: row.text(heading) for heading in SECTIONS}
    return topics.assemble(front, sections, Path(row.text(FILE) or f"{front['id']}.md"))


def _lost(row: Row, topic: Topic) -> Iterator[Fault]:
    """What would not come back out of its file: a line of a section that begins with #."""
    text = pages.render(topic)
    try:
        again = topics.parse(text, topic.path)
        if again != topic or pages.render(again) != text:
            yield row, "编号", "这一行写成文件再读回来就变了样，请检查有没有特殊符号"
    except TopicError as error:
        yield from ((row, "编号", problem.message) for problem in error.problems)
