"""Drive a fake Bot API server that runs in a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession


@dataclass(frozen=True)
class Remote:
    """The control side over HTTP: `await remote("say", chat=1, text="你好")`."""

    base: str
    token: str
    pid: int
    session: ClientSession

    async def __call__(self, name: str, **arguments: Any) -> Any:
        """Call a control and give its result.

        Raises RuntimeError with what the other side says.
        """
        async with self.session.post(f"{self.base}/control/{name}", json=arguments) as answer:
            body = await answer.json()
        if not body["ok"]:
            raise RuntimeError(body["error"])
        return body["result"]


@asynccontextmanager
async def launch(port: int = 0) -> AsyncGenerator[Remote]:
    """Run the fake in its own process for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.fakes.telegram", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        if not process.stdout:
            raise RuntimeError("no output to read the port from")
        hello = json.loads(await process.stdout.readline())
        async with ClientSession() as session:
            yield Remote(hello["base"], hello["token"], process.pid, session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
