"""Learn which topic a question belongs to from all that the topics say (kernel ridge regression)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import fuzzy, index
from knowledge.engine.index import Arrays, Floats, Index, Keys

LANDMARKS = 2500  # texts compared with; all are learned from (Nyström, Williams & Seeger 2001)
RIDGE = 1.0
SOUNDS = 0.5  # weight beside words and meaning
PARTS = ("rule", "steps", "time", "mistakes", "adviser", "evidence")


@dataclass(frozen=True, slots=True)
class Texts:
    """All that the topics say, a text each; the question variants come first. `owners` are the topics' places."""

    texts: tuple[str, ...]
    owners: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kernel:
    """Likeness to the landmark texts, and what each likeness says for each topic (`shares`: landmarks × topics)."""

    words: Index
    sounds: Index
    vectors: Floats
    shares: Floats

    def likeness(self, keys: Keys, sounds: Keys, vector: Floats) -> Floats:
        """How alike a question is to each landmark: words + sounds / 2 + the square of meaning."""
        meaning = self.vectors @ vector
        mixed = self.words.cosines(keys) + SOUNDS * self.sounds.cosines(sounds) + np.sign(meaning) * meaning**2
        return np.asarray(mixed, np.float32)

    def scores(self, keys: Keys, sounds: Keys, vector: Floats) -> Floats:
        """About 1 for the topic a question belongs to, about 0 for others."""
        return self.likeness(keys, sounds, vector) @ self.shares


def gather(variants: Sequence[str], owners: NDArray[np.int64], bodies: Sequence[Sequence[str]]) -> Texts:
    """The texts of all topics in one row."""
    parts = [(text, topic) for topic, texts in enumerate(bodies) for text in texts if text]
    texts = (*variants, *(text for text, _ in parts))
    return Texts(texts, np.concatenate([owners, np.array([topic for _, topic in parts], np.int64)]))


def landmarks(texts: Texts) -> NDArray[np.int64]:
    """The places of the texts that others are compared with: all, or evenly as many as are allowed."""
    count = len(texts.texts)
    return np.unique(np.linspace(0, count - 1, min(count, LANDMARKS)).astype(np.int64))


def compared(texts: Texts, vectors: Floats) -> tuple[Kernel, Floats]:
    """A kernel that has learned nothing yet, and the likeness of every text to every landmark."""
    chosen = landmarks(texts)
    keys = [index.text_keys(text) for text in texts.texts]
    sounds = [index.sound_keys(fuzzy.syllables(text)) for text in texts.texts]
    words, heard = (index.cosine(lists[int(place)] for place in chosen) for lists in (keys, sounds))
    kernel = Kernel(words, heard, vectors[chosen], np.empty((len(chosen), 0), np.float32))
    rows = [kernel.likeness(*told) for told in zip(keys, sounds, vectors, strict=True)]
    return kernel, np.array(rows, np.float32)


def solution(texts: Texts, likeness: Floats) -> Floats:
    """The inverse of what is to be solved: (K'K + ridge × K of the landmarks)⁻¹."""
    among = likeness[landmarks(texts)]
    jitter = 1e-3 * np.eye(len(among), dtype=np.float32)
    return np.linalg.inv(likeness.T @ likeness + RIDGE * among + jitter).astype(np.float32)


def learn(texts: Texts, vectors: Floats, topics: int) -> Kernel | None:
    """The kernel with its shares; None if there is nothing to learn (Saunders et al. 1998)."""
    if not topics:
        return None
    kernel, likeness = compared(texts, vectors)
    wanted = likeness.T @ np.eye(topics, dtype=np.float32)[texts.owners]
    return replace(kernel, shares=(solution(texts, likeness) @ wanted).astype(np.float32))


def arrays(kernel: Kernel) -> Arrays:
    """What to keep on disk."""
    words = {f"words_{name}": array for name, array in kernel.words.arrays().items()}
    sounds = {f"sounds_{name}": array for name, array in kernel.sounds.arrays().items()}
    return {**words, **sounds, "marks": kernel.vectors.astype(np.float16), "shares": kernel.shares}


def of(told: Arrays) -> Kernel | None:
    """The kernel that was kept, if one was."""
    if "shares" not in told:
        return None
    words, sounds = (
        Index.of({name[len(kind) :]: array for name, array in told.items() if name.startswith(kind)})
        for kind in ("words_", "sounds_")
    )
    return Kernel(words, sounds, np.asarray(told["marks"], np.float32), np.asarray(told["shares"], np.float32))
