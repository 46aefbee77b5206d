"""Keep what the bureau makes of topics, version by version."""

from collections.abc import Sequence

from sqlalchemy import Select, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.editing import curation
from handlers.editing.curation import Stage, Version
from handlers.errors import Stale
from storage.audit import note
from storage.engine import connect
from storage.schema import versions
from storage.unit import Writer, reading
from storage.values import insert_new, row, value


class Versions:
    """The versions table."""

    def __init__(self, writer: Writer, read: AsyncEngine) -> None:
        self._writer = writer
        self._read = read

    async def history(self, topic: str) -> tuple[Version, ...]:
        """All versions of a topic, the first first."""
        return await self._found(_history(topic))

    async def published(self) -> tuple[Version, ...]:
        """Those that residents read, by topic."""
        standing = select(versions).where(versions.c.stage == Stage.PUBLISHED).order_by(versions.c.topic)
        return await self._found(standing)

    async def waiting(self) -> tuple[Version, ...]:
        """Those that were drafted or approved and are not before residents, by topic."""
        stages = versions.c.stage.in_([Stage.DRAFT, Stage.APPROVED])
        return await self._found(select(versions).where(stages).order_by(versions.c.topic, versions.c.number))

    async def change(self, before: Sequence[Version], after: Sequence[Version]) -> bool:
        """Write these versions of one topic, new or changed; False, and nothing, if it is not as it was read."""
        return await self.change_all([(before, after)])

    async def change_all(self, changes: Sequence[tuple[Sequence[Version], Sequence[Version]]]) -> bool:
        """The same for several topics; False, and nothing at all, if one is not as it was read."""

        async def work(connection: AsyncConnection) -> None:
            # in one order, so that two who change the same topics cannot wait for each other
            for before, after in sorted(changes, key=lambda change: change[1][0].topic):
                await _change(connection, before, after)

        try:
            await self._writer.write(work)
        except Stale:  # which has undone all of it
            return False
        return True

    async def _found(self, statement: Select[tuple[Version]]) -> tuple[Version, ...]:
        async with reading(self._read) as connection:
            return tuple(value(Version, one) for one in await connection.execute(statement))


async def _change(connection: AsyncConnection, before: Sequence[Version], after: Sequence[Version]) -> None:
    held = await connection.execute(_history(after[0].topic).with_for_update())
    if [(one.number, one.stage) for one in held] != [(v.number, v.stage) for v in before]:
        raise Stale(after[0].topic)
    known = {version.number for version in before}
    # whoever is retired goes first: one only is published at a time, and the index says so
    for version in sorted(after, key=lambda v: v.stage is Stage.PUBLISHED):
        if not await _put(connection, version, new=version.number not in known):
            raise Stale(version.topic)
        await note(connection, *curation.deed(version))


async def _put(connection: AsyncConnection, version: Version, *, new: bool) -> bool:
    """Write one; False if somebody else drafted the one of that number at the same moment."""
    if new:
        return (await connection.execute(insert_new(connection, versions), row(versions, version))).rowcount == 1
    this = (versions.c.topic == version.topic) & (versions.c.number == version.number)
    await connection.execute(update(versions).where(this).values(row(versions, version)))
    return True


async def published(url: str) -> tuple[Version, ...]:
    """What residents read by the database at that address, which stays as it is; raises StorageDown.

    Nothing where its tables are older than versions.
    """
    engines = connect(url)
    try:
        return await Versions(Writer(engines.write), engines.read).published()
    except SQLAlchemyError:
        return ()
    finally:
        await engines.dispose()


def _history(topic: str) -> Select[tuple[Version]]:
    return select(versions).where(versions.c.topic == topic).order_by(versions.c.number)
