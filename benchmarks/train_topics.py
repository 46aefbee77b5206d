"""Train the topic model: `python -m benchmarks.train_topics DATA`.

Every question of a topic is asked with that question left out; questions of LeCoQA (MIT) whose articles a topic cites
count for that topic, all others of it and other talk for "none of them". Writes knowledge/weights/topics.json.
"""

import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.train_articles import number
from benchmarks.train_gate import OTHER, asked, lines
from knowledge import topics
from knowledge.engine import evaluate, kernel, library, rank
from knowledge.engine.confidence import isotonic
from knowledge.engine.library import FEATURES, LEXICAL, Asked, Library
from knowledge.engine.semantic import Sentences
from knowledge.engine.trees import Trees
from knowledge.text import normalise

FOLDS = 5
RIDGE = 0.02
CEILING = 0.99
UNSURE = 0.5
DEPTH = 5
PARAMETERS = {
    "loss_function": "Logloss",
    "iterations": 250,
    "depth": DEPTH,
    "learning_rate": 0.08,
    "l2_leaf_reg": 8.0,
    "border_count": 64,
    "thread_count": 2,
    "random_seed": 1,
    "verbose": False,
    "allow_writing_files": False,
}


@dataclass(frozen=True)
class Case:
    """One question: the features of the topics worth a look, which of them is right, its fold."""

    features: np.ndarray
    places: np.ndarray
    right: np.ndarray
    covered: bool
    legal: float
    length: int
    fold: int
    weight: float
    kind: str


def main(data: Path) -> None:
    sentences = Sentences()
    sentences.load()
    known = topics.load()
    shelf = library.build(known)
    vectors = sentences.encode(shelf.texts.texts)
    assert vectors is not None
    learned, likeness = kernel.compared(shelf.texts, vectors)
    wanted = np.eye(len(known), dtype=np.float32)[shelf.texts.owners]
    solved = likeness @ kernel.solution(shelf.texts, likeness)
    shares = (kernel.solution(shelf.texts, likeness) @ (likeness.T @ wanted)).astype(np.float32)
    shelf = shelf.with_meaning(vectors[: len(shelf.variants)], replace(learned, shares=shares))
    # The scores of a text if it had been left out, in closed form (Rifkin & Lippert 2007).
    own_share = (solved * likeness).sum(axis=1, keepdims=True)
    without = (likeness @ shares - own_share * wanted) / np.maximum(1 - own_share, 1e-3)
    print("kernel alone", np.mean(without[: len(shelf.variants)].argmax(1) == shelf.owners), flush=True)
    cases = [*own(shelf, without), *lecoqa(shelf, known, sentences, data), *talk(shelf, sentences, data)]
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_bytes(pickle.dumps(cases))
    names = {"full": FEATURES, "lexical": LEXICAL, "pinyin": ("sounds",)}
    told = {name: trained(name, cases, features) for name, features in names.items()}
    told["trees"] = forest(cases)
    (rank.WEIGHTS / "topics.json").write_text(json.dumps(told, indent=1))


def case(features: np.ndarray, right: frozenset[int], asked: Asked, fold: int, weight: float, kind: str) -> Case:
    places = rank.shortlist(features)
    truth = np.isin(places, list(right))
    legal = rank.gate().chance(asked.vector) if asked.vector is not None else UNSURE
    return Case(features[places], places, truth, bool(right), legal, len(asked.text), fold, weight, kind)


def forest(cases: list[Case]) -> dict[str, object]:
    """Trees on pairs of question and topic; each question's fold is left out for the figures and the curve."""
    rows = [rank.rows(c.features, c.legal, c.length) for c in cases]
    chances: list[np.ndarray] = [np.empty(0)] * len(cases)
    for k in range(FOLDS):
        trees = boosted([(c, r) for c, r in zip(cases, rows, strict=True) if c.fold != k])
        for place, c in enumerate(cases):
            if c.fold == k:
                chances[place] = 1 / (1 + np.exp(-trees.scores(rows[place])))
    report("trees", cases, chances)
    raw, right, weights = pairs(cases, chances)
    curve = isotonic(raw, right, weights)
    final = boosted(list(zip(cases, rows, strict=True)))
    np.savez_compressed(
        rank.WEIGHTS / "topics.npz",
        features=final.features.astype(np.uint8),
        borders=final.borders,
        paths=final.paths.astype(np.int16),
        leaves=final.leaves,
    )
    return {"raw": [round(x, 5) for x in curve.raw], "right": [round(min(y, CEILING), 4) for y in curve.right]}


def boosted(cases: list[tuple[Case, np.ndarray]]) -> Trees:
    from catboost import CatBoost, Pool  # pyright: ignore[reportMissingImports]

    weights = np.concatenate([np.full(len(r), c.weight) for c, r in cases])
    truth = np.concatenate([c.right for c, _ in cases]).astype(int)
    model = CatBoost(PARAMETERS)
    model.fit(Pool(np.concatenate([r for _, r in cases]), truth, weight=weights))
    return _exported(model)


def _exported(model: Any) -> Trees:
    """CatBoost's oblivious trees as tests, paths and leaves; bit i of a leaf's number is split i."""
    file = Path("/tmp") / f"trees-{id(model)}.json"
    model.save_model(str(file), format="json")
    told = json.loads(file.read_text())
    file.unlink()
    tests: dict[tuple[int, float], int] = {}
    paths: list[np.ndarray] = []
    leaves: list[float] = []
    for tree in told["oblivious_trees"]:
        splits = [(int(s["float_feature_index"]), float(s["border"])) for s in tree["splits"] or []]
        places = [tests.setdefault(split, len(tests)) for split in splits]
        for number_, leaf in enumerate(tree["leaf_values"] if splits else []):
            steps = [place if number_ >> bit & 1 else -1 - place for bit, place in enumerate(places)]
            paths.append(np.resize(steps, DEPTH))
            leaves.append(leaf)
    features, borders = zip(*tests, strict=True)
    return Trees(np.array(features), np.array(borders, np.float32), np.array(paths), np.array(leaves, np.float32))


def own(shelf: Library, without: np.ndarray) -> list[Case]:
    found: list[Case] = []
    titles = set(shelf.slots[:, 0].tolist())
    assert shelf.vectors is not None
    for place, text in enumerate(shelf.variants):
        if place in titles:
            continue
        question = replace(library.ask(text, shelf.vectors[place]), without=place)
        features = shelf.features(question)
        features[:, FEATURES.index("kernel")] = without[place]
        features[:, FEATURES.index("kernel_high")] = np.maximum(without[place] - library.HIGH, 0)
        found.append(case(features, frozenset([int(shelf.owners[place])]), question, place % FOLDS, 1.0, "own"))
    return found


def lecoqa(shelf: Library, known: Sequence[topics.Topic], sentences: Sentences, data: Path) -> list[Case]:
    cites: dict[tuple[str, str], set[int]] = {}
    for place, topic in enumerate(known):
        for cited in topic.citations:
            cites.setdefault((cited.law, cited.article), set()).add(place)
    rows = [json.loads(line) for line in (data / "lecoqa_train.jsonl").read_text("utf-8").splitlines()]
    gold = [[gold.split("#") for gold in row["gold"]] for row in rows]
    right = [frozenset(t for law, n in golds for t in cites.get((law, number(n)), ())) for golds in gold]
    return external(shelf, sentences, [row["question"] for row in rows], right, "lecoqa", 0.3)


def talk(shelf: Library, sentences: Sentences, data: Path) -> list[Case]:
    texts = asked(data / "out_of_scope.jsonl")[::2] + lines(OTHER)
    return external(shelf, sentences, texts, [frozenset()] * len(texts), "talk", 0.5)


def external(
    shelf: Library, sentences: Sentences, texts: list[str], right: Sequence[frozenset[int]], kind: str, weight: float
) -> list[Case]:
    plain = [normalise(text) or "?" for text in texts]
    vectors = sentences.encode(plain)
    assert vectors is not None
    questions = [library.ask(text, vector) for text, vector in zip(plain, vectors, strict=True)]
    return [
        case(shelf.features(question), r, question, i % FOLDS, weight, kind)
        for i, (question, r) in enumerate(zip(questions, right, strict=True))
    ]


def trained(name: str, cases: list[Case], features: Sequence[str]) -> dict[str, object]:
    columns = [FEATURES.index(feature) for feature in features]
    if name != "full":
        cases = [replace(case, legal=UNSURE) for case in cases]
    chances: list[np.ndarray] = [np.empty(0)] * len(cases)
    for k in range(FOLDS):
        fitted = fit([case for case in cases if case.fold != k], columns)
        for place, case in enumerate(cases):
            if case.fold == k:
                chances[place] = probabilities(case, columns, fitted)[:-1]
    report(name, cases, chances)
    raw, right, weights = pairs(cases, chances)
    curve = isotonic(raw, right, weights)
    final = fit(cases, columns)
    return {
        "weights": {feature: round(float(w), 4) for feature, w in zip(features, final, strict=False)},
        "none": round(float(final[-2]), 4),
        "gate": round(float(final[-1]), 4),
        "raw": [round(x, 5) for x in curve.raw],
        "right": [round(min(y, CEILING), 4) for y in curve.right],
    }


def pairs(cases: list[Case], chances: list[np.ndarray]) -> tuple[list[float], list[bool], list[float]]:
    rows = [
        (float(chance[t]), bool(case.right[t]), case.weight)
        for case, chance in zip(cases, chances, strict=True)
        for t in np.argsort(-chance)[:5]
    ]
    raw, right, weights = zip(*rows, strict=True)
    return list(raw), list(right), list(weights)


def probabilities(case: Case, columns: list[int], w: np.ndarray) -> np.ndarray:
    logits = np.append(case.features[:, columns] @ w[:-2], w[-2] + w[-1] * (1 - case.legal))
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def fit(cases: list[Case], columns: list[int], steps: int = 400) -> np.ndarray:
    """Weights, none, gate: conditional logistic regression by Adam (Kingma & Ba 2015)."""
    rows = np.stack([case.features[:, columns] for case in cases])
    illegal = np.array([1 - case.legal for case in cases])
    weight = np.array([case.weight for case in cases])
    right = np.zeros((len(cases), rows.shape[1] + 1))
    for place, case in enumerate(cases):
        right[place, :-1] = case.right
        right[place, -1] = not case.covered
    w = np.zeros(len(columns) + 2)
    w[:-2] = 4.0
    first, second = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, steps + 1):
        logits = np.hstack([rows @ w[:-2], (w[-2] + w[-1] * illegal)[:, None]])
        chance = np.exp(logits - logits.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        wanted = chance * right
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        error = (chance - wanted) * weight[:, None]
        gradient = (
            np.concatenate(
                [np.einsum("qt,qtf->f", error[:, :-1], rows), [error[:, -1].sum(), (error[:, -1] * illegal).sum()]]
            )
            / weight.sum()
            + RIDGE * w * 0.01
        )
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        w -= 0.3 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return w


def report(name: str, cases: list[Case], chances: list[np.ndarray]) -> None:
    for kind in ("own", "lecoqa", "talk"):
        chosen = [(c, p) for c, p in zip(cases, chances, strict=True) if c.kind == kind]
        best = np.array([p.max() for _, p in chosen])
        right = np.array([bool(c.right[p.argmax()]) for c, p in chosen])
        top3 = np.array([bool(c.right[np.argsort(-p)[:3]].any()) for c, p in chosen])
        covered = np.array([c.covered for c, _ in chosen])
        shown = covered if covered.any() else ~covered
        row = {"hit@1": float(right[shown].mean()), "hit@3": float(top3[shown].mean())}
        row |= {"AURC": evaluate.aurc(best, right), "ECE": evaluate.ece(best, right)}
        row |= {f"coverage at {p}": evaluate.coverage_at(best, right, p) for p in (0.9, 0.97)}
        half = {"half": evaluate.precision_at(best[shown], right[shown], 0.5)}
        print(
            evaluate.table(
                [{"set": f"{name} {kind}", "of": len(chosen), "covered": float(covered.mean()), **row, **half}]
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
