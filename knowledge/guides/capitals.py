"""Write a sum of money in the capital numerals that cannot be altered: 伍万元整."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
MOST = Decimal("999999999999.99")  # yuan


def capitals(amount: Decimal) -> str:
    """壹拾元零伍分 for 10.05; raises ValueError below nought, above MOST or finer than a fen."""
    fen = amount * 100
    if not 0 <= amount <= MOST or fen != fen.to_integral_value():
        raise ValueError(amount)
    yuan, rest = divmod(int(fen), 100)
    jiao, last = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    tenths = f"{_DIGITS[jiao]}角" if jiao else "零" if yuan and last else ""
    return f"{whole}{tenths}{_DIGITS[last]}分" if last else f"{whole}{tenths}整"


def _whole(yuan: int) -> str:
    """The yuan, group by group of four digits; noughts in a row are written once, at the end of a group never."""
    text = ""
    for power in reversed(range(len(str(yuan)))):
        group, place = divmod(power, 4)
        digit = yuan // 10**power % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and not text.endswith("零"):
            text += "零"
        if place == 0 and yuan // 10**power % 10_000:
            text = text.rstrip("零") + _GROUPS[group]
    return text.rstrip("零") or "零"
