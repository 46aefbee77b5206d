"""Learn which legal words a question's words stand for, and how much each of its own words counts.

IBM model 1 (Brown et al. 1993) on question → article words proposes the pairs; learning against wrong answers weighs
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]  # only training needs it

from knowledge.engine import index
from knowledge.engine.index import Arrays, Index, Keys

ROUNDS = 6
MOST = 20  # legal words proposed for one everyday word
LEAST = 0.004  # chance below which a pair is chance
DISCOUNT = 0.05  # of a count; what was seen once by chance fades
SEEN = 2  # questions that hold a key, for its own weight to be learned
FIRST = 0.3  # weight of a proposed pair, times its chance
SHARPNESS = 30.0  # of a score as a share of the question's bound
EPOCHS, RATE, BATCH = 5, 0.1, 128
TIE = 1e-3  # pulls weights towards where they began
HARD, EASY = 25, 1500  # wrong answers: the nearest of each question, and any
SMALL = 0.03  # a weight that is dropped
_MANY = 1 << 21

Pair = tuple[Sequence[str], Mapping[str, float]]
Matrix = Any  # scipy.sparse.csr_matrix


@dataclass(frozen=True)
class Table:
    """What to add to a question: for a key in `sources` its `targets` with `weights`; a key may add to itself."""

    sources: Keys
    targets: Keys
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Query:
    """A question's unique keys, the articles that answer it, and how much it counts."""

    keys: Keys
    golds: Sequence[int]
    weight: float


def learn(pairs: Sequence[Pair]) -> list[tuple[str, str, float]]:
    """(everyday word, legal word, chance) for pairs of question words and weighted target words."""
    sources: dict[str, int] = {}
    targets: dict[str, int] = {}
    rows: list[tuple[int, int, int, float]] = []
    for number, (words, wanted) in enumerate(pairs):
        froms = [sources.setdefault(word, len(sources)) for word in {*words, ""}]
        for word, weight in wanted.items():
            to = targets.setdefault(word, len(targets))
            rows.extend((one, to, number * _MANY + to, weight) for one in froms)
    table = np.array(rows, np.float64)
    links, link = np.unique(table[:, 0] * _MANY + table[:, 1], return_inverse=True)
    _, event = np.unique(table[:, 2], return_inverse=True)
    origin = (links // _MANY).astype(np.int64)
    chance = np.ones(len(links))
    for _ in range(ROUNDS):
        share = chance[link]
        share = share / np.bincount(event, share)[event]
        counts = np.maximum(np.bincount(link, table[:, 3] * share) - DISCOUNT, 1e-9)
        chance = counts / (np.bincount(origin, counts)[origin] + 1.0)
    return _best(links, chance, list(sources), list(targets))


def proposed(found: Sequence[tuple[str, str, float]], queries: Sequence[Query]) -> Table:
    """The table before it is weighed: the pairs found, and each key that is seen often enough with itself."""
    keys, seen = np.unique(np.concatenate([query.keys for query in queries]), return_counts=True)
    own = keys[seen >= SEEN]
    chances = np.array([chance for _, _, chance in found], np.float32)
    return Table(
        np.concatenate([index.word_keys([source for source, _, _ in found]), own]),
        np.concatenate([index.word_keys([target for _, target, _ in found]), own]),
        np.concatenate([FIRST * chances, np.zeros(len(own), np.float32)]),
    )


def weighed(table: Table, queries: Sequence[Query], words: Index, seed: int = 0) -> Table:
    """The table with weights that part right articles from wrong ones (InfoNCE; after SPLADE, Formal et al. 2021)."""
    task = _Task(table, queries, words, np.random.default_rng(seed))
    weights, moments = table.weights.copy(), (np.zeros(len(table.weights)), np.zeros(len(table.weights)))
    for step, (epoch, batch) in enumerate(task.batches(), 1):
        gradient = task.gradient(weights, batch) + TIE * (weights - table.weights)
        moments = 0.9 * moments[0] + 0.1 * gradient, 0.99 * moments[1] + 0.01 * gradient**2
        size = np.sqrt(moments[1] / (1 - 0.99**step)) + 1e-6
        rate = RATE * (1 - 0.8 * epoch / EPOCHS)
        weights = weights - (rate * (moments[0] / (1 - 0.9**step)) / size).astype(np.float32)
    kept = np.abs(weights) > SMALL
    return Table(table.sources[kept], table.targets[kept], weights[kept])


def ship(table: Table) -> Arrays:
    """The table as `learned.Lexicon` reads it."""
    order = np.lexsort((table.targets, table.sources))
    sources, starts = np.unique(table.sources[order], return_index=True)
    return {
        "sources": sources,
        "starts": np.append(starts, len(order)).astype(np.int32),
        "targets": table.targets[order],
        "weights": table.weights[order].astype(np.float16),
    }


class _Task:
    """Questions × keys × articles as sparse matrices; articles are those that answer some question or nearly do."""

    def __init__(self, table: Table, queries: Sequence[Query], words: Index, random: np.random.Generator) -> None:
        self.random, self.golds = random, [query.golds for query in queries]
        keys = np.unique(np.concatenate([*(query.keys for query in queries), table.sources, table.targets]))
        self.sources, self.targets = np.searchsorted(keys, table.sources), np.searchsorted(keys, table.targets)
        asked = [np.searchsorted(keys, query.keys) for query in queries]
        starts = np.cumsum([0, *map(len, asked)])
        ones = np.ones(int(starts[-1]), np.float32)
        self.asked: Matrix = sparse.csr_matrix((ones, np.concatenate(asked), starts), (len(queries), len(keys)))
        bounds = np.array([words.bound(query.keys) for query in queries])
        self.scale = SHARPNESS / bounds[:, None]
        self.worth = np.array([query.weight for query in queries])[:, None]
        every = _postings(words, keys)
        self.pool = self._pool(self.asked + self.asked @ self._added(table.weights), every)
        self.articles: Matrix = every.tocsc()[:, self.pool].tocsr()

    def batches(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The epoch and the questions of each step."""
        for epoch in range(EPOCHS):
            order = self.random.permutation(len(self.golds))
            yield from ((epoch, order[first : first + BATCH]) for first in range(0, len(order), BATCH))

    def gradient(self, weights: NDArray[np.float32], batch: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of the loss of these questions, by weight."""
        asked = self.asked[batch]
        scores = self.scale[batch] * ((asked + asked @ self._added(weights)) @ self.articles).toarray()
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        error = (chance - self._wanted(chance, batch)) * self.worth[batch] * self.scale[batch] / len(batch)
        error[np.abs(error) < 1e-5] = 0
        by_key = (sparse.csr_matrix(error) @ self.articles.T).toarray()
        held = asked.toarray()
        active = np.flatnonzero(held.any(axis=0)[self.sources])
        gradient = np.zeros(len(weights))
        gradient[active] = np.einsum("qw,qw->w", held[:, self.sources[active]], by_key[:, self.targets[active]])
        return gradient

    def _wanted(self, chance: NDArray[np.float64], batch: NDArray[np.int64]) -> NDArray[np.float64]:
        # Half the credit goes to the right articles evenly, half to those that are ahead.
        wanted = np.zeros_like(chance)
        for row, number in enumerate(batch):
            gold = np.searchsorted(self.pool, np.asarray(self.golds[number]))
            share = chance[row, gold]
            wanted[row, gold] = 0.5 / len(gold) + 0.5 * share / max(float(share.sum()), 1e-12)
        return wanted

    def _added(self, weights: NDArray[np.float32]) -> Matrix:
        size = self.asked.shape[1]
        return sparse.csr_matrix((weights, (self.sources, self.targets)), (size, size))

    def _pool(self, asked: Matrix, every: Matrix) -> NDArray[np.int64]:
        near = [
            np.argpartition(-row, HARD)[:HARD]
            for first in range(0, len(self.golds), 64)
            for row in (asked[first : first + 64] @ every).toarray()
        ]
        drawn = self.random.choice(every.shape[1], min(EASY, every.shape[1]), replace=False)
        return np.unique(np.concatenate([*near, drawn, *map(np.asarray, self.golds)]))


def _postings(words: Index, keys: Keys) -> Matrix:
    places = np.searchsorted(words.keys, keys)
    held = np.append(words.keys, np.uint64(0))[places] == keys
    starts, ends = words.starts[places[held]], words.starts[places[held] + 1]
    counts = np.zeros(len(keys) + 1, np.int64)
    counts[1:][held] = ends - starts
    rows = index.spans(starts, ends)
    return sparse.csr_matrix((words.weights[rows], words.docs[rows], np.cumsum(counts)), (len(keys), words.size))


def _best(
    links: np.ndarray, chance: np.ndarray, sources: Sequence[str], targets: Sequence[str]
) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    taken: dict[str, int] = {}
    for place in np.argsort(-chance):
        source, target = sources[int(links[place] // _MANY)], targets[int(links[place] % _MANY)]
        if chance[place] < LEAST:
            break
        if source and source != target and taken.get(source, 0) < MOST:
            taken[source] = taken.get(source, 0) + 1
            found.append((source, target, float(chance[place])))
    return found
