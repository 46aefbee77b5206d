"""Measure the matcher on our own everyday questions: `python -m benchmarks.suite [INDEX]`.

The files in tests/knowledge/engine/suite hold `topic[,topic…]|question` a line, and talk that is not legal. A fixed
half of them (by hash) is for choosing thresholds, the other half only measures. Broken forms are made from the plain
ones. Topics that pooling (benchmarks.pool) found to answer as well are in also.txt; figures marked "strict" do without.
"""

import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opencc

from benchmarks.material import said
from handlers.cases import Rules
from handlers.talk.consultation import DOUBT
from knowledge import topics
from knowledge.engine import evaluate
from knowledge.engine.evaluate import Ranked
from knowledge.engine.match import Findings, Matcher
from knowledge.text import LEXICON

SUITE = Path(__file__).parent.parent / "tests" / "knowledge" / "engine" / "suite"
FILLERS = ("你好，我想问一下，", "那个，就是说，", "请问律师，", "麻烦问下，")
RULES = Rules()
ANSWERED = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
Change = Callable[[str, np.random.Generator], str]


@dataclass(frozen=True)
class Asked:
    """A question, the topics that answer it (none: not a legal question), its half, and topics found by pooling."""

    question: str
    labelled: frozenset[str]
    kind: str
    tune: bool
    also: frozenset[str] = frozenset()

    @property
    def right(self) -> frozenset[str]:
        """Every topic that answers it."""
        return self.labelled | self.also


def main(folder: Path | None) -> None:
    matcher = Matcher.build(topics.load(), None, folder)
    matcher.wait(600)
    asked = list(questions())
    for name, half in (("tune", True), ("test", False)):
        print(name)
        print(evaluate.table(list(figures(matcher, [a for a in asked if a.tune == half]))))
        legal = [a for a in asked if a.tune == half and a.right]
        print(evaluate.table(list(answered(matcher, legal))))
        print(evaluate.table(list(reliable(matcher, legal))))
    plain = [a for a in asked if a.kind == "plain" and not a.tune]
    rows = [row for name, change in CHANGES.items() for row in figures(matcher, changed(plain, name, change))]
    print(evaluate.table(rows))


def questions() -> Iterator[Asked]:
    """All questions of the suite."""
    also = dict(_labels("also"))
    for kind in ("plain", "hard"):
        for question, names in _labels(kind):
            yield Asked(question, names, kind, _tune(question), also.get(question, frozenset()))
    for line in said(SUITE / "other.txt"):
        yield Asked(line, frozenset(), "other", _tune(line))


def figures(matcher: Matcher, asked: Sequence[Asked]) -> Iterator[dict[str, object]]:
    """A row a kind."""
    for kind in dict.fromkeys(a.kind for a in asked):
        chosen = [a for a in asked if a.kind == kind]
        found = [matcher.match(a.question) for a in chosen]
        top = [f.topics[0].confidence if f.topics else 0.0 for f in found]
        right = [bool(f.topics) and f.topics[0].topic in a.right for f, a in zip(found, chosen, strict=True)]
        ranked = [Ranked([t.topic for t in f.topics], a.right) for f, a in zip(found, chosen, strict=True)]
        strict = [Ranked(r.found, a.labelled) for r, a in zip(ranked, chosen, strict=True)]
        refused = [_refused(f) for f in found]
        row: dict[str, object] = {
            "kind": kind,
            "of": len(chosen),
            **{f"hit@{k}": evaluate.hit_at(ranked, k) for k in (1, 3, 5)},
            **{f"strict hit@{k}": evaluate.hit_at(strict, k) for k in (1, 3)},
            "MRR@10": evaluate.mrr_at(ranked),
        }
        row |= {"AURC": evaluate.aurc(top, right), "ECE": evaluate.ece(top, right)}
        row |= {f"coverage at {p}": evaluate.coverage_at(top, right, p) for p in (0.95, 0.97, 0.99)}
        yield row | {"refused": float(np.mean(refused))}


def answered(matcher: Matcher, asked: Sequence[Asked]) -> Iterator[dict[str, object]]:
    """For each confidence to answer from: the share answered, and the share of these that is wrong."""
    first = [(found[0], a) for a in asked if (found := matcher.match(a.question).topics)]
    sure = np.array([finding.confidence for finding, _ in first])
    wrong = np.array([finding.topic not in a.right for finding, a in first])
    strict = np.array([finding.topic not in a.labelled for finding, a in first])
    for least in ANSWERED:
        chosen = sure >= least
        yield {
            "from": f"{least:.2f}",
            "answered": float(chosen.sum() / len(asked)),
            "wrong": float(wrong[chosen].mean()) if chosen.any() else 0.0,
            "wrong of": f"{int(wrong[chosen].sum())} of {int(chosen.sum())}",
            "strict": float(strict[chosen].mean()) if chosen.any() else 0.0,
        }


def reliable(matcher: Matcher, asked: Sequence[Asked]) -> Iterator[dict[str, object]]:
    """For each tenth of confidence: what was said, what came true, and the processor's time for all questions."""
    sure, right, took = [], [], []
    for a in asked:
        begun = time.process_time()
        found = matcher.match(a.question).topics
        took.append((time.process_time() - begun) * 1000)
        sure.append(found[0].confidence if found else 0.0)
        right.append(bool(found) and found[0].topic in a.right)
    for said_, held, count in evaluate.reliability(sure, right):
        yield {"confidence": said_, "right": held, "of": str(count)}
    times = {"mean": np.mean(took), "median": np.median(took), "p99": np.percentile(took, 99)}
    for name, value in times.items():
        yield {"confidence": f"{name} ms", "right": float(value), "of": str(len(took))}


def changed(asked: Sequence[Asked], name: str, change: Change) -> list[Asked]:
    """The same questions, broken in one way."""
    random = np.random.default_rng(1)
    return [Asked(change(a.question, random), a.labelled, name, a.tune, a.also) for a in asked]


def _labels(name: str) -> Iterator[tuple[str, frozenset[str]]]:
    for line in said(SUITE / f"{name}.txt"):
        names, question = line.split("|", 1)
        yield question, frozenset(names.split(","))


def _refused(found: Findings) -> bool:
    surest = found.topics[0].confidence if found.topics else 0.0
    return found.legal < RULES.legal and surest < RULES.clarify * DOUBT


def _tune(question: str) -> bool:
    return zlib.crc32(question.encode()) % 2 == 0


def _dropped(text: str, random: np.random.Generator) -> str:
    return "".join(char for char in text if random.random() > 0.1) or text


def _misheard(text: str, random: np.random.Generator) -> str:
    rows = [line.split(" ")[1] for line in (LEXICON / "sounds.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    same = {char: row for row in rows for char in row}
    common = set("".join(a.question for a in questions()))

    def heard(char: str) -> str:
        others = [c for c in same.get(char, "") if c != char and c in common]
        return others[int(random.integers(len(others)))] if others and random.random() < 0.1 else char

    return "".join(map(heard, text))


def _filled(text: str, random: np.random.Generator) -> str:
    return FILLERS[int(random.integers(len(FILLERS)))] + text + "，谢谢"


def _traditional(text: str, _: np.random.Generator) -> str:
    return opencc.OpenCC("s2t").convert(text)


CHANGES: dict[str, Change] = {
    "a tenth dropped": _dropped,
    "a tenth misheard": _misheard,
    "fillers": _filled,
    "traditional": _traditional,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
