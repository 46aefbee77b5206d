"""Hold the articles in force on one day ready for ranking."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from knowledge.engine import index
from knowledge.engine.index import Arrays, Floats, Index
from knowledge.engine.semantic import LONGEST, Encoder
from knowledge.text import normalise

Places = NDArray[np.int64]
COARSE = 96  # columns; a scan of all takes five times as long and finds 1 % more
INDEXES = ("words", "titles", "heads")
FIELDS = (1.0, 0.5, 0.5)  # weights of text, law, chapter (shared measurements: more tuning brought nothing)

_HEADING = regex.compile(r"第[一二三四五六七八九十百]+(?:分编|编|章|节)\s*")
_NUMBER = regex.compile(r"\d+")


class Article(Protocol):
    """One article as the statute store gives it."""

    @property
    def law(self) -> str: ...  # noqa: D102
    @property
    def number(self) -> str: ...  # noqa: D102
    @property
    def chapter(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Shelf:
    """The articles of one day in the store's order, law by law.

    `laws` and `heads` number each article's law and chapter; `starts` are the places where a law begins;
    `facts` has a row an article: length, number, number ÷ last number, size of the law; `vectors` may be empty,
    `coarse` are the first columns of them, which say most.
    """

    names: tuple[tuple[str, str], ...]
    titles: tuple[str, ...]
    words: Index
    title_words: Index
    head_words: Index
    laws: Places
    heads: Places
    starts: Places
    before: Places
    after: Places
    facts: Floats
    vectors: Floats
    coarse: Floats

    @property
    def has_meaning(self) -> bool:
        """Whether every article has its vector."""
        return bool(len(self.vectors)) and bool(self.vectors.any(axis=1).all())

    @property
    def chapters(self) -> int:
        """How many there are, of all laws."""
        return self.head_words.size

    def with_vectors(self, vectors: Floats) -> "Shelf":
        """The same shelf with other vectors."""
        return replace(self, vectors=vectors, coarse=np.ascontiguousarray(vectors[:, :COARSE]))

    def places(self) -> dict[tuple[str, str], int]:
        """Where each article stands."""
        return {name: place for place, name in enumerate(self.names)}


def build(
    articles: Sequence[Article], kept: Arrays | None, embed: Callable[[Sequence[Article]], Floats | None]
) -> Shelf:
    """The shelf of these articles; what is in `kept` is not made anew."""
    indexes = [index.part(kept, name) for name in INDEXES] if kept else _words(articles)
    given = kept["vectors"] if kept and len(kept["vectors"]) else embed(articles)
    vectors = np.empty((0, 0), np.float32) if given is None else np.asarray(given, np.float32)
    titles = [article.law for article in articles]
    laws, heads = _numbered(titles), _numbered(list(map(_chapter, articles)))
    starts = np.flatnonzero(np.r_[True, laws[1:] != laws[:-1]]) if len(laws) else np.empty(0, np.int64)
    here = np.arange(len(articles))
    return Shelf(
        names=tuple((article.law, article.number) for article in articles),
        titles=tuple(dict.fromkeys(titles)),
        words=indexes[0],
        title_words=indexes[1],
        head_words=indexes[2],
        laws=laws,
        heads=heads,
        starts=starts,
        before=_same_law(np.maximum(here - 1, 0), here, laws),
        after=_same_law(np.minimum(here + 1, len(here) - 1), here, laws),
        facts=_facts(articles, laws),
        vectors=vectors,
        coarse=np.ascontiguousarray(vectors[:, :COARSE]),
    )


def arrays(shelf: Shelf) -> Arrays:
    """What to keep on disk; what is quick to make is made anew."""
    indexes: dict[str, Index] = dict(zip(INDEXES, (shelf.words, shelf.title_words, shelf.head_words), strict=True))
    vectors = shelf.vectors if shelf.has_meaning else shelf.vectors[:0]  # a part of them is not kept as if it were all
    return {**index.together(indexes), "vectors": vectors.astype(np.float16)}


def heading(article: Article) -> str:
    """The titles of the chapter and section it stands in, without their numbers."""
    return _HEADING.sub("", f"{article.chapter} {getattr(article, 'section', '')}").strip()


def content(articles: Iterable[Article], edition: str) -> str:
    """A name for exactly this content."""
    digest = hashlib.sha256(edition.encode())
    for article in articles:
        digest.update(f"{article.law}#{article.number}#{article.chapter}#{article.text}\n".encode())
    return digest.hexdigest()[:16]


def _words(articles: Sequence[Article]) -> list[Index]:
    laws, heads = [normalise(article.law) for article in articles], [normalise(heading(a)) for a in articles]
    texts = (normalise(article.text) for article in articles)
    words = index.build(*zip(FIELDS, (texts, laws, heads), strict=True))
    titles = dict(zip((article.law for article in articles), laws, strict=True))
    chapters = dict(zip(map(_chapter, articles), heads, strict=True))
    return [words, index.build((1.0, titles.values())), index.build((1.0, chapters.values()))]


def _chapter(article: Article) -> str:
    return f"{article.law} {heading(article)}"


def _numbered(values: Sequence[str]) -> Places:
    known: dict[str, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)


def _same_law(other: Places, here: Places, laws: Places) -> Places:
    return np.where(laws[other] == laws[here], other, here) if len(here) else here


def _facts(articles: Sequence[Article], laws: Places) -> Floats:
    if not articles:
        return np.empty((0, 4), np.float32)
    numbers = np.array([_first_number(article.number) for article in articles], np.float32)
    last = np.zeros(int(laws.max()) + 1, np.float32)
    np.maximum.at(last, laws, numbers)
    size = np.bincount(laws)[laws]
    lengths = np.array([len(article.text) for article in articles])
    return np.stack((lengths, numbers, numbers / np.maximum(last[laws], 1), size), axis=1).astype(np.float32)


def _first_number(number: str) -> int:
    found = _NUMBER.search(number)
    return int(found[0]) if found else 0


def meanings(articles: Sequence[Article], encoder: Encoder) -> Floats | None:
    """One vector of length 1 an article: its text, half its second part, half its law and chapter.

    About 12 ms an article; None while the encoder is not there.
    """
    titles = list(map(_chapter, articles))
    known = list(dict.fromkeys(titles))
    places = {title: place for place, title in enumerate(known)}
    long = np.flatnonzero([len(article.text) > LONGEST for article in articles])
    texts = [article.text for article in articles], [articles[int(place)].text[LONGEST:] for place in long], known
    first, second, heads = map(encoder.encode, texts)
    if first is None or second is None or heads is None:
        return None
    rest = first.copy()
    rest[long] = second
    mixed = first + 0.5 * rest + 0.5 * heads[[places[title] for title in titles]]
    return (mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)).astype(np.float32)
