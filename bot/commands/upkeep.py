"""Commands that keep the installation well: database, keys, backups, the doctor."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common

db = typer.Typer(help="The database.", no_args_is_help=True)
keys = typer.Typer(help="The key that seals what residents say.", no_args_is_help=True)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest schema."""
    from storage.migrate import upgrade

    settings = common.settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    typer.echo("已升级" if common.run(upgrade(settings.database_url)) else "已是最新")


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew under a new key; the server must be stopped. If it is interrupted, run it again."""
    from bot.keys import rotate

    typer.echo(common.run(rotate(common.settings())))


def backup(target: Path) -> None:
    """Copy the database while it is in use."""
    from bot.backup import backup as run

    if target.is_dir() or not target.absolute().parent.is_dir():
        raise typer.BadParameter(f"{target} 要是一个文件名，所在的文件夹要先有")
    typer.echo(
        f"已备份到 {run(common.settings(), target)}。密钥不在里面：数据目录的 keys/ 要另外保管，丢了就解不开居民的原话"
    )


def restore(source: Path, force: Annotated[bool, typer.Option(help="Replace the present database.")] = False) -> None:
    """Put a backup in the place of the database; the server must be stopped."""
    from bot.backup import restore as run

    typer.echo(run(common.settings(), source, force=force))


def forget(dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False) -> None:
    """Erase the words of tickets closed for longer than data.keep_tickets_days, as the server does once a day."""
    from bot.forgetting import forget as run

    typer.echo(common.run(run(common.settings(), dry_run=dry_run)))


def doctor(as_json: common.AsJson = False) -> None:
    """Say what is configured, what is missing, and what to do about it."""
    from bot.doctor import examine

    findings = common.run(examine(common.settings()))
    if as_json:
        typer.echo(json.dumps([f.__dict__ for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(str(finding))
    raise typer.Exit(1 if any(f.bad for f in findings) else 0)
