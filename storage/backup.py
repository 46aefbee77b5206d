"""Copy an SQLite database while it is in use, and put a copy back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from handlers.errors import StorageDown


def copy(source: Path, target: Path) -> None:
    """Write a whole, consistent copy; an existing target stays until the copy is complete."""
    fresh = target.with_name(f"{target.name}.{os.getpid()}.part")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(fresh),))
    except sqlite3.Error as error:
        fresh.unlink(missing_ok=True)
        raise StorageDown(type(error).__name__) from error
    fresh.chmod(0o600)
    fresh.replace(target)


def is_whole(path: Path) -> bool:
    """Does the file hold a database of ours that SQLite finds sound?"""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except sqlite3.Error:
        return False
    return sound and ours is not None
