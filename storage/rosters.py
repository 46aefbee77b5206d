"""Keep who can be given tickets: posts, fields, licences and leaves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.desk import routing
from handlers.desk.routing import Adviser, Leave, Roster
from handlers.staff import Role
from storage.schema import duties, leaves, posts, profiles, specialisms, users, villages
from storage.unit import Writer, reading
from storage.values import row, value

_STAFF = (
    select(users.c.id, users.c.login, users.c.role, profiles.c.licensed_until, profiles.c.cap)
    .join(profiles, profiles.c.user == users.c.id, isouter=True)
    .where(users.c.is_active, users.c.role.in_((Role.ADVISER, Role.EXPERT)))
)


class Rosters:
    """What the tables say of those who answer."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def roster(self, duty: Sequence[str], day: date) -> Roster:
        """Everybody who answers; `duty` are the logins of those at the district's desk beside those of that day."""
        today = select(duties.c.user).where(duties.c.first <= day.isoformat(), duties.c.last >= day.isoformat())
        async with reading(self._read) as connection:
            staff = (await connection.execute(_STAFF)).fetchall()
            places = await _sets(connection, select(posts.c.user, posts.c.village))
            known = await _sets(connection, select(specialisms.c.user, specialisms.c.field))
            away: defaultdict[int, list[Leave]] = defaultdict(list)
            for found in await connection.execute(select(leaves)):
                away[found.user].append(value(Leave, found))
            here = set((await connection.execute(today)).scalars())
            towns = {r.id: r.town for r in await connection.execute(select(villages.c.id, villages.c.town))}
        advisers = [
            value(
                Adviser,
                r,
                villages=frozenset(places[r.id]),
                fields=frozenset(known[r.id]),
                is_expert=r.role == Role.EXPERT,
                leaves=tuple(away[r.id]),
            )
            for r in staff
        ]
        return routing.muster(advisers, towns, [r.id for r in staff if r.login in duty or r.id in here])

    async def take_leave(self, adviser: int, leave: Leave) -> None:
        """Remember when somebody is away."""
        statement = leaves.insert().values(row(leaves, leave, user=adviser))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._writer.write(work)


async def _sets(connection: AsyncConnection, pairs: Select[int, Any]) -> defaultdict[int, set[Any]]:
    found: defaultdict[int, set[Any]] = defaultdict(set)
    for user, held in await connection.execute(pairs):
        found[user].add(held)
    return found
