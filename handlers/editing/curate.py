"""Do what the bureau asks for on a topic: gather its versions, decide, record; nothing faulty is published."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handlers import ports
from handlers.editing import curation
from handlers.editing.curation import Version
from handlers.errors import NotYours, Stale
from handlers.hours import SHANGHAI
from handlers.staff import User
from knowledge import pages, revision, topics
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic, TopicError


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is needed to work on topics: those that are shipped, and the law they are checked against."""

    versions: ports.Versions
    shipped: Sequence[Topic]
    statutes: Statutes


async def draft(shelf: Shelf, user: User, topic: str, text: str | None, now: datetime, *, receipt: str = "") -> Version:
    """Keep a draft; raises Refused, NotYours, or TopicError where the text cannot be read as that topic."""
    if text is not None:
        topics.parse(text, Path(f"{topic}.md"))
    elif topic not in await _ids(shelf):
        raise NotYours("没有这个主题")
    history = await shelf.versions.history(topic)
    drafted = curation.draft(history, topic, text, user, now, receipt=receipt)
    await _record(shelf, history, (drafted,))
    return drafted


async def take_in(shelf: Shelf, user: User, brought: Sequence[Topic], now: datetime) -> None:
    """Keep a draft of each of these topics, or of none; raises Refused or Stale."""
    histories = [await shelf.versions.history(topic.id) for topic in brought]
    drafts = [
        curation.bring(history, topic.id, pages.render(topic), user, now)
        for topic, history in zip(brought, histories, strict=True)
    ]
    if not await shelf.versions.change_all([(h, (d,)) for h, d in zip(histories, drafts, strict=True)]):
        raise Stale("有主题刚刚被别人改过，什么都没存；请再试一次")


async def approve(shelf: Shelf, user: User, topic: str, number: int, now: datetime) -> Version:
    """Approve a draft; raises Refused or NotYours."""
    history = await shelf.versions.history(topic)
    approved = curation.approve(history, number, user, now)
    await _record(shelf, history, (approved,))
    return approved


async def publish(shelf: Shelf, user: User, topic: str, number: int, now: datetime) -> Version | None:
    """Put a version before residents; raises Refused, NotYours, or TopicError with what would be wrong then."""
    return await _stand(shelf, topic, now, lambda history: curation.publish(history, number, user, now))


async def roll_back(shelf: Shelf, user: User, topic: str, now: datetime) -> Version | None:
    """Let residents read what they read before: that version, or None where it is the shipped text."""
    return await _stand(shelf, topic, now, lambda history: curation.roll_back(history, user, now))


async def _stand(
    shelf: Shelf, topic: str, now: datetime, decide: Callable[[Sequence[Version]], tuple[Version, ...]]
) -> Version | None:
    history, standing = await shelf.versions.history(topic), await shelf.versions.published()
    changed = decide(history)
    after = (*(version for version in standing if version.topic != topic), *changed)
    day = now.astimezone(SHANGHAI).date()
    before_and_after = curation.edits(standing), curation.edits(after)
    # seconds over all topics: a server must go on answering meanwhile
    if wrong := await asyncio.to_thread(revision.harm, shelf.shipped, *before_and_after, shelf.statutes, day):
        raise TopicError(wrong)
    await _record(shelf, history, changed)
    return curation.published(changed)


async def _ids(shelf: Shelf) -> set[str]:
    held = topics.overlay(shelf.shipped, curation.edits(await shelf.versions.published()))
    return {topic.id for topic in held}


async def _record(shelf: Shelf, history: Sequence[Version], changed: Sequence[Version]) -> None:
    if not await shelf.versions.change(history, changed):
        raise Stale("这个主题刚刚有变动，请看过再做")
