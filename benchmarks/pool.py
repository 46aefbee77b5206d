"""Print, for each question of the suite, the topics to judge: `python -m benchmarks.pool`.

A pool (Sparck Jones & van Rijsbergen 1975): what each of several unlike methods finds among its first three, in an
order that tells nothing of who found it or how surely. Whoever judges reads the question and the topics
with their titles and rules, and writes what tells the resident what he asked into also.txt of the suite.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks import suite
from benchmarks.material import opened
from knowledge import topics
from knowledge.engine.index import Floats
from knowledge.engine.library import Library
from knowledge.engine.match import Matcher
from knowledge.engine.semantic import Sentences
from knowledge.text import normalise, tokens

DEPTH = 3
K1, B = 1.2, 0.75  # BM25 as usual (Robertson & Zaragoza 2009)

Search = Callable[[str], Sequence[str]]


def main() -> None:
    sentences = Sentences()
    sentences.load()
    shelf = opened(sentences)
    searches = (ours(), by_rapidfuzz(shelf), by_bm25(shelf), by_meaning(shelf, sentences))
    for asked in suite.questions():
        if asked.right:
            print(f"{','.join(pool(asked, searches))}|{asked.question}")


def pool(asked: suite.Asked, searches: Sequence[Search]) -> list[str]:
    """The topics that are not labelled yet, shuffled."""
    found = {topic for search in searches for topic in search(asked.question)[:DEPTH]} - asked.labelled
    return sorted(found, key=lambda topic: zlib.crc32(f"{asked.question}{topic}".encode()))


def ours() -> Search:
    matcher = Matcher.build(topics.load())
    matcher.wait(600)
    return lambda question: [finding.topic for finding in matcher.match(question).topics]


def by_rapidfuzz(shelf: Library) -> Search:
    return lambda question: _owners(
        shelf, process.cdist([normalise(question)], shelf.variants, scorer=fuzz.WRatio, workers=1)[0]
    )


def by_meaning(shelf: Library, sentences: Sentences) -> Search:
    vectors = sentences.encode(shelf.variants)
    assert vectors is not None

    def search(question: str) -> Sequence[str]:
        vector = sentences.encode([normalise(question) or "?"])
        assert vector is not None
        return _owners(shelf, vectors @ vector[0])

    return search


def by_bm25(shelf: Library) -> Search:
    """BM25 over all that a topic says."""
    said: list[list[str]] = [[] for _ in shelf.ids]
    for text, owner in zip(shelf.texts.texts, shelf.texts.owners.tolist(), strict=True):
        said[owner] += tokens(text)
    lengths = np.array(list(map(len, said)))
    counts: dict[str, Floats] = {}
    for place, words in enumerate(said):
        for word in words:
            counts.setdefault(word, np.zeros(len(said), np.float32))[place] += 1
    norm = K1 * (1 - B + B * lengths / lengths.mean())

    def weights(words: Sequence[str]) -> Iterator[Floats]:
        for word in words:
            if word in counts:
                told, held = counts[word], (counts[word] > 0).sum()
                yield np.log1p((len(said) - held + 0.5) / (held + 0.5)) * told * (K1 + 1) / (told + norm)

    def search(question: str) -> Sequence[str]:
        scores = sum(weights(tokens(normalise(question))), np.zeros(len(said)))
        return [shelf.ids[place] for place in np.argsort(-scores, kind="stable")[:DEPTH] if scores[place] > 0]

    return search


def _owners(shelf: Library, scores: Floats) -> Sequence[str]:
    best = np.argsort(-scores, kind="stable")[: DEPTH * 30]
    return list(dict.fromkeys(shelf.ids[shelf.texts.owners[place]] for place in best.tolist()))[:DEPTH]


if __name__ == "__main__":
    main()
