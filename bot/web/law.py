"""Serve what answers rest on: an article with its neighbours, and a topic as a whole."""

from datetime import date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web import links, wording
from bot.web.pages import page
from handlers.cases import Library
from handlers.hours import SHANGHAI
from handlers.talk import answers
from knowledge import citations, lookup, text
from knowledge.citations import Citation
from knowledge.statutes.store import Kind, Standing

CACHE = {"Cache-Control": "no-cache"}  # nothing personal, but a correction must show at once
LONGEST = 80  # characters of a law's name


class Law:
    """The public pages of the knowledge base."""

    def __init__(self, app: App) -> None:
        self._app = app

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/law", self.find),
            Route("/law/{law}/{article}", self.article),
            Route("/topic/{topic}", self.topic),
        ]

    async def find(self, request: Request) -> Response:
        """The article that was named in any form, or those that the words describe within the law they name."""
        library, on = self._library(), _day(request)
        words = text.clean(request.query_params.get("q", ""), LONGEST)
        cited = library.statutes.find(words)
        if len(cited) == 1:
            return RedirectResponse(links.law_page(cited[0].law, cited[0].article), 303)
        asked = lookup.asked(f"{words}那条", library.statutes)
        described = lookup.within(library.statutes, *asked, on, library.topics.values()) if asked else ()
        standings = [library.statutes.standing(c, on) for c in (*cited, *(a.citation for a in described))]
        return page("find.html", headers=CACHE, words=words, standings=standings, display=citations.display)

    async def article(self, request: Request) -> Response:
        """The article as it reads on a day; or where it is found; or that there is none."""
        statutes = self._library().statutes
        named, number = request.path_params["law"][:LONGEST], citations.canonical(request.path_params["article"][:20])
        if number is None:
            raise HTTPException(404, wording.NO_SUCH_ARTICLE)
        on = _day(request)
        citation = Citation(statutes.resolve(named) or named, number)
        standing = statutes.standing(citation, on)
        moved = statutes.moved(citation.law, number)
        return page(
            "law.html",
            404 if standing.kind is Kind.WRONG else 200,
            CACHE,
            title=citations.display(citation),
            on=on,
            is_today=on == _today(),
            standing=standing,
            kind=standing.kind,
            kinds=Kind,
            beside=_beside(self._library(), standing, on),
            note=statutes.note(citation.law, on),
            chapter=self._chapter(standing, on),
            topics=[t for t in self._library().topics.values() if citation in t.citations],
            moved=[(m, citations.display(Citation(m.law, m.new))) for m in moved],
            display=citations.display,
        )

    async def topic(self, request: Request) -> Response:
        """A topic as residents read it, with all that the short answer leaves out."""
        library = self._library()
        topic = library.topics.get(request.path_params["topic"])
        if topic is None:
            raise HTTPException(404, wording.REFUSALS[404])
        short = answers.render(topic, answers.standings(topic, library.statutes, _today()))
        title = f"【{topic.title}】"
        words = [part.removeprefix(title).strip() for part in (short, answers.rest(topic))]
        return page("topic.html", headers=CACHE, topic=topic, words="\n\n".join(words))

    def _chapter(self, standing: Standing, on: date) -> tuple[Citation, ...]:
        """The articles of its chapter, where it stands in one."""
        if standing.article is None or not standing.article.chapter:
            return ()
        here = standing.citation
        return tuple(a.citation for a in self._library().statutes.chapter(here.law, here.article, on))

    def _library(self) -> Library:
        if self._app.library is None:
            raise HTTPException(503, wording.LOADING)
        return self._app.library


def _beside(library: Library, standing: Standing, on: date) -> tuple[Citation | None, Citation | None]:
    """The articles before and after, where there are any."""
    if standing.article is None:
        return None, None
    here = standing.citation
    around = [a.citation for a in library.statutes.neighbours(here.law, here.article, on)]
    at = citations.order(here.article)
    before = [c for c in around if citations.order(c.article) < at]
    after = [c for c in around if citations.order(c.article) > at]
    return (before or [None])[-1], (after or [None])[0]


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _day(request: Request) -> date:
    """The day whose law is asked for."""
    asked = request.query_params.get("on")
    if not asked:
        return _today()
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise HTTPException(400, wording.NO_SUCH_DAY) from None
