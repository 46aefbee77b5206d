"""Trees from plain arrays give what their splits say."""

import numpy as np

from knowledge.trees import Trees


def test_a_row_falls_through_its_splits_and_the_leaves_add_up() -> None:
    trees = Trees(
        np.array([[0, 1], [1, 1]]),
        np.array([[0.5, 0.5], [0.2, np.inf]], np.float32),
        np.array([[0, 1, 2, 3], [10, 20, 30, 40]], np.float32),
    )
    rows = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    assert trees.scores(rows).tolist() == [11, 22, 23]


def test_no_trees_score_nothing() -> None:
    trees = Trees(np.zeros((0, 1), np.int64), np.zeros((0, 1), np.float32), np.zeros((0, 2), np.float32))
    assert trees.scores(np.ones((3, 4), np.float32)).tolist() == [0, 0, 0]
