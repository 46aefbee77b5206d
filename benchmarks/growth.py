"""Measure how the cost of a question grows with the library: `python -m benchmarks.growth STATUTES QUESTIONS`.

Articles and topics beyond those that exist are made of the existing ones: as long, as common in their words, each with
a third of its pairs of characters taken from elsewhere. Their vectors are random, so nothing is said about quality.
STATUTES is a statute file, QUESTIONS has a question in each of its JSON lines.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.material import asked
from knowledge import topics
from knowledge.engine import evaluate, kernel, library
from knowledge.engine.articles import Articles
from knowledge.engine.index import Floats
from knowledge.engine.library import Library
from knowledge.engine.match import Matcher
from knowledge.engine.semantic import WIDTH, Sentences
from knowledge.engine.shelf import Article
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic

DAY = date(2026, 11, 24)
ARTICLES = (40_000, 80_000, 160_000, 300_000)
TOPICS = (370, 750, 1_500, 3_000)
QUESTIONS = 200
LINE = 64  # texts encoded at once are no question


@dataclass(frozen=True)
class Grown:
    """An article that exists or is made."""

    law: str
    number: str
    chapter: str
    text: str


class Law:
    """A statute store with as many articles as are wanted."""

    def __init__(self, articles: Sequence[Article], size: int) -> None:
        self._articles, self._size = articles, size
        self._pool = "".join(article.text for article in articles[:2000])

    def articles(self, as_of: date) -> Iterable[Article]:
        """The existing ones, then made ones, law by law."""
        del as_of
        random = np.random.default_rng(1)
        rounds = -(-self._size // len(self._articles))
        made = (self._made(a, n, random) for n in range(rounds) for a in self._articles)
        return list(islice(made, self._size))

    def _made(self, a: Article, turn: int, random: np.random.Generator) -> Article:
        return Grown(f"{a.law}{turn}", a.number, a.chapter, _like(a.text, self._pool, random)) if turn else a


class Hasty(Sentences):
    """The encoder, which gives what is made in bulk a random vector."""

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """One row a text."""
        if len(texts) < LINE:
            return super().encode(texts)
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), WIDTH)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main(statutes: Path, questions: Path) -> None:
    sentences = Hasty()
    sentences.load()
    asking = asked(questions)[:QUESTIONS]
    shipped = topics.load()
    for size in TOPICS:
        print(evaluate.table([_topics(size, shipped, sentences, asking)]), flush=True)
    articles = list(Statutes(statutes).articles(DAY))
    for size in ARTICLES:
        print(evaluate.table([_articles(size, articles, shipped, sentences, asking)]), flush=True)


def _topics(size: int, shipped: Sequence[Topic], sentences: Sentences, asking: Sequence[str]) -> dict[str, object]:
    shelf = _learned(list(_more(shipped, size)), sentences)
    matcher = Matcher(shelf, None, sentences)
    return {"topics": size, "questions": len(shelf.variants), **_timed(matcher.match, asking)}


def _articles(
    size: int, articles: Sequence[Article], shipped: Sequence[Topic], sentences: Sentences, asking: Sequence[str]
) -> dict[str, object]:
    shelf = _learned(shipped, sentences)
    matcher = Matcher(shelf, Articles(Law(articles, size), shipped, None, sentences), sentences)
    matcher.articles("离婚", as_of=DAY)
    return {"articles": size, **_timed(partial(matcher.articles, as_of=DAY), asking)}


def _learned(shipped: Sequence[Topic], sentences: Sentences) -> Library:
    shelf = library.build(shipped)
    vectors = sentences.encode(shelf.texts.texts)
    assert vectors is not None
    return shelf.with_meaning(kernel.learn(shelf.texts, shelf.words, vectors, len(shelf.ids)))


def _timed(ask: Callable[[str], object], asking: Sequence[str]) -> dict[str, object]:
    took: list[float] = []
    for question in asking:
        begun = time.process_time()
        ask(question)
        took.append((time.process_time() - begun) * 1000)
    figures = {"mean ms": np.mean(took), "median ms": np.median(took), "p99 ms": np.percentile(took, 99)}
    return {**{name: float(value) for name, value in figures.items()}, "RSS MB": _resident()}


def _more(shipped: Sequence[Topic], size: int) -> Iterator[Topic]:
    random = np.random.default_rng(2)
    pool = "".join(question for topic in shipped for question in topic.questions)
    for number in range(size):
        topic, turn = shipped[number % len(shipped)], number // len(shipped)
        asked_ = tuple(_like(q, pool, random) for q in topic.questions) if turn else topic.questions
        yield replace(topic, id=f"{topic.id}-{turn}" if turn else topic.id, questions=asked_)


def _like(text: str, pool: str, random: np.random.Generator) -> str:
    letters = list(text)
    for place in np.flatnonzero(random.random(len(text) // 2) < 1 / 3):
        start = int(random.integers(len(pool) - 2))
        letters[2 * place : 2 * place + 2] = pool[start : start + 2]
    return "".join(letters)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
