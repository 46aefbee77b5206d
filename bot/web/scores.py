"""Show what the service of a month is worth and why: to each adviser their own, to an admin everybody's."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import assessing
from bot.app import App
from bot.web import wording
from bot.web.auth import Auth
from bot.web.pages import page
from handlers.desk import assessments
from handlers.desk.assessments import MEASURE_NAMES, RATES, STANDING_NAMES, Appeal, Mark, Score, Standing
from handlers.errors import NotYours, Refused
from handlers.hours import SHANGHAI
from handlers.staff import ANSWERING, Role
from storage.people import Session

MINE, ALL = "/desk/score", "/bureau/assessments"
MONTHS = 12  # that can be chosen
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it is asked for, its moments, and the others that can be chosen."""

    name: str
    start: datetime
    end: datetime
    others: tuple[str, ...]


def month(request: Request) -> Month:
    """The month in the address; the one that runs, where none is named."""
    now = datetime.now(SHANGHAI)
    others = [f"{now:%Y-%m}"]
    for _ in range(MONTHS - 1):
        now = now.replace(day=1) - timedelta(days=1)
        others.append(f"{now:%Y-%m}")
    name = request.query_params.get("month") or others[0]
    try:
        return Month(name, *assessments.month(name), tuple(others))
    except ValueError:
        raise HTTPException(404, wording.NO_SUCH_MONTH) from None


class Scores:
    """The pages of the assessment."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._store = app.store
        self._weights = assessing.weights(app.settings.file)
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed, admin = self._auth.staffed, {Role.ADMIN}
        return [
            Route(MINE, staffed(self.mine, only=ANSWERING)),
            Route(f"{MINE}.xlsx", staffed(self.my_workbook, only=ANSWERING)),
            Route(f"{MINE}/appeal", staffed(self.appeal, only=ANSWERING), methods=["POST"]),
            Route(ALL, staffed(self.all, only=admin)),
            Route(f"{ALL}.xlsx", staffed(self.workbook, only=admin)),
            Route(f"{ALL}/{{number:int}}", staffed(self.one, only=admin)),
            Route(f"{ALL}/appeals/{{number:int}}", staffed(self.decide, only=admin), methods=["POST"]),
        ]

    async def mine(self, request: Request, session: Session) -> Response:
        """One's own score, every event behind it, and a way to say that one should not count."""
        return await self._shown(request, session, session.user.id, session.user.name)

    async def one(self, request: Request, session: Session) -> Response:
        """The same, as the bureau sees it."""
        number = request.path_params["number"]
        names = await self._store.views.names()
        if number not in names:
            raise HTTPException(404, wording.NO_SUCH_ACCOUNT)
        return await self._shown(request, session, number, names[number])

    async def _shown(self, request: Request, session: Session, number: int, who: str, *, problem: str = "") -> Response:
        of = month(request)
        return page(
            "score.html",
            409 if problem else 200,
            session=session,
            month=of,
            who=who,
            own=number == session.user.id,
            score=await self._score(of, number),
            appeals={a.event: a for a in await self._store.assessments.appeals(number)},
            weights=asdict(self._weights),
            measures=MEASURE_NAMES,
            rates=RATES,
            standings=STANDING_NAMES,
            minutes=_minutes,
            here=MINE if number == session.user.id else f"{ALL}/{number}",
            problem=problem,
            said=wording.SCORES.get(request.query_params.get("done", ""), ""),
        )

    async def _score(self, of: Month, number: int) -> Score | None:
        recorded = await self._store.assessments.recorded(of.start, of.end, number)
        found = assessments.assess(recorded, self._weights, of.start, of.end)
        return next((score for score in found if score.user == number), None)

    async def appeal(self, request: Request, session: Session) -> Response:
        """Ask the bureau not to let an event count."""
        form = await request.form()
        try:
            number = _number(str(form.get("event", "")))
            await self._store.assessments.appeal(number, str(form.get("words", "")), session.user, datetime.now(UTC))
        except Refused as refused:
            return await self._shown(request, session, session.user.id, session.user.name, problem=str(refused))
        except NotYours:
            raise HTTPException(404, wording.NO_SUCH_EVENT) from None
        return RedirectResponse(f"{MINE}?month={month(request).name}&done=appeal", 303)

    async def all(self, request: Request, session: Session) -> Response:
        """Everybody's score of a month, and the appeals that wait."""
        return await self._everybody(request, session)

    async def _everybody(self, request: Request, session: Session, problem: str = "", status: int = 200) -> Response:
        of = month(request)
        appeals = await self._store.assessments.appeals()
        return page(
            "assessments.html",
            status,
            session=session,
            month=of,
            scores=await self._scores(of),
            names=await self._store.views.names(),
            measures=MEASURE_NAMES,
            rates=RATES,
            waiting=[a for a in appeals if a.standing is Standing.OPEN],
            behind=await self._behind(appeals),
            weights=asdict(self._weights),
            problem=problem,
            said=wording.SCORES.get(request.query_params.get("done", ""), ""),
        )

    async def _behind(self, appeals: Sequence[Appeal]) -> Mapping[int, str]:
        """What each appeal that waits is about, in a line."""
        return await self._store.assessments.described([a.event for a in appeals if a.standing is Standing.OPEN])

    async def _scores(self, of: Month) -> Sequence[Score]:
        recorded = await self._store.assessments.recorded(of.start, of.end)
        scores = assessments.assess(recorded, self._weights, of.start, of.end)
        return sorted(scores, key=lambda s: (s.points is None, -(s.points or 0), s.user))

    async def decide(self, request: Request, session: Session) -> Response:
        """Grant an appeal, so that the event counts no more, or refuse it; either with a reason."""
        form = await request.form()
        grants, reason = "grant" in form, str(form.get("reason", ""))
        decide = self._store.assessments.correct if grants else self._store.assessments.refuse
        try:
            await decide(request.path_params["number"], reason, session.user, datetime.now(UTC))
        except Refused as refused:
            return await self._everybody(request, session, str(refused), 409)
        except NotYours:
            raise HTTPException(404, wording.NO_SUCH_EVENT) from None
        return RedirectResponse(f"{ALL}?month={month(request).name}&done={'grant' if grants else 'refuse'}", 303)

    async def workbook(self, request: Request, session: Session) -> Response:
        """Everybody's month as a workbook, by which each number can be reckoned again."""
        of = month(request)
        return await self._filed(f"服务质量考核-{of.name}.xlsx", await self._scores(of))

    async def my_workbook(self, request: Request, session: Session) -> Response:
        """The same of one's own."""
        of = month(request)
        score = await self._score(of, session.user.id)
        return await self._filed(f"服务质量考核-{of.name}-{session.user.name}.xlsx", [score] if score else [])

    async def _filed(self, name: str, scores: Sequence[Score]) -> Response:
        staff = {a.id: (a.login, a.name) for a in await self._store.accounts.all()}
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(assessing.workbook(scores, staff, self._weights), media_type=TYPE, headers=headers)


def _minutes(mark: Mark) -> str:
    """How long it took and might have taken."""
    event = mark.recorded.event
    if event.took is None or event.target is None:
        return f"{event.detail}分" if event.detail.isdecimal() else ""
    return f"{wording.span(event.took)}／{wording.span(event.target)}"


def _number(said: str) -> int:
    if not said.isdecimal() or len(said) > 18:
        raise NotYours(said)
    return int(said)
