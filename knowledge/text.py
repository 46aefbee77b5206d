"""Clean what a resident typed, and bring it to one form for matching."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import opencc
import regex
import rjieba
import yaml

LIMIT = 2000  # characters; a story that long fits in two Telegram messages
LEXICON = Path(__file__).parent / "lexicon"

_SURROGATE = regex.compile(r"[\ud800-\udfff]")
# Controls (not tab and line feed), zero-width, bidi, fillers that look like nothing, tags;
# a joiner stays between emoji only.
_UNSEEN = regex.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    r"|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d|\u200d(?!\p{Extended_Pictographic})"
)
_MARKS = regex.compile(r"(\p{M}{2})\p{M}+")
_BLANK_LINES = regex.compile(r"\s*\n\s*\n\s*")
_BREAKS = regex.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = regex.compile(r"\s+")
_BETWEEN_HAN = regex.compile(r"(?<=[\p{Han}\p{P}])\s+|\s+(?=[\p{Han}\p{P}])")
_WORD = regex.compile(r"[\p{Han}\p{L}\p{N}]+")
_REPEATED = regex.compile(r"(\D)\1{3,}")


def clean(text: str, limit: int = LIMIT) -> str:
    """Keep what people see: no control, zero-width or bidi characters, NFC, at most `limit` characters.

    Cuts before it works, so a million characters cost no more than a few thousand.
    """
    text = _whole(text[: limit * 4])
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    text = _MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    return _BLANK_LINES.sub("\n\n", text.strip())[:limit].strip()


def normalise(text: str) -> str:
    """One form for matching: NFKC, simplified, lower case, dialect and misspellings put right, fillers out."""
    plain = unicodedata.normalize("NFKC", clean(text)).lower()
    plain = _simplified().convert(plain)
    plain = _REPEATED.sub(r"\1\1", _BETWEEN_HAN.sub("", _SPACES.sub(" ", plain)))
    return unfilled(_spoken().replace(plain)) or plain.strip()


def unfilled(text: str) -> str:
    """The text without greetings, thanks and other words that ask nothing."""
    return _fillers().replace(text).strip(" ,，。.!！?？~、;；:：…\n")


def tokens(text: str) -> list[str]:
    """The words of a normalised text that can tell one subject from another."""
    stop = _stop_words()
    return [w for w in rjieba.cut(text) if w not in stop and _WORD.fullmatch(w)]


def smalltalk(text: str) -> str | None:
    """Which kind of smalltalk the whole message is (greeting, thanks, bye, agree, who, mood), or None."""
    plain = _simplified().convert(unicodedata.normalize("NFKC", clean(text, 60))).lower()
    parts = [p for p in regex.split(r"[^\p{L}\p{N}]+", plain) if p]
    kinds = [_smalltalk_kinds().get(p) for p in (" ".join(parts), *parts)]
    if kinds[0] or not parts:
        return kinds[0]
    return kinds[-1] if all(kinds[1:]) else None


def lexicon(name: str) -> Any:
    """The parsed lexicon file `name`."""
    return yaml.load((LEXICON / f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


class Replacer:
    """Replace many words in one pass; the longest match wins."""

    def __init__(self, words: dict[str, str]) -> None:
        self._words = words
        longest = sorted(words, key=lambda w: -len(w))
        self._pattern = regex.compile("|".join(map(regex.escape, longest))) if words else None

    def replace(self, text: str) -> str:
        """The text with each word replaced."""
        return self._pattern.sub(lambda m: self._words[m[0]], text) if self._pattern else text


def _whole(text: str) -> str:
    # A pair of surrogates is one character written in two halves; a lone half is nothing.
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _spoken() -> Replacer:
    return Replacer({str(k): str(v) for name in ("dialect", "typos") for k, v in lexicon(name).items()})


@cache
def _fillers() -> Replacer:
    return Replacer({str(word): "" for word in lexicon("fillers")})


def names_law(text: str) -> bool:
    """Whether a normalised text holds a plain word of the law, such as 离婚."""
    return any(word in text for word in _plain())


@cache
def _plain() -> tuple[str, ...]:
    return tuple(str(word) for word in lexicon("plain"))


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(str(word) for word in lexicon("stopwords"))


@cache
def _smalltalk_kinds() -> dict[str, str]:
    return {str(word).lower(): kind for kind, words in lexicon("smalltalk").items() for word in words}
