"""Find questions that are spelt alike or sound alike."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import regex
from rapidfuzz import fuzz, process

from knowledge.text import LEXICON

if TYPE_CHECKING:
    from knowledge.engine.index import Floats

CONTAINED = 0.95
TELLING = 6  # characters that say something by themselves
_HELD = 0.66  # least likeness of two texts of which one holds the other and is no more than twice as long

_PIECE = regex.compile(r"\p{Han}|[a-zü']+")
_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_LONGEST_SYLLABLE = 6


def likeness(question: str, variants: Sequence[str]) -> "Floats":
    """How alike in spelling the question is to each variant, 0 to 1 (normalised InDel similarity)."""
    if not variants:
        return np.empty(0, np.float32)
    return process.cdist([question], variants, scorer=fuzz.ratio, dtype=np.float32)[0] / 100


def sameness(question: str, variants: Sequence[str]) -> "Floats":
    """`likeness`, or CONTAINED where one holds the other and is no more than twice as long."""
    found = likeness(question, variants)
    for place in np.flatnonzero((found >= _HELD) & (found < CONTAINED)):
        if _holds(question, variants[int(place)]):
            found[place] = CONTAINED
    return found


def _holds(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return len(short) >= TELLING and 2 * len(short) >= len(long) and short in long


def syllables(text: str) -> list[str]:
    """The sounds of a normalised text, as Chongqing speakers merge them; '' where there is none.

    Latin letters count when they can be read as pinyin from end to end.
    """
    found: list[str] = []
    for piece in _PIECE.findall(text):
        found.extend(_spelled(piece) if piece.isascii() else [_sounds().get(piece, "")])
    return [_merged(syllable) for syllable in found]


def is_pinyin(text: str) -> bool:
    """Whether the text is typed in pinyin: mostly Latin letters that read as syllables."""
    latin = [piece for piece in _PIECE.findall(text) if piece.isascii()]
    han = len(_PIECE.findall(text)) - len(latin)
    read = [syllable for piece in latin for syllable in _spelled(piece) if syllable]
    return len(read) >= 2 and len(read) > han and len("".join(read)) >= 0.6 * len("".join(latin))


@lru_cache(4096)
def _spelled(word: str) -> tuple[str, ...]:
    # Fewest syllables that spell the whole word; best[i] spells its first i letters.
    letters = word.replace("ü", "v").replace("'", "")[:60]
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, syllable = best[start], letters[start:end]
            if before is not None and syllable in _syllables() and len(before) + 1 < len(best[end] or [""] * 99):
                best[end] = (*before, syllable)
    return best[-1] or ("",)


@lru_cache(1024)
def _merged(syllable: str) -> str:
    # 重庆话 does not tell zh/z, ch/c, sh/s, n/l, nor the endings -ng/-n apart.
    for initial, merged in _MERGED:
        if syllable.startswith(initial):
            syllable = merged + syllable[len(initial) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


@cache
def _sounds() -> dict[str, str]:
    lines = (LEXICON / "sounds.txt").read_text("utf-8").splitlines()
    return {char: line.split(" ")[0] for line in lines if not line.startswith("#") for char in line.split(" ")[1]}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_sounds().values())
