"""Work out what an employer owes: severance, double pay without a contract, overtime, leave not taken."""

import calendar
from datetime import date, timedelta
from decimal import Decimal

from knowledge.results import Result, Step, Unclear
from knowledge.sums.figures import FEN, Number, day, fen, money, percent, plain, yuan
from knowledge.sums.rule import Rule, rule

CONTRACT_LAW = date(2008, 1, 1)  # 劳动合同法 97, 98: severance counts from here
_DAY = timedelta(days=1)
WAYS = ("N", "N+1", "2N")  # severance; with a month's pay for the notice; damages for unlawful dismissal


def severance(
    *,
    wage: Number,
    way: str = "N",
    years: Number | None = None,
    start: date | None = None,
    end: date | None = None,
    average: Number | None = None,
    minimum: Number | None = None,
    last_wage: Number | None = None,
) -> Result:
    """What is due when the work ends, by the time worked: in years, or from the first to the last day.

    `wage` the monthly average of the last 12 months, `average` the local one of last year (its triple is the limit),
    `minimum` the local minimum wage, `last_wage` that of the last month, for N+1.
    """
    known = rule("severance")
    if way not in WAYS:
        raise Unclear("请写是哪一种，例如 N、N+1、2N")
    monthly = money(wage, "月平均工资", least=FEN, example="5000")
    months, worked = _months(known, years, start, end, way)
    base, most, counted = _base(known, monthly, average, minimum)
    steps = [worked, counted]
    if most is not None and months > most:
        months = most
        steps.append(known.step(f"工资按3倍封顶的，年限最多{most}年", "years"))
    plain_sum = fen(base * months)
    steps.append(known.step(f"经济补偿 N：{yuan(base)} × {plain(months)}个月 = {yuan(plain_sum)}", "years"))
    total, further = _by_way(known, way, plain_sum, monthly if last_wage is None else last_wage)
    if start and start < CONTRACT_LAW and way != "2N":
        further += known.say("before")
    return known.result(total, [*steps, *further], notes=[] if average is not None else [_unknown_average(known)])


def double_pay(
    *, wage: Number, start: date, signed: date | None = None, left: date | None = None, today: date | None = None
) -> Result:
    """The second wage for the months without a written contract, to the day before it was signed, or the last day."""
    known = rule("double_pay")
    monthly = money(wage, "月工资", least=FEN, example="5000")
    first, full_year = after(start, int(known.number("wait"))), after(start, int(known.number("most")))
    ends = [full_year - _DAY, *([signed - _DAY] if signed else []), *(day for day in (left, today) if day)]
    if any(end < start for end in (signed, left, today) if end):
        raise Unclear(f"签合同或者离开的日子要在{day(start)}以后，例如 {day(full_year)}")
    stop = min(ends)
    if stop < first:
        return known.result(Decimal(0), [known.step(f"{day(start)}开始上班，头一个月不用付二倍工资", "start")])
    months, days, length = _span(first, stop + _DAY)
    total = fen(monthly * months + monthly * days / length)
    parts = f"{yuan(monthly)} × {months}个月"
    if days:
        parts += f" + {yuan(monthly)} × {days}天 ÷ {length}天"
    steps = [
        known.step(f"{day(start)}开始上班，满一个月的第二天起算，是{day(first)}", "start"),
        known.step(f"算到{day(stop)}，最长算到满一年的前一天", "end"),
        known.step(f"每月多付一份：{parts} = {yuan(total)}", "double"),
    ]
    return known.result(total, [*steps, *known.say("limit", *(["open"] if stop == full_year - _DAY else []))])


def overtime_pay(
    *, wage: Number, weekday_hours: Number | None = 0, rest_days: Number | None = 0, holidays: Number | None = 0
) -> Result:
    """What is due for overtime: hours after work on workdays, days off without other days instead, public holidays."""
    known = rule("overtime_pay")
    monthly = money(wage, "月工资", least=FEN, example="5000")
    paid_days, hours = known.number("days"), known.number("hours")
    rows = (
        ("weekday", "工作日延长", money(weekday_hours or 0, "工作日加班的小时数", example="20"), "小时", hours),
        ("restday", "休息日", money(rest_days or 0, "休息日加班的天数", example="4"), "天", Decimal(1)),
        ("holiday", "法定休假日", money(holidays or 0, "法定休假日加班的天数", example="1"), "天", Decimal(1)),
    )
    total, steps = Decimal(0), list[Step]()
    for name, label, amount, unit, divisor in rows:
        if not amount:
            continue
        pay = fen(monthly * amount * known.number(name) / paid_days / divisor)
        per = f" ÷ {hours}小时" if unit == "小时" else ""
        rate = percent(known.number(name))
        formula = f"{yuan(monthly)} ÷ {paid_days}天{per} × {rate} × {plain(amount)}{unit}"
        steps.append(known.step(f"{label}：{formula} = {yuan(pay)}", "pay"))
        total += pay
    if not steps:
        raise Unclear("请写加班的小时数或者天数，例如 工作日加班20小时")
    if len(steps) > 1:
        steps.append(known.step(f"加起来 {yuan(total)}", "pay"))
    return known.result(total, [*steps, *known.say("contract", "proof")])


def annual_leave(*, wage: Number, years: Number, taken: Number | None = 0, employed: Number | None = None) -> Result:
    """What is due for leave not taken this year.

    `years` all that the person ever worked, `taken` the days had, `employed` the calendar days with this employer this
    year where the person came or left in it.
    """
    known = rule("annual_leave")
    monthly = money(wage, "月工资", least=FEN, example="5000")
    worked = money(years, "一共工作了几年", example="3年半")
    full = _leave(known, worked)
    told = f"一共工作了{plain(worked.quantize(FEN))}年，一年有{full}天年休假"
    steps = [known.step(told, "days"), *known.say("total")]
    due = full
    if employed is not None:
        year = known.number("year")
        days = money(employed, "今年在这个单位的日历天数", example="200")
        if days > year + 1:
            raise Unclear("今年在这个单位的天数不会超过366天，例如 200")
        due = min(full, int(days * full / year))
        words = f"按今年在这个单位的天数折算：{plain(days)}天 ÷ {year}天 × {full}天，不足一整天的不算，是{due}天"
        steps.append(known.step(words, "share"))
    left = max(Decimal(due) - money(taken or 0, "已经休的天数", example="2"), Decimal(0))
    rate, paid_days = known.number("rate"), known.number("paid_days")
    total = fen(monthly * left * rate / paid_days)
    rest = fen(monthly * left * (rate - known.number("paid")) / paid_days)
    formula = f"{yuan(monthly)} ÷ {paid_days}天 × {plain(left)}天"
    steps += [
        known.step(f"没休的{plain(left)}天按日工资的300%：{formula} × {percent(rate)} = {yuan(total)}", "pay"),
        known.step(f"里面含正常工资；正常工资已经发了的，还差200%：{yuan(rest)}", "pay"),
    ]
    return known.result(total, [*steps, *known.say("continuous", "own", "none")])


def after(start: date, months: int) -> date:
    """The first day beyond so many months: the same day, or the day after the month where there is none."""
    years, month = divmod(start.month - 1 + months, 12)
    year, length = start.year + years, calendar.monthrange(start.year + years, month + 1)[1]
    # 民法典 202: without a corresponding day the period ends with the month
    same = date(year, month + 1, min(start.day, length))
    return same if start.day <= length else same + _DAY


def _span(first: date, beyond: date) -> tuple[int, int, int]:
    """Full months, the days left over, and how many days the month of those has."""
    months = next(count for count in range(1, 1200) if after(first, count) > beyond) - 1
    rest = after(first, months)
    return months, (beyond - rest).days, calendar.monthrange(rest.year, rest.month)[1]


def _months(known: Rule, years: Number | None, start: date | None, end: date | None, way: str) -> tuple[Decimal, Step]:
    """The months of pay: one a year, one for the rest from half a year up, half a one below that."""
    if start and end:
        begin = max(start, CONTRACT_LAW) if way != "2N" else start
        if end <= begin:
            raise Unclear("离职的日子要在入职之后，例如 2026年5月31日")
        count, days, _ = _span(begin, end + _DAY)
        full, rest = divmod(count, 12)
        more, enough = bool(rest or days), rest >= 6  # months
        told = f"从{day(begin)}到{day(end)}，满{full}年零{rest}个月{f'{days}天' if days else ''}"
    elif years is not None:
        worked = money(years, "工作了几年几个月", least=FEN, example="3年4个月")
        full, part = int(worked), worked % 1
        more, enough = part > 0, part >= known.number("half")
        told = f"工作了{plain(worked.quantize(FEN))}年"
    else:
        raise Unclear("请写入职和离职的日子，或者工作了几年几个月，例如 3年4个月")
    months = full + (Decimal(1) if enough else known.number("half") if more else Decimal(0))
    words = f"{told}：每满一年算1个月，满6个月不满一年的算1个月，不满6个月的算半个月，一共{plain(months)}个月"
    return months, known.step(words, "years")


def _by_way(known: Rule, way: str, severance: Decimal, last_wage: Number) -> tuple[Decimal, tuple[Step, ...]]:
    """What N+1 adds to N, and 2N makes of it."""
    match way:
        case "N+1":
            extra = money(last_wage, "上个月的工资", least=FEN, example="5000")
            total = fen(severance + extra)
            words = f"没有提前30天书面通知的，再加上个月的工资：{yuan(severance)} + {yuan(extra)} = {yuan(total)}"
            return total, (known.step(words, "notice"), *known.say("forty", "cases"))
        case "2N":
            total = fen(severance * known.number("times"))
            words = f"违法解除的赔偿金 2N：{yuan(severance)} × {known.number('times')} = {yuan(total)}"
            return total, (known.step(words, "unlawful"), *known.say("instead", "unlawful"))
        case _:
            return severance, known.say("cases")


def _base(
    known: Rule, wage: Decimal, average: Number | None, minimum: Number | None
) -> tuple[Decimal, Decimal | None, Step]:
    """The wage that counts, the most years where it is cut, and why."""
    if average is not None:
        limit = money(average, "当地上年度职工月平均工资", least=FEN, example="8000") * known.number("cap")
        if wage > limit:
            words = f"月工资{yuan(wage)}，超过当地平均工资的3倍（{yuan(limit)}），按{yuan(limit)}算"
            return limit, known.number("most"), known.step(words, "wage")
    if minimum is not None and wage < money(minimum, "当地最低工资", example="2000"):
        words = f"月工资{yuan(wage)}，低于当地最低工资，按最低工资{yuan(minimum)}算"
        return Decimal(minimum), None, known.step(words, "wage")
    return wage, None, known.step(f"月工资按离职前12个月的平均应得工资{yuan(wage)}算", "wage")


def _unknown_average(known: Rule) -> str:
    times, most = known.number("cap"), known.number("most")
    return f"月工资超过当地上年度职工月平均工资{times}倍的，按{times}倍算，最多{most}年；当地的数字以机构答复为准"


def _leave(known: Rule, worked: Decimal) -> int:
    fits = [days for least, days in zip(known.numbers["from"], known.numbers["days"], strict=True) if worked >= least]
    return int(fits[-1]) if fits else 0
