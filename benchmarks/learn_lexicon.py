"""Learn which legal words everyday words stand for: IBM model 1 (Brown et al. 1993) on question → article words."""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge import index
from knowledge.index import Arrays

ROUNDS = 6
MOST = 12  # legal words kept for one everyday word
LEAST = 0.01  # chance below which a pair is chance
DISCOUNT = 0.05  # of a count; what was seen once by chance fades
_MANY = 1 << 21

Pair = tuple[Sequence[str], Mapping[str, float]]


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


def ship(found: Sequence[tuple[str, str, float]]) -> Arrays:
    """The table by hashes, as `learned.Lexicon` reads it."""
    keys = index.word_keys([source for source, _, _ in found])
    order = np.argsort(keys, kind="stable")
    sources, starts = np.unique(keys[order], return_index=True)
    return {
        "sources": sources,
        "starts": np.append(starts, len(order)).astype(np.int32),
        "targets": index.word_keys([found[place][1] for place in order]),
        "chances": np.array([found[place][2] for place in order], np.float16),
    }


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
