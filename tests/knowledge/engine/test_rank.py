"""What was learned about topics is read from plain numbers and gives chances."""

import numpy as np
import pytest

from knowledge.engine import rank
from knowledge.engine.confidence import softmax
from knowledge.engine.index import Floats
from knowledge.engine.library import FEATURES


def _shared(topics: int) -> Floats:
    return np.full(topics, 0.5, np.float32)


def _signs(features: Floats, scores: Floats) -> dict[str, float]:
    found = rank.signs(features, scores, shared=_shared(len(scores)), legal=0.9, length=12)
    return dict(zip(rank.SIGNS, found.tolist(), strict=True))


@pytest.mark.parametrize("name", ["full", "lexical", "pinyin"])
def test_every_shipped_model_is_whole(name: str) -> None:
    model = rank.model(name)
    assert model.weights.shape == (len(FEATURES),)
    assert model.trees.features.max() < len(rank.SIGNS)
    assert list(model.curve.right) == sorted(model.curve.right)
    assert 0 <= model.curve.right[0] <= model.curve.right[-1] < 1


def test_the_first_topic_has_the_highest_chance_and_the_others_follow_their_shares() -> None:
    model = rank.model("full")
    features = np.random.default_rng(1).random((5, len(FEATURES))).astype(np.float32)
    scores = model.scores(features)
    shares = softmax(scores)
    chances = model.chances(shares, rank.signs(features, scores, shared=_shared(5), legal=0.9, length=12))
    assert chances.argmax() == scores.argmax()
    assert chances / chances.max() == pytest.approx(shares / shares.max())
    assert ((chances >= 0) & (chances < 1)).all()


@pytest.mark.parametrize("topics", [1, 2, 5])
def test_the_signs_tell_how_far_the_first_topic_is_ahead(topics: int) -> None:
    features = np.arange(topics, dtype=np.float32)[:, None] * np.ones((1, len(FEATURES)), np.float32)
    signs = _signs(features, features[:, 0])
    assert signs["learned"] == topics - 1
    assert signs["lead"] == signs["learned_lead"] == min(topics - 1, 1)
    assert 0 < signs["share"] <= 1
    assert signs["doubt"] >= -1e-6


def test_a_message_that_every_sign_speaks_for_is_trusted_more() -> None:
    model = rank.model("full")
    features = np.zeros((5, len(FEATURES)), np.float32)
    scores = np.zeros(5, np.float32)
    none = model.chances(softmax(scores), rank.signs(features, scores, shared=features[:, 0], legal=0.1, length=12))
    features[0] = 1
    scores = model.scores(features) + 5 * features[:, 0]
    every = model.chances(softmax(scores), rank.signs(features, scores, shared=features[:, 0], legal=1, length=12))
    assert every.max() > 0.9
    assert none.max() < 0.2
