"""Run this project's server for a measurement: its own folder, the pace lifted, perhaps without the match."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from bot import config
from bot.app import App, build
from bot.engine import Engine, open_library, whole
from handlers.cases import Part
from knowledge.engine.match import Findings, TopicFinding
from storage.migrate import upgrade

CONFIG = """
[server]
port = 0
[data]
folder = "data"
[outbox]
window = 32
[telegram]
api_url = "{base}"
rate = 100000
chat_interval_seconds = 0
[log]
level = "warning"
"""


class Fixed(Engine):
    """Finds the same topic for every question, at no cost."""

    def __init__(self) -> None:
        self._found = Findings((TopicFinding("wages-unpaid", 0.99),), 1.0)

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        """The same for each."""
        return [(Part(words, self._found),) for words, _ in questions]

    def close(self) -> None:
        """Nothing runs."""


async def serve(folder: Path, library: Path, base: str, token: str, *, match: bool) -> None:
    """Run until the process is ended; what is built for the library is kept in a folder of its own."""
    (folder / "config.toml").write_text(CONFIG.format(base=base), encoding="utf-8")
    os.environ["TELEGRAM_TOKEN"] = token
    settings = config.load(folder / "config.toml")
    settings.folder.mkdir()
    await upgrade(settings.database_url)
    app: App = build(settings)
    # loaded to the end beforehand: what a start costs once is not what a message costs
    app.library, matcher = open_library(library)
    whole(matcher)
    app.engine = Engine(matcher) if match else Fixed()
    await app.start()
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--no-match", action="store_true")
    given = parser.parse_args()
    asyncio.run(serve(given.data, given.library, given.base, given.token, match=not given.no_match))


if __name__ == "__main__":
    main()
