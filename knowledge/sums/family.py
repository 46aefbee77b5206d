"""Work out what a parent who does not live with a child usually pays."""

from knowledge.results import Result
from knowledge.sums.figures import FEN, Number, money, percent, span, spelled, whole, yuan
from knowledge.sums.rule import rule


def child_support(*, income: Number, children: Number = 1) -> Result:
    """The usual range a month for all children together, of the monthly income before deductions."""
    known = rule("child_support")
    monthly = money(income, "每月总收入", least=FEN, example="5000")
    several = whole(children, "孩子的个数", 1, 20) > 1
    low, high = known.numbers["share"]
    if several:
        high = known.number("several")
    least, most = monthly * low, monthly * high
    if several:
        told = f"两个以上孩子的，比例可以提高，合计一般不超过{percent(high)}；下限按一个孩子的{percent(low)}，只作参考"
    else:
        told = f"一般是月总收入的{percent(low)}至{percent(high)}"
    words = f"{told}：{yuan(monthly)} × {percent(low)}至{percent(high)} = {spelled(least, most)}"
    steps = [known.step(words, "share"), *known.say("duty", "contains", "until", "more")]
    return known.result(span(least, most), steps)
