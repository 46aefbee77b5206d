"""Keep what lets members of staff in: their second factors, their sessions, and what an admin changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.staff import Role
from storage.audit import note
from storage.links import unlink
from storage.moments import milliseconds, moment, stamp
from storage.people import digest
from storage.schema import posts, sessions, towns, users, villages
from storage.unit import Writer, reading
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff as an admin sees them."""

    id: int
    login: str
    name: str
    role: Role
    is_active: bool
    one_time: bool
    is_enrolled: bool
    seen_at: datetime | None
    villages: frozenset[int] = frozenset()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Login:
    """A session as its owner sees it; `mark` names it and opens nothing."""

    mark: str
    created_at: datetime
    seen_at: datetime


class Accounts:
    """The columns of users and sessions that open doors."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault, age: timedelta) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault
        self._age = age

    async def second(self, user: int) -> str | None:
        """The secret of the second factor."""
        async with reading(self._read) as connection:
            sealed = (await connection.execute(select(users.c.second).where(users.c.id == user))).scalar_one()
        return self._vault.open(sealed, _place(user)) if sealed else None

    async def enrol(self, user: int, secret: str, step: int, now: datetime) -> bool:
        """Keep a second factor where there is none yet, its first code used up; False if there is one."""
        sealed = self._vault.seal(secret, _place(user))
        fresh = update(users).where(users.c.id == user, users.c.second.is_(None))

        async def work(connection: AsyncConnection) -> bool:
            done = (await connection.execute(fresh.values(second=sealed, last_step=step))).rowcount == 1
            if done:
                await note(connection, Deed(Act.ENROLMENT, user, f"user:{user}"), now)
            return done

        return await self._writer.write(work)

    async def use(self, user: int, step: int) -> bool:
        """Use up the code of that step; False if it, or a later one, was used before."""
        unused = or_(users.c.last_step.is_(None), users.c.last_step < step)
        statement = update(users).where(users.c.id == user, unused).values(last_step=step)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount == 1

        return await self._writer.write(work)

    async def logins(self, user: int, now: datetime) -> Sequence[Login]:
        """The sessions of a user, the last used first."""
        oldest = stamp(now) - milliseconds(self._age)
        mine = select(sessions).where(sessions.c.user == user, sessions.c.created_at > oldest)
        async with reading(self._read) as connection:
            found = await connection.execute(mine.order_by(sessions.c.seen_at.desc()))
            return [Login(r.token, moment(r.created_at), moment(r.seen_at)) for r in found]

    async def end(self, user: int, mark: str, now: datetime) -> None:
        """End one session of the user's."""
        await self._end(user, sessions.c.token == mark, now)

    async def end_others(self, user: int, token: str, now: datetime) -> None:
        """End all sessions of the user's but this one."""
        await self._end(user, sessions.c.token != digest(token), now)

    async def _end(self, user: int, which: Any, now: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            if (await connection.execute(delete(sessions).where(sessions.c.user == user, which))).rowcount:
                await note(connection, Deed(Act.SESSION_ENDED, user, f"user:{user}"), now)

        await self._writer.write(work)

    async def all(self) -> Sequence[Account]:
        """Everybody, those who left last."""
        last = select(func.max(sessions.c.seen_at)).where(sessions.c.user == users.c.id).scalar_subquery()
        everybody = select(users, last.label("seen")).order_by(users.c.is_active.desc(), users.c.role, users.c.login)
        where = select(posts.c.user, villages.c.id, (towns.c.name + villages.c.name).label("place"))
        where = where.join(villages, villages.c.id == posts.c.village).join(towns, towns.c.id == villages.c.town)
        async with reading(self._read) as connection:
            rows = (await connection.execute(everybody)).fetchall()
            held: dict[int, list[Any]] = {}
            for post in await connection.execute(where.order_by(villages.c.id)):
                held.setdefault(post.user, []).append(post)
        return [_account(row, held.get(row.id, [])) for row in rows]

    async def change(self, account: Account, by: int, now: datetime) -> None:
        """A name, a role, villages; whoever left is logged out and can do nothing more."""
        values = {"name": account.name, "role": account.role, "is_active": account.is_active}
        detail = f"{account.role} {len(account.villages)}村 {'在用' if account.is_active else '停用'}"

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(users).where(users.c.id == account.id).values(values))
            await connection.execute(delete(posts).where(posts.c.user == account.id))
            if account.villages:
                rows = [{"user": account.id, "village": v} for v in sorted(account.villages)]
                await connection.execute(posts.insert(), rows)
            if not account.is_active:
                await connection.execute(delete(sessions).where(sessions.c.user == account.id))
                await unlink(connection, account.id)
            await note(connection, Deed(Act.USER_CHANGED, by, f"user:{account.id}", detail), now)

        await self._writer.write(work)

    async def reset_password(self, user: int, password: str, by: int | None, now: datetime) -> None:
        """A new one-time password for somebody who forgot theirs."""
        await self._reset(user, {"password": password, "one_time": True}, Deed(Act.PASSWORD_RESET, by), now)

    async def reset_second(self, user: int, by: int | None, now: datetime) -> None:
        """Forget a second factor that was lost; another is enrolled at the next login."""
        await self._reset(user, {"second": None, "last_step": None}, Deed(Act.SECOND_FACTOR_RESET, by), now)

    async def _reset(self, user: int, values: dict[str, Any], deed: Deed, now: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(users).where(users.c.id == user).values(values))
            await connection.execute(delete(sessions).where(sessions.c.user == user))
            await unlink(connection, user)  # whoever had the password may have linked an address of their own
            await note(connection, Deed(deed.act, deed.actor, f"user:{user}"), now)

        await self._writer.write(work)


def _account(row: Any, held: Sequence[Any]) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        is_active=row.is_active,
        one_time=row.one_time,
        is_enrolled=row.second is not None,
        seen_at=moment(row.seen) if row.seen else None,
        villages=frozenset(post.id for post in held),
        places=tuple(post.place for post in held),
    )


def _place(user: int) -> str:
    return f"second:{user}"
