"""Measure topics of one question each: `python -m benchmarks.question_topics DATA STATUTES WORK`.

Every question of lecoqa_train is a topic that cites the articles that answer it; a topic answers another question
rightly if they share an article, and a question counts ("covered") if another shares one with it. The question itself
is left out of the topics, and its fold out of all that ranks them. `benchmarks.train_articles` has to have run before:
WORK holds what it kept, the articles of each question as scored by what had not seen the question's fold.
Needs lightgbm.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import train_articles
from benchmarks.train_articles import FOLDS, World
from knowledge.engine import evaluate, index
from knowledge.engine.confidence import softmax

MOST = 80  # topics ranked
ROUNDS = 120
PARAMETERS = train_articles.PARAMETERS | {"num_leaves": 8, "min_data_in_leaf": 30, "learning_rate": 0.05}


@dataclass(frozen=True)
class Pairs:
    """One question: the topics that may answer it, a row of likenesses for each, which are right; whether any is."""

    topics: np.ndarray
    features: np.ndarray
    right: np.ndarray
    covered: bool


def main(data: Path, statutes: Path, work: Path) -> None:
    world = train_articles.prepared(data, statutes, work)
    asked = [question for question in world.questions if question.own < 0]
    folds = np.array([question.fold for question in asked])
    held = pairs(world, work)
    scores = [np.zeros(0)] * len(held)
    for fold in range(FOLDS):
        model = fit([held[i] for i in np.flatnonzero(folds != fold)])
        for i in np.flatnonzero(folds == fold):
            scores[i] = np.asarray(model.predict(held[i].features))
    covered = [i for i, pair in enumerate(held) if pair.covered]
    first = np.array([bool(held[i].right[scores[i].argmax()]) for i in covered])
    three = np.array([bool(held[i].right[np.argsort(-scores[i])[:3]].any()) for i in covered])
    sure = sureness([held[i] for i in covered], [scores[i] for i in covered], folds[covered], first)
    half = np.argsort(-sure)[: len(sure) // 2]
    row: dict[str, object] = {"covered": len(covered), "hit@1": float(first.mean()), "hit@3": float(three.mean())}
    row |= {"precision at half": float(first[half].mean()), "hit@3 of that half": float(three[half].mean())}
    row |= {f"coverage at {p}": evaluate.coverage_at(sure, first.tolist(), p) for p in (0.8, 0.9)}
    print(evaluate.table([row]))


def pairs(world: World, work: Path) -> list[Pairs]:
    """The pairs of all questions, by words, meaning and the scores of the articles that the topics cite."""
    asked = [question for question in world.questions if question.own < 0]
    golds = [np.array(sorted(question.golds), np.int64) for question in asked]
    words = index.cosine(question.asked.keys for question in asked)
    vectors = np.array([question.asked.vector for question in asked], np.float32)
    with np.load(work / "rows.npz") as kept:
        ends = np.cumsum(kept["n"])
        rows = {
            int(q): (kept["p"][end - n : end], kept["s"][end - n : end])
            for q, n, end in zip(kept["q"], kept["n"], ends, strict=True)
        }
    shares = np.array([[len(np.intersect1d(a, b)) > 0 for b in golds] for a in golds])
    np.fill_diagonal(shares, val=False)
    return [
        _pairs(
            number, golds, shares, words.cosines(question.asked.keys), vectors @ vectors[number], rows[number], world
        )
        for number, question in enumerate(asked)
    ]


def _pairs(
    own: int, golds: list[np.ndarray], shares: np.ndarray, words: np.ndarray, meaning: np.ndarray,
    scored: tuple[np.ndarray, np.ndarray], world: World,
) -> Pairs:  # fmt: skip
    told, score = np.zeros(len(world.shelf.names)), np.full(len(world.shelf.names), float(scored[1].min()))
    told[scored[0]], score[scored[0]] = softmax(scored[1]), scored[1]
    rank = np.full(len(told), float(len(scored[0])))
    rank[scored[0]] = np.argsort(np.argsort(-scored[1]))
    laws = np.bincount(world.shelf.laws, told, len(world.shelf.titles))
    none = np.zeros(1)
    articles = np.array(
        [
            (
                told[gold].max(initial=0), told[gold].sum(), score[gold].max(initial=score.min()) - score.max(),
                np.log1p(rank[gold].min(initial=len(told))), laws[world.shelf.laws[gold]].max(initial=0), len(gold),
                (told[gold] if len(gold) else none).mean(),
            )
            for gold in golds
        ]
    )  # fmt: skip
    alike = words + meaning
    alike[own] = -np.inf
    support = np.array([alike[row].max(initial=0) for row in shares])  # the likest topic that cites the same
    mixed = alike + 4 * articles[:, 0] + articles[:, 1]
    chosen = np.argsort(-mixed)[:MOST]
    columns = np.column_stack([words, meaning, alike, support, *articles.T, mixed])[chosen]
    gaps = columns.max(axis=0) - columns
    return Pairs(chosen, np.column_stack([columns, gaps]), shares[own][chosen], bool(shares[own].any()))


def fit(held: list[Pairs]) -> Any:
    """A model of lightgbm."""
    import lightgbm  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only training needs it

    used = [pair for pair in held if pair.right.any()]
    rows = np.concatenate([pair.features for pair in used])
    truth = np.concatenate([pair.right for pair in used]).astype(int)
    return lightgbm.train(PARAMETERS, lightgbm.Dataset(rows, truth, group=[len(p.topics) for p in used]), ROUNDS)


def sureness(held: list[Pairs], scores: list[np.ndarray], folds: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How sure the first topic is: a small model of its features and lead, its fold left out."""
    import lightgbm  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only training needs it

    rows = np.array([_signs(pair, score) for pair, score in zip(held, scores, strict=True)])
    found = np.zeros(len(rows))
    settings = {"objective": "binary", "num_leaves": 6, "learning_rate": 0.04, "min_data_in_leaf": 20}
    settings |= {"num_threads": 1, "deterministic": True, "verbosity": -1, "lambda_l2": 5, "feature_fraction": 0.5}
    for fold in range(FOLDS):
        lines = lightgbm.Dataset(rows[folds != fold], right[folds != fold].astype(int))
        found[folds == fold] = np.asarray(lightgbm.train(settings, lines, 80).predict(rows[folds == fold]))
    return found


def _signs(pair: Pairs, scores: np.ndarray) -> np.ndarray:
    ordered = np.argsort(-scores)
    lead = scores[ordered[0]] - scores[ordered[1:6]]
    return np.concatenate([[scores[ordered[0]], softmax(scores)[ordered[0]]], lead, pair.features[ordered[0]]])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
