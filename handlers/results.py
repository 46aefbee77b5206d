"""Put what was worked out into words: the result, the way to it, the law, what it leaves out."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from handlers import answers
from knowledge.citations import Citation
from knowledge.results import Result, Step
from knowledge.statutes.store import Statutes

NOTE = "这是按您说的情况初步算的，以机关的决定为准。"


def render(result: Result, statutes: Statutes, day: date) -> str:
    """All of it, as residents read it."""
    law = answers.law([statutes.standing(citation, day) for citation in result.citations])
    blocks = (
        f"【{result.title}】\n{_value(result)}",
        _listed("怎么来的：", (_step(step) for step in result.steps)),
        _listed("没有算进去的：", result.leaves_out),
        _listed("要注意：", result.notes),
        "\n".join(part for part in (law, NOTE) if part),
    )
    return "\n\n".join(block for block in blocks if block)


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


def _step(step: Step) -> str:
    return step.words


def _listed(head: str, lines: Iterable[str]) -> str:
    said = [f"· {line}" for line in lines]
    return "\n".join((head, *said)) if said else ""
