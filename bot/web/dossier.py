"""Gather what helps an adviser with a ticket: what the engine finds in its words and why, and answers to begin from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.app import App
from handlers import masks
from handlers.cases import Library
from handlers.desk.tickets import Author
from handlers.talk import answers, consultation
from knowledge import text
from knowledge.canned import Canned, barred, canned
from knowledge.citations import Citation
from knowledge.engine.match import TopicFinding
from knowledge.summary import summary
from knowledge.topics import Topic
from storage.views import Line

MOST = 3  # topics


@dataclass(frozen=True, slots=True)
class Found:
    """A topic that the engine finds, why, and its answer; a stale one is not to be sent to anybody."""

    topic: Topic
    why: str
    citations: tuple[Citation, ...]
    answer: str
    is_stale: bool


def in_short(lines: Sequence[Line]) -> str:
    """What the resident said, in its most telling sentences; "" where it is short."""
    return masks.mask(summary("\n".join(line.text for line in lines if line.author is Author.RESIDENT)))


async def found(app: App, lines: Sequence[Line], topic: str | None, day: date) -> tuple[Found, ...]:
    """The topics likeliest to answer what was said, beginning with the one the resident was shown."""
    library, said = app.library, next((line.text for line in lines if line.author is Author.RESIDENT), "")
    if library is None:
        return ()
    findings: list[TopicFinding] = []
    if app.engine and said:
        [parts] = await app.engine.find([(said[: text.LIMIT], topic)])
        findings = sorted((f for p in parts for f in p.findings.topics), key=lambda f: -f.confidence)
    shown = [_found(library, library.topics[f.topic], consultation.explain(library, f), day) for f in findings]
    if topic and topic in library.topics and topic not in {one.topic.id for one in shown}:
        shown.insert(0, _found(library, library.topics[topic], "居民在机器人那里看过这个主题。", day))
    once = {one.topic.id: one for one in reversed(shown)}
    return tuple(one for one in shown if once[one.topic.id] is one)[:MOST]


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that advisers often give; `barred` says why it is not to be sent to anybody now."""

    canned: Canned
    barred: str


def ready(app: App, field: str, day: date) -> tuple[Ready, ...]:
    """The answers of that field of law and those for any ticket; all of them while no field is known."""
    if app.library is None:
        return ()
    fitting = [one for one in canned().values() if not field or one.field in ("", field)]
    return tuple(Ready(one, barred(one, app.library.statutes, day)) for one in fitting)


def _found(library: Library, topic: Topic, why: str, day: date) -> Found:
    standings = answers.standings(topic, library.statutes, day)
    stale = bool(library.changed(topic, day))
    return Found(topic, why, topic.citations, "" if stale else answers.render(topic, standings), stale)
