"""Work out what becomes of a deposit, and whether a contractual penalty is too high."""

from decimal import Decimal

from knowledge.results import Result, Unclear
from knowledge.sums.figures import FEN, Number, fen, money, percent, yuan
from knowledge.sums.rule import rule

SIDES = ("付方", "收方")  # who broke the contract: who gave the deposit, or who took it


def deposit(*, price: Number, paid: Number, broke: str) -> Result:
    """What who gave the deposit gets back, by who broke the contract; what exceeds a fifth of the price is none."""
    known = rule("deposit")
    if broke not in SIDES:
        raise Unclear("请写是哪一方违约，付方（付定金的）或者 收方（收定金的）")
    total, given = money(price, "合同总价", least=FEN), money(paid, "已经付的定金", least=FEN, example="5000")
    share = known.number("cap")
    cap = fen(total * share)
    valid = min(given, cap)
    rest = given - valid
    limit = f"定金最多是总价的{percent(share)}：{yuan(total)} × {percent(share)} = {yuan(cap)}"
    over = f"，多付的{yuan(rest)}不算定金，应当退" if rest else ""
    steps = [known.step(f"{limit}；算定金的是{yuan(valid)}{over}", "cap")]
    if broke == "收方":
        back = valid * known.number("times") + rest
        more = f" + {yuan(rest)}" if rest else ""
        words = f"收定金的一方违约，双倍返还：{yuan(valid)} × {known.number('times')}{more} = {yuan(back)}"
    else:
        back = rest
        words = f"付定金的一方违约，定金{yuan(valid)}不能要回，能拿回{yuan(back)}"
    return known.result(fen(back), [*steps, known.step(words, "penalty"), *known.say("named", "choice", "part")])


def penalty(*, agreed: Number, loss: Number) -> Result:
    """The agreed penalty beside the loss; None where a court may change it, for how far is the court's to say."""
    known = rule("penalty")
    asked = money(agreed, "约定的违约金", least=FEN)
    harm = money(loss, "实际损失", example="20000")
    excess = known.number("excess")
    line = fen(harm * excess)
    steps = [known.step(f"约定的违约金{yuan(asked)}，实际损失{yuan(harm)}", "agreed", "loss")]
    value: Decimal | None = None
    if asked < harm:
        steps.append(known.step(f"比损失少{yuan(harm - asked)}，可以请求增加", "agreed"))
    elif asked > line:
        over = f"超过损失的{percent(excess)}（{yuan(harm)} × {percent(excess)} = {yuan(line)}）"
        words = f"{over}，一般可以认定为过高，可以请求适当减少"
        steps += [known.step(words, "agreed", "excess"), known.step(known.words["bad"], "excess")]
    else:
        value = fen(asked)
        words = f"没有超过损失的{percent(excess)}（{yuan(line)}），一般按约定的{yuan(asked)}付"
        steps.append(known.step(words, "excess"))
    return known.result(value, [*steps, *known.say("proof")])
