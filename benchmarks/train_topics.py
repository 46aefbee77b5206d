"""Train the topic ranker and its confidence: `python -m benchmarks.train_topics DATA`.

Learned from questions that no topic lists: the half `tune` of our own suite, and real questions of DATA
(real_questions.jsonl, Apache-2.0), of which `real_labels.txt` says which topic answers them; both kinds of other talk
count for "none of them". All figures are cross-validated. Writes topics.json and sure.npz into
knowledge/weights. Needs lightgbm.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import suite
from benchmarks.material import asked, opened, said
from benchmarks.train_articles import exported
from knowledge.engine import evaluate, fuzzy, library, rank
from knowledge.engine.confidence import isotonic
from knowledge.engine.library import FEATURES, LEGS, Library
from knowledge.engine.match import legal_chance
from knowledge.engine.semantic import Sentences
from knowledge.engine.trees import Trees
from knowledge.text import normalise

LABELS = Path(__file__).parent / "real_labels.txt"
FOLDS = 5
RANK_RIDGE = 0.1
SEEDS, ROUNDS = (1, 2, 3), 120  # the mean of models from several seeds is shipped
SURE = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 6,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
CEILING = 0.99
TALK = 200  # sentences of DATA that are no legal question


@dataclass(frozen=True)
class Case:
    """One question: a row of features a topic, which topics are right, the legal chance, words shared with a topic."""

    features: np.ndarray
    right: np.ndarray
    legal: float
    length: int
    shared: np.ndarray
    fold: int
    kind: str


def main(data: Path) -> None:
    sentences = Sentences()
    sentences.load()
    shelf = opened(sentences)
    told = labelled(data)
    legs = {"full": (*LEGS, "learned"), "lexical": LEGS[:3], "pinyin": ("sounds",)}
    models = {name: trained(name, cases(shelf, told, sentences, name), seen) for name, seen in legs.items()}
    (rank.WEIGHTS / "topics.json").write_text(json.dumps({name: told for name, (told, _) in models.items()}, indent=1))
    parts = {f"{name}.{part}": array for name, (_, trees) in models.items() for part, array in kept(trees).items()}
    np.savez_compressed(rank.WEIGHTS / "sure.npz", allow_pickle=False, **parts)


def kept(trees: Trees) -> dict[str, np.ndarray]:
    """The trees as they are shipped."""
    narrow = {"features": np.uint8, "paths": np.int16}
    parts = {name: getattr(trees, name) for name in ("features", "borders", "paths", "leaves")}
    return {name: array.astype(narrow.get(name, np.float32)) for name, array in parts.items()}


def labelled(data: Path) -> list[suite.Asked]:
    """Every question to learn from, with the topics that answer it."""
    found = [question for question in suite.questions() if question.tune]
    real = asked(data / "real_questions.jsonl")
    for line in said(LABELS):
        row, names = line.split("|")
        found.append(suite.Asked(real[int(row)], frozenset(filter(None, names.split(","))), "real", True))
    talk = asked(data / "out_of_scope.jsonl")[:TALK]
    return found + [suite.Asked(text, frozenset(), "other", True) for text in talk]


def cases(shelf: Library, told: Sequence[suite.Asked], sentences: Sentences, name: str) -> list[Case]:
    """The questions as the model sees them: typed in pinyin or not, with or without meaning."""
    texts = [normalise(question.question) or "?" for question in told]
    chosen = [place for place, text in enumerate(texts) if name != "full" or not fuzzy.is_pinyin(text)]
    vectors = sentences.encode([texts[place] for place in chosen]) if name == "full" else None
    assert vectors is not None or name != "full"
    folds = np.random.default_rng(3).permutation(len(chosen)) % FOLDS
    found: list[Case] = []
    for number, place in enumerate(chosen):
        vector = None if vectors is None else vectors[number]
        text = texts[place]
        message = library.ask(text, vector)
        every = np.arange(len(shelf.ids))
        features = shelf.features(shelf.compare(message), every)
        found.append(
            Case(
                features,
                np.array([topic in told[place].right for topic in shelf.ids]),
                legal_chance(message, features),
                len(text),
                shelf.overlaps(message, every),
                int(folds[number]),
                told[place].kind,
            )
        )
    return found


def trained(name: str, held: list[Case], legs: Sequence[str]) -> tuple[dict[str, object], Trees]:
    """Weights from all cases; figures and the curve from those whose fold was left out, twice over."""
    columns = [place for place, feature in enumerate(FEATURES) if feature.split("_")[0] in legs]
    scores: list[np.ndarray] = [np.empty(0)] * len(held)
    for fold in range(FOLDS):
        weights = ranked([case for case in held if case.fold != fold], columns)
        for place, case in enumerate(held):
            if case.fold == fold:
                scores[place] = case.features @ weights
    rows = np.array([signs(case, s) for case, s in zip(held, scores, strict=True)])
    right = np.array([bool(case.right[s.argmax()]) for case, s in zip(held, scores, strict=True)])
    folds = np.array([case.fold for case in held])
    chances = np.zeros(len(held))
    for fold in range(FOLDS):
        chances[folds == fold] = chance(rows[folds == fold], grown(rows[folds != fold], right[folds != fold]))
    report(name, held, scores, chances)
    curve = isotonic(chances.tolist(), right.tolist())
    final = ranked(held, columns)
    told: dict[str, object] = {
        "weights": {FEATURES[i]: round(float(final[i]), 4) for i in columns},
        "raw": [round(x, 5) for x in curve.raw],
        "right": [round(min(y, CEILING), 4) for y in curve.right],
    }
    return told, grown(rows, right)


def signs(case: Case, scores: np.ndarray) -> np.ndarray:
    told = scores.astype(np.float32)
    return rank.signs(case.features, told, shared=case.shared, legal=case.legal, length=case.length)


def ranked(held: Sequence[Case], columns: list[int], steps: int = 300) -> np.ndarray:
    """A weight a feature: conditional logistic regression by Adam (Kingma & Ba 2015) on features of equal spread."""
    held = [case for case in held if case.right.any()]
    rows = np.stack([case.features[:, columns] for case in held]).astype(np.float64)
    right = np.stack([case.right for case in held])
    spread = rows.std(axis=(0, 1)) + 1e-6
    rows /= spread
    w, first, second = (np.zeros(len(columns)) for _ in range(3))
    for step in range(1, steps + 1):
        shares = np.exp(rows @ w - (rows @ w).max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        wanted = shares * right
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        gradient = np.einsum("qt,qtf->f", shares - wanted, rows) / len(rows) + RANK_RIDGE * w
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        w -= 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    found = np.zeros(len(FEATURES))
    found[columns] = w / spread
    return found


def grown(rows: np.ndarray, right: np.ndarray) -> Trees:
    """Small boosted trees over the signs; their sum is the log-odds that the first topic is right."""
    import lightgbm  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only training needs it

    lines = lightgbm.Dataset(rows, right.astype(np.float32))
    return exported([lightgbm.train(SURE | {"seed": seed}, lines, ROUNDS) for seed in SEEDS])


def chance(rows: np.ndarray, trees: Trees) -> np.ndarray:
    return 1 / (1 + np.exp(-trees.scores(rows)))


def report(name: str, held: Sequence[Case], scores: Sequence[np.ndarray], chances: np.ndarray) -> None:
    print(name)
    print(evaluate.table([_figures(kind, held, scores, chances) for kind in dict.fromkeys(c.kind for c in held)]))


def _figures(kind: str, held: Sequence[Case], scores: Sequence[np.ndarray], chances: np.ndarray) -> dict[str, object]:
    chosen = [place for place, case in enumerate(held) if case.kind == kind]
    hits = [held[place].right[np.argsort(-scores[place])[:3]] for place in chosen]
    covered = [hit for hit, place in zip(hits, chosen, strict=True) if held[place].right.any()]
    sure, right = chances[chosen], [bool(hit[0]) for hit in hits]
    row: dict[str, object] = {"kind": kind, "of": len(chosen), "covered": len(covered)}
    row |= {f"hit@{k}": float(np.mean([hit[:k].any() for hit in covered] or [0])) for k in (1, 3)}
    row |= {"AURC": evaluate.aurc(sure, right), "ECE": evaluate.ece(sure, right)}
    return row | {f"coverage at {p}": evaluate.coverage_at(sure, right, p) for p in (0.9, 0.95, 0.97)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
