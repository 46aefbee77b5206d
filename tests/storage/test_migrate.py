"""A new database has exactly the tables that the code describes, and can be taken back to none."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from handlers.errors import StorageDown
from storage.engine import connect
from storage.migrate import SCRIPTS, upgrade
from storage.schema import metadata
from tests.storage.given import letting_go
from tests.storage.postgres import Cluster


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> str:
    """The URL of a database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}"


@pytest.fixture
async def fresh_postgresql(cluster: Cluster) -> AsyncGenerator[str]:
    """The URL of a database without any table."""
    engine = create_async_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE fresh"))
        yield cluster.url("fresh")
        await connection.execute(text("DROP DATABASE fresh WITH (FORCE)"))
    await engine.dispose()


@pytest.fixture(params=["fresh_sqlite", "fresh_postgresql"])
def fresh(request: pytest.FixtureRequest) -> str:
    """The URL of a database without any table; a test that uses it runs on both kinds."""
    return request.getfixturevalue(request.param)


async def on(url: str, look: Any) -> Any:
    """What a function of a synchronous connection finds."""
    engines = connect(url)
    try:
        async with engines.write.begin() as connection:
            return await connection.run_sync(look)
    finally:
        await engines.dispose()


def differences(connection: Connection) -> list[Any]:
    """What alembic would change to make the database what the code describes."""
    # alembic takes SQLite's DEFAULT '' for no default
    options = {"compare_type": True, "compare_server_default": connection.dialect.name != "sqlite"}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def to_base(connection: Connection) -> None:
    """Take every migration back."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def tables(connection: Connection) -> set[str]:
    """The names of the tables."""
    return set(inspect(connection).get_table_names())


async def test_a_fresh_upgrade_is_what_the_code_describes(fresh: str) -> None:
    assert await upgrade(fresh)
    assert await on(fresh, differences) == []
    assert await on(fresh, tables) == {*metadata.tables, "alembic_version"}


async def test_a_second_upgrade_has_nothing_to_do(fresh: str) -> None:
    assert await upgrade(fresh)
    assert not await upgrade(fresh)


async def test_it_can_be_taken_back_and_made_again(fresh: str) -> None:
    await upgrade(fresh)
    await on(fresh, to_base)
    assert await on(fresh, tables) == {"alembic_version"}
    assert await upgrade(fresh)
    assert await on(fresh, differences) == []


async def test_two_processes_that_start_together_upgrade_once(fresh: str) -> None:
    assert sorted(await asyncio.gather(*(upgrade(fresh) for _ in range(3)))) == [False, False, True]
    assert await on(fresh, differences) == []


async def test_indexes_of_what_waits_hold_only_what_waits(fresh: str) -> None:
    """However long the inbox and the outbox grow, what is looked through at every turn stays short."""
    await upgrade(fresh)

    def whole(connection: Connection) -> set[str]:
        found = [i for t in ("inbox", "outbox") for i in inspect(connection).get_indexes(t)]
        return {
            str(i["name"])
            for i in found
            if not i["unique"] and not any("where" in key for key in i.get("dialect_options", {}))
        }

    assert await on(fresh, whole) == {"ix_inbox_address", "ix_outbox_address"}


async def test_a_database_that_cannot_be_reached_is_storage_down(tmp_path: Path) -> None:
    async with letting_go():
        with pytest.raises(StorageDown):
            await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
        with pytest.raises(StorageDown):
            await upgrade(f"postgresql+asyncpg://postgres@/x?host={tmp_path}")
