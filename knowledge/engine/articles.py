"""Find the articles of the statute store that bear on a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from knowledge.engine import candidates, index, learned, shelf
from knowledge.engine.candidates import Ties
from knowledge.engine.index import Floats
from knowledge.engine.learned import Learned
from knowledge.engine.library import Asked, Library, Topic
from knowledge.engine.semantic import Encoder
from knowledge.engine.shelf import Article, Shelf
from knowledge.engine.vectors import Hashes, Vectors

EDITION = "3"  # of what is kept on disk; another one when the arrays change
VECTORS = "vectors"  # folder beside the index
_DAYS = 2  # kept in memory


class Statutes(Protocol):
    """The statute store."""

    def articles(self, as_of: date) -> Iterable[Article]:
        """Every article in force that day, law by law."""
        ...


@dataclass(frozen=True, slots=True)
class ArticleFinding:
    """An article and the chance that it answers."""

    law: str
    article: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How many articles have their meaning, of how many, and whether a process is at it."""

    done: int
    of: int
    under_way: bool


class Articles:
    """The article index, made on first use, a day at a time, kept on disk under its content."""

    def __init__(self, statutes: Statutes, topics: Sequence[Topic], cache: Path | None, encoder: Encoder) -> None:
        self._statutes = statutes
        self._topics = topics
        self._cache = cache
        self._encoder = encoder
        self._held: dict[date, tuple[Shelf, Ties | None]] = {}
        self._lock = Lock()

    def find(self, asked: Asked, library: Library, limit: int, as_of: date) -> tuple[ArticleFinding, ...]:
        """The best articles, best first: by all that was learned, or by words alone where meaning is not there."""
        held, tied = self.shelf(as_of)
        taught = learned.load()
        if not held.names:
            return ()
        if taught and tied and asked.vector is not None and len(held.vectors):
            places, scores, chances = _ranked(held, taught, tied, library, asked)
        else:
            places, scores, chances = _worded(held, asked)
        best = np.argsort(-scores, kind="stable")[:limit]
        return tuple(ArticleFinding(*held.names[int(places[i])], confidence=round(float(chances[i]), 4)) for i in best)

    def shelf(self, as_of: date) -> tuple[Shelf, Ties | None]:
        """The index of that day; the two days asked last stay in memory."""
        with self._lock:
            if as_of not in self._held or (self._encoder.ready and not len(self._held[as_of][0].vectors)):
                for old in list(self._held)[: 1 - _DAYS]:
                    del self._held[old]
                self._held[as_of] = self._made(as_of)
            return self._held[as_of]

    def read(self, as_of: date) -> Shelf:
        """The index of that day, kept on disk: of words alone while the encoder is not ready."""
        found = list(self._statutes.articles(as_of))
        name = f"articles-{shelf.content(found, EDITION + learned.edition())}"
        kept = index.load(self._cache, name) if self._cache else None
        held = shelf.build(found, kept, self._embedded)
        if self._cache and (kept is None or (held.has_meaning and not len(kept["vectors"]))):
            index.save(self._cache, name, shelf.arrays(held))
        return held

    def progress(self, as_of: date) -> Progress:
        """How many of that day's articles have their meaning."""
        hashes = _hashes(list(self._statutes.articles(as_of)))
        shipped = learned.vectors()
        rest = hashes[~np.isin(hashes, shipped.hashes)] if shipped else hashes
        if self._cache is None:
            return Progress(len(hashes) - len(rest), len(hashes), under_way=False)
        kept = Vectors(self._cache / VECTORS / learned.edition())
        with kept.alone() as alone:
            pass  # only to see whether another is: whoever begins now must not find us at it
        return Progress(len(hashes) - int(kept.missing(rest).sum()), len(hashes), under_way=not alone)

    def _made(self, as_of: date) -> tuple[Shelf, Ties | None]:
        held, taught = self.read(as_of), learned.load()
        return held, candidates.ties(held, taught, self._topics) if taught else None

    def _embedded(self, articles: Sequence[Article]) -> Floats | None:
        taught, shipped = learned.load(), learned.vectors()
        if not taught or not self._encoder.ready:
            return None
        hashes = _hashes(articles)
        rows = np.zeros((len(articles), taught.space.article.shape[1]), np.float32)
        missing = np.ones(len(articles), bool)
        if shipped:
            known = np.isin(hashes, shipped.hashes)
            rows[known] = shipped.rows(hashes[known])
            missing &= ~known
        if missing.any() and self._cache is not None:
            kept, wanted = Vectors(self._cache / VECTORS / learned.edition()), np.flatnonzero(missing)
            with kept.alone() as alone:
                made = alone and kept.make(
                    hashes[wanted], lambda places: self._meant([articles[int(wanted[p])] for p in places])
                )
            if alone and not made:
                return None
            # what another process is still at goes by its words for now
            there = wanted[~kept.missing(hashes[wanted])]
            if len(there):
                rows[there] = kept.rows(hashes[there])
        elif missing.any():
            new = self._meant([articles[int(place)] for place in np.flatnonzero(missing)])
            if new is None:
                return None
            rows[missing] = new
        return rows

    def _meant(self, articles: Sequence[Article]) -> Floats | None:
        taught, new = learned.load(), shelf.meanings(articles, self._encoder)
        return None if new is None or taught is None else new @ taught.space.article


def _hashes(articles: Iterable[Article]) -> Hashes:
    return np.array([learned.text_hash(a.law, shelf.heading(a), a.text) for a in articles], np.uint64)


def _ranked(
    held: Shelf, taught: Learned, tied: Ties, library: Library, asked: Asked
) -> tuple[shelf.Places, Floats, Floats]:
    places, rows = candidates.gather(held, taught, tied, library, asked)
    scores = taught.trees.scores(rows)
    powers = np.exp(scores - scores.max(initial=-np.inf))
    return places, scores, taught.curve.each(powers / powers.sum())


def _worded(held: Shelf, asked: Asked) -> tuple[shelf.Places, Floats, Floats]:
    scores = held.words.scores(asked.keys)
    places = np.flatnonzero(scores)
    share = scores[places] / max(held.words.bound(asked.keys), 1e-6)
    return places, scores[places], np.minimum(share, 1)
