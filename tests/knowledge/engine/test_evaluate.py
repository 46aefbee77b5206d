"""Figures are what their definitions say, on cases small enough to count by hand."""

import numpy as np
import pytest

from knowledge.engine import evaluate
from knowledge.engine.evaluate import Ranked

RESULTS = (Ranked("abc", "a"), Ranked("abc", "cx"), Ranked("abc", "x"))


def test_hits_recall_and_reciprocal_rank() -> None:
    assert evaluate.hit_at(RESULTS, 1) == pytest.approx(1 / 3)
    assert evaluate.hit_at(RESULTS, 3) == pytest.approx(2 / 3)
    assert evaluate.recall_at(RESULTS, 3) == pytest.approx((1 + 0.5 + 0) / 3)
    assert evaluate.mrr_at(RESULTS) == pytest.approx((1 + 1 / 3) / 3)


def test_risk_and_coverage() -> None:
    confidence, right = [0.9, 0.8, 0.7, 0.6], [True, True, False, True]
    coverage, risk = evaluate.risk_coverage(confidence, right)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4])
    assert evaluate.aurc(confidence, right) == pytest.approx((1 / 3 + 1 / 4) / 4)
    assert evaluate.coverage_at(confidence, right, 0.95) == 0.5
    assert evaluate.coverage_at(confidence, right, 0.75) == 1.0
    assert evaluate.precision_at(confidence, right, 0.5) == 1.0
    assert evaluate.threshold_at(confidence, right, 0.0) == 0.8
    assert evaluate.threshold_at(confidence, right, 0.25, population=4) == 0.6
    assert evaluate.threshold_at([0.9], [False], 0.0) == 1.0


def test_calibration_error() -> None:
    assert evaluate.ece([0.75, 0.75, 0.75, 0.75], [True, True, True, False]) == pytest.approx(0)
    assert evaluate.ece([1.0, 1.0], [False, False]) == pytest.approx(1)
    assert evaluate.reliability([0.05, 0.95], [False, True]) == [(0.05, 0.0, 1), (0.95, 1.0, 1)]


def test_area_under_the_curve() -> None:
    assert evaluate.auc([0.1, 0.9], [False, True]) == 1.0
    assert evaluate.auc([0.5, 0.5], [False, True]) == 0.5


def test_nothing_measured_gives_zero_not_an_error() -> None:
    assert evaluate.hit_at((), 1) == evaluate.ece((), ()) == evaluate.aurc((), ()) == 0.0
    assert evaluate.coverage_at((), (), 0.9) == 0.0
    assert np.isfinite(evaluate.precision_at((), (), 0.5))


def test_a_table_lines_up_in_columns_that_chinese_fills_twice_as_wide() -> None:
    lines = evaluate.table([{"method": "词", "hit@1": 0.5}, {"method": "words", "hit@1": 12}]).splitlines()
    assert lines == ["method  hit@1", "词      0.500", "words      12"]
