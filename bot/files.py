"""Make the files that go with replies."""

import asyncio
from collections.abc import Awaitable, Callable

from handlers.enclosures import WORD, Content
from handlers.messages import Attachment, Calendar, Document, Kept
from knowledge.guides.papers import Draft, draft, papers

CALENDAR = "text/calendar; charset=utf-8"


Find = Callable[[str], Awaitable[Content | None]]


async def none(_mark: str) -> Content | None:
    """Nothing is kept."""
    return None


async def made(attachment: Attachment, find: Find) -> Content | None:
    """The file; None if it was erased. A paper is drawn outside the event loop, since that takes about 50 ms."""
    match attachment:
        case Document():
            return await drawn(attachment)
        case Calendar(name, text):
            return Content(name, CALENDAR, text.encode())
        case Kept(_, mark):
            return await find(mark)


async def drawn(paper: Document) -> Content:
    """The paper as a Word file."""
    return Content(paper.name, WORD, await asyncio.to_thread(_drawn, paper.draft))


async def prepare() -> None:
    """Load what drawing needs, so that the first paper does not wait for it."""
    first = next(iter(papers().values()))
    await asyncio.to_thread(_drawn, draft(first, {}))


def _drawn(wanted: Draft) -> bytes:
    # imported here: its libraries take 0.3 s of the start, and most processes draw nothing
    from bot.documents import docx

    return docx(wanted)
