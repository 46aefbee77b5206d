"""Commands on who works here, what they did, and how their service scores."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common
from handlers.errors import Refused

user = typer.Typer(help="Members of staff.", no_args_is_help=True)
people = typer.Typer(help="Villages and staff, many at once.", no_args_is_help=True)
audit = typer.Typer(help="What staff did.", no_args_is_help=True)


@user.command("add")
def user_add(
    login: str,
    name: str,
    role: Annotated[str, typer.Option(help="adviser, expert, publisher, kb_editor or admin")],
    villages: Annotated[str, typer.Option(help="Villages of an adviser: 安居镇示例一村,旧县街道示例三村")] = "",
) -> None:
    """Add a member of staff and print a one-time password."""
    from bot.people import add

    password = common.run(add(common.settings(), login, name, role, villages))
    typer.echo(f"{login} 的一次性密码（只显示这一次）：{password}")


@people.command("template")
def people_template(file: Annotated[Path, typer.Argument(help="The workbook (.xlsx) to write.")]) -> None:
    """Write a workbook to fill in with towns, villages and staff."""
    from bot.staffing import template

    try:
        file.write_bytes(template())
    except OSError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"已写到 {file}；第二行是示例，留着也不会导入。多个村居、领域用顿号隔开")


@people.command("import")
def people_import(
    file: Annotated[Path, typer.Argument(help="The workbook, as `people template` makes it.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write; without it, only tell what would change.")] = False,
) -> None:
    """Bring in towns, villages and staff; one faulty cell, and nothing changes."""
    from bot.staffing import bring
    from handlers.errors import Stale
    from knowledge.sheets import SheetError

    try:
        brought = common.run(bring(common.settings(), file, apply=apply))
    except (SheetError, Stale) as error:
        typer.echo(f"没有导入，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(brought.words))
    for login, password in brought.passwords.items():
        typer.echo(f"{login} 的一次性密码（只显示这一次）：{password}")


@user.command("reset")
def user_reset(
    login: str,
    password: Annotated[bool, typer.Option("--password", help="Print a new one-time password.")] = False,
    second: Annotated[bool, typer.Option("--second-factor", help="Forget a second factor that was lost.")] = False,
) -> None:
    """Let somebody in again who forgot the password or lost the telephone; their sessions end."""
    from bot.people import reset

    if not (password or second):
        raise typer.BadParameter("请写 --password、--second-factor，或两样都写")
    given = common.run(reset(common.settings(), login, password=password, second=second))
    typer.echo(f"{login} 的一次性密码（只显示这一次）：{given}" if given else "已解除，下次登录时重新绑定验证器")


@audit.command("verify")
def audit_verify(
    expect: Annotated[str, typer.Option(help="A mark that was noted before; it must still be in the chain.")] = "",
) -> None:
    """Check the chain; names the first line that is not what was written."""
    from bot.people import verify

    whole, words = common.run(verify(common.settings(), expect))
    typer.echo(words)
    raise typer.Exit(0 if whole else 1)


def assess(
    month: Annotated[str, typer.Argument(help="The month, YYYY-MM.")],
    xlsx: Annotated[Path | None, typer.Option(help="Also write a workbook with every event behind the scores.")] = None,
) -> None:
    """Score the service of the advisers in a month, from what was recorded of their tickets."""
    from bot.assessing import assess as run

    try:
        words, book = common.run(run(common.settings(), month))
        typer.echo(words)
        if xlsx:
            xlsx.write_bytes(book)
            typer.echo(f"已写到 {xlsx}")
    except OSError as error:
        raise typer.BadParameter(str(error)) from None


def correct(
    event: Annotated[int, typer.Argument(help="The number of the event, from the workbook of `assess`.")],
    by: common.By,
    reason: Annotated[str, typer.Option(help="Why it shall not count.")],
) -> None:
    """Grant an appeal: an event counts no more when service is assessed."""
    from bot.assessing import correct as run

    try:
        typer.echo(common.run(run(common.settings(), event, by, reason)))
    except Refused as error:
        typer.echo(f"没有做：{error}", err=True)
        raise typer.Exit(1) from None
