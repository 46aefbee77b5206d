"""Put into plain words how a time limit was counted and what to do by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.citations import Citation
from knowledge.clocks import periods, workdays
from knowledge.clocks.periods import Term
from knowledge.clocks.timetable import Case, Deadline
from knowledge.results import Step

URGENT = 7  # days; less than that is urgent (法律援助法44)
_DAY = timedelta(days=1)
_AID = (Citation("法律援助法", "44"),)


@dataclass(frozen=True, slots=True)
class Stage:
    """One limit, changed by the cases that hold, and where it ends: by its own period, and by its longest limit."""

    limit: Deadline
    cases: tuple[Case, ...]
    counted: Term
    after: Term | None = None
    outer: Term | None = None

    @property
    def term(self) -> Term:
        """The end that comes first."""
        return min((one for one in (self.counted, self.outer) if one), key=lambda one: one.legal)

    @property
    def opens(self) -> date | None:
        """The first day on which the act can be done, where that is not at once."""
        if self.limit.side == "wait":
            return workdays.next_workday(self.term.legal + _DAY)
        return self.after.legal + _DAY if self.after else None


def stage(
    limit: Deadline, cases: tuple[Case, ...], start: date, since: date | None = None, after: Stage | None = None
) -> Stage:
    """Count the limit from the day it starts, or from the end of the one before it."""
    before = after.term if after else None
    shifts = bool(limit.rule.shifts)
    outer = periods.term(since, limit.outer.period, shifts=shifts) if limit.outer and since else None
    return Stage(limit, cases, periods.term(start, limit.period, shifts=shifts, after=before), before, outer)


def written(day: date) -> str:
    """2026年11月20日（周五）."""
    return f"{day.year}年{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def steps(one: Stage) -> Iterator[Step]:
    """How it was counted."""
    limit, term = one.limit, one.counted
    yield from (Step(case.words, case.basis) for case in one.cases)
    yield Step(_first(one), limit.rule.starts)
    months = limit.rule.months if limit.period.unit in ("个月", "年") else ()
    yield Step(_counted(one), (*limit.basis, *months))
    if term.is_shifted:
        yield Step(f"这天不上班，顺延到上班的第一天：{written(term.legal)}。", limit.rule.shifts)
    if limit.outer and one.outer:
        which = "比上面的早，以它为准。" if one.term is one.outer else "没有比上面的早，不影响。"
        yield Step(f"{limit.outer.words}这道线到{written(one.outer.legal)}，{which}", limit.outer.basis)
    if limit.extends:
        later = periods.term(term.start, limit.extends, shifts=bool(limit.rule.shifts), after=term)
        yield Step(f"情况复杂、经批准的，可以再延长{limit.extends}，那样最迟到{written(later.legal)}。", limit.basis)


def window(one: Stage) -> Step:
    """What may be done in the stage that follows."""
    opens, term = written(one.opens or one.term.start), one.term
    words = f"这之后还有{one.limit.period}：{opens}到{written(term.legal)}之间，{one.limit.act}。"
    return Step(f"{words}最稳妥在{written(term.safe)}当天或之前去。{one.limit.missed}", one.limit.basis)


def notes(one: Stage) -> Iterator[str]:
    """What to do by when, and what else to know."""
    limit, term = one.limit, one.term
    mine = limit.side == "yours"
    yield _advice(one)
    yield from [estimate(term)] if term.is_estimate else []
    yield from [limit.missed] if mine else []
    yield from [limit.outer.words] if limit.outer and not one.outer else []
    yield from [limit.rule.mail] if mine and limit.rule.mail else []
    yield from [limit.rule.note] if limit.rule.note else []
    yield from limit.notes
    yield from ["这一项还没有逐条核对过，以机构答复为准。"] if limit.source != "V" else []


def estimate(term: Term) -> str:
    """That the days off of that year may still move."""
    return (
        f"{term.legal.year}年的放假和调休安排还不知道，{written(term.legal)}是估计："
        "只按周末和法定节日算，放假通知出来以后请再核对。"
    )


def standing(one: Stage, today: date) -> Step:
    """How many days are left, and what that means."""
    left = (one.term.legal - today).days
    if left < 0:
        over = f"现在可以{one.limit.act}。" if one.limit.side == "wait" else one.limit.missed
        return Step(f"按您说的日子，最后一天已经过去{-left}天了。{over}")
    words = f"离最后一天还有{left}天。" if left else "今天就是最后一天，请马上办。"
    if one.limit.aid and left < URGENT:
        return Step(f"{words}不足7日的，可以请法律援助机构先行提供援助，材料以后再补。", _AID)
    return Step(words)


def reminders(one: Stage) -> tuple[date, ...]:
    """The days to speak up: before the resident's own last safe day, otherwise when the time has passed."""
    if one.limit.side != "yours":
        return (workdays.next_workday(one.term.legal + _DAY),)
    from_day = one.after.legal if one.after else one.term.start
    days = (one.term.safe - timedelta(days=count) for count in sorted(one.limit.remind, reverse=True))
    return tuple(day for day in days if day > from_day)


def _first(one: Stage) -> str:
    if one.after and one.opens:
        return f"上一段到{written(one.after.legal)}满，从{written(one.opens)}数起。"
    begins = f"从“{one.limit.start}”那天，也就是{written(one.counted.start)}起算"
    if one.limit.period.unit == "小时":
        return f"{begins}，按钟点算。"
    return f"{begins}；当天不算，从第二天数起。"


def _counted(one: Stage) -> str:
    period, term = one.limit.period, one.counted
    begun = one.after.legal if one.after else term.start
    stricter = f"（上一段要是不顺延，就只到{written(term.last)}。）" if term.last != term.counted else ""
    match period.unit:
        case "小时":
            return f"期限{period}，到{written(term.counted)}的同一钟点。{stricter}"
        case "个工作日":
            return f"只数上班的日子，调休上班的也算，数满{period}是{written(term.counted)}。{stricter}"
        case "日":
            return f"数满{period}是{written(term.counted)}。{stricter}"
        case "个月" | "年":
            short = f"（那个月没有{begun.day}日，算月末）" if term.counted.day != begun.day else ""
            return f"满{period}是{written(term.counted)}{short}。{stricter}"


def _advice(one: Stage) -> str:
    act, term = one.limit.act, one.term
    match one.limit.side:
        case "theirs":
            return f"{act}，最迟到{written(term.legal)}。{one.limit.missed}"
        case "wait":
            return f"最稳妥从{written(one.opens or term.legal)}起，可以{act}。"
        case "yours":
            if term.safe == term.legal:
                return f"请最迟在{written(term.legal)}，最好早几天，{act}。"
            return f"最稳妥请在{written(term.safe)}当天或之前，{act}；法律上的最后一天是{written(term.legal)}。"
