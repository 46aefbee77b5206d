"""Raw scores become chances that can be trusted."""

import numpy as np
import pytest

from knowledge.engine.confidence import Curve, isotonic, sigmoid, softmax


def test_a_curve_rises_through_what_was_measured() -> None:
    raw = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    curve = isotonic(raw, [False, True, False, True, True, True])
    values = [curve(x) for x in raw]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[-1] == 1
    assert curve(0.25) == pytest.approx(0.5)


def test_weights_count_as_that_many_cases() -> None:
    assert isotonic([0.5, 0.5], [True, False], [3, 1])(0.5) == pytest.approx(0.75)


def test_a_curve_is_flat_beyond_its_ends() -> None:
    curve = Curve((0.2, 0.8), (0.1, 0.9))
    assert (curve(-5), curve(0.5), curve(5)) == (0.1, pytest.approx(0.5), 0.9)


def test_shares_add_up_to_one_and_never_overflow() -> None:
    assert softmax(np.array([1.0, 1.0], np.float32)) == pytest.approx([0.5, 0.5])
    assert softmax(np.array([800.0, -800.0], np.float32)) == pytest.approx([1.0, 0.0])


def test_a_sigmoid_never_overflows() -> None:
    assert (sigmoid(-1e9), sigmoid(0), sigmoid(1e9)) == (pytest.approx(0, abs=1e-9), 0.5, pytest.approx(1))
