"""Give every command a name: thin, each does its work by one call."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common, education, library, measures, staff, upkeep, wechat
from bot.config import ConfigError
from bot.rows import RowError, dumps, load
from handlers.errors import StorageDown
from knowledge.rows import RuleError
from knowledge.statutes.sources import SourceError
from knowledge.topics import TopicError

cli = typer.Typer(
    help="铜梁公共法律服务 · public legal consultations by chat", no_args_is_help=True, add_completion=False
)
GROUPS = {
    "kb": library.kb,
    "db": upkeep.db,
    "user": staff.user,
    "people": staff.people,
    "wechat": wechat.wechat,
    "audit": staff.audit,
    "quiz": education.quiz,
    "push": education.push,
    "keys": upkeep.keys,
    "bench": measures.bench,
}
for name, group in GROUPS.items():
    cli.add_typer(group, name=name)
for command in (
    library.evaluate,
    staff.assess,
    staff.correct,
    upkeep.backup,
    upkeep.restore,
    upkeep.forget,
    upkeep.doctor,
):
    cli.command()(command)


def main() -> None:
    """Run a command; what a person can mend ends in a line, not in a traceback."""
    try:
        cli()
    except (ConfigError, RowError) as error:
        typer.echo(f"没有做：{error}", err=True)
        sys.exit(common.UNUSABLE)
    except (SourceError, TopicError, RuleError) as error:
        typer.echo(f"知识库用不了：\n{error}", err=True)
        sys.exit(1)
    except StorageDown as error:
        typer.echo(f"数据库用不了（{error}）。请检查 DATABASE_URL 和数据目录，再试一次。", err=True)
        sys.exit(1)


@cli.command()
def serve(
    sample: Annotated[bool, typer.Option(help="Load a sample district into an empty database.")] = False,
) -> None:
    """Run the server: web page, desk, and Telegram if its token is set."""
    from bot.serve import serve as run

    common.run(run(common.settings(), sample=sample))


@cli.command()
def chat() -> None:
    """Talk to the bot in this terminal."""
    from bot.serve import chat as run

    common.run(run(common.settings()))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="JSON lines with id, question, and perhaps resident, as_of.")
    ] = None,
    as_of: common.AsOf = "",
    as_json: common.AsJson = False,
    articles: Annotated[bool, typer.Option(help="Also rank the articles of the statute store.")] = True,
) -> None:
    """Ask one question, or a file of them. Writes nothing to the database."""
    from bot.app import rules
    from bot.ask import Asker
    from bot.engine import open_library, whole
    from knowledge.engine.match import MOST

    settings = common.settings()
    if not question and file is None:
        raise typer.BadParameter("请给出问题，或用 --file 指定文件")
    day = str(common.day(as_of))
    asked = load(file) if file else [{"id": None, "question": question}]
    library, matcher = open_library(settings.folder, articles=articles)
    whole(matcher)
    asker = Asker(library, matcher, rules(settings.file))
    for row in asked:
        answer = asker.ask({**row, "as_of": row.get("as_of") or day}, articles=MOST if articles else 0)
        typer.echo(dumps(answer) if as_json or file else answer["text"])
