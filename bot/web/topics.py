"""Serve the editors' pages: all topics, one with its history and what it would say, and a draft of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web import wording
from bot.web.auth import Auth
from bot.web.guards import SAFE
from bot.web.pages import page
from handlers.cases import Library
from handlers.desk.orders import RECEIPT
from handlers.editing import curate, curation
from handlers.editing.curate import Shelf
from handlers.editing.curation import IMPORTERS, PUBLISHERS, READERS, REVIEWERS, STAGE_NAMES, WRITERS, Stage, Version
from handlers.errors import NotYours, Refused, Stale
from handlers.hours import SHANGHAI
from handlers.staff import User
from handlers.talk import answers
from knowledge import blank, check, citations, topics
from knowledge.topics import FIELDS, Edit, Problem, Topic, TopicError
from storage.people import Session

PLACE = "/bureau/topics"
LONGEST = 20_000  # characters of a topic's text; the longest shipped one has a fifth of that
MOST = 20  # citations checked as they are typed; a topic has ten at most
SHOWN = 400  # topics on one page: a bureau has a few hundred
FLAGS = {"": "全部", "stopped": "法律变了，已停用", "due": "该复核了", "open": "有待审核或待发布的修改"}
DONE = {
    "draft": "草稿已保存，请另一个人审核。",
    "approve": "已审核，可以发布。",
    "publish": "已发布，几分钟内居民就看到。",
    "rollback": "已回退，几分钟内居民就看到原来的文本。",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A topic in the list, with what is to be done about it."""

    topic: Topic
    changes: tuple[str, ...]
    is_due: bool
    stages: tuple[str, ...]


class Topics:
    """The pages under /bureau/topics."""

    def __init__(self, app: App, auth: Auth) -> None:
        self._app = app
        self._versions = app.store.versions
        self._auth = auth

    def routes(self) -> list[Route]:
        """Where they are."""
        staffed, one = self._auth.staffed, f"{PLACE}/{{topic}}"
        return [
            Route(PLACE, staffed(self.listed, only=READERS)),
            Route(one, staffed(self.one, only=READERS)),
            Route(f"{one}/edit", staffed(self.edit, only=WRITERS), methods=["GET", "POST"]),
            Route(f"{one}/cited", staffed(self.cited, only=WRITERS), methods=["POST"]),
            Route(f"{one}/approve", staffed(self.act, only=REVIEWERS), methods=["POST"]),
            Route(f"{one}/publish", staffed(self.act, only=PUBLISHERS), methods=["POST"]),
            Route(f"{one}/rollback", staffed(self.act, only=PUBLISHERS), methods=["POST"]),
        ]

    async def listed(self, request: Request, session: Session) -> Response:
        """The topics that fit what is searched: those that a change of law has stopped first, then by day due."""
        begun = request.query_params.get("new", "").strip().lower()
        if topics.SLUG.fullmatch(begun):
            return RedirectResponse(f"{PLACE}/{begun}/edit", 303)
        asked = {name: request.query_params.get(name, "") for name in ("q", "field", "flag")}
        found = [row for row in await self._rows() if _fits(row, asked)]
        found.sort(key=lambda row: (not row.changes, not row.stages, row.topic.due, row.topic.id))
        return page(
            "topics.html",
            session=session,
            rows=found[:SHOWN],
            total=len(found),
            asked=asked,
            fields=FIELDS,
            flags=FLAGS,
            writes=session.user.role in WRITERS,
            imports=session.user.role in IMPORTERS,
            problem=wording.BAD_TOPIC_ID if begun else "",
        )

    async def _rows(self) -> list[Row]:
        library, today = self._library(), _today()
        stages: dict[str, list[str]] = {}
        for version in await self._versions.waiting():
            stages.setdefault(version.topic, []).append(STAGE_NAMES[version.stage])
        return [
            Row(
                topic,
                tuple(change.what for change in library.changed(topic, today)),
                topic.due <= today,
                tuple(stages.get(topic.id, ())),
            )
            for topic in library.topics.values()
        ]

    async def one(self, request: Request, session: Session) -> Response:
        """As residents read it, what is wrong in it, and every version with what can be done to it."""
        return await self._shown(request, session, said=DONE.get(request.query_params.get("done", ""), ""))

    async def _shown(
        self, request: Request, session: Session, status: int = 200, *, said: str = "", problem: str = ""
    ) -> Response:
        name = request.path_params["topic"]
        history = await self._versions.history(name)
        topic = self._library().topics.get(name)
        if topic is None and not history:
            raise HTTPException(404, wording.NO_SUCH_TOPIC)
        number = request.query_params.get("version", "")
        seen = next((v for v in history if str(v.number) == number), None)
        looked_at = _readable(seen.text, name) if seen and seen.text else topic
        return page(
            "curated.html",
            status,
            session=session,
            id=name,
            topic=looked_at,
            seen=seen,
            words=self._words(looked_at) if looked_at else "",
            problems=self._problems(looked_at) if looked_at else (),
            changes=self._library().changed(topic, _today()) if topic else (),
            history=[(v, _steps(v), _acts(v, session.user)) for v in reversed(history)],
            standing=curation.published(history),
            stage_names=STAGE_NAMES,
            names=await self._app.store.views.names(),
            writes=session.user.role in WRITERS,
            said=said,
            problem=problem,
        )

    async def edit(self, request: Request, session: Session) -> Response:
        """The text of a topic to be changed; looked at first, or kept as a draft."""
        name = request.path_params["topic"]
        history = await self._versions.history(name)
        base = str(max((v.number for v in history), default=0))
        if request.method in SAFE:
            return await self._form(session, name, await self._text(name, history), base)
        form = await request.form()
        text = str(form.get("text", ""))[:LONGEST].replace("\r\n", "\n").strip() + "\n"
        receipt = str(form.get("receipt", "")).strip().upper()
        again = partial(self._form, session, name, text, receipt=receipt)
        try:
            topic = topics.parse(text, Path(f"{name}.md"))
        except TopicError as error:
            return await again(_base(form), problems=error.problems)
        problems = self._problems(topic)
        if "look" in form or any(p.severity == "error" for p in problems):
            return await again(_base(form), topic=topic, problems=problems)
        if receipt and not RECEIPT.fullmatch(receipt):
            return await again(_base(form), topic=topic, problem=wording.NO_RECEIPT)
        if form.get("base") != base:
            return await again(base, topic=topic, problem=wording.TOPIC_CHANGED)
        try:
            await curate.draft(await self._shelf(), session.user, name, text, datetime.now(UTC), receipt=receipt)
        except (Refused, NotYours, Stale) as refused:
            return await again(base, topic=topic, problem=str(refused))
        return RedirectResponse(f"{PLACE}/{name}?done=draft", 303)

    async def _form(
        self,
        session: Session,
        name: str,
        text: str,
        base: str,
        *,
        receipt: str = "",
        topic: Topic | None = None,
        problems: Sequence[Problem] = (),
        problem: str = "",
    ) -> Response:
        stopped = problem or any(p.severity == "error" for p in problems)
        return page(
            "curating.html",
            409 if stopped else 200,
            session=session,
            id=name,
            text=text,
            base=base,
            receipt=receipt,
            words=self._words(topic) if topic else "",
            problems=problems,
            problem=problem,
            longest=LONGEST,
            cited=self._cited(text),
        )

    async def cited(self, request: Request, session: Session) -> Response:
        """What the citations are worth that stand in the text so far, for the script that asks while it is typed."""
        return page("cited.html", cited=self._cited(str((await request.form()).get("text", ""))[:LONGEST]))

    async def act(self, request: Request, session: Session) -> Response:
        """Do it; what cannot be is said on the page with its remedy."""
        name, act = request.path_params["topic"], request.url.path.rpartition("/")[2]
        number = str((await request.form()).get("number", "0"))
        now = datetime.now(UTC)
        try:
            await ACTS[act](await self._shelf(), session.user, name, int(number) if number.isdecimal() else 0, now)
        except (Refused, NotYours, Stale) as refused:
            return await self._shown(request, session, 409, problem=str(refused))
        except TopicError as error:
            return await self._shown(request, session, 409, problem="；".join(p.message for p in error.problems[:5]))
        return RedirectResponse(f"{PLACE}/{name}?done={act}", 303)

    async def _shelf(self) -> Shelf:
        return Shelf(self._versions, await asyncio.to_thread(_shipped), self._library().statutes)

    async def _text(self, name: str, history: Sequence[Version]) -> str:
        """What an editor begins with: the latest draft, else what residents read, else a blank form."""
        latest = max(history, key=lambda version: version.number, default=None)
        if latest and latest.text and latest.stage is not Stage.RETIRED:
            return latest.text
        standing = curation.published(history)
        shipped = next((t for t in await asyncio.to_thread(_shipped) if t.id == name), None)
        if standing is None and shipped is None:
            if not topics.SLUG.fullmatch(name):
                raise HTTPException(404, wording.NO_SUCH_TOPIC)
            return blank.form(name, _today())
        return standing.text or "" if standing else shipped.path.read_text("utf-8") if shipped else ""

    def _words(self, topic: Topic) -> str:
        """The topic as a resident reads it, all of it."""
        short = answers.render(topic, answers.standings(topic, self._library().statutes, _today()))
        return "\n\n".join((short, answers.rest(topic)))

    def _cited(self, text: str) -> list[tuple[str, str, str]]:
        """Each citation as residents read it, with its text, or with what is wrong with it."""
        statutes, today = self._library().statutes, _today()
        standings = (statutes.standing(citation, today) for citation in topics.cited(text)[:MOST])
        return [(citations.display(s.citation), s.article.text if s.article else "", s.reason) for s in standings]

    def _problems(self, topic: Topic) -> list[Problem]:
        library = self._library()
        return check.one(topic, library.topics.values(), library.statutes, _today())

    def _library(self) -> Library:
        if self._app.library is None:
            raise HTTPException(503, wording.LOADING)
        return self._app.library


Act = Callable[[Shelf, User, str, int, datetime], Awaitable[object]]
ACTS: dict[str, Act] = {
    "approve": curate.approve,
    "publish": curate.publish,
    "rollback": lambda shelf, user, topic, _, now: curate.roll_back(shelf, user, topic, now),
}


@cache
def _shipped() -> tuple[Topic, ...]:
    return topics.load()


def _readable(text: str, name: str) -> Topic | None:
    """A version's topic; None where it was kept by rules that no longer hold."""
    try:
        return topics.overlay((), [Edit(name, text)])[0]
    except TopicError:
        return None


def _fits(row: Row, asked: dict[str, str]) -> bool:
    topic, wanted = row.topic, asked["q"].strip()
    said = wanted in topic.id or wanted in topic.title or any(wanted in question for question in topic.questions)
    cited = any(wanted in citation.law for citation in topic.citations)
    flagged = {"stopped": bool(row.changes), "due": row.is_due, "open": bool(row.stages)}.get(asked["flag"], True)
    return (said or cited) and flagged and asked["field"] in ("", topic.field)


def _steps(version: Version) -> list[tuple[str, int | None, datetime]]:
    steps = [
        ("起草", version.author, version.drafted_at),
        ("审核", version.approver, version.approved_at),
        ("发布", version.publisher, version.published_at),
        ("停用", version.retirer, version.retired_at),
    ]
    return [(act, who, at) for act, who, at in steps if at]


def _acts(version: Version, user: User) -> list[tuple[str, str]]:
    """What this user may do to this version: the act and its name."""
    match version.stage:
        case Stage.DRAFT if user.role in REVIEWERS and user.id != version.author:
            return [("approve", "审核通过")]
        case Stage.APPROVED if user.role in PUBLISHERS:
            return [("publish", "发布")]
        case Stage.PUBLISHED if user.role in PUBLISHERS:
            return [("rollback", "回退到上一版")]
        case _:
            return []


def _base(form: FormData) -> str:
    return str(form.get("base", "0"))[:9]


def _today() -> date:
    return datetime.now(SHANGHAI).date()
