"""Find texts by their words: BM25 over character bigrams and words, held in flat arrays."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import numpy as np
import regex
from numpy.typing import NDArray

from knowledge.text import tokens

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]
Arrays = Mapping[str, NDArray[np.generic]]
K1, B = 1.2, 0.75  # Robertson & Zaragoza 2009, section 3.4
SEPARATOR = "\n"

_WORD_KIND = 1 << 32
_SOUND_KIND = 2 << 32
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_PARTIAL = ".partial-"


def bigram_keys(text: str) -> Keys:
    """The keys of all pairs of neighbouring letters."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32) & 0xFFFF
    if len(codes) < 2:
        return np.empty(0, np.uint64)
    letters = _letters()[codes]
    pairs = letters[:-1] & letters[1:]
    codes = codes.astype(np.uint64)
    return ((codes[:-1] << np.uint64(16)) | codes[1:])[pairs]


def word_keys(words: Iterable[str], kind: int = _WORD_KIND) -> Keys:
    """The keys of words; two of a million share one by chance, which costs nothing."""
    return np.fromiter((zlib.crc32(w.encode()) + kind for w in words), np.uint64)


def sound_keys(syllables: Sequence[str]) -> Keys:
    """The keys of pairs of neighbouring syllables."""
    return word_keys((f"{a} {b}" for a, b in pairwise(syllables) if a and b), _SOUND_KIND)


def text_keys(text: str) -> Keys:
    """The keys of a normalised text: its bigrams and its words."""
    return np.concatenate((bigram_keys(text), word_keys(tokens(text))))


@dataclass(frozen=True, slots=True)
class Index:
    """Postings sorted by key: `docs[starts[i]:starts[i+1]]` hold key i with the BM25 share in `weights`."""

    keys: Keys
    starts: NDArray[np.int64]
    docs: NDArray[np.int32]
    weights: Floats
    rarity: Floats
    size: int

    def scores(self, keys: Keys, factors: Floats | None = None) -> Floats:
        """The BM25 score of every text for these keys, each key times its factor."""
        return self._summed(*self._known(keys, factors))

    def cosines(self, keys: Keys) -> Floats:
        """The cosine of every text with these keys, each weighed by its rarity; for an index made by `cosine`."""
        unique = np.unique(keys)
        places, _ = self._known(unique, None)
        rarity, top = self.rarity[places], float(np.log1p(self.size))
        norm = np.sqrt(float(rarity @ rarity) + (len(unique) - len(places)) * top**2)
        return self._summed(places, (rarity / max(norm, 1e-9)).astype(np.float32))

    def among(self) -> Floats:
        """The cosine of every text with every other; for an index made by `cosine`."""
        owner = np.repeat(np.arange(len(self.keys)), np.diff(self.starts))
        others = spans(self.starts[owner], self.starts[owner + 1])
        one = np.repeat(np.arange(len(owner)), np.diff(self.starts)[owner])
        pairs = self.docs[one].astype(np.int64) * self.size + self.docs[others]
        found = np.bincount(pairs, self.weights[one] * self.weights[others], self.size**2)
        return found.reshape(self.size, self.size).astype(np.float32)

    def bound(self, keys: Keys) -> float:
        """A text's score could be about this much if it held every key once; unknown keys count as the rarest."""
        unique = np.unique(keys)
        places, _ = self._known(unique, None)
        top = float(np.log1p(self.size))
        return float(self.rarity[places].sum()) + top * (len(unique) - len(places))

    def arrays(self) -> Arrays:
        """What to keep on disk."""
        return {name: getattr(self, name) for name in ("keys", "starts", "docs", "weights", "rarity")} | {
            "size": np.array([self.size])
        }

    @staticmethod
    def of(arrays: Arrays) -> "Index":
        """The index that was kept; KeyError if a part is missing."""
        names = ("keys", "starts", "docs", "weights", "rarity")
        return Index(*(arrays[name] for name in names), size=int(arrays["size"][0]))  # type: ignore[arg-type]

    def _summed(self, places: NDArray[np.int64], factors: Floats) -> Floats:
        starts, ends = self.starts[places], self.starts[places + 1]
        rows = spans(starts, ends)
        weights = self.weights[rows] * np.repeat(factors, ends - starts)
        return np.bincount(self.docs[rows], weights, self.size).astype(np.float32)

    def _known(self, keys: Keys, factors: Floats | None) -> tuple[NDArray[np.int64], Floats]:
        unique, first = np.unique(keys, return_index=True)
        scale = np.ones(len(unique), np.float32) if factors is None else factors[first]
        places = np.searchsorted(self.keys, unique)
        found = places < len(self.keys)
        found[found] = self.keys[places[found]] == unique[found]
        return places[found], scale[found]


def spans(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each start up to its end, one span after the other."""
    sizes = ends - starts
    firsts = np.cumsum(sizes) - sizes
    return np.repeat(starts - firsts, sizes) + np.arange(int(sizes.sum()))


def build(*fields: tuple[float, Iterable[str]], keys: Callable[[str], Keys] = text_keys) -> Index:
    """An index over texts that each have the same fields; every field has its weight and its own BM25."""
    parts = [_weighed(weight, texts, keys) for weight, texts in fields]
    size = max(part[3] for part in parts)
    return _joined([part[:3] for part in parts], size)


def cosine(lists: Iterable[Keys]) -> Index:
    """An index whose `cosines` compare whole texts: each key once, weighed by log(1 + texts / texts that hold it)."""
    held = [np.unique(keys) for keys in lists]
    docs = np.repeat(np.arange(len(held), dtype=np.int32), [len(keys) for keys in held])
    keys = np.concatenate([*held, np.empty(0, np.uint64)])
    order = np.lexsort((docs, keys))
    keys, docs = keys[order], docs[order]
    unique, starts, frequency = np.unique(keys, return_index=True, return_counts=True)
    rarity = np.log1p(len(held) / np.maximum(frequency, 1)).astype(np.float32)
    weights = np.repeat(rarity, frequency)
    norm = np.sqrt(np.bincount(docs, weights**2, len(held)))
    weights = (weights / np.maximum(norm[docs], 1e-9)).astype(np.float32)
    return Index(unique, np.append(starts, len(keys)), docs, weights, rarity, len(held))


def together(indexes: Mapping[str, Index]) -> Arrays:
    """Several indexes as one set of arrays to keep on disk."""
    return {f"{name}_{key}": array for name, one in indexes.items() for key, array in one.arrays().items()}


def part(kept: Arrays, name: str) -> Index:
    """The index of that name in such a set; KeyError if a part is missing."""
    return Index.of({key[len(name) + 1 :]: array for key, array in kept.items() if key.startswith(f"{name}_")})


def save(folder: Path, name: str, arrays: Arrays) -> None:
    """Keep arrays on disk under `name`; a half-written set is never seen, sets of other names are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_PARTIAL}{uuid4().hex}"
    partial.mkdir()
    for key, array in arrays.items():
        np.save(partial / f"{key}.npy", array, allow_pickle=False)
    sums = {file.name: [file.stat().st_size, zlib.crc32(file.read_bytes())] for file in partial.iterdir()}
    (partial / "sums.json").write_text(json.dumps(sums))
    _swap(partial, folder / name)


def load(folder: Path, name: str) -> Arrays | None:
    """The arrays kept under `name`, mapped from disk; None if there are none or a file is not as it was written."""
    place = folder / name
    try:
        sums = json.loads((place / "sums.json").read_text())
        if any(_differs(place / file, *told) for file, told in sums.items()):
            return None
        return {Path(file).stem: np.load(place / file, mmap_mode="r", allow_pickle=False) for file in sums}
    except (OSError, ValueError):
        return None


def _swap(partial: Path, place: Path) -> None:
    # Another process may write the same set at the same time: whoever comes first keeps it.
    rmtree(place, ignore_errors=True)
    try:
        partial.rename(place)
    except OSError:
        rmtree(partial, ignore_errors=True)
    kind = place.name.split("-")[0]
    for other in place.parent.glob(f"{kind}-*"):
        if other != place:
            rmtree(other, ignore_errors=True)


def _differs(file: Path, size: int, crc: int) -> bool:
    return file.stat().st_size != size or zlib.crc32(file.read_bytes()) != crc


def _weighed(
    weight: float, texts: Iterable[str], keys: Callable[[str], Keys]
) -> tuple[Keys, NDArray[np.int32], Floats, int]:
    found, docs, counts, lengths = _counted(texts, keys)
    size = len(lengths)
    _, place, frequency = np.unique(found, return_inverse=True, return_counts=True)
    rarity = np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)[place]
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
    impact = rarity * counts * (K1 + 1) / (counts + norm[docs])
    return found, docs, (weight * impact).astype(np.float32), size


def _counted(
    texts: Iterable[str], keys: Callable[[str], Keys]
) -> tuple[Keys, NDArray[np.int32], Floats, NDArray[np.float32]]:
    parts: list[tuple[Keys, NDArray[np.int32], Floats]] = []
    lengths: list[int] = []
    for first, group in _numbered(texts):
        lists = [keys(text) for text in group]
        lengths.extend(map(len, lists))
        owners = np.repeat(np.arange(first, first + len(lists), dtype=np.uint64), list(map(len, lists)))
        # Key and owner in one number sort three times faster than in two columns.
        both, counts = np.unique((np.concatenate(lists) << np.uint64(24)) | owners, return_counts=True)
        parts.append((both >> np.uint64(24), (both & np.uint64(0xFFFFFF)).astype(np.int32), counts.astype(np.float32)))
    if not parts:
        return np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32)
    return *map(np.concatenate, zip(*parts, strict=True)), np.array(lengths, np.float32)  # type: ignore[return-value]


def _numbered(texts: Iterable[str], batch: int = 4096) -> Iterator[tuple[int, list[str]]]:
    rest, first = iter(texts), 0
    while group := list(islice(rest, batch)):
        yield first, group
        first += batch


def _joined(parts: Sequence[tuple[Keys, NDArray[np.int32], Floats]], size: int) -> Index:
    keys, docs, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((docs, keys))
    keys, docs, weights = keys[order], docs[order], weights[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (docs[1:] != docs[:-1])
    places = np.flatnonzero(first)
    weights = np.add.reduceat(weights, places) if len(places) else weights
    keys, docs = keys[places], docs[places]
    unique, starts, frequency = np.unique(keys, return_index=True, return_counts=True)
    rarity = np.log1p((size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    return Index(unique, np.append(starts, len(keys)), docs, weights.astype(np.float32), rarity, size)


@cache
def _letters() -> NDArray[np.bool_]:
    # Half a surrogate pair is no letter, and the regex must not see one.
    return np.array([not 0xD800 <= c < 0xE000 and bool(_LETTER.match(chr(c))) for c in range(0x10000)])
