"""Each role sees the tickets it works on and no others."""

import pytest

from handlers import staff
from handlers.staff import Role, Scope, User

POSTS = frozenset({1, 2})


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.ADVISER, Scope(user=1, villages=POSTS)),
        (Role.EXPERT, Scope(user=1, is_expert=True, fields=frozenset({"劳动"}))),
        (Role.PUBLISHER, Scope(nothing=True)),
        (Role.EDITOR, Scope(nothing=True)),
        (Role.ADMIN, Scope(nothing=True)),
    ],
)
def test_a_role_sees_its_tickets(role: Role, scope: Scope) -> None:
    assert staff.scoped(User(1, "li", "李", role, one_time=False, villages=POSTS, fields=frozenset({"劳动"}))) == scope


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_but_the_admin_may_look_at_more_than_they_work_on(role: Role) -> None:
    user = User(1, "li", "李", role, one_time=False, villages=POSTS)
    assert staff.scoped(user, reading=True) == staff.scoped(user)


def test_the_admin_may_look_at_all_tickets() -> None:
    admin = User(1, "li", "李", Role.ADMIN, one_time=False)
    assert staff.scoped(admin, reading=True) == Scope(everywhere=True, user=1)


def test_every_role_has_a_name_for_people() -> None:
    assert set(staff.ROLE_NAMES) == set(Role)
