"""Fill in a document from what a resident said, and name what the law wants in it and is still missing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from knowledge.guides import layouts, parties
from knowledge.guides.capitals import MOST, capitals
from knowledge.guides.conditions import Value
from knowledge.guides.layouts import Element, Paper
from knowledge.guides.parties import BLANK
from knowledge.results import Result, Step, Unclear

BY_HAND = "身份证号、银行卡号不要发在这里，拿到文书后自己手写；签名、按指印和日期都由本人来。"
_NONE = re.compile(r"(?:都|暂时)?(?:没有|没得|无|没|不用|不要|不需要)[了的。]?")
_NEXT = re.compile(r"\s*[；;\n]\s*(?:[（(]?\d{1,2}[)）.．、](?!\d))?\s*|[\s，,。]+[（(]?\d{1,2}[)）.．、](?!\d)\s*")
_FIRST = re.compile(r"[（(]?\d{1,2}[)）.．、](?!\d)\s*")

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in each field of the layout, and the labels of what is required and was not told."""

    paper: str
    fields: Fields
    missing: tuple[str, ...] = ()


@cache
def papers() -> Mapping[str, Paper]:
    """The project's own papers by id, read once; raises RuleError."""
    return layouts.load(layouts.FOLDER)


def draft(paper: Paper, answers: Mapping[str, Value]) -> Draft:
    """The fields as far as they were told; raises TypeError for an answer that the paper has no place for."""
    if strange := set(answers) - {element.name for element in paper.elements}:
        raise TypeError(f"{paper.id} has no {', '.join(sorted(strange))}")
    told = [(element, _told(element, answers.get(element.name))) for element in paper.elements]
    return Draft(
        paper.id,
        tuple(field for element, value in told for field in _fields(element, value)),
        tuple(label for element, value in told for label in _missing(element, value)),
    )


def paper(*, paper: str, **answers: Value) -> Result:
    """The paper of that id for an interview: what is filled in, what is missing, where it goes."""
    kind = papers()[paper]
    drawn = draft(kind, answers)
    return Result(
        kind="paper",
        title=kind.title,
        value=kind.title,
        unit="",
        steps=tuple(_steps(kind, drawn)),
        leaves_out=drawn.missing,
        notes=(f"交到哪里：{kind.where}", f"要几份：{kind.copies}", *kind.notes, BY_HAND),
        paper=kind.id,
        fields=drawn.fields,
    )


def drafted(result: Result) -> Draft | None:
    """What the document of a result is drawn from; None where it has none."""
    return Draft(result.paper, result.fields) if result.paper else None


def _steps(paper: Paper, drawn: Draft) -> Iterator[Step]:
    fields = dict(drawn.fields)
    for element in paper.elements:
        if (value := fields[element.label]) and element.label not in drawn.missing:
            yield Step(f"{element.label}：{value}", element.basis)
    wanting = [element.basis for element in paper.elements if any(_is_of(element, name) for name in drawn.missing)]
    rules = tuple(dict.fromkeys(citation for basis in (*wanting, paper.basis) for citation in basis))
    yield Step("", rules)  # what must be in it and where it goes stands in the notes


def _is_of(element: Element, missing: str) -> bool:
    return missing == element.label or missing.startswith(f"{element.label}的")


# --- what one answer becomes ------------------------------------------------------------------------------------------


def _told(element: Element, value: Value) -> Value:
    """The answer; None where it says nothing, or of something that need not be there that there is none."""
    if value in (None, "", ()):
        return None
    is_none = not element.is_required and isinstance(value, str) and _NONE.fullmatch(value.strip())
    return None if is_none else value


def _fields(element: Element, value: Value) -> Iterator[tuple[str, str]]:
    """The field of the element, then those of its parts."""
    empty = BLANK if element.is_required else ""
    match element.kind:
        case "party":
            yield from _party(element, str(value or ""))
        case "amount":
            yield element.label, empty if value is None else _money(value)
            yield f"{element.label}_大写", empty if value is None else capitals(_decimal(value))
        case _:
            yield element.label, empty if value is None else _words(element.kind, value)


def _party(element: Element, line: str) -> Iterator[tuple[str, str]]:
    party = parties.read(line)
    required = _required(element, party) if line or element.is_required else ()
    yield element.label, parties.words(party, required, element.also) if required else ""
    listed = dict.fromkeys((*element.person, *element.organisation, *element.also))
    for part in listed:
        yield f"{element.label}_{part}", party.parts.get(part) or (BLANK if part in required else "")
    yield f"{element.label}_其他", parties.others(party, listed)


def _required(element: Element, party: parties.Party) -> tuple[str, ...]:
    wanted, other = element.person, element.organisation
    return (other or wanted) if party.is_organisation else (wanted or other)


def _missing(element: Element, value: Value) -> Iterator[str]:
    if not element.is_required:
        return
    if value is None:
        yield element.label
    elif element.kind == "party":
        party = parties.read(str(value))
        yield from (f"{element.label}的{part}" for part in _required(element, party) if not party.parts.get(part))


def _words(kind: str, value: Value) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case Decimal():
            return _rate(value) if kind == "rate" else f"{value:f}"
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case tuple():
            return _numbered(value) if kind == "lines" else "；".join(value)
        case _:
            return _numbered(_lines(str(value))) if kind == "lines" else str(value)


def _rate(rate: Decimal) -> str:
    return f"年利率{rate:f}%" if rate else "不计利息"


def _lines(text: str) -> tuple[str, ...]:
    """The items of a list as people type it: 1、…；2、…, or one below the other."""
    return tuple(line for line in _NEXT.split(_FIRST.sub("", text, count=1)) if line.strip()) or (text,)


def _numbered(lines: Iterable[str]) -> str:
    listed = tuple(lines)
    return "\n".join(f"{n}．{line}" for n, line in enumerate(listed, 1)) if len(listed) > 1 else "".join(listed)


def _money(value: Value) -> str:
    amount = _decimal(value)
    return f"{amount:,.2f}元"


def _decimal(value: Value) -> Decimal:
    if not isinstance(value, Decimal) or not 0 <= value <= MOST or value != round(value, 2):
        raise Unclear("这个数额写不进文书，请再说一次（例：3万5）。")
    return value
