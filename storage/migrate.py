"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import connect
from storage.unit import translate

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 12348  # any number that nobody else locks in this database


async def upgrade(url: str) -> bool:
    """Apply what is missing; returns whether anything was. Raises StorageDown."""
    engines = connect(url)
    try:
        async with engines.write.connect() as connection:
            changed = await connection.run_sync(_upgrade)
            await connection.commit()
            return changed
    except (SQLAlchemyError, OSError) as error:
        raise translate(error) from error
    finally:
        await engines.dispose()


def _upgrade(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        # of several processes that start at once one upgrades; SQLite's BEGIN IMMEDIATE sees to it by itself
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() == newest:
        return False
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True
