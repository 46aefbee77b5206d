"""Work out what a court asks: for hearing a case, for enforcing, for securing property, for a payment order."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from knowledge.results import Result, Step, Unclear
from knowledge.sums.figures import FEN, Number, fen, money, percent, span, spelled, yuan
from knowledge.sums.rule import Bracket, Rule, rule

Halving: TypeAlias = str | tuple[str, ...]  # 调解, 撤诉, 简易, 反诉
_Range: TypeAlias = tuple[Decimal, Decimal]


def court_fee(*, amount: Number, halving: Halving = ()) -> Result:
    """What a suit over money or property costs."""
    known = rule("court_fee")
    fee, words = by_brackets(known.brackets, money(amount, "要对方给的总金额", least=FEN))
    value, half = _halved((fee, fee), halving)
    return known.result(value, [known.step(words, "fee"), *half, *known.say("paid", "waived")])


def suit_fee(
    *,
    case: str,
    amount: Number | None = None,
    assets: Number | None = 0,
    damages: Number | None = 0,
    halving: Halving = (),
) -> Result:
    """What a suit of that kind costs: 财产, 离婚, 人格权, 劳动, 行政 or 其他."""
    match case:
        case "财产":
            return court_fee(amount=money(amount, "要对方给的总金额", least=FEN), halving=halving)
        case "离婚":
            return divorce_fee(assets=assets, halving=halving)
        case "人格权":
            return personality_fee(damages=damages, halving=halving)
        case "劳动":
            return labour_fee(halving=halving)
        case "行政":
            return administrative_fee(halving=halving)
        case "其他":
            return non_property_fee(halving=halving)
        case _:
            raise Unclear("请写是哪一类官司，例如 财产、离婚、人格权、劳动、行政、其他")


def divorce_fee(*, assets: Number | None = 0, base: Number | None = None, halving: Halving = ()) -> Result:
    """What a divorce suit costs; `assets` is all that is to be divided, `base` the local rate where it is known."""
    return _with_property(rule("divorce_fee"), assets, base, halving)


def personality_fee(*, damages: Number | None = 0, base: Number | None = None, halving: Halving = ()) -> Result:
    """What a suit over name, portrait, reputation or privacy costs; `base` is the local rate where it is known."""
    return _with_property(rule("personality_fee"), damages, base, halving)


def non_property_fee(*, base: Number | None = None, halving: Halving = ()) -> Result:
    """What any other suit that is not about property costs; `base` is the local rate where it is known."""
    known = rule("non_property_fee")
    fee, step = _base(known, base)
    value, half = _halved(fee, halving)
    return known.result(value, [step, *half, *known.say("both")])


def labour_fee(*, halving: Halving = ()) -> Result:
    """What a labour suit costs, whatever is asked in it."""
    known = rule("labour_fee")
    fee = known.number("base")
    value, half = _halved((fee, fee), halving)
    step = known.step(f"劳动争议案件，不论金额，每件{yuan(fee)}", "fee")
    return known.result(value, [step, *half, *known.say("arbitration", "wages")])


def administrative_fee(*, special: bool = False, halving: Halving = ()) -> Result:
    """What a suit against an authority costs; `special` over trade marks, patents or at sea."""
    known = rule("administrative_fee")
    fee = known.number("special" if special else "base")
    value, half = _halved((fee, fee), halving)
    step = known.step(f"{'商标、专利、海事' if special else ''}行政案件，每件{yuan(fee)}", "fee")
    return known.result(value, [step, *half, *known.say("free", "review")])


def objection_fee(*, base: Number | None = None) -> Result:
    """What an objection to the jurisdiction costs where it fails."""
    known = rule("objection_fee")
    fee, step = _base(known, base)
    return known.result(span(*fee), [step, *known.say("upheld")])


def enforcement_fee(*, amount: Number | None = None) -> Result:
    """What enforcing costs; no amount where an act is to be enforced."""
    known = rule("enforcement_fee")
    if not amount:
        low, high = known.numbers["base"]
        step = known.step(f"没有执行金额的，每件{spelled(low, high)}，具体以法院答复为准", "fee")
        return known.result(span(low, high), [step, *known.say("paid")])
    fee, words = by_brackets(known.brackets, money(amount, "申请执行的金额"))
    return known.result(fee, [known.step(words, "fee"), *known.say("paid")])


def preservation_fee(*, amount: Number | None = 0) -> Result:
    """What securing property before or in a suit costs."""
    known = rule("preservation_fee")
    fee, words = by_brackets(known.brackets, money(amount or 0, "要保全的财产数额"))
    cap = known.number("cap")
    capped = [known.step(f"超过{yuan(cap)}的，最多交{yuan(cap)}", "fee")] if fee > cap else []
    return known.result(min(fee, fen(cap)), [known.step(words, "fee"), *capped, *known.say("paid")])


def payment_order_fee(*, amount: Number) -> Result:
    """What asking for a payment order costs: a third of the fee of a suit."""
    known = rule("payment_order_fee")
    full, words = by_brackets(rule("court_fee").brackets, money(amount, "要对方还的金额", least=FEN))
    parts = known.number("parts")
    fee = fen(full / parts)
    steps = [
        known.step(f"打官司的受理费：{words}", "fee"),
        known.step(f"支付令交它的{parts}分之一：{yuan(full)} ÷ {parts} = {yuan(fee)}", "fee"),
        *known.say("paid", "lawsuit"),
    ]
    return known.result(fee, steps)


def by_brackets(brackets: tuple[Bracket, ...], amount: Decimal) -> tuple[Decimal, str]:
    """The sum over all brackets to the fen, and how it comes about in words."""
    parts = list(_parts(brackets, amount))
    total = fen(sum((part for part, _ in parts), Decimal(0)))
    first = brackets[0].up_to or amount
    if len(parts) == 1:
        return total, f"{yuan(amount)}，不超过{yuan(first)}，{f'每件{yuan(total)}' if total else '不另外交'}"
    shown = " + ".join(words for _, words in parts if words)
    how = "分段累计" if brackets[0].flat else f"，超过{yuan(first)}的部分"
    return total, f"{yuan(amount)}{how}：{shown} = {yuan(total)}"


def _parts(brackets: tuple[Bracket, ...], amount: Decimal) -> Iterator[tuple[Decimal, str]]:
    floor = Decimal(0)
    for bracket in brackets:
        if bracket.flat is not None:
            yield bracket.flat, yuan(bracket.flat) if bracket.flat else ""
        elif amount > floor:
            part = min(amount, bracket.up_to or amount) - floor
            yield part * bracket.rate, f"{yuan(part)} × {percent(bracket.rate)}"
        floor = bracket.up_to or amount


def _with_property(known: Rule, amount: Number | None, base: Number | None, halving: Halving) -> Result:
    """A rate for the case, and brackets for the property or the damages in it; None while nobody knows how much."""
    (low, high), step = _base(known, base)
    extra, words = by_brackets(known.brackets, money(amount or 0, known.words["property"]))
    value, half = _halved((low + extra, high + extra), halving)
    steps = [step]
    if amount:
        steps.append(known.step(f"{known.words['property']}{words}", "fee"))
    if extra:
        steps.append(known.step(f"两项相加：{spelled(low + extra, high + extra)}", "fee"))
    return known.result(value, [*steps, *half], leaves_out=[known.words["unknown"]] if amount is None else [])


def _base(known: Rule, base: Number | None) -> tuple[_Range, Step]:
    low, high = known.numbers["base"]
    if base is None:
        return (low, high), known.step(f"每件{spelled(low, high)}", "fee")
    if not low <= base <= high:
        raise Unclear(f"当地标准要在{spelled(low, high)}之间，例如 {low}")
    local = fen(Decimal(base))
    return (local, local), known.step(f"每件{spelled(low, high)}，当地标准{yuan(local)}", "fee")


def _halved(fee: _Range, halving: Halving) -> tuple[Decimal | str, tuple[Step, ...]]:
    """Half of it where there is a reason; two reasons halve no more than one."""
    known = rule("halving")
    reasons = tuple(dict.fromkeys(filter(None, (halving,) if isinstance(halving, str) else halving)))
    if any(reason not in known.words for reason in reasons):
        raise Unclear("请写减半的理由，例如 调解、撤诉、简易、反诉")
    if not reasons:
        return span(*fee), ()
    share = known.number("share")
    low, high = fen(fee[0] / share), fen(fee[1] / share)
    why = "、".join(known.words[reason] for reason in reasons)
    more = ("once",) if len(reasons) > 1 else ()
    only = "".join(f"，{known.words[name]}" for name in more)
    words = f"{why}，减半交{only}：{spelled(*fee)} ÷ {share} = {spelled(low, high)}"
    return span(low, high), (known.step(words, *reasons, *more),)
