"""Work out interest between people: how much may be asked, how much after the day, how much after the judgment."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from knowledge.results import Result, Step, Unclear
from knowledge.sums import fees
from knowledge.sums import lpr as table
from knowledge.sums.figures import FEN, Number, day, fen, money, percent, yuan
from knowledge.sums.lpr import Rate
from knowledge.sums.rule import Rule, rule

REFORM = date(2020, 8, 20)  # 民间借贷规定 31: before it other limits held
DOUBLED = date(2014, 8, 1)  # 法释〔2014〕8号 7: before it another formula held


def interest_cap(
    *,
    principal: Number,
    lent: date,
    end: date,
    agreed: Number | None = None,
    per: str = "年",
    promised: bool = True,
    withheld: Number | None = 0,
    lpr: Number | None = None,
    rates: Iterable[Rate] | None = None,
) -> Result:
    """The most interest a court grants on a loan between people, from the day it was handed over to `end`.

    `agreed` in per cent a year or a month (`per` 年 or 月; None: not told, so at the limit), `promised` False where no
    interest was agreed, `withheld` what was kept back at the start, `lpr` the rate in per cent if the person read it.
    """
    known = rule("interest_cap")
    owed, first = _handed_over(known, principal, withheld)
    days = _days(lent, end, "算到的日子要在借钱那天之后")
    if not promised:
        return known.result(Decimal(0), [*first, *known.say("none", "overdue")])
    if lent < REFORM:
        return known.result(None, known.say("old"))
    rate, source = _prime(lpr, rates, lent)
    if rate is None:
        return known.result(None, [known.step(known.words["unknown"], "cap")])
    times, year = known.number("times"), known.number("year")
    cap = rate * times
    steps = [*first, known.step(f"{source}，{times}倍是一年 {percent(rate)} × {times} = {percent(cap)}", "cap")]
    asked = cap if agreed is None else _yearly(agreed, per)
    if agreed is not None:
        verdict = f"没有超过 {percent(cap)}，按约定算" if asked <= cap else f"超过 {percent(cap)} 的部分，法院不支持"
        steps.append(known.step(f"约定的利率是一年 {percent(asked)}，{verdict}", "cap"))
    used = min(asked, cap)
    total = fen(owed * used * days / year)
    words = f"{yuan(owed)} × {percent(used)} × {days}天 ÷ {year}天 = {yuan(total)}"
    return known.result(total, [*steps, known.step(words, "cap"), *known.say("total", "rolled")])


def unpaid_loan(*, principal: Number, lent: date, rates: Iterable[Rate] | None = None) -> Result:
    """What may be asked for a loan that is denied: how it is proved, the most interest of a year, what a suit costs."""
    known = rule("unpaid_loan")
    owed = money(principal, "借款本金", least=FEN)
    fee = fees.court_fee(amount=owed, halving="简易").steps[:2]  # by brackets, and its half
    suit = [known.step(f"打官司的受理费，{'；'.join(step.words for step in fee)}", "fee")]
    steps = [*known.say("proof"), *known.say("rate")]
    share, source = _prime(None, rates, lent) if lent >= REFORM else (None, "")
    if share is None:
        unknown = "unknown" if lent >= REFORM else "old"
        return known.result(None, [*steps, known.step(known.words[unknown], "cap"), *suit])
    cap = share * known.number("times")
    total = fen(owed * cap)
    most = f"{source}，{known.number('times')}倍是一年 {percent(cap)}"
    words = f"{most}；{yuan(owed)} × {percent(cap)} = 一年最多 {yuan(total)}"
    return known.result(total, [*steps, known.step(words, "cap"), *suit])


def overdue_interest(
    *, principal: Number, due: date, end: date, lpr: Number | None = None, rates: Iterable[Rate] | None = None
) -> Result:
    """Interest from the day a loan was due where no rate at all was agreed."""
    known = rule("overdue_interest")
    owed = money(principal, "没有还的本金", least=FEN)
    days = _days(due, end, "算到的日子要在该还钱那天之后")
    rate, source = _prime(lpr, rates, due)
    if rate is None:
        return known.result(None, [known.step(known.words["unknown"], "overdue")])
    total = fen(owed * rate * days / known.number("year"))
    words = f"{yuan(owed)} × {percent(rate)} × {days}天 ÷ {known.number('year')}天 = {yuan(total)}"
    return known.result(total, [known.step(f"{source}，从逾期那天起算", "overdue"), known.step(words, "overdue")])


def doubled_interest(*, unpaid: Number, due: date, end: date) -> Result:
    """The doubled part of the interest after a judgment; `due` is the last day that the judgment gave."""
    known = rule("doubled_interest")
    owed = money(unpaid, "判决后还没有付的钱", least=FEN)
    if due < DOUBLED:
        raise Unclear("这里只能算2014年8月1日以后的，请写那以后的日子，例如 2026年5月1日")
    days, daily = _days(due, end, "算到的日子要在履行期限届满之后"), known.number("daily")
    total = fen(owed * daily * days)
    words = f"{yuan(owed)} × 每天 {percent(daily)} × {days}天 = {yuan(total)}"
    return known.result(total, [known.step(words, "rule", "formula"), *known.say("days", "order")])


def _handed_over(known: Rule, principal: Number, withheld: Number | None) -> tuple[Decimal, list[Step]]:
    """The money that really came; what was kept back at the start never was a loan."""
    written, kept = money(principal, "借款本金", least=FEN), money(withheld or 0, "预先扣掉的利息", example="2000")
    if not kept:
        return written, []
    if kept >= written:
        raise Unclear("预先扣掉的钱要比本金少，例如 2000")
    words = f"预先扣掉的利息不算本金：{yuan(written)} - {yuan(kept)} = {yuan(written - kept)}"
    return written - kept, [known.step(words, "principal")]


def _days(start: date, end: date, otherwise: str) -> int:
    if end <= start:
        raise Unclear(f"{otherwise}，例如 {day(start + timedelta(days=30))}")
    return (end - start).days


def _yearly(agreed: Number, per: str) -> Decimal:
    rate = money(agreed, "约定的利率", example="年利率15% 写 15，月息2分 写 2") / 100
    return rate * 12 if per == "月" else rate


def _prime(lpr: Number | None, rates: Iterable[Rate] | None, when: date) -> tuple[Decimal | None, str]:
    """The one-year rate as a share and how it is known: the person's own figure, or the table's."""
    if lpr is not None:
        if not 0 < lpr < table.MOST:
            raise Unclear(f"请写一年期LPR是百分之几，大于0、小于{table.MOST}的数字")
        return Decimal(lpr) / 100, f"您填的一年期LPR是 {percent(Decimal(lpr) / 100)}"
    found = table.on(table.shipped() if rates is None else rates, when)
    if found is None:
        return None, ""
    share = found.percent / 100
    return share, f"{day(found.published)}公布的一年期LPR是 {percent(share)}（来源：{found.source}）"
