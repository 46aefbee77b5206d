"""Commands on what the law says: topics, statutes, rates, and how well they are found."""

import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands import common
from handlers.errors import NotYours, Refused, Stale
from knowledge.statutes.sources import SourceError
from knowledge.topics import Problem, TopicError

kb = typer.Typer(help="The knowledge base.", no_args_is_help=True)
statutes = typer.Typer(help="The statute store.", no_args_is_help=True)
lpr = typer.Typer(help="The one-year loan prime rates, for the cap on private interest.", no_args_is_help=True)
kb.add_typer(statutes, name="statutes")
kb.add_typer(lpr, name="lpr")
Shipped = Annotated[
    bool, typer.Option("--shipped", help="Only what is shipped; without it, what the bureau published lies over it.")
]


@kb.command("check")
def kb_check(as_of: common.AsOf = "", as_json: common.AsJson = False, shipped: Shipped = False) -> None:
    """Find what is wrong in the knowledge base, by file and line; errors make it fail."""
    from bot.library import problems

    found: list[Problem] = common.run(problems(common.settings(), common.day(as_of), shipped=shipped))
    errors = [p for p in found if p.severity == "error"]
    if as_json:
        rows = [{"path": str(p.path), "line": p.line, "severity": p.severity, "message": p.message} for p in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for problem in found:
            typer.echo(str(problem))
        typer.echo(f"{len(errors)} 个错误，{len(found) - len(errors)} 个提醒")
    raise typer.Exit(1 if errors else 0)


@kb.command("stats")
def kb_stats(as_json: common.AsJson = False, shipped: Shipped = False) -> None:
    """Count topics, questions and citations."""
    from bot.library import shelf, stats

    counted = stats(common.run(shelf(common.settings(), shipped=shipped)))
    typer.echo(
        json.dumps(counted, ensure_ascii=False) if as_json else "\n".join(f"{k}: {v}" for k, v in counted.items())
    )


@kb.command("show")
def kb_show(
    topic: Annotated[str, typer.Argument(help="The id of a topic.")], as_of: common.AsOf = "", shipped: Shipped = False
) -> None:
    """Show a topic as residents read it, with the text of every article it cites."""
    from bot.library import shelf, show

    settings = common.settings()
    text = show(common.run(shelf(settings, shipped=shipped)), settings.folder, topic, common.day(as_of))
    if text is None:
        raise typer.BadParameter(f"没有编号为 {topic} 的主题；用 kb stats 看有哪些领域")
    typer.echo(text)


@kb.command("due")
def kb_due(day: common.Day = "", as_json: common.AsJson = False, shipped: Shipped = False) -> None:
    """List the topics to be reviewed by a day, and those that a change of law has stopped."""
    from bot.library import due, shelf

    settings = common.settings()
    held = common.run(shelf(settings, shipped=shipped))
    typer.echo(due(held, settings.folder, common.day(day), as_json=as_json))


@kb.command("currency")
def kb_currency(day: common.Day = "", as_json: common.AsJson = False, shipped: Shipped = False) -> None:
    """List which topics a change of law touches: topic, article, what changes and when."""
    from bot.library import currency, shelf

    settings = common.settings()
    held = common.run(shelf(settings, shipped=shipped))
    typer.echo(currency(held, settings.folder, common.day(day), as_json=as_json))


@kb.command("export")
def kb_export(
    to: Annotated[Path, typer.Option(help="A workbook (.xlsx), or a folder for Markdown files.")],
    shipped: Shipped = False,
) -> None:
    """Write all topics as a workbook or as Markdown files; both can be imported again."""
    from bot.library import export, shelf

    try:
        typer.echo(export(common.run(shelf(common.settings(), shipped=shipped)), to))
    except OSError as error:
        raise typer.BadParameter(str(error)) from None


@kb.command("import")
def kb_import(
    source: Annotated[Path, typer.Argument(help="A workbook (.xlsx), or a folder of Markdown files.")],
    to: Annotated[Path | None, typer.Option(help="The folder to write to; without it, the shipped topics.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write; without it, only tell what would change.")] = False,
) -> None:
    """Bring in topics edited outside; one faulty row or line, and nothing changes."""
    from bot.library import bring
    from knowledge.topics import TOPICS

    try:
        typer.echo(bring(common.settings().folder, source, to or TOPICS, common.day(""), apply=apply))
    except (TopicError, OSError) as error:
        typer.echo(f"没有导入，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None


@kb.command("draft")
def kb_draft(
    topic: Annotated[str, typer.Argument(help="The id of the topic, known or new.")],
    by: common.By,
    file: Annotated[Path | None, typer.Option(help="Its whole text, as in knowledge/topics.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Draft that the topic is taken away.")] = False,
    receipt: Annotated[str, typer.Option("--from", help="The ticket whose answer it is made of.")] = "",
) -> None:
    """Keep a new text of a topic, for somebody else to approve."""
    from bot.curating import draft

    if (file is None) is not withdraw:
        raise typer.BadParameter("用 --file 给出全文，或用 --withdraw 停用")
    try:
        text = file.read_text(encoding="utf-8") if file else None
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(str(error)) from None
    _curate(draft(common.settings(), by, topic, text, receipt))


@kb.command("approve")
def kb_approve(topic: common.TopicId, number: common.Number, by: common.By) -> None:
    """Approve a draft that somebody else wrote."""
    from bot.curating import approve

    _curate(approve(common.settings(), by, topic, number))


@kb.command("publish")
def kb_publish(topic: common.TopicId, number: common.Number, by: common.By) -> None:
    """Put an approved version before residents; a running server takes it by itself."""
    from bot.curating import publish

    _curate(publish(common.settings(), by, topic, number))


@kb.command("rollback")
def kb_rollback(topic: common.TopicId, by: common.By) -> None:
    """Let residents read what they read before."""
    from bot.curating import roll_back

    _curate(roll_back(common.settings(), by, topic))


@kb.command("history")
def kb_history(topic: common.TopicId) -> None:
    """List the versions of a topic: who did what, and when."""
    from bot.curating import history

    typer.echo(common.run(history(common.settings(), topic)))


def _curate(work: Coroutine[Any, Any, str]) -> None:
    try:
        typer.echo(common.run(work))
    except (Refused, NotYours, Stale, TopicError) as error:
        typer.echo(f"没有做，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None


@statutes.command("import")
def statutes_import(
    source: Annotated[Path, typer.Argument(help="JSON lines, or a folder of Markdown.")],
    embed: Annotated[bool, typer.Option(help="Then make the meanings of the articles in the background.")] = True,
) -> None:
    """Bring texts of laws into the statute store; a malformed source changes nothing. A running server takes it."""
    from bot.library import embed_later, take_in

    folder = common.settings().folder
    try:
        typer.echo(take_in(folder, source))
    except (SourceError, OSError) as error:
        typer.echo(f"没有导入：{error}", err=True)
        raise typer.Exit(1) from None
    if embed:
        embed_later(folder)
        typer.echo("句向量在后台生成；看进度：python -m bot kb statutes status")


@statutes.command("status")
def statutes_status() -> None:
    """Say what the store holds and how far the meanings of its articles are."""
    from bot.library import state

    typer.echo(state(common.settings().folder))


@statutes.command("embed")
def statutes_embed(
    gently: Annotated[bool, typer.Option("--gently", help="Give way to every other process.")] = False,
) -> None:
    """Make the meanings of imported articles, part by part; stopped at any moment, it goes on where it was."""
    import logging
    import os

    from bot.library import embed

    if gently:
        os.nice(19)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("knowledge.engine.vectors").setLevel(logging.INFO)
    typer.echo(embed(common.settings().folder))


@lpr.command("import")
def lpr_import(
    source: Annotated[
        Path, typer.Argument(help="Lines of 2024-01-22,1.23,SOURCE: day published, per cent, where read.")
    ],
    to: Annotated[Path | None, typer.Option(help="The table to write to; without it, the shipped one.")] = None,
) -> None:
    """Bring in rates as they were published; one faulty line, and nothing changes."""
    from bot.library import rates
    from knowledge.sums.lpr import FILE

    try:
        typer.echo(rates(source, to or FILE))
    except (ValueError, OSError) as error:
        typer.echo(f"没有导入，什么都没改：{error}", err=True)
        raise typer.Exit(1) from None


def evaluate(
    file: Annotated[Path, typer.Option(help="JSON lines with question and gold (law#article).")],
    limit: Annotated[int, typer.Option(help="Only the first so many; 0: all.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw the curves into this PNG file; needs matplotlib.")] = None,
    as_json: common.AsJson = False,
) -> None:
    """Measure how well articles are found and what is decided, on questions with known answers."""
    from bot.evaluating import measure

    settings = common.settings()
    try:
        typer.echo(measure(settings, file, limit, plot, as_json=as_json))
    except ImportError as error:
        typer.echo(f"画图需要 {error.name}：pip install --no-deps --require-hashes -r requirements-dev.txt", err=True)
        raise typer.Exit(1) from None
