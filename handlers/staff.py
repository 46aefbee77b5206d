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


ANSWERING = frozenset({Role.ADVISER, Role.EXPERT})  # who have tickets


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff; `villages` are those an adviser is responsible for, `fields` those an expert knows."""

    id: int
    login: str
    name: str
    role: Role
    one_time: bool
    villages: frozenset[int] = frozenset()
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets: those of some villages or of a pool of experts, those of no village yet, and one's own.

    Never one of which the user is barred, since they advise the other party.
    """

    everywhere: bool = False
    nothing: bool = False
    user: int = 0  # theirs are those they hold, and those it is their turn to claim
    villages: frozenset[int] = frozenset()
    is_expert: bool = False
    fields: frozenset[str] = frozenset()  # of an expert; none: the chief expert of all fields


def scoped(user: User, *, reading: bool = False) -> Scope:
    """The tickets this user may see; every query for tickets goes through here.

    With `reading` those that may be looked at, masked, by whoever can do nothing with them.
    """
    match user.role:
        case Role.EXPERT:
            return Scope(user=user.id, is_expert=True, fields=user.fields)
        case Role.ADVISER:
            return Scope(user=user.id, villages=user.villages)
        case Role.ADMIN if reading:
            return Scope(everywhere=True, user=user.id)
        case _:
            return Scope(nothing=True)
