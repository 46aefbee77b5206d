"""Commands on law education: quizzes and pushes."""

from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.commands import common

quiz = typer.Typer(help="Quizzes and their certificates.", no_args_is_help=True)
push = typer.Typer(help="Law education for those who asked for it.", no_args_is_help=True)


@quiz.command("key")
def quiz_key() -> None:
    """Print the public key that agencies check certificates with; it is no secret."""
    from bot.signing import public

    typer.echo(public(config.key(common.settings(), "quiz_key")))


@quiz.command("verify")
def quiz_verify(
    code: str, key: Annotated[str, typer.Option(help="The public key; this installation's own without it.")] = ""
) -> None:
    """Say whether a certificate is ours, and what it says; needs no network and no database."""
    from bot.signing import public, verifier
    from handlers.education import certificates

    try:
        found = certificates.read(code, verifier(key or public(config.key(common.settings(), "quiz_key"))))
    except ValueError:
        raise typer.BadParameter("公钥要是 64 位十六进制数", param_hint="--key") from None
    if found is None:
        typer.echo("不是有效的凭证", err=True)
        raise typer.Exit(1)
    said = f"有效：{found.matter}，{found.day} 答 {found.asked} 题，对 {found.right} 题（{found.quiz}）。"
    typer.echo(f"{said}是否免罚由执法机关决定。")


@push.command("themes")
def push_themes() -> None:
    """List the days of the year that can be adopted."""
    from bot.campaigning import shelf

    typer.echo(shelf())


@push.command("plan")
def push_plan(
    theme: Annotated[str, typer.Argument(help="The id of a theme; see push themes.")],
    by: common.As,
    *,
    when: Annotated[str, typer.Option(help="Another time: 2026-12-04 10:00, 每年12月4日 10:00, cron …")] = "",
    towns: Annotated[str, typer.Option(help="Only these towns: 安居镇,旧县街道")] = "",
    channels: Annotated[str, typer.Option(help="Only these channels: telegram,web")] = "",
    expires: Annotated[str, typer.Option(help="The last day on which it is true, YYYY-MM-DD.")] = "",
) -> None:
    """Adopt a theme as a draft."""
    from bot.campaigning import plan

    last = str(common.day(expires)) if expires else ""
    typer.echo(common.run(plan(common.settings(), by, theme, last, when=when, towns=towns, channels=channels)))


@push.command("preview")
def push_preview(number: int) -> None:
    """Show a campaign on each channel as it will look, whom it reaches and what stands against it."""
    from bot.campaigning import preview

    typer.echo(common.run(preview(common.settings(), number)))


@push.command("test")
def push_test(
    number: int, by: common.As, to: Annotated[str, typer.Option(help="channel:id, e.g. telegram:12345")]
) -> None:
    """Send it to one address, to be read there as residents will."""
    from bot.campaigning import test

    typer.echo(common.run(test(common.settings(), by, number, to)))


@push.command("send")
def push_send(
    number: int, by: common.As = "", dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False
) -> None:
    """Approve somebody else's campaign: it goes out when its time comes."""
    from bot.campaigning import send

    typer.echo(common.run(send(common.settings(), by, number, dry_run=dry_run)))


@push.command("status")
def push_status(
    number: Annotated[int | None, typer.Argument()] = None,
    follow: Annotated[bool, typer.Option(help="Show the progress of a run until it ends.")] = False,
) -> None:
    """List all campaigns, or the runs of one."""
    from bot.campaigning import status

    typer.echo(common.run(status(common.settings(), number, follow=follow)))


@push.command("report")
def push_report(
    number: int,
    beside: Annotated[int | None, typer.Option("--with", help="Set it beside another campaign.")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write a workbook (.xlsx).")] = None,
) -> None:
    """Say what the last run of a campaign has brought about: reached, opened, quizzes, who asks again."""
    from bot.campaigning import report

    words, workbook = common.run(report(common.settings(), number, beside))
    typer.echo(words)
    if out:
        out.write_bytes(workbook)


@push.command("cancel")
def push_cancel(number: int, by: common.As) -> None:
    """Cancel a campaign; what was not sent yet is not sent."""
    from bot.campaigning import cancel

    typer.echo(common.run(cancel(common.settings(), by, number)))
