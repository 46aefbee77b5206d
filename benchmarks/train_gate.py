"""Train the gate that tells legal questions from other talk: `python -m benchmarks.train_gate DATA`.

DATA is a folder with real_questions.jsonl, lawbench_fields.jsonl, lecoqa_train.jsonl and out_of_scope.jsonl. Learned
from these, our topics' questions, the tune half of our suite and other_talk.txt; how like a message is to any topic is
learned from what no topic lists. All figures are cross-validated. Writes knowledge/weights/gate.npz. Needs scipy.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize, sparse  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only to train

from benchmarks import suite
from benchmarks.material import asked, opened, said
from knowledge import topics
from knowledge.engine import evaluate, fuzzy, gate, library
from knowledge.engine.library import Library
from knowledge.engine.semantic import WIDTH, Sentences
from knowledge.text import normalise

LEGAL = ("lecoqa_train", "lawbench_fields", "real_questions")
OTHER = Path(__file__).parent / "other_talk.txt"
FOLDS = 5
RIDGE, SIGN_RIDGE = 0.1, 2.0
WORTH = {"suite": 4.0, "suite other": 2.0, "travel": 0.5}  # how much a line of a source says; 1 if not named
REFUSED = 0.02  # of our legal questions lie below a chance of 0.5

Matrix = Any  # scipy.sparse.csr_matrix


@dataclass(frozen=True)
class Line:
    """What was said, where it comes from, whether it is a legal question."""

    text: str
    source: str
    legal: bool


def main(data: Path) -> None:
    sentences = Sentences()
    sentences.load()
    shelf = opened(sentences)
    found = [line for line in lines(data) if not fuzzy.is_pinyin(line.text)]
    vectors = sentences.encode([line.text for line in found])
    assert vectors is not None
    told: dict[str, np.ndarray] = {}
    for name in gate.MODELS:
        told |= trained(name, shelf, found, vectors if name == "full" else None)
    np.savez_compressed(gate.WEIGHTS, **told)  # type: ignore[arg-type] - its stub takes the names for its own option


def lines(data: Path) -> Iterator[Line]:
    """Everything to learn from, each text once."""
    seen: set[str] = set()
    for text, source, legal in _told(data):
        plain = normalise(text)
        if plain and plain not in seen:
            seen.add(plain)
            yield Line(plain, source, legal)


def _told(data: Path) -> Iterator[tuple[str, str, bool]]:
    for question in suite.questions():
        if question.tune:
            yield question.question, "suite" if question.right else "suite other", bool(question.right)
    for name in LEGAL:
        yield from ((text, name, True) for text in asked(data / f"{name}.jsonl"))
    yield from ((text, "topics", True) for topic in topics.load() for text in (topic.title, *topic.questions))
    yield from ((text, "travel", False) for text in asked(data / "out_of_scope.jsonl"))
    yield from ((text, "talk", False) for text in said(OTHER))


def trained(name: str, shelf: Library, found: Sequence[Line], vectors: np.ndarray | None) -> dict[str, np.ndarray]:
    """The arrays of one gate; the second score learns from first scores of lines that were left out."""
    legal = np.array([line.legal for line in found])
    source = np.array([line.source for line in found])
    rows = matrix(found, vectors)
    fold = np.random.default_rng(7).integers(0, FOLDS, len(found))
    talk = np.zeros(len(found))
    for k in range(FOLDS):
        talk[fold == k] = scores(rows[fold == k], fit(rows[fold != k], legal[fold != k], RIDGE))
    apart = source != "topics"
    seen = np.stack([signs(shelf, found, vectors, talk, int(place)) for place in np.flatnonzero(apart)])
    chances = np.zeros(len(seen))
    kinds, truth = source[apart], legal[apart]
    worth = np.array([WORTH.get(kind, 1.0) for kind in kinds])
    for k in range(FOLDS):
        out = fold[apart] == k
        chances[out] = scores(seen[out], fit(seen[~out], truth[~out], SIGN_RIDGE, worth[~out]))
    report(name, kinds, truth, chances)
    weights, sure = fit(rows, legal, RIDGE), fit(seen, truth, SIGN_RIDGE, worth)
    sure[-1] -= np.quantile(chances[kinds == "suite"], REFUSED)
    meaning, words = weights[:WIDTH], weights[WIDTH:]
    return {
        f"{name}.meaning": meaning.astype(np.float32),
        f"{name}.words": words.astype(np.float16),
        f"{name}.signs": sure.astype(np.float32),
    }


def matrix(found: Sequence[Line], vectors: np.ndarray | None) -> Matrix:
    """A row a line: its vector (nothing without one), then a column a bucket, each row of these of length 1."""
    held = [gate.buckets(library.ask(line.text)).astype(np.int64) for line in found]
    sizes = np.array([len(places) for places in held])
    rows = np.repeat(np.arange(len(held)), sizes)
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)
    words = sparse.csr_matrix((values, (rows, np.concatenate(held))), (len(held), 1 << gate.BUCKETS))
    meaning = np.zeros((len(held), WIDTH)) if vectors is None else vectors
    return sparse.hstack([sparse.csr_matrix(meaning), words]).tocsr()


def signs(
    shelf: Library, found: Sequence[Line], vectors: np.ndarray | None, talk: np.ndarray, place: int
) -> np.ndarray:
    message = library.ask(found[place].text, None if vectors is None else vectors[place])
    features = shelf.features(shelf.compare(message), np.arange(len(shelf.ids)))
    return gate.signs(float(talk[place]), features, len(found[place].text))


def fit(rows: Matrix, truth: np.ndarray, ridge: float, worth: np.ndarray | None = None) -> np.ndarray:
    """A weight a column and a bias: ridge logistic regression by L-BFGS, both classes with equal weight."""
    side = np.where(truth, 1.0, -1.0)
    weight = np.ones(len(truth)) if worth is None else worth
    weight = weight * np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))

    def loss(told: np.ndarray) -> tuple[float, np.ndarray]:
        margin = side * scores(rows, told)
        slope = -side * weight / (1 + np.exp(np.minimum(margin, 40)))
        value = float(weight @ np.logaddexp(0, -margin)) + ridge / 2 * float(told[:-1] @ told[:-1])
        return value, np.append(rows.T @ slope + ridge * told[:-1], slope.sum())

    start = np.zeros(rows.shape[1] + 1)
    return optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def scores(rows: Matrix, told: np.ndarray) -> np.ndarray:
    return rows @ told[:-1] + told[-1]


def report(name: str, kinds: np.ndarray, truth: np.ndarray, chances: np.ndarray) -> None:
    print(f"{name}: AUC {evaluate.auc(chances, truth):.4f}, cross-validated")
    least = [float(np.quantile(chances[kinds == "suite"], most)) for most in (0.01, 0.02)]
    rows: list[dict[str, object]] = []
    for kind in dict.fromkeys(kinds):
        below = {f"refused, {n} %": float(np.mean(chances[kinds == kind] < bound)) for n, bound in enumerate(least, 1)}
        rows.append({"source": str(kind), "of": int((kinds == kind).sum()), **below})
    print(evaluate.table(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
