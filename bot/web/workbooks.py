"""Hand editors all topics as one workbook, and keep what they changed in it as drafts."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.web import wording
from bot.web.auth import Auth
from bot.web.guards import UPLOAD_LIMIT
from bot.web.pages import page
from bot.web.scores import TYPE
from handlers.cases import Library
from handlers.editing import curate
from handlers.editing.curate import Shelf
from handlers.editing.curation import IMPORTERS
from handlers.errors import Refused, Stale
from handlers.hours import SHANGHAI
from knowledge import intake, revision, topics, workbook
from knowledge.revision import Revision
from knowledge.topics import TopicError
from storage.people import Session

PLACE = "/bureau/topics"
MOST = 1_000_000  # bytes of a workbook; all topics that are shipped have two thirds of that
SHOWN = 50  # faults on one page


class Workbooks:
    """The workbook of topics under /bureau/topics."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        larger = [Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT)]
        bring = self._auth.staffed(self.bring, only=IMPORTERS)
        return [
            Route(f"{PLACE}/all.xlsx", self._auth.staffed(self.whole, only=IMPORTERS)),
            Route(f"{PLACE}/import", bring, methods=["POST"], middleware=larger),
        ]

    async def whole(self, _request: Request, session: Session) -> Response:
        """All topics as residents read them."""
        library = self._app.library
        if library is None:
            return self._shown(session, 503, faults=[wording.LOADING])
        book = await asyncio.to_thread(workbook.write, tuple(library.topics.values()), topics.TOPICS)
        name = quote(f"知识主题_{datetime.now(SHANGHAI):%Y%m%d}.xlsx")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(book, headers=headers, media_type=TYPE)

    async def bring(self, request: Request, session: Session) -> Response:
        """Say what the workbook would change; keep drafts of that if the other button was pressed, all or none."""
        library = self._app.library
        if library is None:
            return self._shown(session, 503, faults=[wording.LOADING])
        form = await request.form(max_files=1)
        file = form.get("file")
        content = await file.read(MOST + 1) if isinstance(file, UploadFile) else b""
        if not content or len(content) > MOST:
            return self._shown(session, 409, faults=[wording.LARGE_TOPICS if content else wording.NO_WORKBOOK])
        try:
            revised = await asyncio.to_thread(_read, content, library)
            if form.get("act") != "draft":
                return self._shown(session, 200, revised)
            shelf = Shelf(self._app.store.versions, (), library.statutes)
            await curate.take_in(shelf, session.user, revised.topics, datetime.now(UTC))
        except TopicError as error:
            return self._shown(session, 409, faults=[problem.message for problem in error.problems])
        except (Refused, Stale) as refused:
            return self._shown(session, 409, faults=[str(refused)])
        return self._shown(session, 200, revised, kept=True)

    def _shown(
        self,
        session: Session,
        status: int,
        revised: Revision | None = None,
        *,
        kept: bool = False,
        faults: Sequence[str] = (),
    ) -> Response:
        return page(
            "workbook.html",
            status,
            session=session,
            faults=faults[:SHOWN],
            more=max(len(faults) - SHOWN, 0),
            revised=revised,
            kept=kept,
        )


def _read(content: bytes, library: Library) -> Revision:
    """What a workbook would change in what residents read; raises TopicError with the cell of every fault."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "知识主题.xlsx"
        book.write_bytes(content)
        taken = intake.read(book)
    held, today = tuple(library.topics.values()), datetime.now(SHANGHAI).date()
    revised = revision.revise(held, topics.TOPICS, taken)
    if wrong := revision.faults(revised, taken, held, library.statutes, today):
        raise TopicError(wrong)
    return revised
