"""Write topics as an Excel workbook that an editor can fill in."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from knowledge import pages
from knowledge.topics import SECTIONS, Topic

TOPICS, QUESTIONS, CITATIONS, DIFFERS = "主题", "问法", "引用", "区别"
FILE = "文件"
FRONT: Mapping[str, str] = {
    "编号": "id",
    "领域": "field",
    "标题": "title",
    "地区": "region",
    "来源": "source",
    "复核日": "reviewed",
    "复核到期": "due",
    "生效日": "valid_from",
    "失效日": "valid_to",
    "相关主题": "related",
    "只提名的法": "named",
}
LINES = ("related", "named")  # one a line of the cell
DAYS = ("reviewed", "due", "valid_from", "valid_to")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    TOPICS: (*FRONT, *SECTIONS, FILE),
    QUESTIONS: ("编号", "问法"),
    CITATIONS: ("编号", "法", "条", "理由"),
    DIFFERS: ("编号", "另一主题", "区别"),
}
_RUNNING = {*SECTIONS, "标题", "问法", "理由"}  # columns of running text, and so wide
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write(shelf: Iterable[Topic], root: Path) -> bytes:
    """A workbook of these topics: one a row, their questions, citations and differences on sheets of their own."""
    held, out = tuple(shelf), BytesIO()
    with Workbook(out, _PLAIN) as book:
        _sheet(book, TOPICS, (_main(topic, root) for topic in held))
        _sheet(book, QUESTIONS, ((t.id, question) for t in held for question in t.questions))
        _sheet(book, CITATIONS, ((t.id, c.law, c.article, c.why) for t in held for c in t.citations))
        _sheet(book, DIFFERS, ((t.id, other, words) for t in held for other, words in t.differs.items()))
    return out.getvalue()


def _main(topic: Topic, root: Path) -> Iterator[str | date | None]:
    for key in FRONT.values():
        value = getattr(topic, key)
        yield "\n".join(value) if key in LINES else value
    yield from (text for _, text in topic.sections())
    yield pages.file(topic, root).as_posix()


def _sheet(book: Workbook, name: str, rows: Iterable[Iterable[str | date | None]]) -> None:
    sheet, headers = book.add_worksheet(name), COLUMNS[name]
    cell, day = {"text_wrap": True, "valign": "top"}, {"num_format": "yyyy-mm-dd", "valign": "top"}
    bold, wrapped, dated = book.add_format({"bold": True}), book.add_format(cell), book.add_format(day)
    sheet.write_row(0, 0, headers, bold)
    sheet.freeze_panes(1, 1)
    for column, header in enumerate(headers):
        sheet.set_column(column, column, 48 if header in _RUNNING else 14, wrapped)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime.combine(value, time.min), dated)
            elif value and sheet.write_string(number, column, value, wrapped):
                raise ValueError(f"{name}!{xl_rowcol_to_cell(number, column)}：太长，一格放不下")
