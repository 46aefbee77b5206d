"""Measure how soon WeChat has its answer: an open loop at a fixed rate against `serve` with the whole library."""

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from aiohttp import ClientError, ClientSession

from benchmarks.load import cpu_seconds
from bot.engine import open_library, whole
from knowledge import topics
from tests.fakes.wechat import ACCOUNT, AES_KEY, APP_ID, SECRET, TOKEN, FakeWeChat, Pushed

ROOT = Path(__file__).parents[1]
WARM = 100  # messages before, not measured
READY = 120.0  # s for the server to have its library


@dataclass(frozen=True)
class Result:
    """What the platform saw: how soon it was answered, in seconds, and by what."""

    messages: int
    rate: float
    p50: float
    p99: float
    longest: float
    passive: int  # answered in the request
    later: int  # acknowledged, and answered by a customer message
    failed: int
    repeated: int  # asked more than once, for want of an answer within 5 s
    cpu_ms: float  # a message, the server
    load_before: float  # of the machine, over a minute
    load_after: float


async def measure(rate: float, seconds: float) -> Result:
    """Push so many messages a second in safe mode, each from somebody new, asking what topics list as asked."""
    questions = [topic.questions[0] for topic in topics.load() if topic.questions]
    before = os.getloadavg()[0]
    with TemporaryDirectory() as folder:
        _build(Path(folder) / "data")
        async with FakeWeChat(safe=True) as wechat, _serving(Path(folder), wechat) as server:
            await _push(wechat, questions, WARM, rate / 2, "oWarm")
            used = cpu_seconds(server)
            pushed = await _push(wechat, questions, int(rate * seconds), rate, "oMeasured")
            used = cpu_seconds(server) - used
    return _result(pushed, rate, used * 1000 / len(pushed), before)


def _build(folder: Path) -> None:
    folder.mkdir()
    _, matcher = open_library(folder)
    whole(matcher)


@asynccontextmanager
async def _serving(folder: Path, wechat: FakeWeChat) -> AsyncGenerator[int]:
    """`serve` as it ships, in a process of its own; its number."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    (folder / "config.toml").write_text(
        f'[wechat]\napp_id = "{APP_ID}"\naccount = "{ACCOUNT}"\napi_url = "{wechat.base}"\n'
    )
    secrets = {"WECHAT_TOKEN": TOKEN, "WECHAT_SECRET": SECRET, "WECHAT_AES_KEY": AES_KEY, "PORT": str(port)}
    ours = os.environ | secrets | {"PYTHONPATH": str(ROOT)}
    none = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=folder, env=ours, stdout=none, stderr=none
    )
    try:
        await _ready(f"http://127.0.0.1:{port}/healthz")
        wechat.point(f"http://127.0.0.1:{port}/wechat")
        yield server.pid
    finally:
        server.terminate()
        await server.wait()


async def _ready(url: str) -> None:
    async with asyncio.timeout(READY), ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)


async def _push(wechat: FakeWeChat, questions: Sequence[str], count: int, rate: float, who: str) -> list[Pushed]:
    """On a fixed schedule, whether or not the ones before were answered."""
    start, under_way = time.monotonic(), list[asyncio.Task[Pushed]]()
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        under_way.append(asyncio.create_task(wechat.say(f"{who}{number}", questions[number % len(questions)])))
    return await asyncio.gather(*under_way)


def _result(pushed: Sequence[Pushed], rate: float, cpu: float, before: float) -> Result:
    times = sorted(sum(asked.seconds for asked in one.asked) for one in pushed)
    cuts = quantiles(times, n=100)
    return Result(
        messages=len(pushed),
        rate=rate,
        p50=cuts[49],
        p99=cuts[98],
        longest=times[-1],
        passive=sum(one.reply is not None for one in pushed),
        later=sum(one.reply is None and not one.failed for one in pushed),
        failed=sum(one.failed for one in pushed),
        repeated=sum(len(one.asked) > 1 for one in pushed),
        cpu_ms=cpu,
        load_before=before,
        load_after=os.getloadavg()[0],
    )


def report(rate: float, seconds: float, *, as_json: bool = False) -> str:
    """Measure, and lay it out."""
    result = asyncio.run(measure(rate, seconds))
    if as_json:
        return json.dumps(asdict(result))
    return (
        f"{result.messages} messages at {result.rate:g} a second, safe mode, the whole library\n"
        f"answered after      p50 {result.p50:.3f} s, p99 {result.p99:.3f} s (aim: at most 1), "
        f"longest {result.longest:.3f} s (aim: at most 3)\n"
        f"in the request      {result.passive}, later {result.later}, failed {result.failed}, "
        f"asked again {result.repeated}\n"
        f"processor time      {result.cpu_ms:.1f} ms a message\n"
        f"load of the machine {result.load_before:.1f} before, {result.load_after:.1f} after"
    )
