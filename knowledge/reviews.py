"""Say which topics need a fresh look on a day, and why: a law under them changed, or their review is due."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge import citations
from knowledge.citations import Citation
from knowledge.statutes.store import Kind, Standing, Statutes
from knowledge.topics import Topic

_DAY = timedelta(days=1)
_TITLE = re.compile(r"《([^《》]+)》")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """What a topic rests on reads otherwise from that day; `article` is empty where the law is only named."""

    on: date
    topic: str
    law: str
    article: str
    what: str  # plain Chinese


@dataclass(frozen=True, slots=True)
class Review:
    """A topic to be looked at again: its review is overdue, or laws under it changed since it was written."""

    topic: Topic
    overdue: bool
    changes: tuple[Change, ...]


def stale(topic: Topic, statutes: Statutes, day: date) -> tuple[Change, ...]:
    """What changed between the law the topic was written for and the law of that day; if anything, it is no answer.

    Of a day before it was written, an article whose text of that day is not held is no change: the answer names its
    law without a number, and says so.
    """
    written = _written_for(topic)
    if day >= written:
        return _changes(topic, statutes, written, day)
    rests = (c for c in topic.citations if statutes.standing(c, day).kind is not Kind.UNHELD)
    return tuple(sorted({change for c in rests for change in _of_article(topic, c, statutes, day, written)}))


def changes(topics: Iterable[Topic], statutes: Statutes) -> tuple[Change, ...]:
    """Every known change of a law under these topics since each was written, past and to come, by day."""
    return tuple(sorted(c for topic in topics for c in _changes(topic, statutes, _written_for(topic), date.max)))


def due(topics: Iterable[Topic], statutes: Statutes, day: date) -> tuple[Review, ...]:
    """The topics to be reviewed by that day: first those that a change of law has stopped, then by day due."""
    reviews = (Review(topic, topic.due <= day, _stopped(topic, statutes, day)) for topic in topics)
    needed = (review for review in reviews if review.overdue or review.changes)
    return tuple(sorted(needed, key=lambda r: (not r.changes, r.topic.due, r.topic.id)))


def _stopped(topic: Topic, statutes: Statutes, day: date) -> tuple[Change, ...]:
    """What changed up to that day; nothing where the day lies before the topic was written."""
    return _changes(topic, statutes, _written_for(topic), day)


def _written_for(topic: Topic) -> date:
    """The day whose law the text gives: the day of its review, or its first day where it was prepared ahead."""
    return max(topic.reviewed, topic.valid_from or topic.reviewed)


def _changes(topic: Topic, statutes: Statutes, after: date, until: date) -> tuple[Change, ...]:
    cited = (change for c in topic.citations for change in _of_article(topic, c, statutes, after, until))
    named = (change for law in _named(topic, statutes) for change in _of_law(topic, law, statutes, after, until))
    return tuple(sorted({*cited, *named}))


def _named(topic: Topic, statutes: Statutes) -> set[str]:
    """The laws that the topic names without an article, in its front matter or in its text."""
    titles = (title for _, text in topic.sections() for title in _TITLE.findall(text))
    laws = {law for title in titles if (law := statutes.names.exact(title))}
    return {*topic.named, *laws} - {citation.law for citation in topic.citations}


def _of_article(topic: Topic, citation: Citation, statutes: Statutes, after: date, until: date) -> Iterator[Change]:
    for day in _turns(citation.law, citation.article, statutes):
        if after < day <= until:
            before, now = (statutes.standing(citation, on) for on in (day - _DAY, day))
            if _text(before) != _text(now):
                yield Change(day, topic.id, citation.law, citation.article, _what(citation, before, now))


def _of_law(topic: Topic, law: str, statutes: Statutes, after: date, until: date) -> Iterator[Change]:
    for day in _turns(law, "", statutes):
        if after < day <= until:
            before, now = (statutes.standing(Citation(law, "1"), on) for on in (day - _DAY, day))
            yield Change(day, topic.id, law, "", _what_of_law(law, before, now))


def _turns(law: str, article: str, statutes: Statutes) -> set[date]:
    """The days on which this law, or this article of it, may begin to read otherwise."""
    listed = statutes.listed(law)
    spans = [(listed.start, listed.end)] if listed else []
    for version in statutes.versions(law):
        held = statutes.article(law, article, version.valid_from) if article else None
        spans += [(version.valid_from, version.valid_to), (None, held.valid_to if held else None)]
    return {start for start, _ in spans if start} | {end + _DAY for _, end in spans if end}


def _text(standing: Standing) -> tuple[Kind, str]:
    """What a citation says, without the spaces that printing puts in."""
    return standing.kind, "".join(standing.article.text.split()) if standing.article else ""


def _what_of_law(law: str, before: Standing, now: Standing) -> str:
    if now.kind is Kind.WRONG:
        return now.reason
    return f"《{law}》{'开始施行' if before.kind is Kind.WRONG else '换了新文本'}"


def _what(citation: Citation, before: Standing, now: Standing) -> str:
    """How it changed, in a sentence."""
    cited = citations.display(citation)
    match now.kind:
        case Kind.WRONG | Kind.UNHELD:
            return now.reason
        case Kind.VERIFIED if before.kind is Kind.WRONG:
            return f"{cited}开始施行"
        case Kind.VERIFIED:
            return f"{cited}换了新条文"
        case Kind.LISTED:
            return f"《{citation.law}》换了新文本，原文未核"
