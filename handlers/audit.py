"""Chain what staff did, so that a line that was changed, added or taken out later shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What is written down."""

    LOGIN = "login"
    ENROLMENT = "enrolment"
    PASSWORD = "password"  # noqa: S105 - the name of an act
    SESSION_ENDED = "session ended"
    USER_ADDED = "user added"
    USER_CHANGED = "user changed"
    STAFF_IMPORTED = "staff imported"
    PASSWORD_RESET = "password reset"  # noqa: S105 - the name of an act
    SECOND_FACTOR_RESET = "second factor reset"
    ADDRESS_LINKED = "address linked"
    ADDRESS_UNLINKED = "address unlinked"
    TICKET = "ticket"
    REVEALED = "revealed"
    EXPORTED = "exported"
    ERASED = "erased"
    EXPIRED = "expired"
    JOINED = "joined"
    PARTED = "parted"
    CORRECTED = "corrected"
    APPEALED = "appealed"
    APPEAL_REFUSED = "appeal refused"
    TOPIC_DRAFTED = "topic drafted"
    TOPIC_APPROVED = "topic approved"
    TOPIC_PUBLISHED = "topic published"
    TOPIC_RETIRED = "topic retired"
    PUSH_PLANNED = "push planned"
    PUSH_APPROVED = "push approved"
    PUSH_PAUSED = "push paused"
    PUSH_RESUMED = "push resumed"
    PUSH_CANCELLED = "push cancelled"


ACT_NAMES = {
    Act.LOGIN: "登录",
    Act.ENROLMENT: "绑定验证器",
    Act.PASSWORD: "自己换密码",
    Act.SESSION_ENDED: "结束登录",
    Act.USER_ADDED: "新增账号",
    Act.USER_CHANGED: "修改账号",
    Act.STAFF_IMPORTED: "导入人员",
    Act.PASSWORD_RESET: "重置密码",
    Act.SECOND_FACTOR_RESET: "解除验证器",
    Act.ADDRESS_LINKED: "连上聊天",
    Act.ADDRESS_UNLINKED: "解除聊天",
    Act.TICKET: "办理工单",
    Act.REVEALED: "看完整号码",
    Act.EXPORTED: "导出工单",
    Act.ERASED: "删除居民数据",
    Act.EXPIRED: "到期清除工单原话",
    Act.JOINED: "居民合并收信地址",
    Act.PARTED: "居民断开收信地址",
    Act.CORRECTED: "更正考核",
    Act.APPEALED: "对考核申诉",
    Act.APPEAL_REFUSED: "驳回申诉",
    Act.TOPIC_DRAFTED: "起草主题",
    Act.TOPIC_APPROVED: "审核主题",
    Act.TOPIC_PUBLISHED: "发布主题",
    Act.TOPIC_RETIRED: "停用主题的一版",
    Act.PUSH_PLANNED: "写推送",
    Act.PUSH_APPROVED: "审核推送",
    Act.PUSH_PAUSED: "暂停推送",
    Act.PUSH_RESUMED: "继续推送",
    Act.PUSH_CANCELLED: "取消推送",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did; `actor` is None for the command line and the clock. No words of residents, ever."""

    act: str  # an Act; read back it may be anything that somebody put there
    actor: int | None
    subject: str = ""  # whom or what: user:3, a receipt number
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A deed in its place in the chain."""

    number: int
    at: datetime
    deed: Deed
    mark: str


def mark(previous: str, number: int, at: datetime, deed: Deed) -> str:
    """SHA-256 over the mark before and all that this line says."""
    said = [previous, number, at.isoformat(timespec="milliseconds"), deed.act, deed.actor, deed.subject, deed.detail]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Check:
    """How far the chain is whole; `mark` is that of its last whole line."""

    lines: int = 0
    mark: str = ""
    broken: int | None = None  # the number of the first line that is not what was written, or is missing


def check(lines: Iterable[Line], before: Check) -> Check:
    """Go on from what was checked before."""
    held = before
    for line in lines:
        if held.broken is not None:
            break
        expected = held.lines + 1
        if line.number != expected or line.mark != mark(held.mark, line.number, line.at, line.deed):
            return Check(held.lines, held.mark, expected)
        held = Check(expected, line.mark)
    return held
