"""Make the files that go with replies."""

import asyncio
from dataclasses import dataclass

from handlers.messages import Attachment, Calendar, Document
from knowledge.guides.papers import Draft, draft, papers

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed over."""

    name: str
    kind: str
    content: bytes


async def made(attachment: Attachment) -> File:
    """The file; a paper is drawn outside the event loop, since that takes about 50 ms."""
    match attachment:
        case Document(name, wanted):
            return File(name, WORD, await asyncio.to_thread(_drawn, wanted))
        case Calendar(name, text):
            return File(name, CALENDAR, text.encode())


async def prepare() -> None:
    """Load what drawing needs, so that the first paper does not wait for it."""
    first = next(iter(papers().values()))
    await asyncio.to_thread(_drawn, draft(first, {}))


def _drawn(wanted: Draft) -> bytes:
    # imported here: its libraries take 0.3 s of the start, and most processes draw nothing
    from bot.documents import docx

    return docx(wanted)
