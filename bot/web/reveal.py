"""Show what is masked on a ticket to somebody who says what for; that they looked is written down first."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App
from bot.web import wording
from bot.web.auth import Auth
from bot.web.media import Media
from bot.web.pages import page
from handlers import masks
from handlers.audit import Act, Deed
from handlers.desk.tickets import Author
from handlers.enclosures import Enclosure, State
from handlers.staff import Role, scoped
from storage.people import Session
from storage.views import File, Line

# fixed, so that nobody writes a resident's affairs into the audit
PURPOSES = {
    "look": "看图片和文件",
    "contact": "联系居民",
    "identity": "核对身份",
    "papers": "写文书、办手续",
    "hand over": "移送或报告有关部门",
}
LOOK = "look"
_RECEIPT = re.compile(r"[A-Z0-9-]{1,20}")


class Reveal:
    """The page of a ticket's own words, whole."""

    def __init__(self, app: App, auth: Auth, media: Media) -> None:
        self._store = app.store
        self._media = media
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where it is."""
        shown = self._auth.staffed(self.show, only={Role.ADVISER, Role.EXPERT})
        return [Route("/desk/{receipt}/reveal", shown, methods=["GET", "POST"])]

    async def show(self, request: Request, session: Session) -> Response:
        """Ask what for; then, once that is written down, the words."""
        file = await self._file(request, session)
        purpose = str((await request.form()).get("purpose", "")) if request.method == "POST" else ""
        if purpose not in PURPOSES:
            status = 400 if request.method == "POST" else 200
            return page("reveal.html", status, session=session, file=file, purposes=PURPOSES, lines=())
        deed = Deed(Act.REVEALED, session.user.id, file.ticket.receipt, PURPOSES[purpose])
        await self._store.audit.note(deed, datetime.now(UTC))
        theirs = [self._whole(session, file, line, purpose) for line in file.lines if line.author is Author.RESIDENT]
        return page("reveal.html", session=session, file=file, purposes=PURPOSES, lines=theirs)

    def _whole(
        self, session: Session, file: File, line: Line, purpose: str
    ) -> tuple[Line, str, Sequence[tuple[Enclosure, str]]]:
        """What was said and what goes with it; who only wants to see the pictures is shown no numbers."""
        kept = [one for one in line.enclosed if one.state is State.KEPT]
        files = [(one, self._media.to_staff(session, file.ticket.receipt, one.mark)) for one in kept]
        return line, masks.mask(line.text) if purpose == LOOK else line.text, files

    async def _file(self, request: Request, session: Session) -> File:
        receipt = request.path_params["receipt"]
        known = _RECEIPT.fullmatch(receipt)
        file = await self._store.views.ticket(scoped(session.user), receipt) if known else None
        if file is None:
            raise HTTPException(404, wording.NO_SUCH_TICKET)
        return file
