"""Say how far a finding can be trusted: scores become calibrated chances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.index import Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through measured points: raw score → share that was right."""

    raw: tuple[float, ...]
    right: tuple[float, ...]

    def __call__(self, raw: float) -> float:
        """The chance for one raw score; flat beyond the ends."""
        return float(np.interp(raw, self.raw, self.right))

    def each(self, raw: Floats) -> Floats:
        """The chances for many raw scores."""
        return np.interp(raw, self.raw, self.right).astype(np.float32)


def isotonic(raw: Sequence[float], right: Sequence[bool], weights: Sequence[float] | None = None) -> Curve:
    """The rising curve that fits best: pool adjacent violators (Ayer et al. 1955), a point a block."""
    order = np.argsort(np.asarray(raw), kind="stable")
    blocks: list[list[float]] = []  # [sum of raw, sum of right, weight]
    for place in order:
        weight = 1.0 if weights is None else weights[place]
        blocks.append([raw[place] * weight, float(right[place]) * weight, weight])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return Curve(tuple(b[0] / b[2] for b in blocks), tuple(b[1] / b[2] for b in blocks))


def softmax(scores: Floats) -> NDArray[np.float64]:
    """Shares that add up to 1, each e^score."""
    powers = np.exp(scores.astype(np.float64) - float(scores.max(initial=-np.inf)))
    return powers / powers.sum()


def sigmoid(logit: float) -> float:
    """1 / (1 + e^-x), safe for any x."""
    return float(1 / (1 + np.exp(-np.clip(logit, -40, 40))))
