"""Keep access tokens that all processes share, and let one process at a time fetch a new one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.moments import moment, stamp
from storage.schema import tokens
from storage.unit import Writer, reading
from storage.values import insert_new
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its end; `number` grows with each one fetched, and is 0 before the first."""

    number: int
    value: str
    expires_at: datetime


class Tokens:
    """The tokens table."""

    def __init__(self, writer: Writer, read: AsyncEngine, vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def current(self, name: str) -> Token | None:
        """The one fetched last."""
        async with reading(self._read) as connection:
            found = (await connection.execute(select(tokens).where(tokens.c.name == name))).first()
        if found is None or not found.value:
            return None
        return Token(found.number, self._vault.open(found.value, _place(name)), moment(found.expires_at))

    async def claim(self, name: str, number: int, now: datetime, lease: timedelta) -> bool:
        """May this process fetch the one after `number`? Not while another does, nor once it was fetched."""
        empty = {"name": name, "number": 0, "value": b"", "expires_at": 0, "due_at": 0}
        ours = (
            update(tokens)
            .where(tokens.c.name == name, tokens.c.number == number, tokens.c.due_at <= stamp(now))
            .values(due_at=stamp(now + lease))
        )

        async def work(connection: AsyncConnection) -> int:
            await connection.execute(insert_new(connection, tokens), empty)
            return (await connection.execute(ours)).rowcount

        return await self._writer.write(work) == 1

    async def put(self, name: str, token: Token) -> None:
        """It was fetched."""
        await self._change(name, token.number - 1, self._vault.seal(token.value, _place(name)), token)

    async def release(self, name: str, number: int) -> None:
        """It could not be fetched: another process may try."""
        statement = update(tokens).where(tokens.c.name == name, tokens.c.number == number).values(due_at=0)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._writer.write(work)

    async def _change(self, name: str, before: int, sealed: bytes, token: Token) -> None:
        statement = (
            update(tokens)
            .where(tokens.c.name == name, tokens.c.number == before)
            .values(number=token.number, value=sealed, expires_at=stamp(token.expires_at), due_at=0)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._writer.write(work)


def _place(name: str) -> str:
    return f"token:{name}"
