"""The measuring command says the usual figures, and draws them."""

from pathlib import Path

import pytest

from bot.evaluating import Measured, draw, figures, reliable
from knowledge.engine.evaluate import Ranked

FOUND = Measured(
    decisions=["answer", "answer", "clarify", "escalate"],
    took=[4.0, 5.0, 6.0, 40.0],
    ranked=[Ranked(["a", "b"], ["a"]), Ranked(["b", "a"], ["a"]), Ranked(["c"], ["a"])],
    confidence=[0.95, 0.5, 0.1],
    right=[True, False, False],
)


def test_figures_of_ranking_risk_decisions_and_time() -> None:
    told = figures(FOUND)
    assert (told["hit@1"], told["hit@3"], told["MRR@10"]) == (0.3333, 0.6667, 0.5)
    assert (told["decision answer"], told["decision clarify"], told["median ms"]) == (0.5, 0.25, 5.5)
    assert told["coverage at 0.97"] == 0.3333
    assert told["AURC"] == pytest.approx((0 + 1 / 2 + 2 / 3) / 3, abs=1e-4)
    assert [row["of"] for row in reliable(FOUND)] == ["1", "1", "1"]


def test_questions_without_known_articles_have_decisions_and_times_alone() -> None:
    told = figures(Measured(["answer"], [1.0], [], [], []))
    assert told == {"questions": 1, "decision answer": 1.0, "median ms": 1.0, "p99 ms": 1.0}
    assert figures(Measured([], [], [], [], [])) == {"questions": 0}


def test_the_curves_are_drawn_as_a_png(tmp_path: Path) -> None:
    draw(FOUND, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
