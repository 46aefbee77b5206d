"""Read a number as people say and type it: 三万五, 3.5w, 一百八, 两万零三百, 叁仟元."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_UNITS = {"亿": 100_000_000, "万": 10_000, "千": 1000, "百": 100, "十": 10}  # greatest first
_TEN = 10
_LONGEST = 40  # characters; no number takes more, and every unit goes one call deeper
_FORMS = str.maketrans(
    "〇○壹弌贰貳两兩俩叁參仨肆伍陆陸柒捌玖拾佰陌仟阡萬億",
    "零零一一二二二二二三三三四五六六七八九十百百千千万亿",
)
_TWENTIES = str.maketrans({"廿": "二十", "卅": "三十"})
CHARACTERS = r"[\d.零一二三四五六七八九十百千万亿点半多来几余把上+]"  # of which a folded number can be made
_TOKEN = re.compile(rf"\d+(?:[.点]\d+)?|[{_DIGITS}]+(?:点[{_DIGITS}]+)?|[十百千万亿半]")
_LETTER = re.compile(r"(?<=[\d零一二三四五六七八九十百多几])\s*([wk])(?![a-z])")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ROUGH = (
    (re.compile(r"^上(?=[百千万亿])"), "一"),  # 上万
    (re.compile(r"^(?=[百千万]把)"), "一"),  # 千把
    (re.compile(r"(?<=[百千万])把"), ""),
    (re.compile(r"(?<=[百千万亿])几[十百千]"), ""),  # 三万几千
    (re.compile(r"(?<=[\d十百千万亿])[多来几余+](?=[万亿]|$)"), ""),  # 两千多, 十来万
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said; `rough` where it is only a lower bound (两千多)."""

    value: Decimal
    rough: bool = False


def fold(text: str) -> str:
    """The text with every form of a numeral made one: full width, 叁仟, 两, 3.5w, 35,000."""
    plain = unicodedata.normalize("NFKC", text).lower().strip().translate(_FORMS).translate(_TWENTIES)
    letters = _LETTER.sub(lambda match: "万" if match[1] == "w" else "千", plain)
    return _GROUPS.sub("", letters)


def parse(text: str) -> Spoken | None:
    """The number that the whole folded text says; None where it says none, or two (两三千)."""
    exact = text if len(text) <= _LONGEST else ""
    for pattern, meant in _ROUGH:
        exact = pattern.sub(meant, exact)
    tokens = _TOKEN.findall(exact)
    if not tokens or "".join(tokens) != exact:
        return None
    value = _value(tokens)
    return None if value is None else Spoken(value, exact != text)


def _value(tokens: list[str]) -> Decimal | None:
    """Split at the greatest unit: what stands before it counts it, what stands after it is added."""
    unit = next((unit for unit in _UNITS if unit in tokens), None)
    if unit is None:
        return _alone(tokens)
    at = tokens.index(unit)
    factor, rest = _factor(tokens[:at], unit), _rest(tokens[at + 1 :], _UNITS[unit])
    return None if factor is None or rest is None else factor * _UNITS[unit] + rest


def _alone(tokens: list[str]) -> Decimal | None:
    match tokens:
        case ["半"]:
            return Decimal("0.5")
        case [digits] if _is_one(digits) or len(digits) > 2 or "零" in digits:  # 三五 is a range, 三五零零 is dictated
            return _plain(digits)
        case _:
            return None


def _factor(tokens: list[str], unit: str) -> Decimal | None:
    """What counts the unit; 十 alone is ten, 十, 百 and 千 take one digit (零 before it says nothing)."""
    if unit in {"万", "亿"}:
        return _value(tokens) if tokens else None
    match tokens:
        case [] | ["零"]:
            return Decimal(1) if unit == "十" else None
        case [digits]:
            digit = digits.removeprefix("零")
            return _plain(digit) if _is_one(digit) else None
        case _:
            return None


def _rest(tokens: list[str], unit: int) -> Decimal | None:
    match tokens:
        case []:
            return Decimal(0)
        case ["半"]:
            return Decimal(unit) / 2 if unit > _TEN else None
        case [digits]:
            return _tail(digits, unit)
        case _:
            value = _value(tokens)
            return value if value is not None and value < unit else None


def _tail(digits: str, unit: int) -> Decimal | None:
    """五 of 三万五 is 5,000, 零五 is five, 3456 after 万 is itself, as is 500; 50 might be either."""
    if digits.startswith("零"):
        return _plain(digits[1:]) if len(digits) == 2 else None
    if not digits.isdecimal() and not all(char in _DIGITS for char in digits):
        return None
    if len(digits) == 1:
        return Decimal(_plain(digits) or 0) * unit / 10
    fills = len(digits) == len(str(unit)) - 1
    return _plain(digits) if fills or (len(digits) == 3 and unit == _UNITS["万"]) else None


def _is_one(digits: str) -> bool:
    """Whether the digits are one number: 二三 before 千 means two or three."""
    whole = digits.partition("点")[0]
    return digits[:1].isdecimal() or (len(whole) == 1 and whole in _DIGITS)


def _plain(digits: str) -> Decimal | None:
    arabic = "".join(str(_DIGITS.index(char)) if char in _DIGITS else char for char in digits.replace("点", "."))
    padded = len(arabic) > 1 and arabic[0] == "0" and arabic[1] != "."
    return Decimal(arabic) if arabic and not padded else None
