"""Keep the pictures of pushes, each once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.education.pictures import Picture
from storage.moments import stamp
from storage.schema import pictures
from storage.unit import Writer, reading
from storage.values import insert_new, value


class Pictures:
    """The pictures table."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def keep(self, picture: Picture, now: datetime) -> None:
        """Keep it, unless it is there already."""
        fresh = {"digest": picture.digest, "kind": picture.kind, "content": picture.content, "at": stamp(now)}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert_new(connection, pictures), fresh)

        await self._writer.write(work)

    async def find(self, digest: str) -> Picture | None:
        """The picture of that digest."""
        async with reading(self._read) as connection:
            found = (await connection.execute(select(pictures).where(pictures.c.digest == digest))).first()
        return value(Picture, found) if found else None
