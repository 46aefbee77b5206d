"""A backup taken while the database is in use can be put back, and nothing is replaced by accident."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import backup, config, holding
from bot.config import ConfigError, Settings
from handlers.errors import StorageDown
from storage.migrate import upgrade
from tests.bot.terminal import SECRETS, run


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database."""
    path = tmp_path_factory.mktemp("fresh") / "fresh.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def settings(tmp_path: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copy(fresh, tmp_path / "data" / "legalbot.db")
    return config.load(tmp_path / "config.toml")


def _add_town(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO towns (name) VALUES (?)", (name,))


def _towns(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM towns ORDER BY name")]


def test_a_backup_holds_what_was_committed_while_others_write(settings: Settings, tmp_path: Path) -> None:
    database, copy = settings.folder / "legalbot.db", tmp_path / "copy.db"
    _add_town(database, "安居镇")
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO towns (name) VALUES ('半途')")
        assert backup.backup(settings, copy) == copy
        writer.rollback()
    assert _towns(copy) == ["安居镇"]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_backup_comes_back_and_the_present_database_is_kept_beside_it(settings: Settings, tmp_path: Path) -> None:
    database, copy = settings.folder / "legalbot.db", tmp_path / "copy.db"
    _add_town(database, "备份时")
    backup.backup(settings, copy)
    _add_town(database, "后来")
    folder = settings.folder.parent
    refused = run(folder, "restore", str(copy))
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert _towns(database) == ["后来", "备份时"]
    done = run(folder, "restore", str(copy), "--force")
    assert done.code == 0, done.err
    assert _towns(database) == ["备份时"]
    assert _towns(settings.folder / "legalbot.before-restore.db") == ["后来", "备份时"]


def test_a_backup_is_put_into_an_empty_place_without_asking(settings: Settings, tmp_path: Path) -> None:
    database, copy = settings.folder / "legalbot.db", tmp_path / "copy.db"
    _add_town(database, "安居镇")
    backup.backup(settings, copy)
    database.unlink()
    assert "恢复" in run(settings.folder.parent, "restore", str(copy)).out
    assert _towns(database) == ["安居镇"]


def test_nothing_is_put_back_under_a_running_server(settings: Settings, tmp_path: Path) -> None:
    database, copy = settings.folder / "legalbot.db", tmp_path / "copy.db"
    backup.backup(settings, copy)
    _add_town(database, "后来")
    with holding.shared(settings.folder), holding.shared(settings.folder):
        refused = run(settings.folder.parent, "restore", str(copy), "--force")
    assert (refused.code, "先停掉服务器" in refused.err) == (2, True)
    assert _towns(database) == ["后来"]


@pytest.mark.parametrize("damage", ["missing", "text", "foreign", "cut"])
def test_what_is_no_sound_backup_replaces_nothing(settings: Settings, tmp_path: Path, damage: str) -> None:
    database, copy = settings.folder / "legalbot.db", tmp_path / "copy.db"
    _add_town(database, "安居镇")
    if damage == "text":
        copy.write_text("这不是数据库")
    elif damage == "foreign":
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("CREATE TABLE other (x)")
    elif damage == "cut":
        backup.backup(settings, copy)
        copy.write_bytes(copy.read_bytes()[:20_000])
    ran = run(settings.folder.parent, "restore", str(copy), "--force")
    assert (ran.code, "不是完好的备份" in ran.err) == (2, True)
    assert _towns(database) == ["安居镇"]


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StorageDown):
        backup.backup(settings, tmp_path / "no" / "such" / "folder.db")
    assert run(settings.folder.parent, "backup", str(tmp_path)).code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "data"]


def test_the_command_says_that_the_keys_are_kept_apart(settings: Settings) -> None:
    ran = run(settings.folder.parent, "backup", "copy.db")
    assert ran.code == 0
    assert "keys/" in ran.out


def test_postgresql_is_left_to_its_own_tools(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://u:p@h/d")
    with pytest.raises(ConfigError, match="pg_dump"):
        backup.backup(config.load(settings.folder.parent / "config.toml"), tmp_path / "copy.db")
