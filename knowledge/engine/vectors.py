"""Keep the meanings of imported articles as they are made, a part at a time, so that a kill costs one part."""

import fcntl
import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.index import Floats

PART = 256  # articles; about a second of work
_PARTIAL = ".partial-"
_LOCK = "being-made"

log = logging.getLogger(__name__)
Hashes = NDArray[np.uint64]


class Vectors:
    """A folder of parts; each holds the hashes of articles' texts and a row for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def alone(self) -> Generator[bool]:
        """Be the one process that makes rows; False if another is. The lock goes with the process, however it ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    def missing(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Which of these articles have no row yet."""
        return ~np.isin(hashes, self._read()[0])

    def rows(self, hashes: Hashes) -> Floats:
        """The rows of articles that are all there."""
        known, rows = self._read()
        order = np.argsort(known)
        return rows[order[np.searchsorted(known[order], hashes)]]

    def make(
        self,
        hashes: Hashes,
        embed: Callable[[Sequence[int]], Floats | None],
        told: Callable[[int, int], None] | None = None,
    ) -> bool:
        """Make the rows that are missing; `told` hears how many are done, of how many; False if `embed` gave up."""
        places = np.flatnonzero(self.missing(hashes))
        for start in range(0, len(places), PART):
            part = places[start : start + PART]
            rows = embed(part.tolist())
            if rows is None:
                return False
            self._keep(hashes[part], rows)
            (told or _logged)(min(start + PART, len(places)), len(places))
        return True

    def _keep(self, hashes: Hashes, rows: Floats) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{_PARTIAL}{uuid4().hex}"
        with partial.open("wb") as file:
            np.savez(file, hashes=hashes, rows=rows.astype(np.float16))
        partial.rename(self._folder / f"{uuid4().hex}.npz")  # a half-written part is never read

    def _read(self) -> tuple[Hashes, Floats]:
        hashes, rows = [np.empty(0, np.uint64)], [np.empty((0, 0), np.float32)]
        for path in sorted(self._folder.glob("*.npz")):
            with np.load(path, allow_pickle=False) as held:
                hashes.append(held["hashes"].astype(np.uint64))
                rows.append(held["rows"].astype(np.float32))
        return np.concatenate(hashes), np.concatenate(rows[1:] or rows)


def _logged(done: int, of: int) -> None:
    log.info("meanings of articles: %d of %d", done, of)
