"""Measure bots against the fake Bot API: answers a second, time to the answer, processor time a message.

The fake and the crowd that asks share this process; each bot is a process of its own, with an empty folder as {data}.
"""

import argparse
import asyncio
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median, quantiles

from benchmarks.crowd import Crowd, Load
from tests.fakes.telegram import FakeTelegram

PEERS = {
    "ptb sequential": "{python} -m benchmarks.echo_ptb --base {base} --token {token}",
    "ptb concurrent 32": "{python} -m benchmarks.echo_ptb --base {base} --token {token} --concurrent 32",
    "aiogram": "{python} -m benchmarks.echo_aiogram --base {base} --token {token}",
}
VARIANTS = {
    "ptb sequential, aiohttp": PEERS["ptb sequential"] + " --client aiohttp",
    "ptb concurrent, aiohttp": PEERS["ptb concurrent 32"] + " --client aiohttp",
    "Bot alone, aiohttp": "{python} -m benchmarks.echo_bare --base {base} --token {token}",
}
TICKS = os.sysconf("SC_CLK_TCK")  # a second


@dataclass(frozen=True)
class Result:
    """One run, or the medians of several."""

    answered_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float  # a message, the bot and its children
    fake_cpu_ms: float  # a message, the fake and the crowd: what limits the fastest bot


def cpu_seconds(pid: int) -> float:
    """Give the processor time a process and its descendants have used, those that ended included."""
    stats = dict(_stats())
    family = {pid}
    for _ in range(len(stats)):
        grown = family | {child for child, (parent, _) in stats.items() if parent in family}
        if grown == family:
            break
        family = grown
    return sum(stats[member][1] for member in family if member in stats) / TICKS


def _stats() -> list[tuple[int, tuple[int, int]]]:
    found: list[tuple[int, tuple[int, int]]] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        found.append((int(folder.name), (int(after_name[1]), sum(map(int, after_name[11:15])))))
    return found


def filled(command: str, telegram: FakeTelegram, data: str, python: str) -> list[str]:
    """Put the address, the token and the folder into a bot's command."""
    places = {"{base}": telegram.base, "{port}": str(telegram.port), "{token}": telegram.token}
    places |= {"{data}": data, "{python}": python}
    for place, value in places.items():
        command = command.replace(place, value)
    return shlex.split(command)


@asynccontextmanager
async def started(command: str, telegram: FakeTelegram, python: str) -> AsyncGenerator[int]:
    """Run a bot until the block ends and give its process id.

    Raises RuntimeError with the end of the bot's output when it is gone before it is ready.
    """
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile("w+") as output:
        arguments = filled(command, telegram, data, python)
        process = await asyncio.create_subprocess_exec(*arguments, stdout=output, stderr=output)
        ready, gone = asyncio.create_task(telegram.wait_ready()), asyncio.create_task(process.wait())
        try:
            await asyncio.wait([ready, gone], return_when=asyncio.FIRST_COMPLETED)
            if gone.done() or ready.exception():
                output.seek(0)
                raise RuntimeError(f"not ready: {shlex.join(arguments)}\n{output.read()[-2000:]}")
            yield process.pid
        finally:
            ready.cancel()
            await _end(process, gone)


async def _end(process: asyncio.subprocess.Process, gone: "asyncio.Task[int]") -> None:
    if not gone.done():
        process.terminate()
        await asyncio.wait([gone], timeout=10)
    if not gone.done():
        process.kill()
        await gone


async def run(command: str, load: Load, python: str = sys.executable) -> Result:
    """Measure one bot once."""
    async with FakeTelegram() as telegram, started(command, telegram, python) as pid:
        crowd = Crowd(telegram, load)
        await crowd.ask(load.warm)
        await crowd.introduce(load.messages)
        before = time.monotonic(), cpu_seconds(pid), time.process_time()
        latencies = await crowd.ask(load.messages)
        after = time.monotonic(), cpu_seconds(pid), time.process_time()
        wall, cpu, own = (end - start for start, end in zip(before, after, strict=True))
        return _result(latencies, wall, cpu, own)


def _result(latencies: Sequence[float], wall: float, cpu: float, own: float) -> Result:
    cuts, number = quantiles(latencies, n=100), len(latencies)
    return Result(number / wall, cuts[49] * 1000, cuts[98] * 1000, cpu / number * 1000, own / number * 1000)


async def compare(bots: dict[str, str], load: Load, rounds: int, python: str) -> dict[str, Result]:
    """Measure every bot in turn, several times over, and give the medians."""
    runs: dict[str, list[Result]] = {name: [] for name in bots}
    for _ in range(rounds):
        for name, command in bots.items():
            runs[name].append(await run(command, load, python))
            print(f"  {name}: {runs[name][-1].answered_per_s:.0f}/s", file=sys.stderr)
    return {name: _medians(found) for name, found in runs.items()}


def _medians(found: Sequence[Result]) -> Result:
    return Result(*(median(getattr(result, field.name) for result in found) for field in fields(Result)))


def table(results: dict[str, Result], against: str) -> str:
    """Lay the results out in columns; × is the ratio to the bot they are held against."""
    base = results[against]
    lines = [f"{'bot':<26}{'answered/s':>11}{'×':>7}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms/msg':>12}{'×':>7}{'fake ms':>9}"]
    for name, found in results.items():
        rate, cpu = found.answered_per_s / base.answered_per_s, found.cpu_ms / base.cpu_ms
        lines.append(
            f"{name:<26}{found.answered_per_s:>11.0f}{rate:>7.2f}{found.p50_ms:>9.1f}{found.p99_ms:>9.1f}"
            f"{found.cpu_ms:>12.2f}{cpu:>7.2f}{found.fake_cpu_ms:>9.2f}"
        )
    return "\n".join(lines)


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--bot", action="append", default=[], metavar="NAME=COMMAND", help="{base} {port} {token} {data} {python}"
    )
    parser.add_argument("--peers", metavar="PYTHON", help="measure the echo bots too, with this interpreter")
    parser.add_argument("--variants", action="store_true", help="and the same over the project's own HTTP client")
    parser.add_argument("--against", help="whom the ratios refer to; the first by default")
    parser.add_argument("--messages", type=int, default=Load.messages)
    parser.add_argument("--warm", type=int, default=Load.warm)
    parser.add_argument("--in-flight", type=int, default=Load.in_flight)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=Path, help="one a line; all ask the same without it")
    parser.add_argument("--before", action="append", default=[], help="what each resident writes first; press:LABEL")
    parser.add_argument("--json", type=Path, help="write the medians there as well")
    return parser.parse_args(arguments)


def chosen(given: argparse.Namespace) -> dict[str, str]:
    """Give the bots to be measured, by name."""
    bots = dict(entry.split("=", 1) for entry in given.bot)
    if given.peers:
        peers = PEERS | (VARIANTS if given.variants else {})
        bots |= {name: command.replace("{python}", given.peers) for name, command in peers.items()}
    return bots


def main() -> None:
    """Measure and print the table, then one line of JSON."""
    given = options()
    bots = chosen(given)
    if not bots:
        raise SystemExit("nothing to measure: give --bot or --peers")
    questions = given.questions.read_text(encoding="utf-8").splitlines() if given.questions else Load.questions
    load = Load(given.messages, given.warm, given.in_flight, questions, given.before)
    results = asyncio.run(compare(bots, load, given.rounds, sys.executable))
    found = json.dumps({name: asdict(result) for name, result in results.items()}, ensure_ascii=False)
    print(table(results, given.against or next(iter(bots))), found, sep="\n")
    if given.json:
        given.json.write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
