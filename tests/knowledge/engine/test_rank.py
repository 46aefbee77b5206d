"""What was learned about topics is read from plain numbers and gives chances."""

import numpy as np
import pytest

from knowledge.engine import rank
from knowledge.engine.library import FEATURES


@pytest.mark.parametrize("name", ["full", "lexical", "pinyin"])
def test_every_shipped_model_is_whole(name: str) -> None:
    model = rank.model(name)
    assert model.weights.shape == (len(FEATURES),)
    assert list(model.curve.right) == sorted(model.curve.right)
    assert 0 <= model.curve.right[0] <= model.curve.right[-1] < 1


def test_a_question_less_likely_legal_leans_more_to_none_of_them() -> None:
    model = rank.model("full")
    assert model.nothing(0.1) >= model.nothing(0.9)


def test_the_gate_tells_a_chance() -> None:
    assert 0 <= rank.gate().chance(np.ones(512, np.float32) / 512**0.5) <= 1


def test_the_shortlist_keeps_the_best_in_order() -> None:
    features = np.zeros((100, len(FEATURES)), np.float32)
    features[[3, 50, 99], FEATURES.index("kernel")] = 1
    places = rank.shortlist(features)
    assert {3, 50, 99} <= set(places.tolist())
    assert len(places) == rank.SHORTLIST
    assert places.tolist() == sorted(places.tolist())


@pytest.mark.parametrize("topics", [1, 2, 5])
def test_the_trees_see_how_far_each_topic_is_from_the_best_other(topics: int) -> None:
    features = np.arange(topics, dtype=np.float32)[:, None] * np.ones((1, len(FEATURES)), np.float32)
    rows = rank.rows(features, 0.9, 12)
    assert rows.shape == (topics, 2 * len(FEATURES) + 2)
    assert rows[-1, -2:].tolist() == pytest.approx([0.9, 12])
    if topics > 1:
        assert rows[-1, len(FEATURES)] == 1
        assert rows[0, len(FEATURES)] == 1 - topics


def test_the_shipped_trees_fit_the_features_they_are_given() -> None:
    forest = rank.forest()
    if forest is None:
        pytest.skip("no trees are shipped")
    trees, curve = forest
    assert trees.features.max() < 2 * len(FEATURES) + 2
    assert np.isfinite(trees.scores(np.zeros((3, 2 * len(FEATURES) + 2), np.float32))).all()
    assert max(curve.right) < 1
