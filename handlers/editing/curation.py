"""Decide how an edit of a topic comes before residents: drafted, approved by another, published, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from handlers.audit import Act, Deed
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from knowledge.topics import Edit

WRITERS = frozenset({Role.EDITOR})
REVIEWERS = WRITERS | {Role.EXPERT}
PUBLISHERS = WRITERS | {Role.ADMIN}
IMPORTERS = WRITERS | {Role.ADMIN}  # of a workbook that was written elsewhere
READERS = REVIEWERS | PUBLISHERS


class Stage(StrEnum):
    """How far a version has come."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETIRED = "retired"


STAGE_NAMES = {
    Stage.DRAFT: "待审核",
    Stage.APPROVED: "已审核，待发布",
    Stage.PUBLISHED: "已发布",
    Stage.RETIRED: "已停用",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a topic's text; `text` is None where the topic is withdrawn.

    `receipt` names the ticket whose answer it was made of. A version that once was published keeps that day.
    """

    topic: str
    number: int
    text: str | None
    stage: Stage
    author: int
    drafted_at: datetime
    receipt: str = ""
    approver: int | None = None
    approved_at: datetime | None = None
    publisher: int | None = None
    published_at: datetime | None = None
    retirer: int | None = None
    retired_at: datetime | None = None


def draft(
    history: Sequence[Version], topic: str, text: str | None, by: User, now: datetime, *, receipt: str = ""
) -> Version:
    """The next version of the topic; raises Refused."""
    _may(by, WRITERS, "起草")
    return Version(topic, _next(history), text, Stage.DRAFT, by.id, now, receipt)


def bring(history: Sequence[Version], topic: str, text: str, by: User, now: datetime) -> Version:
    """The next version of the topic, out of a workbook; raises Refused."""
    _may(by, IMPORTERS, "导入")
    return Version(topic, _next(history), text, Stage.DRAFT, by.id, now)


def _next(history: Sequence[Version]) -> int:
    return max((version.number for version in history), default=0) + 1


def approve(history: Sequence[Version], number: int, by: User, now: datetime) -> Version:
    """The version, approved by somebody who did not write it; raises Refused or NotYours."""
    _may(by, REVIEWERS, "审核")
    version = _numbered(history, number)
    if version.stage is not Stage.DRAFT:
        raise Refused(f"这一版{STAGE_NAMES[version.stage]}，不能再审核")
    if version.author == by.id:
        raise Refused("自己起草的，要由别人审核")
    return replace(version, stage=Stage.APPROVED, approver=by.id, approved_at=now)


def publish(history: Sequence[Version], number: int, by: User, now: datetime) -> tuple[Version, ...]:
    """What changes when the version comes before residents: the one that stood there is retired."""
    _may(by, PUBLISHERS, "发布")
    version = _numbered(history, number)
    if version.stage is not Stage.APPROVED:
        raise Refused(f"这一版{STAGE_NAMES[version.stage]}，审核通过的才能发布")
    return (*_retired(history, by, now), replace(version, stage=Stage.PUBLISHED, publisher=by.id, published_at=now))


def roll_back(history: Sequence[Version], by: User, now: datetime) -> tuple[Version, ...]:
    """What changes when residents are to read what stood there before; without one, what is shipped."""
    _may(by, PUBLISHERS, "回退")
    standing = published(history)
    if standing is None:
        raise Refused("这个主题没有发布过修改，现在就是随软件带的文本")
    earlier = [v for v in history if v.number < standing.number and v.published_at]
    back = max(earlier, key=lambda version: version.number, default=None)
    again = (
        replace(back, stage=Stage.PUBLISHED, publisher=by.id, published_at=now, retirer=None, retired_at=None)
        if back
        else None
    )
    return (*_retired(history, by, now), *([again] if again else ()))


def published(history: Iterable[Version]) -> Version | None:
    """The version that residents read, if any."""
    return next((version for version in history if version.stage is Stage.PUBLISHED), None)


def edits(versions: Iterable[Version]) -> tuple[Edit, ...]:
    """What is to be laid over the shipped topics."""
    return tuple(Edit(version.topic, version.text) for version in versions if version.stage is Stage.PUBLISHED)


def edition(versions: Iterable[Version]) -> frozenset[tuple[str, int]]:
    """Which versions residents read: another one whenever anything was published or taken back."""
    return frozenset((version.topic, version.number) for version in versions if version.stage is Stage.PUBLISHED)


def deed(version: Version) -> tuple[Deed, datetime]:
    """What was done last to the version, and when, for the chain of what staff did."""
    act, actor, at = {
        Stage.DRAFT: (Act.TOPIC_DRAFTED, version.author, version.drafted_at),
        Stage.APPROVED: (Act.TOPIC_APPROVED, version.approver, version.approved_at),
        Stage.PUBLISHED: (Act.TOPIC_PUBLISHED, version.publisher, version.published_at),
        Stage.RETIRED: (Act.TOPIC_RETIRED, version.retirer, version.retired_at),
    }[version.stage]
    return Deed(act, actor, f"topic:{version.topic}", f"第 {version.number} 版"), at or version.drafted_at


def _retired(history: Sequence[Version], by: User, now: datetime) -> tuple[Version, ...]:
    standing = published(history)
    return (replace(standing, stage=Stage.RETIRED, retirer=by.id, retired_at=now),) if standing else ()


def _numbered(history: Sequence[Version], number: int) -> Version:
    version = next((version for version in history if version.number == number), None)
    if version is None:
        raise NotYours("没有这一版")
    return version


def _may(by: User, roles: frozenset[Role], act: str) -> None:
    if by.role not in roles:
        raise Refused(f"您的角色不能{act}知识主题")
