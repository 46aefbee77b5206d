"""Give every test a database of its own: SQLite in a file, or a real PostgreSQL, started when first asked for."""

import asyncio
import fcntl
import shutil
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine import open_library, whole
from storage.migrate import upgrade
from storage.schema import metadata
from storage.store import Spans, Store, open_store
from tests.storage.postgres import Cluster

KEY = bytes(range(32))
DATABASE = "legalbot"
_END_THE_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""

Open = Callable[..., Store]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with every table."""
    path = tmp_path_factory.mktemp("migrated") / "legalbot.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def built(pytestconfig: pytest.Config) -> Path:
    """A data folder with all that takes long at first: kept between runs, named by its content, so never stale."""
    folder = pytestconfig.cache.mkdir("shelf")
    with folder.with_name("shelf.lock").open("w") as lock:
        # a minute of work, which the other test processes wait for rather than do again
        fcntl.flock(lock, fcntl.LOCK_EX)
        library, matcher = open_library(folder)
        whole(matcher)
        library.statutes.close()
    return folder


@pytest.fixture(scope="session")
def cluster() -> Generator[Cluster]:
    """A PostgreSQL server of this test process; where it cannot start, every test that needs it says why."""
    server = Cluster()
    try:
        server.start()
        asyncio.run(_prepare(server))
        yield server
    finally:
        server.throw_away()


async def _prepare(server: Cluster) -> None:
    engine = create_async_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    await engine.dispose()
    await upgrade(server.url(DATABASE))


async def _empty(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(_END_THE_OTHERS))
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    await engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path, migrated: Path) -> str:
    """The URL of an empty SQLite database."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'legalbot.db')}"


@pytest.fixture
async def postgresql(cluster: Cluster) -> AsyncGenerator[str]:
    """The URL of an empty PostgreSQL database."""
    url = cluster.url(DATABASE)
    yield url
    await _empty(url)  # a tenth of the time that a new database takes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; a test that uses it runs on both kinds."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def opened(url: str) -> AsyncGenerator[Open]:
    """Open a Store over the test's database, as one process of several would; all are closed in the end."""
    stores: list[Store] = []

    def another(*, spans: Spans | None = None, busy_timeout: float = 5.0) -> Store:
        stores.append(open_store(url, KEY, spans or Spans(), busy_timeout=busy_timeout))
        return stores[-1]

    yield another
    for store in stores:
        await store.close()


@pytest.fixture
def store(opened: Open) -> Store:
    """All stores over the test's database."""
    return opened()
