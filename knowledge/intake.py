"""Read topics that an editor brings, naming sheet and cell, or file and line, of everything wrong in them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from knowledge import pages, sheets, topics
from knowledge.sheets import Row, SheetError
from knowledge.topics import SECTIONS, Problem, Topic, TopicError
from knowledge.workbook import CITATIONS, COLUMNS, DAYS, DIFFERS, FILE, FRONT, LINES, QUESTIONS, TOPICS

_LISTS = {"questions": QUESTIONS, "citations": CITATIONS, "differs": DIFFERS}
_HEADERS = {key: header for header, key in FRONT.items()} | _LISTS


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
    found_in = _sheets(path)
    lists: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in (row for rows in found_in.values() for row in rows):
        lists[row.sheet, row.text("编号")].append(row)
    faults, found = list(_strays(lists)), list[Topic]()
    for row in found_in[TOPICS]:
        front, wrong = _front(row, lists), len(faults)
        faults += _faults(row, front, lists)
        if wrong == len(faults):
            found.append(_topic(row, front))
            faults += _lost(row, found[-1])
    if faults:
        raise TopicError(sorted(_problem(path, *fault) for fault in faults))
    return Intake(path, Path(), tuple(found), {row.text("编号"): row.number for row in found_in[TOPICS]})


def _problem(path: Path, row: Row, header: str, message: str) -> Problem:
    return Problem(path, row.number, "error", row.at(header, message))


def _sheets(path: Path) -> Mapping[str, Sequence[Row]]:
    try:
        return sheets.read(path, COLUMNS)
    except SheetError as error:
        raise TopicError([Problem(path, 1, "error", fault) for fault in error.faults]) from error


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
