"""Start the program as people start it, in a process and a folder of its own, and talk with it through its pipes."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# nothing of whoever runs the tests comes along
SECRETS = ("PORT", "DATABASE_URL", "TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "COOKIE_KEY", "FIELD_KEY")
PIPE = asyncio.subprocess.PIPE


@dataclass
class Program:
    """A process of ours; `shown` is what it has printed so far, `errors` what it has written beside that."""

    process: asyncio.subprocess.Process
    shown: str = ""

    def __post_init__(self) -> None:
        """Take in the errors as they come, so that the pipe never fills."""
        self._errors = bytearray()
        self._listening = asyncio.create_task(self._listen())

    @property
    def errors(self) -> str:
        """What was written to the error stream so far."""
        return self._errors.decode(errors="replace")

    async def _listen(self) -> None:
        assert self.process.stderr
        while chunk := await self.process.stderr.read(4096):
            self._errors += chunk

    async def until(self, pattern: str, within: float = 60) -> re.Match[str]:
        """Read on until the pattern was printed; what is behind it is read the next time."""
        assert self.process.stdout
        async with asyncio.timeout(within):
            while not (found := re.search(pattern, self.shown)):
                chunk = await self.process.stdout.read(4096)
                assert chunk, f"it ended without {pattern!r}: {self.shown[-2000:]}"
                self.shown += chunk.decode(errors="replace")
        self.shown = self.shown[found.end() :]
        return found

    async def type(self, words: str) -> None:
        """Type something."""
        assert self.process.stdin
        self.process.stdin.write(words.encode(errors="surrogateescape"))
        await self.process.stdin.drain()

    async def end(self, within: float = 30) -> tuple[int, str, str]:
        """End its input, and read the rest: exit code, what was not read yet, errors."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        async with asyncio.timeout(within):
            out = await self.process.stdout.read()
            await self._listening
            return await self.process.wait(), self.shown + out.decode(errors="replace"), self.errors

    async def stop(self, sign: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Send it a signal, then the same."""
        self.process.send_signal(sign)
        return await self.end()


@asynccontextmanager
async def started(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> AsyncGenerator[Program]:
    """`python -m bot` in that folder, killed in the end if it still runs."""
    given = {name: held for name, held in os.environ.items() if name not in SECRETS}
    given |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(env or {})}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=folder, env=given, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    program = Program(process)
    try:
        yield program
    finally:
        if process.returncode is None:
            process.kill()
            await program.end()
