"""Rank topics by what was learned from known questions; the weights are a reviewed file of numbers."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.confidence import Curve, sigmoid
from knowledge.engine.index import Floats
from knowledge.engine.library import FEATURES
from knowledge.engine.trees import Trees

WEIGHTS = Path(__file__).parent.parent / "weights"
SHORTLIST = 30  # topics that the trees look at
_FIRST = {"kernel": 10.0, "body": 4.0, "words_mean": 2.0, "meaning": 2.0, "sounds": 1.0}  # picks the shortlist


@dataclass(frozen=True, slots=True)
class Model:
    """A linear score a topic, a score for "none of them", and the curve that makes chances of it."""

    weights: Floats
    none: float
    gate: float
    curve: Curve

    def scores(self, features: Floats) -> Floats:
        """One score a topic."""
        return features @ self.weights

    def nothing(self, legal: float) -> float:
        """The score of "none of them" for a question that is legal with this chance."""
        return self.none + self.gate * (1 - legal)


@dataclass(frozen=True, slots=True)
class Gate:
    """Tells legal questions from other talk by their vector (logistic regression)."""

    weights: Floats
    bias: float

    def chance(self, vector: Floats) -> float:
        """The chance that it is a legal question."""
        return sigmoid(float(vector @ self.weights) + self.bias)


@cache
def model(name: str) -> Model:
    """The model `name`: full, lexical (without meaning) or pinyin."""
    told = json.loads((WEIGHTS / "topics.json").read_text("utf-8"))[name]
    weights = np.array([told["weights"].get(feature, 0.0) for feature in FEATURES], np.float32)
    return Model(weights, told["none"], told["gate"], Curve(tuple(told["raw"]), tuple(told["right"])))


@cache
def gate() -> Gate:
    """The gate as trained."""
    told = np.load(WEIGHTS / "legal.npy", allow_pickle=False)
    return Gate(told[:-1].astype(np.float32), float(told[-1]))


def shortlist(features: Floats) -> NDArray[np.int64]:
    """The places of the topics worth a closer look, in order."""
    first = features @ np.array([_FIRST.get(feature, 0.0) for feature in FEATURES], np.float32)
    best = np.argpartition(-first, SHORTLIST)[:SHORTLIST] if len(first) > SHORTLIST else np.arange(len(first))
    return np.sort(best)


def rows(features: Floats, legal: float, length: int) -> Floats:
    """What the trees see of a shortlist: the features, how far each is behind the best of the others, the question."""
    if len(features) < 2:
        best = second = features.max(axis=0, initial=0)
    else:
        second, best = np.partition(features, -2, axis=0)[-2:]
    others = np.where(features >= best, second, best)
    question = np.tile(np.array([legal, length], np.float32), (len(features), 1))
    return np.hstack([features, features - others, question]).astype(np.float32)


@cache
def forest() -> tuple[Trees, Curve] | None:
    """The trees for questions with a vector and the curve of their chances; None if they are not there."""
    told = json.loads((WEIGHTS / "topics.json").read_text("utf-8")).get("trees")
    if told is None or not (WEIGHTS / "topics.npz").exists():
        return None
    with np.load(WEIGHTS / "topics.npz", allow_pickle=False) as file:
        return Trees.of(dict(file)), Curve(tuple(told["raw"]), tuple(told["right"]))
