"""Evaluate boosted oblivious trees (Prokhorenkova et al. 2018) from plain arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Arrays, Floats


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of one depth: `features` and `borders` are trees × depth, `leaves` is trees × 2**depth."""

    features: NDArray[np.int64]
    borders: Floats
    leaves: Floats

    def scores(self, rows: Floats) -> Floats:
        """The sum over all trees for each row of features."""
        trees, depth = self.features.shape
        above = (rows[:, self.features.ravel()] > self.borders.ravel()).reshape(len(rows), trees, depth)
        leaf = above @ np.float32(2) ** np.arange(depth, dtype=np.float32)
        flat = leaf.astype(np.int64) + np.arange(trees) * self.leaves.shape[1]
        return self.leaves.ravel()[flat].sum(axis=1)

    @staticmethod
    def of(arrays: Arrays) -> "Trees":
        """The trees as they were kept."""
        return Trees(
            arrays["features"].astype(np.int64),
            arrays["borders"].astype(np.float32),
            arrays["leaves"].astype(np.float32),
        )
