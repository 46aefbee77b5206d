"""Gather the articles that may answer a question, and measure each in many ways for the ranker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Floats
from knowledge.learned import Known, Learned, name_hash
from knowledge.library import Asked, Library, Topic
from knowledge.shelf import Places, Shelf

FEATURES = (
    "words", "words_share", "legal", "legal_share", "meaning",
    "near_meaning", "near_mapped", "near_words", "sum_meaning", "sum_mapped", "sum_words",
    "topic_meaning", "topic_words", "topic_both", "topic_order",
    "law_meaning", "law_words", "law_near", "law_mixed", "law_rank",
    "head_meaning", "head_words", "head_near",
    "beside_words", "beside_meaning", "beside_near", "beside2_words", "beside2_meaning",
    "length", "number", "number_share", "law_size", "law_known", "article_known", "head_known",
    "rank_words", "rank_meaning", "rank_near", "rank_legal", "rank_mixed",
    "gap_words", "gap_meaning", "question_length", "best_words", "best_meaning", "best_near",
    "in_law_meaning", "in_law_words", "mixed",
)  # fmt: skip
_NEAREST = 25  # known questions that vote
_RANKED = 600  # places beyond count the same
_TAKE = {"words": 110, "meaning": 110, "near": 70, "legal": 70, "mixed": 150}
_SHARPNESS = (0.06, 0.12, 0.12)  # of meaning, mapped meaning, words
_UNCITED = 12.0


@dataclass(frozen=True, slots=True)
class Ties:
    """How known questions and curated topics point at the articles of one shelf."""

    questions: Places
    articles: Places
    shares: Floats
    topics: Places
    cited: Places
    orders: Floats
    article_known: Floats
    law_known: Floats
    head_known: Floats
    mapped: Floats


def ties(shelf: Shelf, learned: Learned, topics: Sequence[Topic]) -> Ties:
    """Resolve the known questions' and the topics' articles on this shelf; what is not in force drops out."""
    questions, articles = _resolved(shelf, learned.known)
    size = np.bincount(learned.known.questions, minlength=len(learned.known.vectors))
    places = shelf.places()
    cites = [
        (number, places[cited.law, cited.article], float(order))
        for number, topic in enumerate(topics)
        for order, cited in enumerate(topic.citations)
        if (cited.law, cited.article) in places
    ]
    image = learned.known.vectors @ learned.space.mapping
    return Ties(
        questions=questions,
        articles=articles,
        shares=(1 / np.sqrt(np.maximum(size[questions], 1))).astype(np.float32),
        topics=np.array([c[0] for c in cites], np.int64),
        cited=np.array([c[1] for c in cites], np.int64),
        orders=np.array([c[2] for c in cites], np.float32),
        article_known=_log_counts(articles, len(shelf.names)),
        law_known=_log_counts(shelf.laws[articles], len(shelf.titles)),
        head_known=_log_counts(shelf.heads[articles], int(shelf.heads.max(initial=0)) + 1),
        mapped=image / np.maximum(np.linalg.norm(image, axis=1, keepdims=True), 1e-9),
    )


def gather(shelf: Shelf, learned: Learned, tied: Ties, library: Library, asked: Asked) -> tuple[Places, Floats]:
    """The places of a few hundred candidates, and a row of FEATURES for each."""
    legs = _Legs(shelf, learned, tied, library, asked)
    places = legs.candidates()
    return places, legs.rows(places)


class _Legs:
    """All scores of all articles for one question; lives as long as the question."""

    def __init__(self, shelf: Shelf, learned: Learned, tied: Ties, library: Library, asked: Asked) -> None:
        self.shelf, self.tied, self.asked = shelf, tied, asked
        self.size = len(shelf.names)
        self.words = shelf.words.scores(asked.keys)
        self.legal = shelf.words.scores(*learned.lexicon.expand(asked.text))
        self.meaning = self._meaning(learned)
        self.near = self._near(learned)
        self.near_sum: Floats = np.asarray(
            np.sum(np.log1p(20 * np.stack([total for _, total in self.near])), axis=0), np.float32
        )
        self.topics = self._topics(library)
        self.mixed: Floats = np.asarray(
            self.words / max(float(self.words.max(initial=0)), 1e-6)
            + 2.5 * self.meaning
            + 0.25 * self.near_sum
            + 0.3 * self.legal / max(float(self.legal.max(initial=0)), 1e-6)
            + 0.5 * self.topics[2],
            np.float32,
        )
        self.bound = max(shelf.words.bound(asked.keys), 1e-6)

    def candidates(self) -> Places:
        """The best of each leg, and the neighbours of the best of all."""
        legs = {"words": self.words, "meaning": self.meaning, "legal": self.legal, "mixed": self.mixed}
        legs["near"] = self.near_sum
        best = [top(scores, _TAKE[name]) for name, scores in legs.items()]
        first = top(self.mixed, 12)
        cited = self.tied.cited[np.isin(self.tied.topics, top(self.topic_scores, 3))]
        return np.unique(np.concatenate([*best, self.shelf.before[first], self.shelf.after[first], cited]))

    def rows(self, c: Places) -> Floats:
        """The features of the candidates `c`."""
        shelf, tied = self.shelf, self.tied
        laws, heads = shelf.laws[c], shelf.heads[c]
        law_meaning, law_words, law_mixed = (self._law_best(x) for x in (self.meaning, self.words, self.mixed))
        law_near = np.bincount(shelf.laws, self.near_sum, len(shelf.titles))
        count = int(shelf.heads.max(initial=0)) + 1
        head_meaning, head_words = (_best_of(x, shelf.heads, count) for x in (self.meaning, self.words))
        head_near = np.bincount(shelf.heads, self.near_sum, count)
        law_rank = np.empty(len(shelf.titles))
        law_rank[np.argsort(-law_mixed)] = np.arange(len(shelf.titles))
        before, after = shelf.before[c], shelf.after[c]
        further = shelf.before[before], shelf.after[after]
        once = np.ones(len(c), np.float32)
        columns = (
            self.words[c], self.words[c] / self.bound,
            self.legal[c], self.legal[c] / max(float(self.legal.max(initial=0)), 1e-6), self.meaning[c],
            *(best[c] for best, _ in self.near), *(np.log1p(20 * total[c]) for _, total in self.near),
            *(x[c] for x in self.topics),
            law_meaning[laws], law_words[laws], law_near[laws], law_mixed[laws], law_rank[laws],
            head_meaning[heads], head_words[heads], head_near[heads],
            *(np.maximum(x[before], x[after]) for x in (self.words, self.meaning, self.near_sum)),
            *(np.maximum(x[further[0]], x[further[1]]) for x in (self.words, self.meaning)),
            *shelf.facts[c].T, tied.law_known[laws], tied.article_known[c], tied.head_known[heads],
            *(_rank(x, c) for x in (self.words, self.meaning, self.near_sum, self.legal, self.mixed)),
            self.words.max() - self.words[c], self.meaning.max() - self.meaning[c],
            once * len(self.asked.text), once * self.words.max(), once * self.meaning.max(), once * self.near_sum.max(),
            law_meaning[laws] - self.meaning[c], law_words[laws] - self.words[c], self.mixed[c],
        )  # fmt: skip
        return np.stack(columns, axis=1).astype(np.float32)

    def _meaning(self, learned: Learned) -> Floats:
        if self.asked.vector is None or not len(self.shelf.vectors):
            return np.zeros(self.size, np.float32)
        return self.shelf.vectors @ learned.space.asked(self.asked.vector)

    def _near(self, learned: Learned) -> tuple[tuple[Floats, Floats], ...]:
        known = learned.known
        words = known.words.scores(self.asked.keys) / max(known.words.bound(self.asked.keys), 1e-6)
        vector = self.asked.vector
        if vector is None:
            meaning = mapped = np.zeros(len(words), np.float32)
        else:
            image = vector @ learned.space.mapping
            meaning = known.vectors @ vector
            mapped = self.tied.mapped @ (image / max(float(np.linalg.norm(image)), 1e-9))
        sims = (meaning, mapped, words)
        return tuple(self._votes(sim, sharp) for sim, sharp in zip(sims, _SHARPNESS, strict=True))

    def _votes(self, likeness: Floats, sharpness: float) -> tuple[Floats, Floats]:
        # The nearest known questions vote for their articles: the best vote and the sum of votes.
        voters = np.zeros(len(likeness), bool)
        voters[top(likeness, _NEAREST)] = True
        chosen = (voters & (likeness > 0))[self.tied.questions]
        articles, share = self.tied.articles[chosen], self.tied.shares[chosen]
        like = likeness[self.tied.questions[chosen]]
        best = np.zeros(self.size, np.float32)
        np.maximum.at(best, articles, like)
        total = np.bincount(articles, np.exp((like - 1) / sharpness) * share, self.size)
        return best, total.astype(np.float32)

    def _topics(self, library: Library) -> tuple[Floats, Floats, Floats, Floats]:
        meaning, words = library.likeness(self.asked)
        self.topic_scores: Floats = np.asarray(meaning * words + 0.01 * (meaning + words), np.float32)
        tied = self.tied
        found = [np.zeros(self.size, np.float32) for _ in range(3)]
        for column, scores in zip(found, (meaning, words, meaning * words), strict=True):
            if len(tied.topics):
                np.maximum.at(column, tied.cited, scores[tied.topics])
        order = np.full(self.size, _UNCITED, np.float32)
        np.minimum.at(order, tied.cited, tied.orders)
        return found[0], found[1], found[2], order

    def _law_best(self, scores: Floats) -> Floats:
        return np.maximum.reduceat(scores, self.shelf.starts)


def top(scores: Floats, k: int) -> Places:
    """The places of the k highest scores, in no order."""
    return np.argpartition(-scores, k)[:k] if k < len(scores) else np.arange(len(scores))


def _rank(scores: Floats, places: Places) -> Floats:
    best = np.sort(scores[top(scores, _RANKED)])
    return np.log1p(len(best) - np.searchsorted(best, scores[places], "right")).astype(np.float32)


def _best_of(scores: Floats, groups: Places, count: int) -> Floats:
    found = np.full(count, -1, np.float32)
    np.maximum.at(found, groups, scores)
    return found


def _log_counts(places: Places, size: int) -> Floats:
    return np.log1p(np.bincount(places, minlength=size)).astype(np.float32)


def _resolved(shelf: Shelf, known: Known) -> tuple[Places, Places]:
    hashes = np.array([name_hash(*name) for name in shelf.names], np.uint64)
    order = np.argsort(hashes)
    spots = np.minimum(np.searchsorted(hashes[order], known.golds), max(len(hashes) - 1, 0))
    held: NDArray[np.bool_] = hashes[order][spots] == known.golds if len(hashes) else np.zeros(len(spots), bool)
    return known.questions[held], order[spots[held]]
