"""Train the gate that tells legal questions from other talk: `python -m benchmarks.train_gate DATA [OTHER …]`.

DATA is a folder with real_questions.jsonl, lawbench_fields.jsonl, lecoqa_train.jsonl and out_of_scope.jsonl; OTHER are
files of further talk that is not legal, a sentence a line. Writes knowledge/weights/legal.npy: 512 weights and a bias.
"""

import json
import sys
from pathlib import Path

import numpy as np

from knowledge import topics
from knowledge.engine.evaluate import auc
from knowledge.engine.rank import WEIGHTS
from knowledge.engine.semantic import Sentences
from knowledge.text import normalise

LEGAL = ("lecoqa_train", "lawbench_fields", "real_questions")
OTHER = Path(__file__).parent / "other_talk.txt"
FOLDS = 5
RIDGE = 3.0


def main(data: Path, others: list[Path]) -> None:
    sentences = Sentences()
    sentences.load()
    ours = [question for topic in topics.load() for question in (topic.title, *topic.questions)]
    legal = [question for name in LEGAL for question in asked(data / f"{name}.jsonl")] + ours
    talk = asked(data / "out_of_scope.jsonl") + [line for file in (OTHER, *others) for line in lines(file)]
    texts = [text for text in map(normalise, legal + talk) if text]
    labels = np.array([bool(normalise(text)) for text in legal]).sum()
    vectors = sentences.encode(texts)
    assert vectors is not None
    truth = np.arange(len(texts)) < labels
    fold = np.random.default_rng(7).integers(0, FOLDS, len(texts))
    chances = np.zeros(len(texts))
    for k in range(FOLDS):
        weights = fit(vectors[fold != k], truth[fold != k])
        chances[fold == k] = vectors[fold == k] @ weights[:-1] + weights[-1]
    print(f"legal {labels}, other {len(texts) - labels}, AUC {auc(chances, truth):.4f}, cross-validated")
    for cut in (-3, -2, -1, 0):
        print(f"logit < {cut}: other {np.mean(chances[~truth] < cut):.3f} legal {np.mean(chances[truth] < cut):.4f}")
    np.save(WEIGHTS / "legal.npy", fit(vectors, truth).astype(np.float16))


def fit(vectors: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton's method, both classes with equal weight."""
    rows = np.hstack([vectors, np.ones((len(vectors), 1))]).astype(np.float64)
    balance = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[-1] = 1e-6
    for _ in range(12):
        chance = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (balance * (chance - truth)) + penalty * weights
        curvature = (rows * (balance * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def asked(file: Path) -> list[str]:
    """The questions of a jsonl file."""
    return [json.loads(line)["question"] for line in file.read_text("utf-8").splitlines()]


def lines(file: Path) -> list[str]:
    """The lines of a text file that say something."""
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
