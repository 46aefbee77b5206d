"""Write one structured line an event, never the words of a resident: kinds, counts and row numbers only."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from handlers import masks

# they log whole requests at INFO; a URL of the Bot API holds the token
QUIET = ("httpx", "httpcore", "aiohttp.access", "telegram", "apscheduler", "alembic", "uvicorn.access", "aiosqlite")


def configure(level: str = "info", form: str = "auto") -> None:
    """Set up logging for the process; `form` is auto, text or json."""
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _masked,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if text else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(module=name)


def failure(error: BaseException) -> str:
    """What may be logged of an error: its type and where it arose. Its message may quote what a resident wrote."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net: numbers of identity cards, phones and bank cards that slipped into an event."""
    return {key: masks.mask(held) if isinstance(held, str) else held for key, held in event.items()}
