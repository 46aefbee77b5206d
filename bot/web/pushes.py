"""Serve the publisher's pages: what is pushed, one of them with its acts and its report, a new one."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import pushing
from bot.app import App
from bot.web import plans, progress, wording
from bot.web.auth import Auth
from bot.web.guards import SAFE, UPLOAD_LIMIT
from bot.web.pages import page
from bot.web.visitors import Visitors
from handlers import deliveries
from handlers.deliveries import CHANNEL_NAMES
from handlers.education import obstacles, pictures, publish
from handlers.education.campaigns import APPROVERS, INFORMED, STATE_NAMES, WRITERS, Audience, Campaign, Plan, State
from handlers.education.publish import Preview, Studio
from handlers.education.subscriptions import ROLES
from handlers.errors import NotYours, Refused
from handlers.hours import SHANGHAI
from handlers.messages import Address, Reply
from handlers.residents import Village
from handlers.staff import User
from knowledge.quizzes import quizzes
from knowledge.themes import themes
from knowledge.topics import FIELDS
from storage.people import Session

PLACE = "/bureau/pushes"
# what is said after an act, as long as it is so
DONE = {
    ("write", State.DRAFT): "草稿已保存。下一步：先试发一条给自己看。",
    ("test", State.TESTED): "已试发。看过没问题，请另一位普法专员或管理员打开这一页审核。",
    ("approve", State.SCHEDULED): "已审核，到时间自动发出。",
    ("pause", State.PAUSED): "已暂停，没发的先不发；暂停期间到点的这一次会跳过。",
    ("resume", State.SCHEDULED): "已继续。",
    ("resume", State.RUNNING): "已继续。",
    ("cancel", State.CANCELLED): "已取消，没发的不再发。",
}
# what may be done in which state, in the order of the page
OPEN = {
    "edit": {State.DRAFT, State.TESTED, State.SCHEDULED},
    "test": {State.DRAFT, State.TESTED},
    "approve": {State.TESTED},
    "pause": {State.SCHEDULED, State.RUNNING},
    "resume": {State.PAUSED},
    "cancel": set(State) - {State.CANCELLED, State.DONE},
}
CHANGED = "您打开这一页以后，内容被人改过。请看过新的再办"

Act = Callable[[Studio, User, int, datetime], Awaitable[Campaign]]
ACTS: dict[str, Act] = {
    "approve": publish.approve,
    "pause": publish.pause,
    "resume": publish.resume,
    "cancel": publish.cancel,
}


class Pushes:
    """The pages under /bureau/pushes."""

    def __init__(self, app: App, auth: Auth, visitors: Visitors) -> None:
        self._app = app
        self._store = app.store
        self._auth = auth
        self._visitors = visitors
        self._limits = pushing.limits(app.settings.file)

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed, one = self._auth.staffed, f"{PLACE}/{{number:int}}"
        larger = Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT)
        write, both = set(WRITERS), set(APPROVERS)
        return [
            Route(PLACE, staffed(self.listed, only=set(INFORMED))),
            Route(f"{PLACE}/new", staffed(self.new, only=write), methods=["GET", "POST"]),
            Route(one, staffed(self.one, only=both)),
            Route(f"{one}/edit", staffed(self.edit, only=write), methods=["GET", "POST"]),
            Route(f"{one}/test", staffed(self.test, only=write), methods=["POST"]),
            Route(f"{one}/picture", staffed(self.picture, only=write), methods=["POST"], middleware=[larger]),
            *(Route(f"{one}/{act}", staffed(self.act, only=both), methods=["POST"]) for act in ACTS),
        ]

    async def listed(self, _request: Request, session: Session) -> Response:
        """All of them, the newest first."""
        names = await self._names()
        return page(
            "pushes.html",
            session=session,
            campaigns=await self._store.campaigns.every(),
            names=names,
            state_names=STATE_NAMES,
            writes=session.user.role in WRITERS,
            under="" if session.user.role in APPROVERS else "/report",
        )

    async def new(self, request: Request, session: Session) -> Response:
        """One to be written, from a theme or from nothing."""
        if request.method not in SAFE:
            return await self._written(request, session, None)
        theme = themes().get(request.query_params.get("theme", ""))
        plan = plans.adopted(theme, _today()) if theme else plans.blank(_today())
        return await self._form(session, plans.shown(plan), plan.audience)

    async def edit(self, request: Request, session: Session) -> Response:
        """One to be changed."""
        campaign = await self._campaign(request)
        if request.method not in SAFE:
            return await self._written(request, session, campaign)
        return await self._form(session, plans.shown(campaign.plan), campaign.plan.audience, campaign)

    async def _written(self, request: Request, session: Session, before: Campaign | None) -> Response:
        """Keep it, or show how it will look; what was typed stays."""
        form, studio, now = await request.form(), self._studio(), datetime.now(UTC)
        try:
            self._require_unchanged(before, form)
            villages = await self._store.records.villages()
            plan = plans.read(form, studio.statutes, villages, self._limits.channels)
            plan = replace(plan, picture=before.plan.picture if before else "")
            if "look" in form:
                seen = await publish.preview(studio, plan, now)
                return await self._form(session, plans.shown(plan), plan.audience, before, seen=(plan, seen))
            after = await publish.write(studio, session.user, plan, now, before.id if before else None)
        except Refused as refused:
            return await self._form(session, plans.typed(form), _ticked(form), before, problem=str(refused))
        return _done(after.id, "write")

    async def _form(
        self,
        session: Session,
        boxes: dict[str, str],
        audience: Audience,
        campaign: Campaign | None = None,
        *,
        seen: tuple[Plan, Preview] | None = None,
        problem: str = "",
    ) -> Response:
        return page(
            "push_edit.html",
            409 if problem else 200,
            session=session,
            boxes=boxes,
            audience=audience,
            campaign=campaign,
            mark=mark(campaign) if campaign else "",
            towns=_by_town(await self._store.records.villages()),
            themes=themes().values(),
            fields=FIELDS,
            roles=ROLES,
            quizzes=[quiz for quiz in quizzes().values() if not quiz.certificate],
            halves=plans.HALVES,
            limits=self._limits,
            spans=plans.SPANS,
            channels=self._channels(self._limits.channels),
            seen=seen[1] if seen else None,
            previews=self._looks(*seen) if seen else (),
            problem=problem,
        )

    async def one(self, request: Request, session: Session) -> Response:
        """How it looks, whom it reaches, what stands against it, what can be done, and how far it has come."""
        campaign = await self._campaign(request)
        said = DONE.get((request.query_params.get("done", ""), campaign.state), "")
        return await self._shown(session, campaign, said=said)

    async def _shown(
        self, session: Session, campaign: Campaign, status: int = 200, *, said: str = "", problem: str = ""
    ) -> Response:
        now = datetime.now(UTC)
        seen = await publish.preview(self._studio(), campaign.plan, now)
        runs = await self._store.campaigns.runs(campaign.id)
        reports = [progress.report(run, await self._store.campaigns.tally(run.id), now) for run in runs]
        barred = set[str]() if session.user.role in WRITERS else {"edit", "test"}
        villages = await self._store.records.villages()
        return page(
            "push.html",
            status,
            session=session,
            campaign=campaign,
            mark=mark(campaign),
            names=await self._names(),
            state_names=STATE_NAMES,
            boxes=plans.shown(campaign.plan),
            audience=_audience(campaign.plan.audience, villages),
            quiz=quizzes()[campaign.plan.quiz].title if campaign.plan.quiz in quizzes() else "",
            channel_names=CHANNEL_NAMES,
            seen=seen,
            previews=self._looks(campaign.plan, seen),
            reports=reports,
            open_acts={act for act, states in OPEN.items() if campaign.state in states} - barred,
            is_own=session.user.id == campaign.author,
            tests=sorted(self._limits.tests),
            said=said,
            problem=problem,
        )

    async def test(self, request: Request, session: Session) -> Response:
        """Send one to the talk of this browser, or to an address that is listed for tests."""
        campaign, form = await self._campaign(request), await request.form()
        visitor, listed = self._visitors.of(request), str(form.get("to", ""))
        to = publish.listed(listed, self._limits) if listed else Address("web", visitor)
        try:
            self._require_unchanged(campaign, form)
            if to is None:
                raise Refused(publish.NOT_LISTED)
            await publish.try_out(self._studio(), session.user, campaign.id, to, datetime.now(UTC))
        except Refused as refused:
            return await self._shown(session, await self._campaign(request), 409, problem=str(refused))
        self._app.waiting.ring()
        response = _done(campaign.id, "test")
        self._visitors.remember(request, response, visitor)
        return response

    async def picture(self, request: Request, session: Session) -> Response:
        """Show a picture with it, or none any more."""
        campaign, form, now = await self._campaign(request), await request.form(max_files=1), datetime.now(UTC)
        file, digest = form.get("file"), ""
        try:
            self._require_unchanged(campaign, form)
            if "none" not in form:
                picture = pictures.read(await file.read(pictures.MOST + 1) if isinstance(file, UploadFile) else b"")
                digest = picture.digest
                await self._store.pictures.keep(picture, now)
            await publish.illustrate(self._studio(), session.user, campaign.id, digest, now)
        except Refused as refused:
            return await self._shown(session, await self._campaign(request), 409, problem=str(refused))
        return _done(campaign.id, "write")

    async def act(self, request: Request, session: Session) -> Response:
        """Do it; what cannot be is said on the page with its remedy."""
        campaign, act = await self._campaign(request), request.url.path.rpartition("/")[2]
        try:
            self._require_unchanged(campaign, await request.form())
            await ACTS[act](self._studio(), session.user, campaign.id, datetime.now(UTC))
        except Refused as refused:
            return await self._shown(session, await self._campaign(request), 409, problem=str(refused))
        self._app.waiting.ring()
        return _done(campaign.id, act)

    def _studio(self) -> Studio:
        if self._app.library is None:
            raise HTTPException(503, wording.LOADING)
        return Studio(self._store.campaigns, self._app.library.statutes, self._limits)

    async def _campaign(self, request: Request) -> Campaign:
        try:
            return await publish.find(self._studio(), request.path_params["number"])
        except NotYours:
            raise HTTPException(404, wording.NO_SUCH_PUSH) from None

    async def _names(self) -> dict[int, str]:
        return {account.id: account.name for account in await self._store.accounts.all()}

    def _channels(self, channels: Sequence[str]) -> list[tuple[str, str]]:
        return [(channel, CHANNEL_NAMES.get(channel, channel)) for channel in channels]

    def _looks(self, plan: Plan, seen: Preview) -> list[tuple[str, str, tuple[Reply, ...]]]:
        """Each channel with its name and the messages that arrive there."""
        channels = obstacles.reach(plan.audience, self._limits).channels
        return [(*named, deliveries.parts(seen.reply, named[0])) for named in self._channels(channels)]

    @staticmethod
    def _require_unchanged(campaign: Campaign | None, form: FormData) -> None:
        if campaign and form.get("mark") != mark(campaign):
            raise Refused(CHANGED)


def mark(campaign: Campaign) -> str:
    """Tells one wording of it from another, so that nobody agrees to what they have not read."""
    return hashlib.sha256(repr(campaign.plan).encode()).hexdigest()[:16]


def _done(number: int, act: str) -> RedirectResponse:
    return RedirectResponse(f"{PLACE}/{number}?done={act}", 303)


def _ticked(form: FormData) -> Audience:
    chosen = (str(v) for v in form.getlist("village"))
    villages = tuple(int(v) for v in chosen if v.isascii() and v.isdecimal() and len(v) <= 18)
    towns, channels, roles = (tuple(map(str, form.getlist(name))) for name in ("town", "channel", "role"))
    return Audience(towns, villages, channels, roles=roles)


def _by_town(villages: Sequence[Village]) -> dict[str, list[Village]]:
    towns: dict[str, list[Village]] = {}
    for village in villages:
        towns.setdefault(village.town, []).append(village)
    return towns


def _audience(audience: Audience, villages: Sequence[Village]) -> str:
    """Whom it is for, in a line."""
    named = (f"{v.town}{v.name}" for v in villages if v.id in audience.villages)
    places = "、".join((*audience.towns, *named)) or "全区"
    channels = "、".join(CHANNEL_NAMES.get(channel, channel) for channel in audience.channels) or "全部渠道"
    more = [
        "、".join(ROLES.get(role, role) for role in audience.roles),
        f"最近{audience.seen_within_days}天用过的" if audience.seen_within_days else "",
        f"按号抽的{'甲乙'[audience.half - 1]}半" if audience.half else "",
    ]
    return "；".join((places, channels, *filter(None, more)))


def _today() -> date:
    return datetime.now(SHANGHAI).date()
