"""Give every command a name: thin, each does its work by one call."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import config, log
from bot.config import ConfigError, Settings
from bot.rows import RowError, dumps, load
from handlers.errors import NotYours, Refused, Stale, StorageDown
from knowledge.rows import RuleError
from knowledge.statutes.sources import SourceError
from knowledge.topics import TopicError

cli = typer.Typer(
    help="铜梁公共法律服务 · public legal consultations by chat", no_args_is_help=True, add_completion=False
)
kb = typer.Typer(help="The knowledge base.", no_args_is_help=True)
lpr = typer.Typer(help="The one-year loan prime rates, for the cap on private interest.", no_args_is_help=True)
statutes = typer.Typer(help="The statute store.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)
user = typer.Typer(help="Members of staff.", no_args_is_help=True)
people = typer.Typer(help="Villages and staff, many at once.", no_args_is_help=True)
wechat = typer.Typer(help="The official account of WeChat.", no_args_is_help=True)
menu = typer.Typer(help="Its menu.", no_args_is_help=True)
audit = typer.Typer(help="What staff did.", no_args_is_help=True)
quiz = typer.Typer(help="Quizzes and their certificates.", no_args_is_help=True)
push = typer.Typer(help="Law education for those who asked for it.", no_args_is_help=True)
keys = typer.Typer(help="The key that seals what residents say.", no_args_is_help=True)
bench = typer.Typer(help="Measurements.", no_args_is_help=True)
GROUPS = {
    "kb": kb,
    "db": db,
    "user": user,
    "people": people,
    "wechat": wechat,
    "audit": audit,
    "quiz": quiz,
    "push": push,
    "keys": keys,
    "bench": bench,
}
for name, group in GROUPS.items():
    cli.add_typer(group, name=name)
kb.add_typer(statutes, name="statutes")
wechat.add_typer(menu, name="menu")
kb.add_typer(lpr, name="lpr")

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
AsOf = Annotated[str, typer.Option("--as-of", help="The day whose law is asked for, YYYY-MM-DD; today without it.")]
Day = Annotated[str, typer.Option("--day", help="The day asked for, YYYY-MM-DD; today without it.")]
As = Annotated[str, typer.Option("--as", help="The login of who does it.")]
By = Annotated[str, typer.Option("--by", help="The login of who does it.")]
TopicId = Annotated[str, typer.Argument(help="The id of the topic.")]
Number = Annotated[int, typer.Argument(help="The number of the version.")]
UNUSABLE = 2  # exit code of a configuration or an argument that cannot be


def main() -> None:
    """Run a command; what a person can mend ends in a line, not in a traceback."""
    try:
        cli()
    except (ConfigError, RowError) as error:
        typer.echo(f"没有做：{error}", err=True)
        sys.exit(UNUSABLE)
    except (SourceError, TopicError, RuleError) as error:
        typer.echo(f"知识库用不了：\n{error}", err=True)
        sys.exit(1)
    except StorageDown as error:
        typer.echo(f"数据库用不了（{error}）。请检查 DATABASE_URL 和数据目录，再试一次。", err=True)
        sys.exit(1)


def _settings(folder: Path = config.FILE) -> Settings:
    try:
        settings = config.load(folder)
    except ConfigError as error:
        typer.echo(f"配置有误，未启动：\n{error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    log.configure(settings.file.log.level, settings.file.log.format)
    return settings


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _day(text: str) -> date:
    from handlers.receive import SHANGHAI

    if not text:
        return datetime.now(SHANGHAI).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} 不是日期，请写成 2026-01-31 这样") from None


@cli.command()
def serve(
    sample: Annotated[bool, typer.Option(help="Load a sample district into an empty database.")] = False,
) -> None:
    """Run the server: web page, desk, and Telegram if its token is set."""
    from bot.serve import serve as run

    _run(run(_settings(), sample=sample))


@cli.command()
def chat() -> None:
    """Talk to the bot in this terminal."""
    from bot.serve import chat as run

    _run(run(_settings()))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="JSON lines with id, question, and perhaps resident, as_of.")
    ] = None,
    as_of: AsOf = "",
    as_json: AsJson = False,
    articles: Annotated[bool, typer.Option(help="Also rank the articles of the statute store.")] = True,
) -> None:
    """Ask one question, or a file of them. Writes nothing to the database."""
    from bot.app import rules
    from bot.ask import Asker
    from bot.engine import open_library, whole

    settings = _settings()
    if not question and file is None:
        raise typer.BadParameter("请给出问题，或用 --file 指定文件")
    day = str(_day(as_of))
    asked = load(file) if file else [{"id": None, "question": question}]
    library, matcher = open_library(settings.folder, articles=articles)
    whole(matcher)
    asker = Asker(library, matcher, rules(settings.file))
    for row in asked:
        answer = asker.ask({**row, "as_of": row.get("as_of") or day}, articles=articles)
        typer.echo(dumps(answer) if as_json or file else answer["text"])


@kb.command("check")
def kb_check(as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Find what is wrong in the knowledge base, by file and line; errors make it fail."""
    from bot.library import problems

    found = problems(_settings().folder, _day(as_of))
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
def kb_stats(as_json: AsJson = False) -> None:
    """Count topics, questions and citations."""
    from bot.library import stats

    counted = stats()
    typer.echo(
        json.dumps(counted, ensure_ascii=False) if as_json else "\n".join(f"{k}: {v}" for k, v in counted.items())
    )


@kb.command("show")
def kb_show(topic: Annotated[str, typer.Argument(help="The id of a topic.")], as_of: AsOf = "") -> None:
    """Show a topic as residents read it, with the text of every article it cites."""
    from bot.library import show

    text = show(_settings().folder, topic, _day(as_of))
    if text is None:
        raise typer.BadParameter(f"没有编号为 {topic} 的主题；用 kb stats 看有哪些领域")
    typer.echo(text)


@kb.command("due")
def kb_due(day: Day = "", as_json: AsJson = False) -> None:
    """List the topics to be reviewed by a day, and those that a change of law has stopped."""
    from bot.library import due

    typer.echo(due(_settings().folder, _day(day), as_json=as_json))


@kb.command("currency")
def kb_currency(day: Day = "", as_json: AsJson = False) -> None:
    """List which topics a change of law touches: topic, article, what changes and when."""
    from bot.library import currency

    typer.echo(currency(_settings().folder, _day(day), as_json=as_json))


@kb.command("export")
def kb_export(to: Annotated[Path, typer.Option(help="A workbook (.xlsx), or a folder for Markdown files.")]) -> None:
    """Write all topics as a workbook or as Markdown files; both can be imported again."""
    from bot.library import export

    try:
        typer.echo(export(to))
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
        typer.echo(bring(_settings().folder, source, to or TOPICS, _day(""), apply=apply))
    except (TopicError, OSError) as error:
        typer.echo(f"没有导入，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None


@kb.command("draft")
def kb_draft(
    topic: Annotated[str, typer.Argument(help="The id of the topic, known or new.")],
    by: By,
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
    _curate(draft(_settings(), by, topic, text, receipt))


@kb.command("approve")
def kb_approve(topic: TopicId, number: Number, by: By) -> None:
    """Approve a draft that somebody else wrote."""
    from bot.curating import approve

    _curate(approve(_settings(), by, topic, number))


@kb.command("publish")
def kb_publish(topic: TopicId, number: Number, by: By) -> None:
    """Put an approved version before residents; a running server takes it by itself."""
    from bot.curating import publish

    _curate(publish(_settings(), by, topic, number))


@kb.command("rollback")
def kb_rollback(topic: TopicId, by: By) -> None:
    """Let residents read what they read before."""
    from bot.curating import roll_back

    _curate(roll_back(_settings(), by, topic))


@kb.command("history")
def kb_history(topic: TopicId) -> None:
    """List the versions of a topic: who did what, and when."""
    from bot.curating import history

    typer.echo(_run(history(_settings(), topic)))


def _curate(work: Coroutine[Any, Any, str]) -> None:
    try:
        typer.echo(_run(work))
    except (Refused, NotYours, Stale, TopicError) as error:
        typer.echo(f"没有做，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None


@statutes.command("import")
def statutes_import(source: Annotated[Path, typer.Argument(help="JSON lines, or a folder of Markdown.")]) -> None:
    """Bring texts of laws into the statute store; a malformed source changes nothing."""
    from bot.library import take_in

    try:
        typer.echo(take_in(_settings().folder, source))
    except (SourceError, OSError) as error:
        typer.echo(f"没有导入：{error}", err=True)
        raise typer.Exit(1) from None


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


@cli.command()
def evaluate(
    file: Annotated[Path, typer.Option(help="JSON lines with question and gold (law#article).")],
    limit: Annotated[int, typer.Option(help="Only the first so many; 0: all.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure how well articles are found and what is decided, on questions with known answers."""
    from bot.library import measure

    settings = _settings()
    typer.echo(measure(settings, file, limit, as_json=as_json))


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest schema."""
    from storage.migrate import upgrade

    settings = _settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    typer.echo("已升级" if _run(upgrade(settings.database_url)) else "已是最新")


@user.command("add")
def user_add(
    login: str,
    name: str,
    role: Annotated[str, typer.Option(help="adviser, expert, publisher, kb_editor or admin")],
    villages: Annotated[str, typer.Option(help="Villages of an adviser: 安居镇示例一村,旧县街道示例三村")] = "",
) -> None:
    """Add a member of staff and print a one-time password."""
    from bot.people import add

    password = _run(add(_settings(), login, name, role, villages))
    typer.echo(f"{login} 的一次性密码（只显示这一次）：{password}")


@people.command("template")
def people_template(file: Annotated[Path, typer.Argument(help="The workbook (.xlsx) to write.")]) -> None:
    """Write a workbook to fill in with towns, villages and staff."""
    from bot.staffing import template

    try:
        typer.echo(template(file))
    except OSError as error:
        raise typer.BadParameter(str(error)) from None


@people.command("import")
def people_import(
    file: Annotated[Path, typer.Argument(help="The workbook, as `people template` makes it.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write; without it, only tell what would change.")] = False,
) -> None:
    """Bring in towns, villages and staff; one faulty cell, and nothing changes."""
    from bot.staffing import bring
    from knowledge.sheets import SheetError

    try:
        brought = _run(bring(_settings(), file, apply=apply))
    except SheetError as error:
        typer.echo(f"没有导入，什么都没改：\n{error}", err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(brought.words))
    for login, password in brought.passwords.items():
        typer.echo(f"{login} 的一次性密码（只显示这一次）：{password}")


@menu.command("publish")
def menu_publish() -> None:
    """Put up the menu of the account."""
    from bot.publicity import publish_menu

    typer.echo(_run(publish_menu(_settings())))


@wechat.command("posters")
def wechat_posters(folder: Annotated[Path, typer.Argument(help="Where to write them.")]) -> None:
    """Draw a poster for each village, as SVG and PDF; whoever scans its code belongs to that village."""
    from bot.publicity import draw_posters

    typer.echo(_run(draw_posters(_settings(), folder)))


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
    given = _run(reset(_settings(), login, password=password, second=second))
    typer.echo(f"{login} 的一次性密码（只显示这一次）：{given}" if given else "已解除，下次登录时重新绑定验证器")


@audit.command("verify")
def audit_verify(
    expect: Annotated[str, typer.Option(help="A mark that was noted before; it must still be in the chain.")] = "",
) -> None:
    """Check the chain; names the first line that is not what was written."""
    from bot.people import verify

    whole, words = _run(verify(_settings(), expect))
    typer.echo(words)
    raise typer.Exit(0 if whole else 1)


@quiz.command("key")
def quiz_key() -> None:
    """Print the public key that agencies check certificates with; it is no secret."""
    from bot.signing import public

    typer.echo(public(config.key(_settings(), "quiz_key")))


@quiz.command("verify")
def quiz_verify(
    code: str, key: Annotated[str, typer.Option(help="The public key; this installation's own without it.")] = ""
) -> None:
    """Say whether a certificate is ours, and what it says; needs no network and no database."""
    from bot.signing import public, verifier
    from handlers import certificates

    try:
        found = certificates.read(code, verifier(key or public(config.key(_settings(), "quiz_key"))))
    except ValueError:
        raise typer.BadParameter("公钥要是 64 位十六进制数", param_hint="--key") from None
    if found is None:
        typer.echo("不是有效的凭证", err=True)
        raise typer.Exit(1)
    said = f"有效：{found.matter}，{found.day} 答 {found.asked} 题，对 {found.right} 题（{found.quiz}）。"
    typer.echo(f"{said}是否免罚由执法机关决定。")


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew under a new key; the server must be stopped. If it is interrupted, run it again."""
    from bot.keys import rotate

    typer.echo(_run(rotate(_settings())))


@cli.command()
def assess(
    month: Annotated[str, typer.Argument(help="The month, YYYY-MM.")],
    xlsx: Annotated[Path | None, typer.Option(help="Also write a workbook with every event behind the scores.")] = None,
) -> None:
    """Score the service of the advisers in a month, from what was recorded of their tickets."""
    from bot.assessing import assess as run

    try:
        words, book = _run(run(_settings(), month))
        typer.echo(words)
        if xlsx:
            xlsx.write_bytes(book)
            typer.echo(f"已写到 {xlsx}")
    except OSError as error:
        raise typer.BadParameter(str(error)) from None


@cli.command()
def correct(
    event: Annotated[int, typer.Argument(help="The number of the event, from the workbook of `assess`.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why it shall not count.")],
) -> None:
    """Grant an appeal: an event counts no more when service is assessed."""
    from bot.assessing import correct as run

    try:
        typer.echo(_run(run(_settings(), event, by, reason)))
    except Refused as error:
        typer.echo(f"没有做：{error}", err=True)
        raise typer.Exit(1) from None


@cli.command()
def backup(target: Path) -> None:
    """Copy the database while it is in use."""
    from bot.backup import backup as run

    if target.is_dir() or not target.absolute().parent.is_dir():
        raise typer.BadParameter(f"{target} 要是一个文件名，所在的文件夹要先有")
    typer.echo(
        f"已备份到 {run(_settings(), target)}。密钥不在里面：数据目录的 keys/ 要另外保管，丢了就解不开居民的原话"
    )


@cli.command()
def restore(source: Path, force: Annotated[bool, typer.Option(help="Replace the present database.")] = False) -> None:
    """Put a backup in the place of the database; the server must be stopped."""
    from bot.backup import restore as run

    typer.echo(run(_settings(), source, force=force))


@cli.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, what is missing, and what to do about it."""
    from bot.doctor import examine

    findings = _run(examine(_settings()))
    if as_json:
        typer.echo(json.dumps([f.__dict__ for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(str(finding))
    raise typer.Exit(1 if any(f.bad for f in findings) else 0)


@push.command("themes")
def push_themes() -> None:
    """List the days of the year that can be adopted."""
    from bot.campaigning import shelf

    typer.echo(shelf())


@push.command("plan")
def push_plan(
    theme: Annotated[str, typer.Argument(help="The id of a theme; see push themes.")],
    by: As,
    *,
    when: Annotated[str, typer.Option(help="Another time: 2026-12-04 10:00, 每年12月4日 10:00, cron …")] = "",
    towns: Annotated[str, typer.Option(help="Only these towns: 安居镇,旧县街道")] = "",
    channels: Annotated[str, typer.Option(help="Only these channels: telegram,web")] = "",
    expires: Annotated[str, typer.Option(help="The last day on which it is true, YYYY-MM-DD.")] = "",
) -> None:
    """Adopt a theme as a draft."""
    from bot.campaigning import plan

    last = str(_day(expires)) if expires else ""
    typer.echo(_run(plan(_settings(), by, theme, last, when=when, towns=towns, channels=channels)))


@push.command("preview")
def push_preview(number: int) -> None:
    """Show a campaign on each channel as it will look, whom it reaches and what stands against it."""
    from bot.campaigning import preview

    typer.echo(_run(preview(_settings(), number)))


@push.command("test")
def push_test(number: int, by: As, to: Annotated[str, typer.Option(help="channel:id, e.g. telegram:12345")]) -> None:
    """Send it to one address, to be read there as residents will."""
    from bot.campaigning import test

    typer.echo(_run(test(_settings(), by, number, to)))


@push.command("send")
def push_send(
    number: int, by: As = "", dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False
) -> None:
    """Approve somebody else's campaign: it goes out when its time comes."""
    from bot.campaigning import send

    typer.echo(_run(send(_settings(), by, number, dry_run=dry_run)))


@push.command("status")
def push_status(
    number: Annotated[int | None, typer.Argument()] = None,
    follow: Annotated[bool, typer.Option(help="Show the progress of a run until it ends.")] = False,
) -> None:
    """List all campaigns, or the runs of one."""
    from bot.campaigning import status

    typer.echo(_run(status(_settings(), number, follow=follow)))


@push.command("cancel")
def push_cancel(number: int, by: As) -> None:
    """Cancel a campaign; what was not sent yet is not sent."""
    from bot.campaigning import cancel

    typer.echo(_run(cancel(_settings(), by, number)))


@bench.command("flow")
def bench_flow(
    messages: Annotated[int, typer.Option(help="Messages a run.")] = 3000,
    rounds: Annotated[int, typer.Option(help="Runs of each bot; the medians are shown.")] = 3,
    peers: Annotated[str, typer.Option(help="The Python that has benchmarks/requirements.txt.")] = sys.executable,
    as_json: AsJson = False,
) -> None:
    """Measure stored and delivered answers a second beside echo bots, against a fake Bot API."""
    from benchmarks.flow import report

    typer.echo(report(messages, rounds, peers, as_json=as_json))


@bench.command("push")
def bench_push(
    subscribers: Annotated[int, typer.Option(help="How many are queued at once.")] = 260_000,
    drained: Annotated[int, typer.Option(help="How many go out at the pace of Telegram; 0: leave it out.")] = 3000,
    lifted: Annotated[int, typer.Option(help="How many go out without any pace; 0: leave it out.")] = 3000,
    as_json: AsJson = False,
) -> None:
    """Measure a push: queueing on both databases, sending through a fake Bot API that enforces its limits."""
    from benchmarks.push import report

    typer.echo(report(subscribers, drained, lifted, as_json=as_json))


@bench.command("wechat")
def bench_wechat(
    rate: Annotated[float, typer.Option(help="Messages a second.")] = 50,
    seconds: Annotated[float, typer.Option(help="For how long.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Measure how soon WeChat is answered, in an open loop against a server with the whole library."""
    from benchmarks.passive import report

    typer.echo(report(rate, seconds, as_json=as_json))
