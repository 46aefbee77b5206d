"""Commit the writes of one process in groups: one transaction, one flush to disk, for all that wait."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.errors import StorageDown

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
Waiting = tuple[Work[Any], asyncio.Future[Any]]
GROUP = 64  # units a transaction at most: bounds how long the others wait
TRIES = 5  # of a unit that PostgreSQL undoes because another process's transaction stood in its way


class Writer:
    """The only one in this process that writes. A unit may be run twice, so it must be a function of its arguments."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, work: Work[T]) -> T:
        """Run the unit and return its value once it is committed; raises StorageDown, or what the unit raises."""
        if self._closed:
            raise StorageDown("closed")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve())
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((work, future))
        return await future

    async def close(self) -> None:
        """Stop, once everything that waits is written; what comes later is refused."""
        self._closed = True
        await self._waiting.join()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _serve(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while not self._waiting.empty() and len(group) < GROUP:
                group.append(self._waiting.get_nowait())
            try:
                await self._commit(group)
            finally:
                for _ in group:
                    self._waiting.task_done()

    async def _commit(self, group: Sequence[Waiting], tries: int = TRIES) -> bool:
        """Write the group; False if the database did not even let a transaction begin."""
        begun = False
        try:
            async with self._engine.begin() as connection:
                begun = True
                values = [await work(connection) for work, _ in group]
        except Exception as error:  # whatever one unit raised goes to its caller, not to the loop
            if begun and len(group) > 1:
                await self._each_alone(group)
            elif tries > 1 and _gave_way(error):
                return await self._commit(group, tries - 1)
            else:
                _refuse(group, error)
            return begun
        for (_, future), value in zip(group, values, strict=True):
            if not future.done():
                future.set_result(value)
        return True

    async def _each_alone(self, group: Sequence[Waiting]) -> None:
        # nothing of the group was committed; alone, only the guilty one fails
        for number, waiting in enumerate(group, 1):
            if not await self._commit([waiting]):
                # a locked database takes its whole timeout to say so: once is enough for all
                _refuse(group[number:], StorageDown("cannot begin"))
                return


def _refuse(group: Sequence[Waiting], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(translate(error))


def translate(error: Exception) -> Exception:
    """Turn the database's own failures into StorageDown at the wall; a fault of ours stays what it is."""
    if isinstance(error, DBAPIError | PoolTimeout | OSError) and not _is_ours(error):
        down = StorageDown(type(error).__name__)
        down.__cause__ = error
        return down
    return error


def _gave_way(error: Exception) -> bool:
    # class 40: rolled back whole, for a deadlock or a conflict. A group keeps the locks of all its units, in the
    # order they came, so two processes can stand in each other's way however carefully each unit orders its own
    return (getattr(getattr(error, "orig", None), "sqlstate", None) or "")[:2] == "40"


def _is_ours(error: Exception) -> bool:
    """Is the statement or its data at fault? Then the database is well, and trying again would change nothing."""
    if isinstance(error, IntegrityError | ProgrammingError | DataError):
        return True
    raw = getattr(error, "orig", None)
    # of PostgreSQL's other errors only the SQLSTATE tells: classes 21 and 22 are wrong data
    wrong_data = (getattr(raw, "sqlstate", None) or "")[:2] in ("21", "22")
    # SQLite calls a wrong statement an OperationalError, as it does a full disk
    return wrong_data or getattr(raw, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """A connection that only reads; raises StorageDown."""
    try:
        async with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as error:
        raise translate(error) from error
