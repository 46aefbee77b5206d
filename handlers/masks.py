"""Hide numbers that belong to one person: identity cards, mobile phones, bank cards."""

import re
import unicodedata
from collections.abc import Iterator

from knowledge import text

_GAP = r"[\s\-·.—–_]{0,2}"
# GB 11643: 6 region, 8 birth date, 3 order, 1 check; not inside a longer run, nor a credit code (18 with letters)
_IDENTITY = re.compile(
    rf"(?<!\d)[1-9](?:{_GAP}\d){{5}}{_GAP}(?:19|20)(?:{_GAP}\d){{2}}"
    rf"{_GAP}[01]{_GAP}\d{_GAP}[0-3]{_GAP}\d(?:{_GAP}\d){{3}}{_GAP}[\dXx](?![\dA-Za-z])"
)
_PHONE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
# groups of three and more, as on the card; a date has shorter ones
_CARD = re.compile(r"(?<!\d)\d{3,}(?:[\s\-]\d{3,})*(?:[\s\-]\d{1,2})?(?!\d)")
_DIGIT = re.compile(r"\d")
_GROUP = re.compile(r"\d+")
_FEWEST = 11  # digits of a phone number, the shortest of all
_SHORTEST, _LONGEST = 16, 19  # digits of a bank card
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def mask(words: str) -> str:
    """The words with such numbers hidden but for a few digits."""
    if len(_DIGIT.findall(words)) < _FEWEST:
        return words
    plain = unicodedata.normalize("NFKC", text.clean(words, len(words)))
    plain = _IDENTITY.sub(lambda m: f"{m[0][:3]}***", plain)
    plain = _CARD.sub(_without_cards, plain)  # before phones: a card may hold what looks like one
    return _PHONE.sub(lambda m: f"{_digits(m[0])[-11:][:3]}****{_digits(m[0])[-2:]}", plain)


def _without_cards(run: re.Match[str]) -> str:
    """A run of digit groups: hidden whole if a card is in it, since only the check digit tells where it ends."""
    if not any(_luhn(number) and not _credit(number) for number in _spans(run[0])):
        return run[0]
    return f"****{_digits(run[0])[-4:]}" if _luhn(_digits(run[0])) else "****"


def _spans(run: str) -> Iterator[str]:
    """The digits of neighbouring groups that are together as long as a card."""
    groups = _GROUP.findall(run)
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(number) > _LONGEST:
                break
            if len(number) >= _SHORTEST:
                yield number


def _digits(found: str) -> str:
    return "".join(c for c in found if c.isdigit())


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    doubled = (int(d) * 2 if n % 2 else int(d) for n, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _credit(digits: str) -> bool:
    """An organisation's credit code that happens to hold no letter (GB 32100: 18 characters, weights 3^n mod 31)."""
    if len(digits) != 18 or digits[0] not in "159":
        return False
    total = sum(int(d) * pow(3, n, 31) for n, d in enumerate(digits[:17]))
    return _CREDIT[-total % 31] == digits[17]
