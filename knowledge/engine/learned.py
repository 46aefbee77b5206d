"""Carry what was learned from known questions: numbers and hashes only, no sentence of the data."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import semantic
from knowledge.engine.confidence import Curve
from knowledge.engine.index import Arrays, Floats, Index, Keys, spans
from knowledge.engine.trees import Trees

WEIGHTS = Path(__file__).parent.parent / "weights"
RIDGE = 1.0
MAPPED = 0.5  # weight of likeness under the map beside words and meaning


@dataclass(frozen=True, slots=True)
class Space:
    """The learned view of meaning: questions go through `question` (384 × width), articles through `article`."""

    question: Floats
    article: Floats
    mapping: Floats

    def asked(self, vector: Floats) -> Floats:
        """A question's vector in that space, as long as its image under the full map is 1."""
        return np.asarray(self.image(vector) @ self.question, np.float32)

    def image(self, vector: Floats) -> Floats:
        """What the full map makes of a vector, of length 1."""
        image = vector @ self.mapping
        return image / np.float32(max(float(np.linalg.norm(image)), 1e-9))


@dataclass(frozen=True, slots=True)
class Known:
    """Known questions: their hashed words, vectors, images under the map, and which articles answered them.

    `solution` (questions × questions) makes of a new question's likenesses how much each known one says.
    """

    words: Index
    vectors: Floats
    images: Floats
    solution: Floats
    questions: NDArray[np.int64]
    golds: NDArray[np.uint64]

    def asked(self, keys: Keys, vector: Floats | None, space: Space) -> tuple[Floats, Floats]:
        """How much each known question says for a new one, and how alike they are."""
        words = self.words.cosines(keys)
        likeness = words if vector is None else _alike(words, self.vectors @ vector, self.images @ space.image(vector))
        return self.solution @ likeness, likeness


def know(words: Index, vectors: Floats, space: Space, questions: NDArray[np.int64], golds: NDArray[np.uint64]) -> Known:
    """Known questions solved for each other (kernel ridge regression, Saunders et al. 1998)."""
    images = _unit(vectors @ space.mapping)
    among = _alike(words.among(), vectors @ vectors.T, images @ images.T)
    solution = np.linalg.inv(among + RIDGE * np.eye(len(among), dtype=np.float32))
    return Known(words, vectors, images, solution.astype(np.float32), questions, golds)


def _alike(words: Floats, meaning: Floats, mapped: Floats) -> Floats:
    return np.asarray(words + np.maximum(meaning, 0) ** 2 + MAPPED * np.maximum(mapped, 0) ** 2, np.float32)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a question's key adds: legal words it stands for and its own learned weight, by hash."""

    sources: Keys
    starts: NDArray[np.int64]
    targets: Keys
    weights: Floats

    def expand(self, keys: Keys) -> tuple[Keys, Floats]:
        """The keys to add to a question's, each with its weight; its own may be among them."""
        own = np.unique(keys)
        places = np.minimum(np.searchsorted(self.sources, own), max(len(self.sources) - 1, 0))
        places = places[self.sources[places] == own] if len(self.sources) else places[:0]
        rows = spans(self.starts[places], self.starts[places + 1])
        found, inverse = np.unique(self.targets[rows], return_inverse=True)
        return found, np.bincount(inverse, self.weights[rows], len(found)).astype(np.float32)


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
def edition() -> str:
    """A name for exactly this space of meaning: what was brought into another one is not to be compared with it."""
    path = WEIGHTS / "space.npz"
    told = path.read_bytes() if path.exists() else b""
    return hashlib.sha256(semantic.edition().encode() + told).hexdigest()[:8]


@cache
def load() -> Learned | None:
    """What is shipped; None if it is not there."""
    try:
        told = {name: _read(name) for name in ("known", "lexicon", "space", "ranker")}
    except OSError:
        return None
    known, lexicon, ranker = (told[name] for name in ("known", "lexicon", "ranker"))
    space = Space(*(_floats(told["space"][name]) for name in ("question", "article", "mapping")))
    return Learned(
        know(Index.of(_wide(known)), _unit(known["vectors"]), space, _ints(known["questions"]), _keys(known["golds"])),
        Lexicon(
            _keys(lexicon["sources"]),
            _ints(lexicon["starts"]),
            _keys(lexicon["targets"]),
            _floats(lexicon["weights"]),
        ),
        space,
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
