"""Commands on the official account of WeChat."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common

wechat = typer.Typer(help="The official account of WeChat.", no_args_is_help=True)
menu = typer.Typer(help="Its menu.", no_args_is_help=True)
wechat.add_typer(menu, name="menu")


@menu.command("publish")
def menu_publish() -> None:
    """Put up the menu of the account."""
    from bot.publicity import publish_menu

    typer.echo(common.run(publish_menu(common.settings())))


@wechat.command("posters")
def wechat_posters(folder: Annotated[Path, typer.Argument(help="Where to write them.")]) -> None:
    """Draw a poster for each village, as SVG and PDF; whoever scans its code belongs to that village."""
    from bot.publicity import draw_posters

    typer.echo(common.run(draw_posters(common.settings(), folder)))
