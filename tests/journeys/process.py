"""Run the real server as its users do, in a folder of its own, and end it gently or not."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from tests.fakes.telegram import Remote

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class Server:
    """`python -m bot serve` with a fake Bot API, restarted as often as a test likes."""

    def __init__(self, folder: Path, telegram: Remote, config: str) -> None:
        self.folder = folder
        self._telegram = telegram
        self._process: Process | None = None
        (folder / "config.toml").write_text(config, encoding="utf-8")

    async def start(self) -> None:
        """Run it; it is not ready yet."""
        environment = {name: value for name, value in os.environ.items() if name in ENVIRONMENT}
        environment |= {"PYTHONPATH": str(ROOT), "TELEGRAM_TOKEN": self._telegram.token, "PYTHONUTF8": "1"}
        with (self.folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", cwd=self.folder, env=environment, stdout=log, stderr=log
            )

    async def until(self, counter: str, within: float = 60) -> float:
        """Wait until a counter of the fake Bot API grows: `polls`, `sent`; the seconds it took."""
        began = time.monotonic()
        before = (await self._telegram("counters"))[counter]
        async with asyncio.timeout(within):
            while (await self._telegram("counters"))[counter] == before:
                if self._process and self._process.returncode is not None:
                    raise RuntimeError(f"the server ended:\n{self.log()[-3000:]}")
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def kill(self) -> None:
        """As if the power had gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> float:
        """As systemd stops it; the seconds it took."""
        began = time.monotonic()
        await self._end(signal.SIGTERM)
        return time.monotonic() - began

    async def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
        self._process = None

    def log(self) -> str:
        """What it printed, over all its lives."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database holds, read over a connection of our own."""
        path = self.folder / "data" / "legalbot.db"
        with closing(connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query).fetchall()
