"""Load the papers: what stands in each kind of document, what of it the law wants, and where its layout is.

A paper is a file `papers/<id>.yaml` beside its layout `papers/<id>.docx`:

    id: iou                          # the name of both files
    title: 借条
    where: 由出借人保管。              # to whom it is handed in, or who keeps it
    copies: 一份原件。
    basis: [{law: 民法典, article: "679", part: 钱给了才成立}]   # what where, copies and notes rest on
    notes: [有保证人的，写明哪种保证。]
    elements:                        # in the order of the document; `name` is that of the interview's slot
      - name: lender
        label: 出借人                 # also the field: {{ 出借人 }}, of a party {{ 出借人_姓名 }}, {{ 出借人_其他 }}
        kind: party                  # text, lines (numbered one below the other), party, amount, rate
        person: [姓名, 住所]           # the parts it must have; see `knowledge.guides.parties` for those there are
        organisation: [名称, 住所]     # one of the two lists is enough where it can only be one of the two
        also: [联系方式]               # parts that may be told
        required: yes                # a blank is left, and it is named as missing, where it was not told
        basis: [{law: 民法典, article: "470", part: 第一项}]      # the articles that want it
      - {name: amount, label: 借款金额, kind: amount, required: yes}    # also gives {{ 借款金额_大写 }}

What is not required and was not told is an empty field; `{%p if 证人 %}` in the layout leaves its paragraph out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge import rows
from knowledge.citations import ARTICLE, Citation
from knowledge.guides import parties
from knowledge.rows import Row, RuleError
from knowledge.topics import Problem

FOLDER = Path(__file__).parent.parent / "papers"
KINDS = ("text", "lines", "party", "amount", "rate")
_TOP = frozenset({"id", "title", "where", "copies", "basis", "notes", "elements"})
_ELEMENT = frozenset({"name", "label", "kind", "person", "organisation", "also", "required", "basis"})
_CITATION = frozenset({"law", "article", "part"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that stands in a paper; `person`, `organisation` and `also` are the parts of a party."""

    name: str
    label: str
    kind: str = "text"
    person: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    is_required: bool = False
    basis: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document, and the file that holds its layout."""

    id: str
    title: str
    where: str
    copies: str
    elements: tuple[Element, ...]
    basis: tuple[Citation, ...]
    notes: tuple[str, ...]
    layout: Path


def load(folder: Path) -> Mapping[str, Paper]:
    """Every paper of the folder by its id; raises RuleError with the problems of all files."""
    problems: list[Problem] = []
    read: dict[str, Paper] = {}
    for path in sorted(folder.glob("*.yaml")):
        reader = _Reader(path)
        try:
            read[path.stem] = reader.paper(rows.read(path))
        except RuleError as error:
            problems += error.problems
        problems += reader.problems
    if problems:
        raise RuleError(sorted(problems))
    return read


class _Reader(rows.Reader):
    """Turn the table of one file into a Paper, naming every fault on the way."""

    def paper(self, top: Row) -> Paper:
        self._keys(top, _TOP, {"id", "title", "where", "copies", "elements"})
        if top.get("id") not in (None, self._path.stem):
            self._wrong(top.lines["id"], f"编号 {top['id']} 与文件名 {self._path.stem} 不一致")
        layout = self._path.with_suffix(".docx")
        if not layout.exists():
            self._wrong(1, f"旁边没有版式文件 {layout.name}")
        return Paper(
            id=self._path.stem,
            title=self._text(top, "title"),
            where=self._text(top, "where"),
            copies=self._text(top, "copies"),
            elements=self._elements(top),
            basis=self._basis(top),
            notes=self._list(top, "notes"),
            layout=layout,
        )

    def _elements(self, top: Row) -> tuple[Element, ...]:
        listed: object = top.get("elements")
        if not rows.rows(listed):
            self._wrong(top.lines.get("elements", 1), "elements 要是列表，至少一项")
            return ()
        elements: list[Element] = []
        for row in listed:
            element = self._element(row)
            if any(element.name == other.name or element.label == other.label for other in elements):
                self._wrong(row.line, f"{element.name}（{element.label}）写了两次")
            elements.append(element)
        return tuple(elements)

    def _element(self, row: Row) -> Element:
        self._keys(row, _ELEMENT, {"name", "label"})
        element = Element(
            name=self._text(row, "name"),
            label=self._text(row, "label"),
            kind=self._text(row, "kind") or "text",
            person=self._list(row, "person"),
            organisation=self._list(row, "organisation"),
            also=self._list(row, "also"),
            is_required=row.get("required") is True,
            basis=self._basis(row),
        )
        if not _NAME.fullmatch(element.name) or not element.label.isidentifier():
            self._wrong(row.line, "name 用小写英文；label 只用汉字、字母、数字，不要标点")
        if element.kind not in KINDS:
            self._wrong(row.lines["kind"], f"kind 只能是 {'、'.join(KINDS)}")
        if not isinstance(row.get("required", False), bool):
            self._wrong(row.lines["required"], "required 只能是 yes 或 no")
        self._check_parts(element, row)
        return element

    def _check_parts(self, element: Element, row: Row) -> None:
        parts = (*element.person, *element.organisation, *element.also)
        if (element.kind == "party") != bool(element.person or element.organisation):
            self._wrong(row.line, "kind 是 party 的要有 person 或 organisation，别的没有")
        if strange := [part for part in parts if part not in parties.WORDS]:
            self._wrong(row.line, f"当事人没有 {strange[0]} 这一项，有的是 {'、'.join(parties.WORDS)}")

    def _basis(self, row: Row) -> tuple[Citation, ...]:
        listed: object = row.get("basis") or []
        if listed and not rows.rows(listed):
            self._wrong(row.lines["basis"], "basis 要是列表，每一条有 law、article")
            return ()
        return tuple(self._citation(item) for item in listed) if rows.rows(listed) else ()

    def _citation(self, row: Row) -> Citation:
        self._keys(row, _CITATION, {"law", "article"})
        article: Any = row.get("article")
        if not isinstance(article, str) or not ARTICLE.fullmatch(article):
            self._wrong(row.line, f'条号 {article} 要写成 "25" 或 "133之一"')
        return Citation(self._text(row, "law"), str(article), self._text(row, "part"))

    def _list(self, row: Row, key: str) -> tuple[str, ...]:
        listed: object = row.get(key) or []
        if not rows.texts(listed):
            self._wrong(row.lines[key], f"{key} 要是文字的列表")
            return ()
        return tuple(listed)
