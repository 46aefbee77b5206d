"""Carry what was learned from known questions: numbers and hashes only, no sentence of the data."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge import index
from knowledge.confidence import Curve
from knowledge.index import Arrays, Floats, Index, Keys
from knowledge.text import tokens
from knowledge.trees import Trees

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Known:
    """Known questions: their hashed words, their vectors, and which articles answered (question, hash of article)."""

    words: Index
    vectors: Floats
    questions: NDArray[np.int64]
    golds: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everyday word → legal words with a chance each, by hash (IBM model 1, Brown et al. 1993)."""

    sources: Keys
    starts: NDArray[np.int64]
    targets: Keys
    chances: Floats

    def expand(self, text: str) -> tuple[Keys, Floats]:
        """The legal words that a question's words stand for, each with its summed chance."""
        keys = np.unique(index.word_keys(tokens(text)))
        places = np.searchsorted(self.sources, keys)
        spans = [
            np.arange(int(self.starts[p]), int(self.starts[p + 1]))
            for p, k in zip(places, keys, strict=True)
            if p < len(self.sources) and self.sources[p] == k
        ]
        if not spans:
            return np.empty(0, np.uint64), np.empty(0, np.float32)
        rows = np.concatenate(spans)
        found, inverse = np.unique(self.targets[rows], return_inverse=True)
        return found, np.bincount(inverse, self.chances[rows]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Space:
    """The learned view of meaning: questions go through `question` (512 × width), articles through `article`."""

    question: Floats
    article: Floats
    mapping: Floats

    def asked(self, vector: Floats) -> Floats:
        """A question's vector in that space, as long as its image under the full map is 1."""
        image = vector @ self.mapping
        return np.asarray((image / max(float(np.linalg.norm(image)), 1e-9)) @ self.question, np.float32)


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything that article ranking was taught."""

    known: Known
    lexicon: Lexicon
    space: Space
    trees: Trees
    curve: Curve


def name_hash(law: str, number: str) -> int:
    """A number for an article's name."""
    return int.from_bytes(hashlib.sha256(f"{law}#{number}".encode()).digest()[:8], "big")


def text_hash(law: str, heading: str, text: str) -> int:
    """A number for what an article says and where it stands."""
    return int.from_bytes(hashlib.sha256(f"{law}#{heading}#{text}".encode()).digest()[:8], "big")


@cache
def load() -> Learned | None:
    """What is shipped; None if it is not there."""
    try:
        told = {name: _read(name) for name in ("known", "lexicon", "space", "ranker")}
    except OSError:
        return None
    known, lexicon, space, ranker = (told[name] for name in ("known", "lexicon", "space", "ranker"))
    return Learned(
        Known(Index.of(_wide(known)), _unit(known["vectors"]), _ints(known["questions"]), known["golds"]),  # type: ignore[arg-type]
        Lexicon(
            _keys(lexicon["sources"]),
            _ints(lexicon["starts"]),
            _keys(lexicon["targets"]),
            _floats(lexicon["chances"]),
        ),
        Space(_floats(space["question"]), _floats(space["article"]), _floats(space["mapping"])),
        Trees.of(ranker),
        Curve(tuple(map(float, ranker["raw"])), tuple(map(float, ranker["right"]))),
    )


@dataclass(frozen=True, slots=True)
class Shipped:
    """Article vectors in the learned space, one a sorted hash of the article's text."""

    hashes: NDArray[np.uint64]
    vectors: NDArray[np.int8]
    scale: float

    def rows(self, hashes: NDArray[np.uint64]) -> Floats:
        """The vectors of articles that are all there."""
        return self.vectors[np.searchsorted(self.hashes, hashes)].astype(np.float32) * np.float32(self.scale)


@cache
def vectors() -> Shipped | None:
    """The article vectors that are shipped; None if there are none."""
    try:
        told = _read("articles")
    except OSError:
        return None
    return Shipped(told["hashes"], told["vectors"], float(told["scale"]))  # type: ignore[arg-type]


def _read(name: str) -> Arrays:
    with np.load(WEIGHTS / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def _wide(told: Arrays) -> Arrays:
    # Shipped narrow, used wide.
    wide = {"docs": np.int32, "weights": np.float32, "rarity": np.float32, "starts": np.int64, "keys": np.uint64}
    return {name: array.astype(wide[name]) if name in wide else array for name, array in told.items()}


def _unit(rows: NDArray[np.generic]) -> Floats:
    wide = rows.astype(np.float32)
    return wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-9)


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float32)


def _ints(array: NDArray[np.generic]) -> NDArray[np.int64]:
    return array.astype(np.int64)


def _keys(array: NDArray[np.generic]) -> Keys:
    return array.astype(np.uint64)
