"""Tell legal questions from other talk."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.engine.confidence import sigmoid
from knowledge.engine.index import Arrays, Floats, Keys
from knowledge.engine.library import FEATURES, Asked

WEIGHTS = Path(__file__).parent.parent / "weights" / "gate.npz"
MODELS = ("full", "lexical")  # with meaning, without
BUCKETS = 14  # bits
SIGNS = (
    *("words_best", "words_three", "sounds_best", "mixed_best", "mixed_part", "learned"),
    *("meaning_best", "meaning_three", "meaning_part"),
)

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # Knuth 1973, section 6.4: multiplicative hashing by the golden ratio


@dataclass(frozen=True, slots=True)
class Gate:
    """A logistic score of a message's meaning and words, then one of that score, its length and how like topics are."""

    meaning: Floats
    words: Floats
    bias: float
    signs: Floats
    base: float

    def chance(self, asked: Asked, features: Floats) -> float:
        """The chance that it is a legal question."""
        return sigmoid(float(signs(self.talk(asked), features, len(asked.text)) @ self.signs) + self.base)

    def talk(self, asked: Asked) -> float:
        """The score of what is said alone."""
        found = buckets(asked)
        said = float(self.words[found].sum()) / max(len(found), 1) ** 0.5
        return said + self.bias + (float(asked.vector @ self.meaning) if asked.vector is not None else 0.0)


def buckets(asked: Asked) -> Keys:
    """The places of a message's words, pairs of letters and pairs of sounds among the weights."""
    return np.unique((np.concatenate((asked.keys, asked.sounds)) * _SPREAD) >> np.uint64(64 - BUCKETS))


def signs(talk: float, features: Floats, length: int) -> Floats:
    """What tells a legal question: what is said, how long (in characters), and how like it is to any topic."""
    best = features.max(axis=0, initial=0)
    return np.array([talk, np.log1p(length), *(best[FEATURES.index(name)] for name in SIGNS)], np.float32)


@cache
def load(name: str) -> Gate:
    """The gate as trained."""
    with np.load(WEIGHTS, allow_pickle=False) as told:
        return of({key: told[key] for key in told.files}, name)


def of(told: Arrays, name: str) -> Gate:
    """The gate `name` from plain arrays."""
    meaning, words, signs_ = (np.asarray(told[f"{name}.{part}"], np.float32) for part in ("meaning", "words", "signs"))
    return Gate(meaning, words[:-1], float(words[-1]), signs_[:-1], float(signs_[-1]))
