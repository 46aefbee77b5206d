"""Compare a question with all that the topics say, and learn from likeness which topic it belongs to."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import fuzzy, index
from knowledge.engine.index import Arrays, Floats, Index, Keys

EDITION = "5"  # of what is kept on disk; another one when the arrays change
MOST = 10_000  # questions learned from; of more, as many are taken evenly: the time grows with the cube
WIDTH = 256  # axes of meaning: all 384 tell hardly more topics apart
RIDGE = 1.0
SOUNDS, MEANING = 0.5, 3.0  # weights beside words
SHARPNESS = (
    4.0  # likeness of meaning counts by exp(4 × (likeness - 1)): a kernel in the strict sense, so it can be solved
)
PARTS = ("rule", "steps", "time", "mistakes", "adviser", "evidence")
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Texts:
    """All that the topics say, a text each; the question variants come first. `owners` are the topics' places."""

    texts: tuple[str, ...]
    owners: NDArray[np.int64]
    questions: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a question is to each text: by words, sounds, meaning (None if it is not there), and by all of them."""

    words: Floats
    sounds: Floats
    meaning: Floats | None
    mixed: Floats

    def with_meaning(self, meaning: Floats) -> "Likeness":
        """The same, with meaning in the mix."""
        mixed = self.mixed + MEANING * np.exp(SHARPNESS * (meaning - 1))
        return replace(self, meaning=meaning, mixed=np.asarray(mixed, np.float32))


@dataclass(frozen=True, slots=True)
class Words:
    """The texts' words and sounds, ready to be compared with."""

    words: Index
    sounds: Index

    def compare(self, keys: Keys, sounds: Keys) -> Likeness:
        """Words + sounds / 2."""
        words, heard = self.words.cosines(keys), self.sounds.cosines(sounds)
        return Likeness(words, heard, None, np.asarray(words + SOUNDS * heard, np.float32))


@dataclass(frozen=True, slots=True)
class Meaning:
    """The texts' vectors along `axes` (384 × width); a topic's row of `shares` weighs the likeness at `marks`."""

    axes: Floats
    vectors: Floats
    marks: NDArray[np.int64]
    shares: Floats

    def likeness(self, vector: Floats) -> Floats:
        """The likeness of every text to a vector."""
        return np.asarray(self.vectors @ (vector @ self.axes), np.float32)

    def scores(self, likeness: Likeness, topics: NDArray[np.int64]) -> Floats:
        """For each of these topics about 1 if the question belongs to it, about 0 if not."""
        told = self.shares if len(topics) == len(self.shares) else self.shares[topics]
        return told @ likeness.mixed[self.marks]


def gather(variants: Sequence[str], owners: NDArray[np.int64], bodies: Sequence[Sequence[str]]) -> Texts:
    """The texts of all topics in one row."""
    parts = [(text, topic) for topic, texts in enumerate(bodies) for text in texts if text]
    texts = (*variants, *(text for text, _ in parts))
    return Texts(texts, np.concatenate([owners, np.array([topic for _, topic in parts], np.int64)]), len(variants))


def content(texts: Sequence[str]) -> str:
    """A name for exactly these texts as they are kept on disk."""
    return hashlib.sha256("\n".join((EDITION, *texts)).encode()).hexdigest()[:16]


def kept(texts: Sequence[str], cache: Path | None) -> Words:
    """The words and sounds of all texts, from disk if they were kept there: reading them anew takes a second."""
    name = f"words-{content(texts)}"
    if cache and (told := index.load(cache, name)):
        return Words(index.part(told, "words"), index.part(told, "sounds"))
    words = read(texts)
    if cache:
        index.save(cache, name, index.together({"words": words.words, "sounds": words.sounds}))
    return words


def read(texts: Iterable[str]) -> Words:
    """The words and sounds of all texts."""
    keys = [(index.text_keys(text), index.sound_keys(fuzzy.syllables(text))) for text in texts]
    return Words(index.cosine(words for words, _ in keys), index.cosine(sounds for _, sounds in keys))


def learn(texts: Texts, words: Words, vectors: Floats, topics: int) -> Meaning | None:
    """What the questions teach (kernel ridge regression, Saunders et al. 1998); None if there are none."""
    if not texts.questions:
        return None
    axes = np.linalg.eigh(vectors.T @ vectors)[1][:, : -WIDTH - 1 : -1].astype(np.float32)
    narrow = np.ascontiguousarray(vectors @ axes, np.float32)
    marks = np.unique(np.linspace(0, texts.questions - 1, min(texts.questions, MOST)).astype(np.int64))
    learned = Meaning(axes, narrow, marks, np.empty((0, 0), np.float32))
    among = np.empty((len(marks), len(marks)), np.float32)
    for row, place in enumerate(marks):
        text = texts.texts[int(place)]
        sounds = index.sound_keys(fuzzy.syllables(text))
        alike = words.compare(index.text_keys(text), sounds).with_meaning(learned.likeness(vectors[place]))
        among[row] = alike.mixed[marks]
    among[np.diag_indices(len(marks))] += RIDGE
    wanted = np.eye(topics, dtype=np.float32)[texts.owners[marks]]
    return replace(learned, shares=np.ascontiguousarray(_solved(among, wanted).T))


def arrays(meaning: Meaning) -> Arrays:
    """What to keep on disk."""
    narrow = {"vectors": meaning.vectors.astype(np.float16), "shares": meaning.shares.astype(np.float16)}
    return {"axes": meaning.axes, "marks": meaning.marks, **narrow}


def of(told: Arrays) -> Meaning | None:
    """What was kept, if anything was."""
    if "shares" not in told:
        return None
    axes, vectors, shares = (np.asarray(told[name], np.float32) for name in ("axes", "vectors", "shares"))
    return Meaning(axes, vectors, np.asarray(told["marks"], np.int64), shares)


def _solved(matrix: Floats, wanted: Floats) -> Floats:
    # Cholesky in blocks and in place: numpy's own solver would hold the matrix twice more.
    blocks = [slice(first, first + _BLOCK) for first in range(0, len(matrix), _BLOCK)]
    for place, own in enumerate(blocks):
        matrix[own, own] = np.linalg.cholesky(matrix[own, own])
        below = slice(own.stop, None)
        matrix[below, own] = np.linalg.solve(matrix[own, own], matrix[below, own].T).T
        for other in blocks[place + 1 :]:
            rest = slice(other.start, None)
            matrix[rest, other] -= matrix[rest, own] @ matrix[other, own].T
    for own in blocks:
        done = slice(0, own.start)
        wanted[own] = np.linalg.solve(matrix[own, own], wanted[own] - matrix[own, done] @ wanted[done])
    for own in reversed(blocks):
        done = slice(own.stop, None)
        wanted[own] = np.linalg.solve(matrix[own, own].T, wanted[own] - matrix[done, own].T @ wanted[done])
    return wanted
