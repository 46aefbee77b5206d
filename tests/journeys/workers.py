"""Run processes that push, at the hour that a test wants, and kill them as if the power had gone."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from tests.fakes.telegram import TOKEN
from tests.journeys.process import ENVIRONMENT, ROOT


@dataclass
class Workers:
    """Processes that push what is due in `folder`; `more` is added to their environment."""

    folder: Path
    statutes: Path
    token: str = TOKEN
    more: dict[str, str] = field(default_factory=dict[str, str])
    running: list[Process] = field(default_factory=list[Process])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in list(self.running):
            await self.kill(one)

    async def start(self, clock: datetime | None = None) -> Process:
        """One more; its clock shows that time, or the real one."""
        environment = {name: value for name, value in os.environ.items() if name in ENVIRONMENT}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | self.more
        arguments = [str(self.folder), str(self.statutes), self.token, *([clock.isoformat()] if clock else [])]
        with (self.folder / "worker.log").open("ab") as log:
            started = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.journeys.pusher", *arguments, env=environment, stdout=log, stderr=log
            )
        self.running.append(started)
        return started

    async def kill(self, one: Process) -> None:
        """As if the power had gone."""
        self.running.remove(one)
        one.kill()
        await one.wait()
