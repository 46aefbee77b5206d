"""Check the library against the statutes and against itself, fast enough for every run of the tests."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from knowledge import jargon, wording
from knowledge.citations import Citation, display
from knowledge.names import fold
from knowledge.statutes.store import Kind, Statutes
from knowledge.topics import Problem, Topic
from knowledge.wording import Finding

_QUESTIONS = 8
_NEAR = 85  # rapidfuzz ratio
_NEAR_LENGTH = 8  # characters; shorter questions are alike by chance
_ROWS = 512  # questions compared at once: 512 × 4,000 bytes
_PUNCTUATION = re.compile(r"[\W_]+")
_LAW = re.compile(r"《([^《》]{2,60}?(?:法|法典|条例|规定|解释|办法|规则|细则))》")


def check(topics: Sequence[Topic], statutes: Statutes, as_of: date, *, near: bool = True) -> list[Problem]:
    """Everything wrong or doubtful in these topics on that day, by file and line.

    Without `near`, questions that are merely alike are passed over: they are no errors, and finding them takes longest.
    """
    ids = {topic.id for topic in topics}
    linked = set(chain.from_iterable((*topic.related, *topic.differs) for topic in topics))
    problems: list[Problem] = []
    for topic in topics:
        problems += _located(topic, _found(topic, ids, linked, statutes, as_of))
    return sorted([*problems, *_questions(topics, near=near)])


def one(topic: Topic, others: Iterable[Topic], statutes: Statutes, as_of: date) -> list[Problem]:
    """What is wrong in one topic beside the others, its questions' likeness to theirs left out: that takes seconds."""
    held = {other.id: other for other in others} | {topic.id: topic}
    linked = set(chain.from_iterable((*other.related, *other.differs) for other in held.values()))
    return sorted(_located(topic, _found(topic, set(held), linked, statutes, as_of)))


def _found(topic: Topic, ids: set[str], linked: set[str], statutes: Statutes, as_of: date) -> Iterator[Finding]:
    return chain(
        _citations(topic, statutes, as_of),
        _laws_named(topic, statutes),
        _links(topic, ids, linked),
        _dates(topic, as_of),
        wording.findings(topic),
        jargon.findings(topic),
    )


def stats(topics: Iterable[Topic]) -> dict[str, int | dict[str, int]]:
    """How many topics, questions and citations there are, and topics by field."""
    listed = tuple(topics)
    return {
        "topics": len(listed),
        "questions": sum(len(topic.questions) for topic in listed),
        "citations": sum(len(topic.citations) for topic in listed),
        "fields": dict(sorted(Counter(topic.field for topic in listed).items())),
    }


def _located(topic: Topic, found: Iterable[Finding]) -> Iterator[Problem]:
    text = ""
    for severity, words, message in found:
        text = text or _text(topic.path)
        at = text.find(words)
        yield Problem(topic.path, text.count("\n", 0, at) + 1 if at > 0 else 1, severity, message)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else " "


def _citations(topic: Topic, statutes: Statutes, as_of: date) -> Iterator[Finding]:
    cautious = wording.is_cautious(topic)
    seen: set[Citation] = set()
    for citation in topic.citations:
        where = f'{{law: {citation.law}, article: "{citation.article}"'
        if citation in seen:
            yield "warning", where, f"重复引用{display(citation)}"
        seen.add(citation)
        standing = statutes.standing(citation, as_of)
        if standing.kind in {Kind.WRONG, Kind.UNHELD}:
            yield "error", where, f"{display(citation)}不能引用：{standing.reason}"
        elif standing.listed and standing.listed.articles is None:
            yield "error", where, f"《{citation.law}》的原文没有人读过，不能写条号，请改放 named"
        elif (note := statutes.note(citation.law, as_of)) and not cautious:
            yield "error", where, f"引用《{citation.law}》，正文要写明“{note}”"
        elif standing.article and standing.article.valid_to:
            yield "warning", where, f"{display(citation)}只到{standing.article.valid_to}有效，要预备新文本"
    if not 3 <= len(topic.citations) <= 10:
        yield "warning", "citations:", f"有{len(topic.citations)}条引用，最好3到10条"


def _laws_named(topic: Topic, statutes: Statutes) -> Iterator[Finding]:
    for law in topic.named:
        if not statutes.names.exact(law):
            yield "error", law, f"库里和目录里都没有《{law}》，请补进 listed.yaml"
    for _, text in topic.sections():
        for law in _LAW.findall(text):
            if not statutes.names.exact(law):
                yield "warning", f"《{law}》", f"正文提到的《{law}》库里和目录里都没有"


def _links(topic: Topic, ids: set[str], linked: set[str]) -> Iterator[Finding]:
    for other in (*topic.related, *topic.differs):
        if other not in ids:
            yield "error", other, f"没有编号为 {other} 的主题"
        elif other == topic.id:
            yield "error", "related:", "related 或 differs 指向自己"
    if not topic.related and topic.id not in linked:
        yield "warning", "id:", "没有别的主题与它相连"


def _dates(topic: Topic, as_of: date) -> Iterator[Finding]:
    if topic.due <= topic.reviewed:
        yield "error", "due:", "复核到期日要晚于复核日"
    elif topic.due < as_of:
        yield "warning", "due:", f"复核已于{topic.due}到期"
    if topic.valid_from and topic.valid_to and topic.valid_to < topic.valid_from:
        yield "error", "valid_to:", "失效日早于生效日"


def _questions(topics: Sequence[Topic], *, near: bool) -> Iterator[Problem]:
    asked = [(topic, question) for topic in topics for question in topic.questions]
    for topic in topics:
        if len(topic.questions) < _QUESTIONS:
            yield from _located(
                topic, [("error", "questions:", f"只有{len(topic.questions)}个问法，至少{_QUESTIONS}个")]
            )
    keys = [_PUNCTUATION.sub("", fold(question)) for _, question in asked]
    yield from _same(asked, keys)
    if near:
        yield from _near(asked, keys)


def _same(asked: Sequence[tuple[Topic, str]], keys: Sequence[str]) -> Iterator[Problem]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        places[key].append(number)
    for numbers in places.values():
        for number in numbers[1:]:
            topic, question = asked[number]
            message = f"问法“{question}”与 {asked[numbers[0]][0].id} 的重复"
            yield from _located(topic, [("error", question, message)])


def _near(asked: Sequence[tuple[Topic, str]], keys: Sequence[str]) -> Iterator[Problem]:
    long = [number for number, key in enumerate(keys) if len(key) >= _NEAR_LENGTH]
    texts = [keys[number] for number in long]
    for start in range(0, len(texts), _ROWS):
        # only the part right of the diagonal: each pair once
        scores = process.cdist(
            texts[start : start + _ROWS], texts[start:], scorer=fuzz.ratio, score_cutoff=_NEAR, dtype=np.uint8
        )
        for row, column in zip(*np.nonzero(scores), strict=True):
            (topic, question), (other, twin) = asked[long[start + row]], asked[long[start + column]]
            if row < column and topic is not other and keys[long[start + row]] != keys[long[start + column]]:
                yield from _located(other, [("warning", twin, f"问法“{twin}”与 {topic.id} 的“{question}”太像")])
