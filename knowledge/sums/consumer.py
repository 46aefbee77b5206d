"""Work out the punitive damages of a buyer who was cheated or sold unsafe food."""

from decimal import Decimal

from knowledge.results import Result, Step
from knowledge.sums.figures import FEN, Number, fen, money, plain, yuan
from knowledge.sums.rule import Rule, rule


def fraud_compensation(*, price: Number) -> Result:
    """Three times the price of goods or of a service sold by fraud, 500 yuan at least."""
    known = rule("fraud_compensation")
    paid = money(price, "付的价款", least=FEN, example="300")
    times = known.number("times")
    claimed = fen(paid * times)
    step = known.step(f"价款的{times}倍：{yuan(paid)} × {times} = {yuan(claimed)}", "triple")
    return _at_least(known, claimed, [step], "triple")


def food_compensation(*, price: Number, loss: Number | None = 0) -> Result:
    """Ten times the price of unsafe food, or three times the loss if that is more, 1,000 yuan at least."""
    known = rule("food_compensation")
    paid = money(price, "买食品付的价款", least=FEN, example="30")
    harm = money(loss or 0, "实际损失", example="500")
    tenfold, threefold = fen(paid * known.number("price")), fen(harm * known.number("loss"))
    by_price, by_loss = plain(known.number("price")), plain(known.number("loss"))
    steps = [known.step(f"价款的{by_price}倍：{yuan(paid)} × {by_price} = {yuan(tenfold)}", "tenfold")]
    if harm:
        more = f"两样选一样，选多的{yuan(max(tenfold, threefold))}"
        words = f"损失的{by_loss}倍：{yuan(harm)} × {by_loss} = {yuan(threefold)}；{more}"
        steps.append(known.step(words, "tenfold"))
    return _at_least(known, max(tenfold, threefold), steps, "tenfold", "need", "label")


def _at_least(known: Rule, claimed: Decimal, steps: list[Step], basis: str, *more: str) -> Result:
    """No less than the law's least sum."""
    least = known.number("least")
    if claimed < least:
        steps = [*steps, known.step(f"不足{yuan(least)}的，按{yuan(least)}", basis)]
    told = known.step(known.words["refund"], basis)
    return known.result(max(claimed, fen(least)), [*steps, told, *known.say(*more)])
