"""Serve the report on a push: what it has brought about, in charts, tables and a workbook."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import effects, pushing
from bot.app import App
from bot.effects import NOTE, Seen
from bot.web import charts, wording
from bot.web.auth import Auth
from bot.web.charts import Chart
from bot.web.pages import page
from handlers.education.campaigns import APPROVERS, INFORMED, Campaign
from handlers.education.effects import LEAST, Effect, contrast
from handlers.education.intervals import Share, around
from storage.people import Session

PLACE = "/bureau/pushes/{number:int}/report"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DIGITS = 18


class Reports:
    """The page under each push, and its workbook."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._store = app.store
        self._auth = auth
        self._longest = pushing.limits(app.settings.file).window

    def routes(self) -> list[Route]:
        """Where they are."""
        informed = set(INFORMED)
        return [
            Route(PLACE, self._auth.staffed(self.shown, only=informed)),
            Route(f"{PLACE}.xlsx", self._auth.staffed(self.workbook, only=informed)),
        ]

    async def shown(self, request: Request, session: Session) -> Response:
        """What it has brought about, perhaps beside another push."""
        campaign = await self._campaign(request.path_params["number"])
        seen = await self._seen(campaign, _number(request, "run"))
        beside = _number(request, "with")
        other = await self._seen(await self._campaign(beside)) if beside else None
        return page(
            "report.html",
            session=session,
            campaign=campaign,
            back=f"/{campaign.id}" if session.user.role in APPROVERS else "",
            runs=await self._store.campaigns.runs(campaign.id),
            seen=seen,
            lines=[*effects.words(seen)] if seen else [],
            charts=_charts(seen.effect) if seen else [],
            share=_share,
            points=effects.points,
            shares=effects.shares,
            others=[c for c in await self._store.campaigns.every() if c.id != campaign.id],
            beside=beside,
            compared=[*effects.compared(contrast(other.effect, seen.effect))] if seen and other else [],
            note=NOTE,
            least=LEAST,
        )

    async def workbook(self, request: Request, _session: Session) -> Response:
        """The same as a workbook."""
        campaign = await self._campaign(request.path_params["number"])
        seen = await self._seen(campaign, _number(request, "run"))
        if seen is None:
            raise HTTPException(404, wording.NOT_SENT_YET)
        name = quote(f"普法效果-{campaign.id}-{campaign.plan.title}.xlsx")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(effects.workbook(seen), headers=headers, media_type=SHEET)

    async def _campaign(self, number: int) -> Campaign:
        found = await self._store.campaigns.find(number) if len(str(number)) <= DIGITS else None
        if found is None:
            raise HTTPException(404, wording.NO_SUCH_PUSH)
        return found

    async def _seen(self, campaign: Campaign, number: int | None = None) -> Seen | None:
        run = await effects.latest(self._store, campaign.id, number)
        return await effects.look(self._store, campaign, run, self._longest, datetime.now(UTC)) if run else None


def _share(many: int, of: int) -> str:
    return effects.percent(around(Share(many, of)))


def _charts(effect: Effect) -> Sequence[Chart]:
    drawn: list[Chart] = []
    if effect.told:
        rows = [(t.place, around(Share(t.opened, t.sent))) for t in effect.told]
        drawn.append(charts.shares("发到的人里，打开的", rows))
    if effect.taken:
        rows = [(t.place, around(Share(t.passed, t.size))) for t in effect.taken]
        if effect.quizzed:
            rows = [
                ("发之前，全部", around(effect.quizzed.before)),
                ("发之后，全部", around(effect.quizzed.after)),
                *rows,
            ]
        drawn.append(charts.shares("答题的人里，及格的", rows))
    if effect.compared:
        rows = [("全部", effect.compared.effect), *((pair.place, pair.effect) for pair in effect.pairs)]
        drawn.append(charts.changes("再来问的人，比对照多变了", rows))
    return drawn


def _number(request: Request, name: str) -> int | None:
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else None
