"""Run commands as somebody at a terminal would: in a folder, with an environment, to an exit code."""

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.cli import main
from bot.log import QUIET

ROOT = Path(__file__).parents[2]
SECRETS = (
    "PORT", "DATABASE_URL", "TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "WECHAT_TOKEN", "WECHAT_SECRET",
    "WECHAT_AES_KEY",
    "WECOM_TOKEN",
    "WECOM_SECRET",
    "WECOM_AES_KEY", "COOKIE_KEY", "FIELD_KEY",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def run(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> Ran:
    """A command of ours, in this process."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["bot", *words]
    try:
        with (
            contextlib.chdir(folder),
            _environment(env or {}),
            undisturbed_logs(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            main()
    except SystemExit as end:
        return Ran(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        sys.argv = before
    return Ran(0, out.getvalue(), err.getvalue())


def process(folder: Path, *words: str, module: str = "bot", env: Mapping[str, str] | None = None) -> Ran:
    """The same in a process of its own."""
    given = {name: held for name, held in os.environ.items() if name not in SECRETS}
    given |= {"PYTHONPATH": str(ROOT), **(env or {})}
    ended = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


@contextlib.contextmanager
def _environment(env: Mapping[str, str]) -> Generator[None]:
    before = {name: os.environ.pop(name) for name in SECRETS if name in os.environ}
    os.environ.update(env)
    try:
        yield
    finally:
        for name in env:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextlib.contextmanager
def undisturbed_logs() -> Generator[None]:
    """Leave logging as it was: other tests read it too."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in QUIET}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, held in quiet.items():
            logging.getLogger(name).setLevel(held)
        structlog.reset_defaults()
