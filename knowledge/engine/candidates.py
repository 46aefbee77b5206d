"""Gather the articles that may answer a question, and measure each in many ways for the ranker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.index import Floats
from knowledge.engine.learned import Known, Learned, name_hash
from knowledge.engine.library import Asked, Library, Topic
from knowledge.engine.shelf import Places, Shelf

FEATURES = (
    "words", "words_share", "words_gap", "words_rank", "words_beside", "words_law", "words_in_law", "words_head",
    "legal", "legal_gap", "legal_rank", "legal_beside", "legal_law", "legal_in_law", "legal_head", "legal_more",
    "meaning", "meaning_gap", "meaning_rank", "meaning_beside", "meaning_law", "meaning_in_law", "meaning_head",
    "known", "known_gap", "known_rank", "known_beside", "known_law", "known_head", "nearest", "law_known_rank",
    "topic", "topics", "topics_law", "topic_order",
    "title_words", "head_words", "law_asked", "head_asked", "article_asked",
    "length", "number", "number_share", "law_size",
    "mixed", "mixed_gap", "mixed_rank", "mixed_in_law", "mixed_law_rank", "mixed_beside",
    "share", "law_share", "head_share", "like_best", "like_first",
    "question_length", "best_words", "best_legal", "best_meaning", "best_known", "best_nearest", "best_topic",
    "best_law",
)  # fmt: skip
_TAKE = {"words": 50, "legal": 90, "meaning": 90, "mixed": 240}
_MIX = {"legal": 3.0, "meaning": 3.0, "known": 1.0, "topics": 1.0}
_BESIDE = 12  # of the best, whose neighbours come too
_VOTED = 0.05  # a known question says so much for an article
_SHARP = 4.0  # of the mixed score, where it is made a share
_FEEDBACK = 5  # best ones that the others are compared with (Rocchio 1971)
_UNCITED = 12.0
_ORDER = 0.3  # what a later citation of a topic loses


@dataclass(frozen=True, slots=True)
class Ties:
    """How known questions and curated topics point at the articles, chapters and laws of one shelf."""

    questions: Places
    articles: Places
    law_questions: Places
    laws: Places
    head_questions: Places
    heads: Places
    topics: Places
    cited: Places
    worth: Floats
    first: Floats
    asked: tuple[Floats, Floats, Floats]


def ties(shelf: Shelf, learned: Learned, topics: Sequence[Topic]) -> Ties:
    """Resolve the known questions' and the topics' articles on this shelf; what is not in force drops out."""
    questions, articles = _resolved(shelf, learned.known)
    places = shelf.places()
    cites = [
        (number, places[cited.law, cited.article], float(order))
        for number, topic in enumerate(topics)
        for order, cited in enumerate(topic.citations)
        if (cited.law, cited.article) in places
    ]
    laws, heads = (_once(questions, groups[articles]) for groups in (shelf.laws, shelf.heads))
    by = np.array([c[0] for c in cites], np.int64)
    cited, orders = np.array([c[1] for c in cites], np.int64), np.array([c[2] for c in cites], np.float32)
    worth = np.asarray(1 / (1 + _ORDER * orders), np.float32)
    first = np.full(len(shelf.names), _UNCITED, np.float32)
    np.minimum.at(first, cited, orders)
    counts = (
        _log_counts(shelf.laws[articles], len(shelf.titles)),
        _log_counts(shelf.heads[articles], shelf.chapters),
        _log_counts(articles, len(shelf.names)),
    )
    return Ties(questions, articles, *laws, *heads, by, cited, worth, first, counts)


def gather(shelf: Shelf, learned: Learned, tied: Ties, library: Library, asked: Asked) -> tuple[Places, Floats]:
    """The places of a few hundred candidates, and a row of FEATURES for each."""
    legs = _Legs(shelf, learned, tied, library, asked)
    places = legs.candidates()
    return places, legs.rows(places) if len(places) else np.empty((0, len(FEATURES)), np.float32)


class _Legs:
    """All scores of all articles for one question; lives as long as the question."""

    def __init__(self, shelf: Shelf, learned: Learned, tied: Ties, library: Library, asked: Asked) -> None:
        self.shelf, self.tied, self.asked = shelf, tied, asked
        size = len(shelf.names)
        self.bound = max(shelf.words.bound(asked.keys), 1e-6)
        self.words = shelf.words.scores(asked.keys)
        added = shelf.words.scores(*learned.lexicon.expand(asked.keys))
        self.legal: Floats = (self.words + added) / np.float32(self.bound)
        self.image = _image(shelf, learned, asked)
        self.meaning = _scan(shelf, self.image)
        shares, likeness = learned.known.asked(asked.keys, asked.vector, learned.space)
        self.known = _summed(tied.articles, shares[tied.questions], size)
        self.known_law = _summed(tied.laws, shares[tied.law_questions], len(shelf.titles))
        self.known_head = _summed(tied.heads, shares[tied.head_questions], shelf.chapters)
        self.nearest = _highest(tied.articles, likeness[tied.questions], size)
        topics = _told(library, asked)[tied.topics]
        self.topic = _highest(tied.cited, topics, size)
        self.topics = _summed(tied.cited, np.asarray(np.maximum(topics, 0) * tied.worth, np.float32), size)
        legs = [weight * getattr(self, leg) for leg, weight in _MIX.items()]
        self.mixed: Floats = np.asarray(sum(legs[1:], legs[0]), np.float32)

    def candidates(self) -> Places:
        """The best of each leg, and the neighbours of the best of all."""
        best = [top(getattr(self, leg), count) for leg, count in _TAKE.items()]
        first = best[-1][top(self.mixed[best[-1]], _BESIDE)]
        beside = self.shelf.before[first], self.shelf.after[first]
        return np.unique(np.concatenate([*best, np.flatnonzero(self.known > _VOTED), *beside]))

    def rows(self, c: Places) -> Floats:
        """The features of the candidates `c`."""
        shelf, tied, keys = self.shelf, self.tied, self.asked.keys
        laws, heads = shelf.laws[c], shelf.heads[c]
        vectors = None if self.image is None else shelf.vectors[c]
        meaning = self.meaning[c] if vectors is None or self.image is None else vectors @ self.image
        words, legal, known, mixed, topics = (
            scores[c] for scores in (self.words, self.legal, self.known, self.mixed, self.topics)
        )
        share = np.exp(_SHARP * (mixed - mixed.max(initial=0)))
        share /= share.sum()
        law_share = np.bincount(laws, share)[laws]
        law_mixed = _highest(laws, mixed, len(shelf.titles))
        columns = (
            words, words / self.bound, *self._leg(self.words, words, c)[1:],
            *self._leg(self.legal, legal, c), legal - words / self.bound,
            *self._leg(self.meaning, meaning, c),
            known, known.max() - known, _rank(known), self._beside(self.known, c),
            self.known_law[laws], self.known_head[heads], self.nearest[c], _rank(self.known_law)[laws],
            self.topic[c], topics, np.bincount(laws, topics)[laws], tied.first[c],
            shelf.title_words.scores(keys)[laws], shelf.head_words.scores(keys)[heads],
            tied.asked[0][laws], tied.asked[1][heads], tied.asked[2][c], *shelf.facts[c].T,
            mixed, mixed.max() - mixed, _rank(mixed), law_mixed[laws] - mixed, _rank(law_mixed)[laws],
            self._beside(self.mixed, c), share, law_share, np.bincount(heads, share)[heads], *_feedback(vectors, mixed),
            *(np.full(len(c), value, np.float32) for value in (
                len(self.asked.text), words.max(), legal.max(), meaning.max(), known.max(),
                self.nearest.max(), self.topic.max(), law_share.max())),
        )  # fmt: skip
        return np.stack(columns).astype(np.float32).T

    def _leg(self, scores: Floats, own: Floats, c: Places) -> tuple[Floats, ...]:
        # own, gap to the best, rank, beside, best of the law, gap within the law, best of the chapter
        laws, heads = self.shelf.laws[c], self.shelf.heads[c]
        law = _highest(laws, own, len(self.shelf.titles))[laws]
        head = _highest(heads, own, self.shelf.chapters)[heads]
        return own, own.max() - own, _rank(own), self._beside(scores, c), law, law - own, head

    def _beside(self, scores: Floats, c: Places) -> Floats:
        return np.maximum(scores[self.shelf.before[c]], scores[self.shelf.after[c]])


def _told(library: Library, asked: Asked) -> Floats:
    # What the question says for each topic; nothing for one that has no text like it.
    likeness = library.compare(asked)
    near, told = library.candidates(likeness), np.zeros(len(library.ids), np.float32)
    told[near] = library.learned(likeness, near)
    return told


def top(scores: Floats, k: int) -> Places:
    """The places of the k highest scores above 0, in order of place."""
    places = np.flatnonzero(scores > 0)  # most may be 0, and many equal ones make the next step slow
    if k >= len(places):
        return places
    found = scores[places]
    least = np.partition(found, len(found) - k)[len(found) - k]
    above, equal = np.flatnonzero(found > least), np.flatnonzero(found == least)
    return places[np.sort(np.concatenate([above, equal[: k - len(above)]]))]


def _feedback(vectors: Floats | None, mixed: Floats) -> tuple[Floats, Floats]:
    # How like the best few, and how like the first.
    if vectors is None:
        return np.zeros(len(mixed), np.float32), np.zeros(len(mixed), np.float32)
    best = np.argsort(-mixed)[:_FEEDBACK]
    return vectors @ vectors[best].mean(axis=0), vectors @ vectors[best[0]]


def _image(shelf: Shelf, learned: Learned, asked: Asked) -> Floats | None:
    return learned.space.asked(asked.vector) if asked.vector is not None and len(shelf.vectors) else None


def _scan(shelf: Shelf, image: Floats | None) -> Floats:
    if image is None:
        return np.zeros(len(shelf.names), np.float32)
    return shelf.coarse @ image[: shelf.coarse.shape[1]]


def _rank(scores: Floats) -> Floats:
    rank = np.empty(len(scores), np.float32)
    rank[np.argsort(-scores, kind="stable")] = np.log1p(np.arange(len(scores), dtype=np.float32))
    return rank


def _summed(groups: Places, values: Floats, count: int) -> Floats:
    return np.bincount(groups, values, count).astype(np.float32)


def _highest(groups: Places, values: Floats, count: int) -> Floats:
    found = np.zeros(count, np.float32)
    np.maximum.at(found, groups, values)
    return found


def _once(questions: Places, groups: Places) -> tuple[Places, Places]:
    pairs = np.unique(np.stack([questions, groups], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _log_counts(places: Places, size: int) -> Floats:
    return np.log1p(np.bincount(places, minlength=size)).astype(np.float32)


def _resolved(shelf: Shelf, known: Known) -> tuple[Places, Places]:
    hashes = np.array([name_hash(*name) for name in shelf.names], np.uint64)
    order = np.argsort(hashes)
    spots = np.minimum(np.searchsorted(hashes[order], known.golds), max(len(hashes) - 1, 0))
    held: NDArray[np.bool_] = hashes[order][spots] == known.golds if len(hashes) else np.zeros(len(spots), bool)
    return known.questions[held], order[spots[held]]
