"""What the commands share: how a day, a login, a number is given, and how work is run."""

import asyncio
from collections.abc import Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import config, log
from bot.config import ConfigError, Settings

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
AsOf = Annotated[str, typer.Option("--as-of", help="The day whose law is asked for, YYYY-MM-DD; today without it.")]
Day = Annotated[str, typer.Option("--day", help="The day asked for, YYYY-MM-DD; today without it.")]
As = Annotated[str, typer.Option("--as", help="The login of who does it.")]
By = Annotated[str, typer.Option("--by", help="The login of who does it.")]
TopicId = Annotated[str, typer.Argument(help="The id of the topic.")]
Number = Annotated[int, typer.Argument(help="The number of the version.")]
UNUSABLE = 2  # exit code of a configuration or an argument that cannot be


def settings(folder: Path = config.FILE) -> Settings:
    """The settings; a fault in them ends the command, with every problem named."""
    try:
        found = config.load(folder)
    except ConfigError as error:
        typer.echo(f"配置有误，未启动：\n{error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    log.configure(found.file.log.level, found.file.log.format)
    return found


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """The value of the work, done to its end."""
    return asyncio.run(work)


def day(text: str) -> date:
    """The day that was given, or today in Shanghai; raises BadParameter."""
    from handlers.hours import SHANGHAI

    if not text:
        return datetime.now(SHANGHAI).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} 不是日期，请写成 2026-01-31 这样") from None
