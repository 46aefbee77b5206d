"""Say who works here, and which tickets each may see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff does."""

    ADVISER = "adviser"
    EXPERT = "expert"
    PUBLISHER = "publisher"
    EDITOR = "kb_editor"
    ADMIN = "admin"


ROLE_NAMES = {
    Role.ADVISER: "村居法律顾问",
    Role.EXPERT: "首席专家",
    Role.PUBLISHER: "普法专员",
    Role.EDITOR: "知识编辑",
    Role.ADMIN: "管理员",
}


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff; `villages` are those an adviser is responsible for."""

    id: int
    login: str
    name: str
    role: Role
    one_time: bool
    villages: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets: all of them, or those of some villages together with those that have no village yet."""

    everywhere: bool = False
    villages: frozenset[int] = frozenset()
    nothing: bool = False


def scoped(user: User) -> Scope:
    """The tickets this user may see; every query for tickets goes through here."""
    match user.role:
        case Role.EXPERT:
            return Scope(everywhere=True)
        case Role.ADVISER:
            return Scope(villages=user.villages)
        case _:
            return Scope(nothing=True)
