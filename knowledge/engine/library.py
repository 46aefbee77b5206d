"""Hold all topics ready for matching, and measure how well each fits a question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import fuzzy, index, kernel
from knowledge.engine.index import Floats, Keys
from knowledge.engine.kernel import Likeness, Meaning, Texts, Words
from knowledge.text import normalise, tokens

# with each topic's own question left out, 14 of 14 that were found so were right (3,945 questions, 280 topics)
KNOWN, APART = 0.8, 0.05

LEGS = ("words", "sounds", "mixed", "meaning")
WAYS = ("best", "three", "five", "part", "parts", "title")  # of the topic's questions, of its other texts
FEATURES = (*(f"{leg}_{way}" for leg in LEGS for way in WAYS), "learned")
CANDIDATES = 128  # topics measured in every way
ALIKE = 64  # known questions compared letter by letter
_FEW, _MORE = 3, 5

Places = NDArray[np.int64]


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


def ask(text: str, vector: Floats | None = None) -> Asked:
    """Prepare a normalised question."""
    return Asked(text, index.text_keys(text), index.sound_keys(fuzzy.syllables(text)), vector)


@dataclass(frozen=True, slots=True)
class Library:
    """The topics' question variants, each an own text, and what else the topics say.

    `slots` and `parts` have a row a topic: the places of its variants and of its other texts, filled up with the place
    after the last text.
    """

    ids: tuple[str, ...]
    originals: tuple[str, ...]
    texts: Texts
    slots: NDArray[np.int64]
    parts: NDArray[np.int64]
    words: Words
    vocabulary: tuple[frozenset[str], ...]
    meaning: Meaning | None = None

    @property
    def variants(self) -> tuple[str, ...]:
        """The questions, normalised."""
        return self.texts.texts[: self.texts.questions]

    def compare(self, asked: Asked) -> Likeness:
        """How alike a question is to every text."""
        return self.add_meaning(self.words.compare(asked.keys, asked.sounds), asked.vector)

    def add_meaning(self, likeness: Likeness, vector: Floats | None) -> Likeness:
        """The same with likeness of meaning, where both sides have it."""
        known = None if vector is None or self.meaning is None else self.meaning.likeness(vector)
        return likeness if known is None else likeness.with_meaning(known)

    def candidates(self, likeness: Likeness) -> Places:
        """The places of the topics with the likest texts: on our suite measuring all of them found nothing better."""
        padded = np.append(likeness.mixed, np.float32(0))
        best = np.maximum(padded[self.slots].max(axis=1), padded[self.parts].max(axis=1))
        return _top(best, CANDIDATES)

    def features(self, likeness: Likeness, topics: Places) -> Floats:
        """One row for each of these topics, one column a feature of FEATURES."""
        legs = (getattr(likeness, leg) for leg in LEGS)
        columns = [column for leg in legs for column in self._ways(leg, topics)]
        return np.stack([*columns, self.learned(likeness, topics)], axis=1).astype(np.float32)

    def learned(self, likeness: Likeness, topics: Places) -> Floats:
        """What likeness says for each of these topics, by what was learned; nothing without meaning."""
        if likeness.meaning is None or self.meaning is None:
            return np.zeros(len(topics), np.float32)
        return self.meaning.scores(likeness, topics)

    def nearest(self, topic: int, likeness: Likeness) -> str:
        """The topic's known question that is most like this one."""
        places = self.slots[topic][self.slots[topic] < self.texts.questions]
        return self.originals[int(places[int(np.argmax(likeness.mixed[places]))])]

    def known(self, text: str, likeness: Likeness) -> int | None:
        """The place of the known question that this is, but for a slip; None where two topics may be meant."""
        places = _top(likeness.mixed[: self.texts.questions], ALIKE)
        if not len(places):
            return None
        nearness = fuzzy.sameness(text, [self.texts.texts[int(place)] for place in places])
        best, owners = int(np.argmax(nearness)), self.texts.owners[places]
        others = nearness[owners != owners[best]].max(initial=0.0)
        return int(places[best]) if nearness[best] >= KNOWN and nearness[best] - others >= APART else None

    def shared(self, topic: int, asked: Asked) -> tuple[str, ...]:
        """The question's words that the topic has too, in the question's order."""
        return tuple(dict.fromkeys(w for w in tokens(asked.text) if w in self.vocabulary[topic]))

    def overlaps(self, asked: Asked, topics: Places) -> Floats:
        """For each of these topics the part of the question's words that it has too."""
        words = set(tokens(asked.text))
        found = (len(words & self.vocabulary[place]) for place in topics.tolist())
        return np.array([count / max(len(words), 1) for count in found], np.float32)

    def with_meaning(self, meaning: Meaning | None) -> "Library":
        """The same library with what was learned from all texts."""
        return replace(self, meaning=meaning)

    def _ways(self, scores: Floats | None, topics: Places) -> tuple[Floats, ...]:
        if scores is None:
            return (np.zeros(len(topics), np.float32),) * len(WAYS)
        padded = np.append(scores, np.float32(0))
        asked, told = _best(padded[self.slots[topics]], _MORE), _best(padded[self.parts[topics]], _FEW)
        ways = asked[:, 0], asked[:, :_FEW].mean(axis=1), asked.mean(axis=1), told[:, 0], told.mean(axis=1)
        return (*ways, padded[self.slots[topics, 0]])


def build(topics: Sequence[Topic], cache: Path | None = None) -> Library:
    """Make the library; the title counts as the first variant of each topic. What takes long is kept under `cache`."""
    asked = [list(dict.fromkeys((topic.title, *topic.questions))) for topic in topics]
    originals = [question for questions in asked for question in questions]
    owners = np.repeat(np.arange(len(asked)), list(map(len, asked)))
    parts = [[text for text in _parts(topic) if text] for topic in topics]
    texts = kernel.gather(list(map(normalise, originals)), owners, parts)
    return Library(
        ids=tuple(topic.id for topic in topics),
        originals=tuple(originals),
        texts=texts,
        slots=_slots(list(map(len, asked)), 0, len(texts.texts)),
        parts=_slots(list(map(len, parts)), texts.questions, len(texts.texts)),
        words=kernel.kept(texts.texts, cache),
        vocabulary=_vocabulary(texts, len(topics)),
    )


def _vocabulary(texts: Texts, topics: int) -> tuple[frozenset[str], ...]:
    found: list[set[str]] = [set() for _ in range(topics)]
    for text, owner in zip(texts.texts, texts.owners, strict=True):
        found[int(owner)].update(tokens(text))
    return tuple(map(frozenset, found))


def _parts(topic: Topic) -> Iterator[str]:
    for name in kernel.PARTS:
        yield normalise(_flat(getattr(topic, name, "")))
    yield normalise("，".join(getattr(cited, "why", "") for cited in topic.citations))


def _flat(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _slots(lengths: Sequence[int], first: int, nothing: int) -> NDArray[np.int64]:
    rows = np.full((len(lengths), max([*lengths, _MORE])), nothing, np.int64)
    for row, length in zip(rows, lengths, strict=True):
        row[:length] = np.arange(first, first + length)
        first += length
    return rows


def _best(scores: Floats, count: int) -> Floats:
    # The highest of each row, best first; missing ones count as nothing.
    return -np.sort(np.partition(-scores, count - 1, axis=1)[:, :count], axis=1)


def _top(scores: Floats, count: int) -> Places:
    # The places of the highest, in order of place.
    return np.sort(np.argpartition(-scores, count)[:count]) if count < len(scores) else np.arange(len(scores))
