"""Form a preliminary view of whether somebody may get legal aid, and show how it was come to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from knowledge import offices
from knowledge.citations import Citation
from knowledge.guides import conditions
from knowledge.guides.conditions import Value
from knowledge.guides.rulebook import Economy, Rule, Rulebook, rulebook
from knowledge.results import Result, Step

CAUTION = "以机构答复为准"
ELSEWHERE = "其他地方"
_MONTHS = 12
_FEN = Decimal("0.01")
_PRELIMINARY = "这只是初步判断，给不给援助由法律援助机构决定。"
_OPEN = {"home": "你身边", "place": "还不清楚在哪里"}  # what stands in a sentence for an answer not given


@dataclass(frozen=True, slots=True)
class Means:
    """What the region's test comes to: income after rigid expenses, yuan a head and month; None is unknown."""

    economy: Economy | None
    monthly: Decimal | None
    poor: bool | None


@dataclass(frozen=True, slots=True)
class View:
    """The rules that hold for these facts, among them `rules` (the ids of those that decide) and `home_region`."""

    facts: Mapping[str, Value]
    rule: Rule
    additions: tuple[Rule, ...]
    filing: tuple[Rule, ...]
    papers: tuple[Rule, ...]
    after: tuple[Rule, ...]
    urgent: bool
    means: Means | None

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of the rule that decides and of every addition, in order."""
        return (self.rule.id, *(rule.id for rule in self.additions))


def legal_aid(*, today: date, **answers: Value) -> Result:
    """The view for an interview, the answers by name."""
    return view(answers, today)


def view(answers: Mapping[str, Value], today: date, book: Rulebook | None = None) -> Result:
    """The preliminary view in words; `steps` are the trace, `notes` the papers, the office and what is not settled."""
    book = book or rulebook()
    return _result(assess(answers, today, book), book)


def assess(answers: Mapping[str, Value], today: date, book: Rulebook | None = None) -> View:
    """The first rule that fits, everything that adds to it, and the means test where means decide."""
    book = book or rulebook()
    facts = {**answers, "today": today, "home_region": region(str(answers.get("home") or ""), book)}
    rule = next((rule for rule in book.rules if conditions.holds(rule.when, facts)), book.otherwise)
    facts["rules"] = (rule.id,)
    return View(
        facts=facts,
        rule=rule,
        additions=_fitting(book.additions, facts),
        filing=_fitting(book.filing, facts)[:1],
        papers=_fitting(book.papers, facts),
        after=_fitting(book.after, facts),
        urgent=conditions.holds(book.urgent.when, facts),
        means=_means(facts, today, book) if rule.income else None,
    )


def region(place: str, book: Rulebook) -> str | None:
    """The province or municipality of a place, 其他地方 where the file does not know it, None without a place."""
    if not place:
        return None
    return next((name for name, places in book.regions.items() if any(p in place for p in places)), ELSEWHERE)


def _fitting(rules: Iterable[Rule], facts: Mapping[str, Value]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if conditions.holds(rule.when, facts))


# --- means ------------------------------------------------------------------------------------------------------------


def _means(facts: Mapping[str, Value], today: date, book: Rulebook) -> Means:
    place = facts.get("place")
    economy = next((row for row in book.economy if place in row.places and row.since <= today), None)
    monthly = _monthly(facts.get("income"), facts.get("expense"), facts.get("people"))
    return Means(economy, monthly, _poor(economy, monthly, facts))


def _monthly(income: Value, expense: Value, people: Value) -> Decimal | None:
    if not isinstance(income, Decimal) or not isinstance(people, Decimal) or people < 1:
        return None
    left = income - (expense if isinstance(expense, Decimal) else Decimal(0))
    return (left / _MONTHS / people).quantize(_FEN, ROUND_HALF_UP)


def _poor(economy: Economy | None, monthly: Decimal | None, facts: Mapping[str, Value]) -> bool | None:
    """Yes needs all three answers; no needs an asset, or an income over the line when the expenses are known."""
    if economy is None:
        return None
    if facts.get("asset") is True:
        return False
    if monthly is None:
        return None
    if monthly >= economy.line:
        return False if facts.get("expense") is not None else None
    return True if facts.get("asset") is False else None


# --- in words ---------------------------------------------------------------------------------------------------------


def _result(seen: View, book: Rulebook) -> Result:
    verdict = f"（{book.verdicts[_verdict(seen.means)]}）" if seen.means else ""
    return Result(
        kind="legal_aid",
        title="法律援助初步判断",
        value=f"初判：{seen.rule.status}{verdict}",
        unit="",
        steps=(
            _step(seen.rule, seen, book),
            *_means_steps(seen),
            *(_step(rule, seen, book) for rule in (*seen.additions, *seen.filing, *seen.after)),
        ),
        leaves_out=seen.means.economy.unknown if seen.means and seen.means.economy else (),
        notes=tuple(_notes(seen, book)),
    )


def _step(rule: Rule, seen: View, book: Rulebook) -> Step:
    grounds = (name for name in conditions.grounds(rule.when, seen.facts) if name in book.facts)
    said = "；".join(f"{book.facts[name].label}——{_shown(seen.facts[name])}" for name in grounds)
    because = f"（你的回答：{said}）" if said else ""
    caution = f"（来自报道，没有见到原文，{CAUTION}）" if rule.source == "W" else ""
    return Step(f"{_filled(rule.words, seen)}{because}{caution}【{rule.id}】", _basis(rule, seen))


def _basis(rule: Rule, seen: View) -> tuple[Citation, ...]:
    """What it rests on; a narrower part that only this case has goes before the wider one."""
    also = (basis for when, basis in rule.also if conditions.holds(when, seen.facts))
    every = (*rule.basis, *(citation for basis in also for citation in basis))
    return tuple({(citation.law, citation.article): citation for citation in every}.values())


def _means_steps(seen: View) -> Iterator[Step]:
    if not seen.means or not seen.means.economy or seen.means.monthly is None:
        return
    facts, economy, monthly = seen.facts, seen.means.economy, seen.means.monthly
    income, expense, people = (_plain(facts.get(name)) for name in ("income", "expense", "people"))
    formula = f"（{income}－{expense}）÷12个月÷{people}人＝{monthly}元"
    line = f"报道的线是每人每月{economy.line}元（{economy.about}；{economy.evidence}，{economy.since}起，{CAUTION}）"
    yield Step(
        f"经济困难怎么算：全家一年收入减去非花不可的钱，按月按人平均：{formula}；{line}；还要没有价值较大的财产。", ()
    )


def _plain(value: Value) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else "0"


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case tuple():
            return "、".join(value) or "都不是"
        case None:
            return "不清楚"
        case _:
            return str(value)


def _filled(words: str, seen: View) -> str:
    return words.format_map({name: seen.facts.get(name) or unsaid for name, unsaid in _OPEN.items()})


def _verdict(means: Means) -> str:
    return "unknown" if means.poor is None else "below" if means.poor else "above"


def _notes(seen: View, book: Rulebook) -> Iterator[str]:
    if seen.urgent:
        yield f"急件（{book.urgent.id}）：{book.urgent.words}"
    if seen.papers:
        yield f"要带的材料：{'；'.join(paper.words for paper in seen.papers)}。"
    office = offices.office(str(seen.facts.get("place") or ""))
    yield f"找哪里：{office.name}，电话{office.phone}（公共法律服务热线）。"
    yield _PRELIMINARY
