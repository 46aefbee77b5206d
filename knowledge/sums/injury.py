"""Work out what an injury is paid with: at work by grade, and by whoever did the harm."""

from decimal import Decimal

from knowledge.results import Result, Step
from knowledge.sums.figures import FEN, Number, fen, money, percent, plain, whole, yuan
from knowledge.sums.rule import Rule, rule

_SAID = ("standard", "elsewhere", "dependants")
_AVERAGE = "统筹地区上年度职工月平均工资"
_INCOME = "上一年度城镇居民人均可支配收入"


def work_injury(*, grade: Number, wage: Number, average: Number | None = None) -> Result:
    """The one-off sum of an injury at work of grade 1 to 10; `wage` as insured, `average` that of the place."""
    known = rule("work_injury")
    level = whole(grade, "伤残等级", 1, 10)
    base, counted = _insured(known, money(wage, "本人月缴费工资", least=FEN, example="5000"), average)
    months = known.numbers["months"][level - 1]
    total = fen(base * months)
    steps = [
        counted,
        known.step(f"{level}级伤残，{months}个月本人工资：{yuan(base)} × {months} = {yuan(total)}", _group(level)),
        *_allowance(known, level, base),
        *known.say("uninsured"),
    ]
    notes = [] if average is not None else [_limits(known)]
    return known.result(total, steps, notes=notes)


def work_death(*, income: Number, average: Number) -> Result:
    """What the family of somebody who died by work gets at once, with six months of wages for the funeral.

    `income` is the disposable income per head in the towns of the country last year, `average` the local monthly wage.
    """
    known = rule("work_death")
    national = money(income, f"全国{_INCOME}", least=FEN, example="50000")
    monthly = money(average, _AVERAGE, least=FEN, example="8000")
    times, months = known.number("times"), known.number("months")
    once, funeral = fen(national * times), fen(monthly * months)
    steps = [
        known.step(f"一次性工亡补助金：{yuan(national)} × {times} = {yuan(once)}", "one_off"),
        known.step(f"丧葬补助金：{yuan(monthly)} × {months}个月 = {yuan(funeral)}", "funeral"),
        known.step(f"两项相加：{yuan(once + funeral)}", "one_off"),
        *known.say("family", "uninsured"),
    ]
    return known.result(once + funeral, steps)


def disability_compensation(*, income: Number, age: Number, grade: Number) -> Result:
    """What somebody disabled by another's fault is owed for it; `age` on the day the grade was found."""
    known = rule("disability_compensation")
    yearly = money(income, f"当地{_INCOME}", least=FEN, example="50000")
    level = whole(grade, "伤残等级", 1, 10)
    years, counted = _years(known, age)
    share = known.numbers["grade"][level - 1]
    total = fen(yearly * years * share)
    words = f"{yuan(yearly)} × {years}年 × {level}级伤残{percent(share)} = {yuan(total)}"
    return known.result(total, [counted, known.step(words, "formula"), *known.say(*_SAID)])


def death_compensation(*, income: Number, age: Number) -> Result:
    """What the family of somebody who died by another's fault is owed for it."""
    known = rule("death_compensation")
    yearly = money(income, f"当地{_INCOME}", least=FEN, example="50000")
    years, counted = _years(known, age)
    total = fen(yearly * years)
    words = f"{yuan(yearly)} × {years}年 = {yuan(total)}"
    return known.result(total, [counted, known.step(words, "formula"), *known.say(*_SAID)])


def funeral_expenses(*, average: Number) -> Result:
    """Six months of the average wage of the place of the court."""
    known = rule("funeral_expenses")
    monthly = money(average, "当地上一年度职工月平均工资", least=FEN, example="8000")
    months = known.number("months")
    total = fen(monthly * months)
    words = f"{yuan(monthly)} × {months}个月 = {yuan(total)}"
    return known.result(total, [known.step(words, "formula"), *known.say("standard")])


def lost_income(*, wage: Number, days: Number) -> Result:
    """What somebody could not earn while unfit for work, from a monthly income."""
    known = rule("lost_income")
    monthly = money(wage, "每月少了的收入", least=FEN, example="5000")
    off = money(days, "误工的天数", least=1, example="60")
    month = known.number("month")
    total = fen(monthly * off / month)
    words = f"{yuan(monthly)} ÷ {month}天 × {plain(off)}天 = {yuan(total)}"
    return known.result(total, [known.step(words, "formula"), *known.say("proof")])


def _insured(known: Rule, wage: Decimal, average: Number | None) -> tuple[Decimal, Step]:
    """The wage that counts, between 60% and 300% of the local average."""
    if average is None:
        return wage, known.step(f"本人工资按受伤前12个月的平均月缴费工资{yuan(wage)}算", "wage")
    local = money(average, _AVERAGE, least=FEN, example="8000")
    least, most = local * known.number("least"), local * known.number("most")
    if wage > most:
        return most, known.step(f"本人工资{yuan(wage)}，高于当地平均工资的300%，按{yuan(most)}算", "wage")
    if wage < least:
        return least, known.step(f"本人工资{yuan(wage)}，低于当地平均工资的60%，按{yuan(least)}算", "wage")
    return wage, known.step(f"本人工资{yuan(wage)}，在当地平均工资的60%到300%之间", "wage")


def _limits(known: Rule) -> str:
    least, most = percent(known.number("least")), percent(known.number("most"))
    return f"本人工资低于当地职工平均工资{least}的按{least}算，高于{most}的按{most}算；当地的数字以机构答复为准"


def _allowance(known: Rule, level: int, base: Decimal) -> tuple[Step, ...]:
    """What comes every month besides, and what at leaving."""
    group = _group(level)
    leaving = (known.step(known.words["leaving"], group),)
    if group == "light":
        return leaving
    share = known.numbers["monthly"][level - 1]
    when = "保留劳动关系、退出岗位" if group == "heavy" else "单位难以安排工作的"
    words = f"{when}，另外每月领伤残津贴：{yuan(base)} × {percent(share)} = {yuan(base * share)}"
    return (known.step(words, group), *(leaving if group == "middle" else ()))


def _group(level: int) -> str:
    return "heavy" if level <= 4 else "middle" if level <= 6 else "light"


def _years(known: Rule, age: Number) -> tuple[int, Step]:
    """20 years; from 60 on one less for every year of age; 5 from 75 on."""
    old = whole(age, "周岁年龄", 0, 130)
    full, start = int(known.number("years")), int(known.number("from"))
    years = int(known.number("least")) if old >= known.number("old") else full - max(0, old - start)
    why = f"，{start}岁以上每大一岁少一年" if start <= old < known.number("old") else ""
    why = f"，{known.number('old')}岁以上按{years}年" if old >= known.number("old") else why
    return years, known.step(f"{old}周岁{why}，算{years}年", "formula")
