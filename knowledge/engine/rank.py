"""Rank topics and say how sure the first is, by what was learned from questions that no topic lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.confidence import Curve, sigmoid, softmax
from knowledge.engine.index import Floats
from knowledge.engine.library import FEATURES

WEIGHTS = Path(__file__).parent.parent / "weights"
SEEN = ("learned", "mixed_best", "mixed_three", "meaning_best", "words_three", "sounds_best", "mixed_part")
APART = ("learned", "mixed_best")  # features of which the lead over the best other topic counts
SIGNS = ("share", "share_log", "lead", "doubt", *SEEN, *(f"{name}_lead" for name in APART), "shared", "legal", "length")


@dataclass(frozen=True, slots=True)
class Model:
    """A linear score a topic; from signs of the first topic the chance that it is right, put straight by a curve."""

    weights: Floats
    signs: Floats
    bias: float
    curve: Curve

    def scores(self, features: Floats) -> Floats:
        """One score a topic."""
        return features @ self.weights

    def chances(self, shares: NDArray[np.float64], signs: Floats) -> NDArray[np.float64]:
        """The chance of each topic: the first by its signs, the others as much less as their shares are."""
        first = self.curve(sigmoid(float(signs @ self.signs) + self.bias))
        return first * shares / max(float(shares.max()), 1e-9)


def signs(features: Floats, scores: Floats, *, shared: float, legal: float, length: int) -> Floats:
    """What tells whether the topic with the highest score is right, in the order of SIGNS.

    `shared` is the part of the question's words that the topic has too.
    """
    best = int(np.argmax(scores))
    shares = softmax(scores)
    seen = [features[best, FEATURES.index(name)] for name in SEEN]
    apart = [_lead(features[:, FEATURES.index(name)], best) for name in APART]
    doubt = -float(shares @ np.log(shares + 1e-12))
    share = float(shares[best])
    ranked = (share, np.log(share + 1e-12), _lead(scores, best), doubt)
    return np.array([*ranked, *seen, *apart, shared, legal, np.log1p(length)], np.float32)


@cache
def model(name: str) -> Model:
    """The model `name`: full, lexical (without meaning) or pinyin."""
    told = json.loads((WEIGHTS / "topics.json").read_text("utf-8"))[name]
    weights, signs_ = _numbers(told["weights"], FEATURES), _numbers(told["signs"], SIGNS)
    return Model(weights, signs_, told["bias"], Curve(tuple(told["raw"]), tuple(told["right"])))


def _numbers(told: Mapping[str, float], names: tuple[str, ...]) -> Floats:
    return np.array([told.get(name, 0.0) for name in names], np.float32)


def _lead(values: Floats, best: int) -> float:
    return float(values[best] - np.delete(values, best).max(initial=0.0))
