"""Put what was worked out into words: the result, the way to it, the law, what it leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handlers.messages import Document, Reply
from handlers.talk import answers
from knowledge.citations import Citation
from knowledge.guides import papers
from knowledge.results import Result
from knowledge.statutes.store import Statutes

NOTE = "这是按您说的情况初步算的，以机关的决定为准。"
PAPER_NOTE = "文书是照您的原话填的。交之前请逐字看一遍，不对的自己改；收不收、准不准，由收的机构决定。"
_FILLED = "照您说的填好了，Word 文档在下一条消息里。"
ENCLOSED = "《{title}》的文档，用 Word 或 WPS 打开。空白处请自己补上再用。"


@dataclass(frozen=True, slots=True)
class _Heads:
    """What stands before and after the parts of a result."""

    steps: str = "怎么来的："
    leaves_out: str = "没有算进去的："
    notes: str = "要注意："
    note: str = NOTE


_SUM = _Heads()
_PAPER = _Heads("填上的：", "还缺、文档里留了空的：", "拿到以后：", PAPER_NOTE)


def render(result: Result, statutes: Statutes, day: date) -> str:
    """All of it, as residents read it."""
    heads = _PAPER if result.paper else _SUM
    law = answers.law([statutes.standing(citation, day) for citation in result.citations])
    blocks = (
        f"【{result.title}】\n{_FILLED if result.paper else _value(result)}",
        _listed(heads.steps, (step.words for step in result.steps if step.words)),
        _listed(heads.leaves_out, result.leaves_out),
        _listed(heads.notes, result.notes),
        "\n".join(part for part in (law, heads.note) if part),
    )
    return "\n\n".join(block for block in blocks if block)


def document(result: Result) -> Reply | None:
    """The paper itself, where the result is one."""
    draft = papers.drafted(result)
    return (
        Reply(ENCLOSED.format(title=result.title), attachment=Document(f"{result.title}.docx", draft))
        if draft
        else None
    )


def brief(result: Result) -> str:
    """In one line, for whoever takes the matter over."""
    return f"{result.title}：{_value(result)}"


def citable(result: Result, statutes: Statutes, day: date) -> tuple[Citation, ...]:
    """What it rests on, as far as it may be shown with its number."""
    return answers.citable(statutes.standing(citation, day) for citation in result.citations)


def figure(value: Decimal | date | str | None) -> str:
    """A sum with thousands set apart and no needless noughts, a day in full, words as they are."""
    match value:
        case Decimal():
            whole = value == value.to_integral_value()
            return f"{value:,.0f}" if whole else f"{value:,.2f}"
        case date():
            return f"{value.year}年{value.month}月{value.day}日（周{'一二三四五六日'[value.weekday()]}）"
        case _:
            return value or "现在还算不出来"


def _value(result: Result) -> str:
    unit = result.unit if isinstance(result.value, Decimal | str) else ""
    return f"{figure(result.value)}{unit}"


def _listed(head: str, lines: Iterable[str]) -> str:
    said = [f"· {line}" for line in lines]
    return "\n".join((head, *said)) if said else ""
