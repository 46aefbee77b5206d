"""Learn the 384 × 384 map that brings a question's vector near its articles', and its narrow form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
SHARPNESS = 0.05
RATE = 1e-3
TIE = 1e-3  # pulls the map towards "no change"
BATCH = 256
OTHERS = 3000  # articles drawn each epoch as wrong answers


@dataclass(frozen=True)
class Pairs:
    """Question vectors, the places of the articles that answer each, and how much each counts."""

    questions: Rows
    golds: Sequence[Sequence[int]]
    weights: Rows


def learn(pairs: Pairs, articles: Rows, epochs: int = 11, seed: int = 0) -> Rows:
    """Contrastive learning (InfoNCE, van den Oord et al. 2018) by Adam; many right ones share the credit."""
    random = np.random.default_rng(seed)
    mapping = np.eye(articles.shape[1], dtype=np.float32)
    moments = np.zeros_like(mapping), np.zeros_like(mapping)
    right = np.unique(np.concatenate([np.asarray(gold) for gold in pairs.golds]))
    step = 0
    for epoch in range(epochs):
        drawn = random.choice(len(articles), min(OTHERS, len(articles)), replace=False)
        pool = np.unique(np.concatenate([right, drawn]))
        order = random.permutation(len(pairs.questions))
        for first in range(0, len(order), BATCH):
            step += 1
            gradient = _gradient(mapping, pairs, order[first : first + BATCH], articles[pool], pool)
            rate = RATE * min(1, step / 20) * (1 - 0.9 * epoch / epochs)
            moments = 0.9 * moments[0] + 0.1 * gradient, 0.99 * moments[1] + 0.01 * gradient**2
            size = np.sqrt(moments[1] / (1 - 0.99**step)) + 1e-8
            mapping -= (rate * (moments[0] / (1 - 0.9**step)) / size).astype(np.float32)
    return mapping


def narrow(mapping: Rows, questions: Rows, articles: Rows, width: int) -> tuple[Rows, Rows]:
    """Two matrices (384 × width) whose images have nearly the full inner products for questions like these."""
    images = questions @ mapping
    images /= np.maximum(np.linalg.norm(images, axis=1, keepdims=True), 1e-9)
    spread = images.T @ images / len(images) + 1e-4 * np.eye(images.shape[1])
    root = np.linalg.cholesky(spread)
    seen = articles @ root
    _, axes = np.linalg.eigh(seen.T @ seen)
    kept = axes[:, ::-1][:, :width]
    return np.linalg.inv(root).T @ kept, (root @ kept)


def _gradient(mapping: Rows, pairs: Pairs, batch: NDArray[np.int64], articles: Rows, pool: NDArray[Any]) -> Rows:
    questions = pairs.questions[batch]
    scores = questions @ mapping @ articles.T / SHARPNESS
    chance = np.exp(scores - scores.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    wanted = np.zeros_like(chance)
    for row, number in enumerate(batch):
        gold = np.searchsorted(pool, np.asarray(pairs.golds[number]))
        share = chance[row, gold]
        wanted[row, gold] = 0.5 / len(gold) + 0.5 * share / max(float(share.sum()), 1e-12)
    error = (chance - wanted) * pairs.weights[batch][:, None]
    return questions.T @ (error @ articles) / (SHARPNESS * len(batch)) + TIE * (mapping - np.eye(len(mapping)))
