"""Everyday questions go on finding their topics: a fixed set, and a loss of a point fails."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from benchmarks import suite
from knowledge import topics
from knowledge.engine import evaluate
from knowledge.engine.evaluate import Ranked
from knowledge.engine.match import Matcher, TopicFinding
from knowledge.engine.semantic import Sentences

CURVE = ((0.9, 0.45, 0.01), (0.8, 0.70, 0.03))  # answered from, at least so many, of these at most so many wrong
WORDS, MEANING = (0.793, 0.913), (0.913, 0.970)  # right topic first, among the first three; as measured


class Silent(Sentences):
    """The semantic leg when its package is missing."""

    def load(self) -> None:
        self.failure = "missing"


@cache
def _asked() -> tuple[suite.Asked, ...]:
    return tuple(question for question in suite.questions() if question.tune and question.right)


def _found(matcher: Matcher) -> list[tuple[TopicFinding, ...]]:
    return [matcher.match(asked.question).topics for asked in _asked()]


def _hits(found: Sequence[Sequence[TopicFinding]]) -> tuple[float, float]:
    results = [Ranked([f.topic for f in one], asked.right) for one, asked in zip(found, _asked(), strict=True)]
    return evaluate.hit_at(results, 1), evaluate.hit_at(results, 3)


def test_words_alone_find_the_topic() -> None:
    first, three = _hits(_found(Matcher.build(topics.load(), None, None, Silent())))
    assert first >= WORDS[0] - 0.01
    assert three >= WORDS[1] - 0.01


@pytest.mark.slow
def test_words_and_meaning_find_the_topic_and_what_is_answered_is_right(built: Path) -> None:
    matcher = Matcher.build(topics.load(), None, built / "index")
    assert matcher.wait(500)
    found = _found(matcher)
    first, three = _hits(found)
    assert first >= MEANING[0] - 0.01
    assert three >= MEANING[1] - 0.01
    surest = [(one[0], asked) for one, asked in zip(found, _asked(), strict=True) if one]
    for least, share, wrong in CURVE:
        answered = [(finding, asked) for finding, asked in surest if finding.confidence >= least]
        assert len(answered) >= share * len(_asked())
        assert sum(finding.topic not in asked.right for finding, asked in answered) <= wrong * len(answered)
