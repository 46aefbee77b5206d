"""Say whether a court may confirm a mediated agreement, until when, where and with which papers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.citations import Citation, display
from knowledge.clocks import deadlines
from knowledge.clocks.deadlines import Due
from knowledge.clocks.reckoning import written
from knowledge.guides.disputes import REFUSED, Bar, disputes
from knowledge.results import Result, Step

CLOCK = "judicial_confirmation"
TITLE = "调解协议申请司法确认"
COURT, NOBODY, OFFICE = "法院委派", "自己谈的", "机关"  # who mediated; anything else is a mediating body
_MEDIATION, _SUIT = "人民调解法", "民事诉讼法"
_READING = "最高人民法院关于适用民事诉讼法的解释"
_PIECES = re.compile(r"[。；;\n]+")
UNCONFIRMED = Step(
    "协议还是有约束力。对方不照做的，可以起诉；也可以重新达成一份协议。",
    (Citation(_MEDIATION, "31"), Citation(_MEDIATION, "32")),
)
_UNMEDIATED = Step(
    "能申请司法确认的，是依法设立的调解组织调成的协议；两家自己谈好的不行，可以请调委会主持，重新写一份。",
    (Citation(_SUIT, "205"),),
)
_BY_OFFICE = Step(
    "公安、交警等机关主持调成的，是不是“调解组织调解”，各地法院做法不一样，先问法院（12368）；以法院答复为准。",
    (Citation(_SUIT, "205"),),
)
_ALONE = Step("要双方一起申请，一方不去就办不了。", (Citation(_SUIT, "205"), Citation(_MEDIATION, "33")))
_TOGETHER = Step(
    "双方一起申请，书面、口头都可以；要在协议生效起30日内。",
    (Citation(_SUIT, "205"), Citation(_MEDIATION, "33"), Citation(_READING, "353")),
)
_INVITED = Step("法院请调解组织来调的，向那家法院申请。", (Citation(_SUIT, "205"),))
_ANY = Step("向任何一方住的地方、东西所在的地方、调解组织所在地的基层法院申请，选一家。", (Citation(_SUIT, "205"),))
_PAPERS = Step(
    "带上：调解协议；调解组织主持调解的证明；与协议有关的财产权利证明；双方的身份证、住址、电话。",
    (Citation(_READING, "354"),),
)
_FREE = Step("不交案件受理费。", (Citation("诉讼费用交纳办法", "8"),))
_REVIEW = Step("法院一般在立案起30日内审完，特殊情况可以延长。", (Citation(_SUIT, "187"),))
_AFTER = Step(
    "确认以后对方不照做的，可以直接申请执行；被驳回的，可以重新调解、另写协议，也可以起诉。", (Citation(_SUIT, "206"),)
)
DISMISSED = Step("法院驳回了，可以重新调解、变更原来的协议或者另写一份，也可以向法院起诉。", (Citation(_SUIT, "206"),))
_CHECKED = "上面只按写到的字句查过；能不能确认，由法院审查决定。"
_OLDER = "2011年的司法确认规定里，期限、去哪家法院、文书的叫法和现在的民事诉讼法不同，按民事诉讼法。"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a court from confirming an agreement; without a clause it is what the whole is about."""

    bar: Bar
    clause: str = ""

    @property
    def refuses(self) -> bool:
        """Whether a court takes no such application; otherwise it would dismiss it as it is worded."""
        return self.bar.effect == REFUSED

    @property
    def words(self) -> str:
        """The reason with the article."""
        said = f"“{self.clause}”：" if self.clause else ""
        return f"{said}{self.bar.reason}（{display(self.bar.basis[0])}{self.bar.item}）。"


def obstacles(settles: Iterable[str], clauses: Iterable[str]) -> tuple[Obstacle, ...]:
    """Everything that keeps a court from confirming an agreement about this, with these clauses.

    `settles` are names in the rules. A word list can only warn: the court has the last word.
    """
    about, pieces = frozenset(settles), [piece for clause in clauses for piece in _split(clause)]
    return tuple(one for bar in disputes().bars for one in _met(bar, about, pieces))


def confirmation(
    *,
    settles: Sequence[str],
    mediator: str | None = None,
    clause: str | None = None,
    both: bool | None = None,
    start: date | None = None,
    today: date,
) -> Result:
    """Whether the agreement may be confirmed; `value` is the last day, or in words why there is none."""
    found = obstacles(settles, (clause,) if clause else ())
    refusing = [one for one in found if one.refuses]
    if refusing:
        ways = dict.fromkeys(way for one in refusing for way in one.bar.ways)
        steps = (*_said(refusing), *(Step(way.words, way.basis) for way in ways), UNCONFIRMED)
        return _result("不能申请：法院不受理", steps)
    if mediator == NOBODY:
        return _result("不能申请：没有调解组织主持", (_UNMEDIATED,))
    if both is False:
        return _result("不能申请：要双方一起", (_ALONE, UNCONFIRMED))
    steps = (*_said(found), *_how(mediator))
    return _dated(start, today, steps) if start else _result("可以，在协议生效起30日内", steps)


def _dated(start: date, today: date, how: tuple[Step, ...]) -> Due:
    due = deadlines.deadline(CLOCK, start, today=today)
    left = deadlines.days_left(due, today)
    if left is not None and left < 0 and isinstance(due.value, date):
        value = f"已经过了最后一天（{written(due.value)}），不能再申请"
        return replace(
            due, kind="confirmation", value=value, unit="", steps=(*due.steps, UNCONFIRMED), notes=(), reminders=()
        )
    return replace(due, kind="confirmation", steps=(*due.steps, *how), notes=(*due.notes, _CHECKED, _OLDER))


def _how(mediator: str | None) -> Iterator[Step]:
    if mediator is None:
        yield _UNMEDIATED
    if mediator == OFFICE:
        yield _BY_OFFICE
    yield _TOGETHER
    yield _INVITED if mediator == COURT else _ANY
    yield from (_PAPERS, _FREE, _REVIEW, _AFTER)


def _said(found: Iterable[Obstacle]) -> tuple[Step, ...]:
    return tuple(Step(one.words, one.bar.basis) for one in found)


def _result(value: str, steps: tuple[Step, ...]) -> Result:
    return Result("confirmation", TITLE, value, "", steps, notes=(_CHECKED, _OLDER))


def _split(clause: str) -> list[str]:
    return [piece.strip() for piece in _PIECES.split(clause) if piece.strip()]


def _met(bar: Bar, about: frozenset[str], pieces: Iterable[str]) -> Iterator[Obstacle]:
    if bar.settles & about:
        yield Obstacle(bar)
    for piece in pieces:
        if _any(bar.words, piece) and not _any(bar.unless, piece):
            yield Obstacle(bar, piece)


def _any(patterns: Iterable[re.Pattern[str]], piece: str) -> bool:
    return any(pattern.search(piece) for pattern in patterns)
