"""Run the fake Bot API server in a process of its own and print where it is, as one JSON line."""

import argparse
import asyncio
import json
import signal

from tests.fakes.telegram.fake import TOKEN, FakeTelegram
from tests.fakes.telegram.pace import Limits


async def serve(port: int, token: str, limits: Limits | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    telegram = FakeTelegram(token=token, limits=limits)
    await telegram.start(port)
    print(json.dumps({"port": telegram.port, "base": telegram.base, "token": token}), flush=True)
    await stop.wait()
    await telegram.stop()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--limits", action="store_true", help="answer 429 as the real server does")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.token, Limits() if options.limits else None))


if __name__ == "__main__":
    main()
