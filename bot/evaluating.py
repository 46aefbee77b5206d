"""Measure the engine on questions whose articles are known: ranking, risk, calibration, decisions, time."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import rules
from bot.ask import Asker
from bot.config import Settings
from bot.engine import open_library, whole
from bot.rows import load
from knowledge.engine import evaluate
from knowledge.engine.evaluate import Ranked

DEPTH = 100  # articles asked for, as many as Recall@100 looks at
PRECISIONS = (0.95, 0.97, 0.99)


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of every question: its decision and CPU milliseconds; of those with known articles, what was found.

    `confidence` is that of the first article found, `right` whether it is one of the known ones.
    """

    decisions: Sequence[str]
    took: Sequence[float]
    ranked: Sequence[Ranked]
    confidence: Sequence[float]
    right: Sequence[bool]


def measure(settings: Settings, file: Path, limit: int, plot: Path | None, *, as_json: bool) -> str:
    """The figures as a table or as JSON, perhaps also drawn; raises RowError, ImportError if there is no matplotlib."""
    if plot and find_spec("matplotlib") is None:  # said before the minutes of measuring, not after
        raise ImportError(name="matplotlib")
    found = _run(settings, load(file)[: limit or None])
    if plot:
        draw(found, plot)
    told = figures(found)
    if as_json:
        return json.dumps(told, ensure_ascii=False)
    rows: list[dict[str, object]] = [{"figure": name, "value": value} for name, value in told.items()]
    return "\n\n".join(filter(None, (evaluate.table(rows), evaluate.table(reliable(found)))))


def figures(found: Measured) -> dict[str, Any]:
    """All figures by their usual names; those of the ranking only if an article was known."""
    count = len(found.decisions)
    told: dict[str, Any] = {"questions": count}
    if found.ranked:
        told |= evaluate.summary(found.ranked)
        told |= {
            "AURC": evaluate.aurc(found.confidence, found.right),
            "ECE": evaluate.ece(found.confidence, found.right),
        }
        told |= {f"coverage at {p}": evaluate.coverage_at(found.confidence, found.right, p) for p in PRECISIONS}
    told |= {f"decision {name}": n / count for name, n in Counter(found.decisions).most_common()}
    if count:
        told |= {"median ms": float(np.median(found.took)), "p99 ms": float(np.percentile(found.took, 99))}
    return {name: round(value, 4) for name, value in told.items()}


def reliable(found: Measured) -> list[dict[str, object]]:
    """For each tenth of confidence that occurs: what was said and what came true."""
    rows = evaluate.reliability(found.confidence, found.right)
    return [{"confidence": said, "right": held, "of": str(count)} for said, held, count in rows]


def draw(found: Measured, file: Path) -> None:
    """Risk against coverage, calibration, and time, as a PNG; raises ImportError without matplotlib."""
    # Figure by itself needs no window and keeps no global state, as pyplot would
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(12, 4), layout="constrained")
    risk, reliability, times = figure.subplots(1, 3)
    risk.plot(*evaluate.risk_coverage(found.confidence, found.right))
    risk.set(xlabel="coverage", ylabel="risk", title="risk and coverage", xlim=(0, 1), ylim=(0, None))
    rows = evaluate.reliability(found.confidence, found.right)
    reliability.plot([0, 1], [0, 1], color="silver")
    reliability.plot([row[0] for row in rows], [row[1] for row in rows], "o-")
    reliability.set(xlabel="confidence", ylabel="right", title="reliability", xlim=(0, 1), ylim=(0, 1))
    times.hist(found.took, bins=50)
    times.set(xlabel="CPU ms", ylabel="questions", title="time")
    figure.savefig(file, format="png", dpi=120)


def _run(settings: Settings, asked: Sequence[dict[str, Any]]) -> Measured:
    library, matcher = open_library(settings.folder, articles=True)
    whole(matcher)
    asker = Asker(library, matcher, rules(settings.file))
    answers, took = [], []
    for row in asked:
        begun = time.process_time()
        answers.append(asker.ask(row, articles=DEPTH))
        took.append((time.process_time() - begun) * 1000)
    known = [(answer["articles"], row["gold"]) for answer, row in zip(answers, asked, strict=True) if row.get("gold")]
    ranked = [Ranked([f"{a['law']}#{a['article']}" for a in found], gold) for found, gold in known]
    sure = [found[0]["confidence"] if found else 0.0 for found, _ in known]
    return Measured([str(a["decision"]) for a in answers], took, ranked, sure, [one.rank == 1 for one in ranked])
