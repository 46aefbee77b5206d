"""Measure stored and delivered answers beside echo bots that store nothing: same fake Bot API, same load, same run."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.crowd import Load
from benchmarks.load import PEERS, Result, run, table
from bot.engine import open_library, whole

OURS = "{python} -m benchmarks.ours --base {base} --token {token} --data {data} --library {library}"
CONSENT = ("你好", "press:同意")  # what a resident of ours does once before the first question
SEQUENTIAL, CONCURRENT = "ptb sequential", "ptb concurrent 32"


async def compare(messages: int, rounds: int, peers: str, library: Path) -> dict[str, Result]:
    """Measure ours and the peers in turn, several times over; gives the medians. The library must be built."""
    load = Load(messages=messages, warm=min(300, messages))
    ours = replace(load, before=CONSENT)
    command = OURS.replace("{library}", str(library))
    bots = {
        "legalbot": (command, ours, sys.executable),
        "legalbot, no match": (f"{command} --no-match", ours, sys.executable),
        **{name: (echo.replace("{python}", peers), load, peers) for name, echo in PEERS.items()},
    }
    runs: dict[str, list[Result]] = {name: [] for name in bots}
    for _ in range(rounds):
        for name, (started, asked, python) in bots.items():
            runs[name].append(await run(started, asked, python))
            print(f"  {name}: {runs[name][-1].answered_per_s:.0f}/s", file=sys.stderr)
    return {name: _medians(found) for name, found in runs.items()}


def _medians(found: list[Result]) -> Result:
    rows = [asdict(result) for result in found]
    return Result(**{name: median(row[name] for row in rows) for name in rows[0]})


def aims(results: Mapping[str, Result]) -> str:
    """The two ratios that are aimed at."""
    ours = results["legalbot, no match"]
    cost = ours.cpu_ms / results[SEQUENTIAL].cpu_ms
    rate = ours.answered_per_s / results[CONCURRENT].answered_per_s
    match = results["legalbot"].cpu_ms - ours.cpu_ms
    return (
        f"without the match: {cost:.2f} × the processor time of the sequential echo (aim: at most 1.50),\n"
        f"                   {rate:.2f} × the answers a second of the concurrent echo (aim: more than 1)\n"
        f"the match:         {match:.2f} ms of processor time a message"
    )


def report(messages: int, rounds: int, peers: str, *, as_json: bool = False) -> str:
    """Measure, and lay it out; `peers` is the interpreter that has the echo bots' libraries."""
    with TemporaryDirectory() as folder:
        library = Path(folder)
        whole(open_library(library)[1])
        results = asyncio.run(compare(messages, rounds, peers, library))
    if as_json:
        return json.dumps({name: asdict(result) for name, result in results.items()}, ensure_ascii=False)
    return f"{table(results, SEQUENTIAL)}\n\n{aims(results)}"
