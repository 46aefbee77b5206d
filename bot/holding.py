"""Know whether a server is using the data folder."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.config import ConfigError

NAME = "in-use"


@contextmanager
def shared(folder: Path) -> Generator[None]:
    """Use the data folder beside others that use it; the lock goes with the process, however it ends."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Use it while nobody else does; raises ConfigError if somebody does."""
    with _locked(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(folder: Path, kind: int) -> Generator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("ab") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"{folder} 正在被另一个进程使用：先停掉服务器（或等恢复完成），再试一次") from None
        yield
