"""Trees from plain arrays give what their splits say."""

import numpy as np
import pytest

from knowledge.engine.trees import Trees

TREES = Trees(
    np.array([0, 1, 1]),
    np.array([0.5, 0.5, 0.2], np.float32),
    np.array([[0, 1], [0, -2], [-1, -1], [2, 2], [-3, -3]]),  # one tree of three leaves, one of two
    np.array([3, 2, 1, 20, 10], np.float32),
)


@pytest.mark.parametrize(("row", "score"), [((1, 1), 23), ((1, 0), 12), ((0, 0), 11), ((0, 1), 21), ((0.5, 0.2), 11)])
def test_a_row_falls_through_its_splits_and_the_leaves_add_up(row: tuple[float, float], score: float) -> None:
    assert TREES.scores(np.array([row], np.float32)).tolist() == [score]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 63, 64, 65, 500])
def test_any_number_of_rows_is_scored_row_by_row(count: int) -> None:
    rows = np.random.default_rng(count).random((count, 2)).astype(np.float32)
    alone = [float(TREES.scores(row[None])[0]) for row in rows]
    assert TREES.scores(rows).tolist() == alone


def test_no_trees_score_nothing() -> None:
    empty = np.zeros(0, np.float32)
    trees = Trees(np.zeros(0, np.int64), empty, np.zeros((0, 1), np.int64), empty)
    assert trees.scores(np.ones((3, 4), np.float32)).tolist() == [0, 0, 0]
