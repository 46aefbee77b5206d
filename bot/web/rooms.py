"""Say which pages a member of staff may enter, and which of them comes first."""

from collections.abc import Set
from dataclasses import dataclass

from handlers.editing.curation import READERS
from handlers.education.campaigns import INFORMED
from handlers.staff import Role, User

EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the site for staff."""

    path: str
    name: str
    roles: Set[Role]


ROOMS = (
    Room("/desk", "工单", {Role.ADVISER, Role.EXPERT}),
    Room("/desk/mediations", "调解", {Role.ADVISER, Role.EXPERT}),
    Room("/desk/score", "考核", {Role.ADVISER, Role.EXPERT}),
    Room("/bureau/people", "人员", {Role.ADMIN}),
    Room("/bureau/assessments", "考核", {Role.ADMIN}),
    Room("/bureau/tickets", "查工单", {Role.ADMIN}),
    Room("/bureau/audit", "审计", {Role.ADMIN}),
    Room("/bureau/topics", "知识主题", READERS),
    Room("/bureau/pushes", "普法推送", set(INFORMED)),
    Room("/law", "查法条", {Role.ADVISER, Role.EXPERT, Role.EDITOR}),
    Room("/desk/account", "我的登录", EVERYBODY),
)


def rooms(user: User) -> tuple[Room, ...]:
    """Those that are open to this user, in their order."""
    return tuple(room for room in ROOMS if user.role in room.roles)


def home(user: User) -> str:
    """Where this user begins."""
    return rooms(user)[0].path
