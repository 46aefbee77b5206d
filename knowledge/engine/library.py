"""Hold all topics ready for matching, and measure how well each fits a question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import fuzzy, index, kernel
from knowledge.engine.index import Floats, Index, Keys
from knowledge.engine.kernel import Kernel, Texts
from knowledge.text import normalise, tokens

# with each topic's own question left out, 14 of 14 that were found so were right (3,945 questions, 280 topics)
KNOWN, APART = 0.8, 0.05

FEATURES = (
    "words", "words_mean", "body", "sounds", "spelling", "spelling_short",
    "meaning", "meaning_mean", "title", "words_meaning", "meaning_high", "kernel", "kernel_high",
)  # fmt: skip
LEXICAL = FEATURES[:6]
_TOP = 3
HIGH = 0.3  # of a kernel score: above that it is seldom wrong


class Cited(Protocol):
    """A law and one of its articles."""

    @property
    def law(self) -> str:
        """The full title."""
        ...

    @property
    def article(self) -> str:
        """The number."""
        ...


class Topic(Protocol):
    """As much of a curated topic as matching needs."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def questions(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def citations(self) -> Sequence[Cited]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Asked:
    """A question prepared once for every leg."""

    text: str
    keys: Keys
    sounds: Keys
    vector: Floats | None = None
    without: int = -1  # a variant to leave out, when topics are measured with their own questions


def ask(text: str, vector: Floats | None = None) -> Asked:
    """Prepare a normalised question."""
    return Asked(text, index.text_keys(text), index.sound_keys(fuzzy.syllables(text)), vector)


@dataclass(frozen=True, slots=True)
class Library:
    """The topics' question variants, each an own text, and the topics' bodies.

    `slots` has a row a topic: the places of its variants, filled up with the place after the last.
    """

    ids: tuple[str, ...]
    originals: tuple[str, ...]
    variants: tuple[str, ...]
    owners: NDArray[np.int64]
    slots: NDArray[np.int64]
    words: Index
    bodies: Index
    sounds: Index
    vocabulary: tuple[frozenset[str], ...]
    texts: Texts
    vectors: Floats | None = None
    kernel: Kernel | None = None

    def features(self, asked: Asked) -> Floats:
        """One row a topic, one column a feature of FEATURES."""
        words = self._by_topic(self.words.scores(asked.keys) / max(self.words.bound(asked.keys), 1e-6), asked)
        body = self.bodies.scores(asked.keys) / max(self.bodies.bound(asked.keys), 1e-6)
        sounds = self.sounds.scores(asked.sounds) / max(self.sounds.bound(asked.sounds), 1e-6)
        spelling = self._by_topic(fuzzy.likeness(asked.text, self.variants), asked)[:, 0]
        short = spelling * (len(asked.text) <= fuzzy.SHORT)
        sound = self._by_topic(sounds, asked)[:, 0]
        lexical = (words[:, 0], words.mean(axis=1), body, sound, spelling, short)
        columns = (*lexical, *self._meaning(asked, words[:, 0]), *self._kernel(asked))
        return np.stack(columns, axis=1).astype(np.float32)

    def nearest(self, topic: int, asked: Asked) -> str:
        """The topic's known question that is most like this one."""
        places = self.slots[topic][self.slots[topic] < len(self.variants)]
        score = fuzzy.likeness(asked.text, [self.variants[place] for place in places])
        if asked.vector is not None and self.vectors is not None:
            score = score + 2 * (self.vectors[places] @ asked.vector)
        return self.originals[int(places[int(np.argmax(score))])]

    def known(self, asked: Asked) -> int | None:
        """The topic of which this is a known question, but for a slip; None where two may be meant."""
        nearness = self._by_topic(fuzzy.sameness(asked.text, self.variants), asked)[:, 0]
        if not len(nearness):
            return None
        best = int(np.argmax(nearness))
        others = np.delete(nearness, best).max(initial=0.0)
        return best if nearness[best] >= KNOWN and nearness[best] - others >= APART else None

    def shared(self, topic: int, asked: Asked) -> tuple[str, ...]:
        """The question's words that the topic has too, in the question's order."""
        return tuple(dict.fromkeys(w for w in tokens(asked.text) if w in self.vocabulary[topic]))

    def likeness(self, asked: Asked) -> tuple[Floats, Floats]:
        """How near the nearest variant of each topic is: by meaning and by words."""
        words = self._by_topic(self.words.scores(asked.keys) / max(self.words.bound(asked.keys), 1e-6), asked)[:, 0]
        if asked.vector is None or self.vectors is None:
            return np.zeros(len(self.ids), np.float32), words
        return self._by_topic(self.vectors @ asked.vector, asked)[:, 0], words

    def with_meaning(self, vectors: Floats, learned: Kernel | None) -> "Library":
        """The same library with a vector a variant and what was learned from all texts."""
        return replace(self, vectors=vectors, kernel=learned)

    def _kernel(self, asked: Asked) -> tuple[Floats, Floats]:
        if asked.vector is None or self.kernel is None:
            return np.zeros(len(self.ids), np.float32), np.zeros(len(self.ids), np.float32)
        scores = self.kernel.scores(asked.keys, asked.sounds, asked.vector)
        return scores, np.maximum(scores - HIGH, 0)

    def _meaning(self, asked: Asked, words: Floats) -> tuple[Floats, ...]:
        if asked.vector is None or self.vectors is None:
            return (np.zeros(len(self.ids), np.float32),) * 5
        near = self._by_topic(self.vectors @ asked.vector, asked)
        best = near[:, 0]
        title = (self.vectors @ asked.vector)[self.slots[:, 0]]
        return best, near.mean(axis=1), title, words * best, np.maximum(best - 0.7, 0)

    def _by_topic(self, scores: Floats, asked: Asked) -> Floats:
        # The three best variants of each topic, best first; missing ones count as nothing.
        padded = np.append(scores, np.float32(0))
        if asked.without >= 0:
            padded[asked.without] = 0
        return -np.sort(-padded[self.slots], axis=1)[:, :_TOP]


def build(topics: Sequence[Topic]) -> Library:
    """Make the library; the title counts as the first variant of each topic."""
    asked = [list(dict.fromkeys((topic.title, *topic.questions))) for topic in topics]
    originals = [question for questions in asked for question in questions]
    variants = [normalise(question) for question in originals]
    owners = np.repeat(np.arange(len(asked)), list(map(len, asked)))
    bodies = [normalise(body(topic)) for topic in topics]
    parts = [list(_parts(topic)) for topic in topics]
    own = partial(_own_words, owners=owners, variants=variants)
    return Library(
        ids=tuple(topic.id for topic in topics),
        originals=tuple(originals),
        variants=tuple(variants),
        owners=owners,
        slots=_slots([len(questions) for questions in asked]),
        words=index.build((1.0, variants)),
        bodies=index.build((1.0, bodies)),
        sounds=index.build((1.0, variants), keys=_sound_keys),
        vocabulary=tuple(frozenset(tokens(text)) | own(number) for number, text in enumerate(bodies)),
        texts=kernel.gather(variants, owners, parts),
    )


def body(topic: Topic) -> str:
    """Everything a topic says, in one text."""
    names = ("title", "rule", "steps", "evidence", "time", "cost", "where", "mistakes", "adviser")
    return "\n".join(_flat(getattr(topic, name, "")) for name in names)[:2000]


def _parts(topic: Topic) -> Iterator[str]:
    for name in kernel.PARTS:
        yield normalise(_flat(getattr(topic, name, "")))
    yield normalise("，".join(getattr(cited, "why", "") for cited in topic.citations))


def _flat(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _own_words(topic: int, *, owners: NDArray[np.int64], variants: Sequence[str]) -> frozenset[str]:
    return frozenset(w for place in np.flatnonzero(owners == topic) for w in tokens(variants[int(place)]))


def _slots(lengths: Sequence[int]) -> NDArray[np.int64]:
    width, total = max([*lengths, _TOP]), sum(lengths)
    rows, first = [], 0
    for length in lengths:
        rows.append([*range(first, first + length), *[total] * (width - length)])
        first += length
    return np.array(rows, np.int64).reshape(len(lengths), width)


def _sound_keys(text: str) -> Keys:
    return index.sound_keys(fuzzy.syllables(text))
