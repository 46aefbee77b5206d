"""Rank topics and say how sure the first is, by what was learned from questions that no topic lists."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.confidence import Curve, sigmoid, softmax
from knowledge.engine.index import Floats
from knowledge.engine.library import FEATURES, LEGS, WAYS
from knowledge.engine.trees import Trees

WEIGHTS = Path(__file__).parent.parent / "weights"
SEEN = ("learned", "mixed_best", "mixed_three", "meaning_best", "words_three", "sounds_best", "mixed_part")
APART = ("learned", "mixed_best", "meaning_best", "words_best")  # features of which the lead over the best other counts
AGREED = ("agreed", *(f"{leg}_agreed" for leg in LEGS), "learned_agreed")  # how many features put the same topic first
SIGNS = (
    *("share", "share_log", "score", "lead", "third_lead", "fifth_lead", "doubt"),
    *SEEN,
    *(f"{name}_lead" for name in APART),
    *AGREED,
    *("shared", "shared_lead", "shared_first", "legal", "length"),
)


@dataclass(frozen=True, slots=True)
class Model:
    """A linear score a topic; from signs of the first topic the chance that it is right, put straight by a curve."""

    weights: Floats
    trees: Trees
    curve: Curve

    def scores(self, features: Floats) -> Floats:
        """One score a topic."""
        return features @ self.weights

    def chances(self, shares: NDArray[np.float64], signs: Floats) -> NDArray[np.float64]:
        """The chance of each topic: the first by its signs, the others as much less as their shares are."""
        first = self.curve(sigmoid(float(self.trees.scores(signs[None])[0])))
        return first * shares / max(float(shares.max()), 1e-9)


def signs(features: Floats, scores: Floats, *, shared: Floats, legal: float, length: int) -> Floats:
    """What tells whether the topic with the highest score is right, in the order of SIGNS.

    `shared` is for each topic the part of the question's words that the topic has too.
    """
    best = int(np.argmax(scores))
    shares = softmax(scores)
    share = float(shares[best])
    doubt = -float(shares @ np.log(shares + 1e-12))
    ranked = (share, np.log(share + 1e-12), scores[best], *(_behind(scores, place) for place in (1, 2, 4)), doubt)
    seen = [features[best, FEATURES.index(name)] for name in SEEN]
    apart = [_lead(features[:, FEATURES.index(name)], best) for name in APART]
    words = (shared[best], _lead(shared, best), shared.argmax() == best)
    return np.array([*ranked, *seen, *apart, *_agreed(features, best), *words, legal, np.log1p(length)], np.float32)


@cache
def model(name: str) -> Model:
    """The model `name`: full, lexical (without meaning) or pinyin."""
    told = json.loads((WEIGHTS / "topics.json").read_text("utf-8"))[name]
    weights = np.array([told["weights"].get(feature, 0.0) for feature in FEATURES], np.float32)
    with np.load(WEIGHTS / "sure.npz", allow_pickle=False) as kept:
        trees = Trees.of({part: kept[f"{name}.{part}"] for part in ("features", "borders", "paths", "leaves")})
    return Model(weights, trees, Curve(tuple(told["raw"]), tuple(told["right"])))


def _agreed(features: Floats, best: int) -> list[float]:
    # Of all features, of each leg's, and of what was learned: the part that has this topic first.
    first = features.argmax(axis=0) == best
    legs = [float(first[place * len(WAYS) : (place + 1) * len(WAYS)].mean()) for place in range(len(LEGS))]
    return [float(first.mean()), *legs, float(first[-1])]


def _behind(scores: Floats, place: int) -> float:
    # How far the topic at a place, or the last one, is behind the first.
    ordered = -np.sort(-scores)
    return float(ordered[0] - ordered[min(place, len(ordered) - 1)])


def _lead(values: Floats, best: int) -> float:
    return float(values[best] - np.delete(values, best).max(initial=0.0))
