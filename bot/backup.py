"""Back up and restore the embedded database; PostgreSQL has its own tools."""

import asyncio
from pathlib import Path

from bot import holding
from bot.config import ConfigError, Settings
from storage import backup as copies
from storage.migrate import upgrade

PREFIX = "sqlite+aiosqlite:///"


def backup(settings: Settings, target: Path) -> Path:
    """Copy the database while it is in use; raises StorageDown."""
    source = _file(settings)
    if not source.exists():
        raise ConfigError(f"还没有数据库：{source}")
    copies.copy(source, target)
    return target


def restore(settings: Settings, source: Path, *, force: bool) -> str:
    """Put a backup in place; the present database is kept beside it. Raises ConfigError, also while a server runs."""
    with holding.alone(settings.folder):
        return _restore(settings, source, force=force)


def _restore(settings: Settings, source: Path, *, force: bool) -> str:
    target = _file(settings)
    if not source.exists() or not copies.is_whole(source):
        raise ConfigError(f"{source} 不是完好的备份，没有恢复")
    if target.exists() and not force:
        raise ConfigError(f"{target} 已有数据库。先停掉服务器，确认要换就加 --force（旧的会留一份）")
    kept = ""
    if target.exists():
        old = target.with_suffix(".before-restore.db")
        copies.copy(target, old)
        kept = f"；原来的留在 {old}"
        for leftover in (target, target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-shm")):
            leftover.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    copies.copy(source, target)
    asyncio.run(upgrade(settings.database_url))
    return f"已从 {source} 恢复{kept}"


def _file(settings: Settings) -> Path:
    url = settings.database_url
    if not url.startswith(PREFIX):
        raise ConfigError("这个数据库是 PostgreSQL，请用 pg_dump 和 pg_restore 备份、恢复")
    return Path(url.removeprefix(PREFIX))
