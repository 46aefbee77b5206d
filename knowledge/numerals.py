"""Turn article numbers into Chinese numerals and back."""

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"〇": 0, "○": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}


def to_chinese(number: int) -> str:
    """一千零七十七 for 1077; raises ValueError outside 1–9999."""
    if not 0 < number < 10_000:
        raise ValueError(number)
    text = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += _DIGITS[digit] + _UNITS[power]
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text[1:] if text.startswith("一十") else text


def from_chinese(text: str) -> int | None:
    """1077 for 一千零七十七, 一零七七 or 1077; None when it is not a number."""
    if text.isdecimal():
        return int(text)
    if not text or any(char not in _VALUES and char not in _POWERS for char in text):
        return None
    if not any(char in _POWERS for char in text):
        return int("".join(str(_VALUES[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _POWERS:
            total, digit = total + (digit or 1) * _POWERS[char], 0
        else:
            digit = _VALUES[char]
    return total + digit
