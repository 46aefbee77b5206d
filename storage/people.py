"""Keep the staff: who may log in, in which role, for which villages; and their sessions."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.audit import Act, Deed
from handlers.staff import User
from storage.audit import note
from storage.moments import milliseconds, stamp
from storage.schema import posts, sessions, specialisms, towns, users, villages
from storage.unit import Writer, reading
from storage.values import insert_new, value


@dataclass(frozen=True, slots=True)
class Secret:
    """What a login is checked against."""

    user: User
    password: str  # argon2id


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; `is_whole` once the second factor was given, or is not asked for."""

    user: User
    csrf: str
    is_enrolled: bool = False  # has a second factor
    is_whole: bool = True


class People:
    """Users, their villages and their sessions; a session ends by age or by rest."""

    def __init__(self, writer: Writer, read: AsyncEngine, *, age: timedelta, rest: timedelta) -> None:
        self._writer = writer
        self._read = read
        self._age = age
        self._rest = rest

    async def add(self, user: User, password: str, now: datetime, by: int | None = None) -> int:
        """Add a member of staff, whose one-time password must be changed at the first login; returns the number."""
        values = {
            "login": user.login,
            "name": user.name,
            "role": user.role,
            "password": password,
            "one_time": True,
            "created_at": stamp(now),
        }

        async def work(connection: AsyncConnection) -> int:
            added = await connection.execute(users.insert().values(values).returning(users.c.id))
            number: int = added.scalar_one()
            if user.villages:
                await connection.execute(
                    posts.insert(), [{"user": number, "village": v} for v in sorted(user.villages)]
                )
            if user.fields:
                known = [{"user": number, "field": f} for f in sorted(user.fields)]
                await connection.execute(specialisms.insert(), known)
            await note(connection, Deed(Act.USER_ADDED, by, f"user:{number}", f"{user.login} {user.role}"), now)
            return number

        return await self._writer.write(work)

    async def add_villages(self, rows: Iterable[tuple[str, Sequence[str]]]) -> dict[str, int]:
        """Add (town, villages); those that exist stay. Returns the id of each "town village"."""
        wanted = list(rows)

        async def work(connection: AsyncConnection) -> dict[str, int]:
            for town, names in wanted:
                await connection.execute(insert_new(connection, towns).values(name=town))
                number = (await connection.execute(select(towns.c.id).where(towns.c.name == town))).scalar_one()
                new = [{"town": number, "name": name} for name in names]
                await connection.execute(insert_new(connection, villages), new)
            found = await connection.execute(
                select(villages.c.id, villages.c.name, towns.c.name.label("town")).join(towns)
            )
            return {f"{r.town}{r.name}": r.id for r in found}

        return await self._writer.write(work)

    async def count(self) -> int:
        """How many may log in."""
        async with reading(self._read) as connection:
            return len((await connection.execute(select(users.c.id))).fetchall())

    async def secret(self, login: str) -> Secret | None:
        """What the login of that name is checked against; None if it may not log in."""
        wanted = select(users).where(users.c.login == login, users.c.is_active)
        async with reading(self._read) as connection:
            found = (await connection.execute(wanted)).first()
            return Secret(await person(connection, found.id), found.password) if found else None

    async def set_password(self, user: int, password: str, now: datetime) -> None:
        """A password of the person's own choice; whoever is logged in with the old one is logged out."""
        statement = update(users).where(users.c.id == user).values(password=password, one_time=False)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)
            await connection.execute(delete(sessions).where(sessions.c.user == user))
            await note(connection, Deed(Act.PASSWORD, user, f"user:{user}"), now)

        await self._writer.write(work)

    async def open_session(self, user: int, token: str, csrf: str, now: datetime, *, whole: bool = True) -> None:
        """Remember a login; only the token's digest is kept."""
        at = stamp(now)
        fresh = {"token": digest(token), "user": user, "csrf": csrf, "created_at": at, "seen_at": at, "is_whole": whole}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(sessions).where(sessions.c.created_at < at - milliseconds(self._age)))
            await connection.execute(sessions.insert().values(fresh))
            if whole:
                await note(connection, Deed(Act.LOGIN, user, f"user:{user}"), now)

        await self._writer.write(work)

    async def session(self, token: str, now: datetime) -> Session | None:
        """Who the token belongs to, if the session still lives."""
        at = stamp(now)
        alive = (
            select(sessions, users.c.second.is_not(None).label("is_enrolled"))
            .join(users)
            .where(
                sessions.c.token == digest(token),
                users.c.is_active,
                sessions.c.created_at > at - milliseconds(self._age),
                sessions.c.seen_at > at - milliseconds(self._rest),
            )
        )
        async with reading(self._read) as connection:
            found = (await connection.execute(alive)).first()
            if found is None:
                return None
            session = Session(await person(connection, found.user), found.csrf, found.is_enrolled, found.is_whole)
        if at - found.seen_at > 60_000:
            await self._touch(found.token, at)
        return session

    async def _touch(self, digest: str, at: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(sessions).where(sessions.c.token == digest).values(seen_at=at))

        await self._writer.write(work)

    async def close_session(self, token: str) -> None:
        """Log out."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(sessions).where(sessions.c.token == digest(token)))

        await self._writer.write(work)


async def person(connection: AsyncConnection, number: int) -> User:
    """The member of staff of that number."""
    found = (await connection.execute(select(users).where(users.c.id == number))).one()
    where = await connection.execute(select(posts.c.village).where(posts.c.user == number))
    known = await connection.execute(select(specialisms.c.field).where(specialisms.c.user == number))
    return value(User, found, villages=frozenset(r.village for r in where), fields=frozenset(r.field for r in known))


def digest(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()
