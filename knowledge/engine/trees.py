"""Evaluate boosted regression trees of any shape from plain arrays."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from knowledge.engine.index import Arrays, Floats

_WORD = 64  # bits


@dataclass(frozen=True, slots=True)
class Trees:
    """All leaves of all trees. Test i asks whether feature `features[i]` is above `borders[i]`.

    `paths` (leaves × depth) holds the tests that lead to a leaf: i where it must pass, −1 − i where it must fail;
    a short path repeats a test.
    """

    features: NDArray[np.int64]
    borders: Floats
    paths: NDArray[np.int64]
    leaves: Floats

    def scores(self, rows: Floats) -> Floats:
        """The sum over all trees for each row of features."""
        # A set of rows is a row of bits, so that a whole path is walked at once (after Lucchese et al. 2015).
        above = np.packbits(rows.T[self.features] > self.borders[:, None], axis=1)
        passed = np.pad(above, ((0, 0), (0, -above.shape[1] % (_WORD // 8)))).view(np.uint64)
        tests = np.concatenate([passed, ~passed[::-1]])
        reached = reduce(np.bitwise_and, (tests[step] for step in self.paths.T))
        return self.leaves @ np.unpackbits(reached.view(np.uint8), axis=1, count=len(rows)).astype(np.float32)

    @staticmethod
    def of(arrays: Arrays) -> "Trees":
        """The trees as they were kept."""
        return Trees(
            arrays["features"].astype(np.int64),
            arrays["borders"].astype(np.float32),
            arrays["paths"].astype(np.int64),
            arrays["leaves"].astype(np.float32),
        )
