"""Measure ranked answers: hits, recall, risk against coverage, calibration."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was found for one question, best first, and what would have been right."""

    found: Sequence[str]
    gold: Collection[str]

    @property
    def rank(self) -> int | None:
        """The place of the first right one, counted from 1."""
        return next((place for place, name in enumerate(self.found, 1) if name in self.gold), None)


def hit_at(results: Sequence[Ranked], k: int) -> float:
    """The share of questions with a right one among the first k."""
    return _mean([result.rank is not None and result.rank <= k for result in results])


def recall_at(results: Sequence[Ranked], k: int) -> float:
    """The mean share of the right ones that are among the first k."""
    return _mean([len(set(r.found[:k]) & set(r.gold)) / len(set(r.gold)) for r in results if r.gold])


def mrr_at(results: Sequence[Ranked], k: int = 10) -> float:
    """The mean of 1/place of the first right one, 0 beyond k."""
    return _mean([1 / r.rank if r.rank is not None and r.rank <= k else 0.0 for r in results])


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Coverage and the share of wrong answers among the surest, for every number answered (El-Yaniv & Wiener 2010)."""
    order = np.argsort(-np.asarray(confidence, float), kind="stable")
    wrong = 1 - np.asarray(right, float)[order]
    counts = np.arange(1, len(wrong) + 1)
    return counts / max(len(wrong), 1), np.cumsum(wrong) / counts


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """The mean risk over all coverages; smaller is better (Geifman & El-Yaniv 2017)."""
    return _mean(risk_coverage(confidence, right)[1])


def coverage_at(confidence: ArrayLike, right: ArrayLike, precision: float) -> float:
    """The largest share that can be answered with at least this precision."""
    coverage, risk = risk_coverage(confidence, right)
    return float(coverage[1 - risk >= precision - 1e-12].max(initial=0.0))


def precision_at(confidence: ArrayLike, right: ArrayLike, coverage: float) -> float:
    """The share that is right among the surest `coverage` of all."""
    _, risk = risk_coverage(confidence, right)
    return 1 - float(risk[max(round(coverage * len(risk)), 1) - 1]) if len(risk) else 0.0


def threshold_at(confidence: ArrayLike, right: ArrayLike, risk: float, population: int | None = None) -> float:
    """The lowest confidence to answer from with wrong answers within `risk` of those answered (or of `population`)."""
    order = np.argsort(-np.asarray(confidence, float), kind="stable")
    wrong = np.cumsum(1 - np.asarray(right, float)[order])
    share = wrong / (population or np.arange(1, len(wrong) + 1))
    allowed = np.flatnonzero(share <= risk)
    return float(np.asarray(confidence, float)[order][allowed[-1]]) if len(allowed) else 1.0


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> list[tuple[float, float, int]]:
    """For each tenth of confidence that occurs: mean confidence, share right, how many."""
    chance, truth = np.asarray(confidence, float), np.asarray(right, float)
    place = np.minimum((chance * bins).astype(int), bins - 1)
    groups = [place == b for b in range(bins)]
    return [(float(chance[g].mean()), float(truth[g].mean()), int(g.sum())) for g in groups if g.any()]


def ece(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and share right (Guo et al. 2017)."""
    rows = reliability(confidence, right, bins)
    total = sum(count for _, _, count in rows)
    return sum(count * abs(chance - share) for chance, share, count in rows) / total if total else 0.0


def auc(scores: ArrayLike, right: ArrayLike) -> float:
    """The chance that a right one scores above a wrong one; ties count half."""
    values, truth = np.asarray(scores, float), np.asarray(right, bool)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    good, bad = int(truth.sum()), int((~truth).sum())
    return float((ranks[truth].sum() - good * (good + 1) / 2) / (good * bad)) if good and bad else 0.5


def summary(results: Sequence[Ranked]) -> dict[str, float]:
    """The usual figures of a ranking by their usual names."""
    figures = {f"hit@{k}": hit_at(results, k) for k in (1, 3, 5)}
    return figures | {"R@10": recall_at(results, 10), "R@100": recall_at(results, 100), "MRR@10": mrr_at(results)}


def table(rows: Sequence[dict[str, object]]) -> str:
    """Rows as plain text in columns; numbers to the right, fractions with three digits."""
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_cell(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(names))]
    return "\n".join(
        "  ".join(_padded(cell, widths[i], i > 0) for i, cell in enumerate(line)).rstrip() for line in cells
    )


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _padded(text: str, width: int, right: bool) -> str:
    fill = " " * (width - _width(text))
    return fill + text if right else text + fill


def _mean(values: ArrayLike) -> float:
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else 0.0
