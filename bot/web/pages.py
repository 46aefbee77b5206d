"""Turn templates into pages."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.web import links
from bot.web.rooms import rooms
from handlers.hours import SHANGHAI
from knowledge.hotlines import hotlines

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
FIRST_AID = ("110", "120", "12348", "12356")  # numbers that stand on every page that could not help


def page(name: str, status: int = 200, headers: Mapping[str, str] | None = None, **shown: Any) -> HTMLResponse:
    """The page that a template makes."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(shown), status, headers)


def fragment(name: str, **shown: Any) -> str:
    """A piece of a page, for scripts to put in."""
    return _TEMPLATES.get_template(name).render(shown)


def wants_json(request: Request) -> bool:
    """Does a script ask, rather than a person's browser?"""
    return "application/json" in request.headers.get("accept", "")


def refusal(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """A page, or JSON, that says in plain words why not."""
    if wants_json(request):
        return JSONResponse({"error": message}, status, headers)
    return page("error.html", status, headers, message=message)


def clock(moment: datetime) -> str:
    """11月24日 08:05, as the clock on the wall shows it."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def moment(at: datetime) -> str:
    """2026年12月4日 10:00: what lies far ahead or behind needs its year."""
    return f"{at.astimezone(SHANGHAI).year}年{clock(at)}"


def _asset(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={_DIGESTS[name]}"


_DIGESTS = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:8] for p in STATIC.iterdir()}
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# their type lists only what the library itself puts there
cast("dict[str, Any]", _TEMPLATES.globals).update(
    asset=_asset,
    first_aid=[hotlines()[number] for number in FIRST_AID],
    paragraphs=links.paragraphs,
    law_page=links.law_page,
    rooms=rooms,
)
_TEMPLATES.filters["clock"] = clock
_TEMPLATES.filters["moment"] = moment
