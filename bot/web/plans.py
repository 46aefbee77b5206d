"""Read a plan of a push from its form, and fill the form with one."""

from collections.abc import Iterable
from datetime import date

from starlette.datastructures import FormData

from handlers.education.campaigns import Audience, Plan
from handlers.education.subscriptions import ROLES
from handlers.errors import Refused
from handlers.residents import Village
from knowledge import text
from knowledge.citations import display
from knowledge.quizzes import quizzes
from knowledge.statutes.store import Statutes
from knowledge.themes import Theme
from knowledge.topics import FIELDS

SHORT, LONG = 120, 5000  # characters; what is too long for a channel is refused, not cut
HALVES = {"1": "先发一半（甲），和另一半比", "2": "发另一半（乙）"}
SPANS = (30, 90, 180)  # days since somebody wrote last
NO_DAY = "有效期请写成 2026-12-31 这样"
NO_LAW = "法条依据“{given}”里认不出法律和条号，请写成 宪法5条、民法典1077条 这样"


def adopted(theme: Theme, today: date) -> Plan:
    """The plan that a theme makes, true until the end of next year."""
    return Plan(theme.title, theme.body, theme.when, _last(today), theme.citations, "", theme.field)


def blank(today: date) -> Plan:
    """A plan with nothing in it."""
    return Plan("", "", "", _last(today))


def read(form: FormData, statutes: Statutes, villages: Iterable[Village], channels: Iterable[str]) -> Plan:
    """The plan that was typed; raises Refused where a day or a law cannot be read."""
    law = _line(form, "law")
    citations = statutes.find(law)
    if law and not citations:
        raise Refused(NO_LAW.format(given=law))
    places = tuple(villages)
    towns = frozenset(map(str, form.getlist("town")))
    chosen = frozenset(map(str, form.getlist("village")))
    days, field, half, quiz = (_line(form, name) for name in ("days", "field", "half", "quiz"))
    audience = Audience(
        tuple(dict.fromkeys(v.town for v in places if v.town in towns)),
        tuple(v.id for v in places if str(v.id) in chosen and v.town not in towns),
        tuple(channel for channel in channels if channel in form.getlist("channel")),
        int(days) if days in map(str, SPANS) else None,
        tuple(role for role in ROLES if role in form.getlist("role")),
        int(half) if half in HALVES else 0,
    )
    return Plan(
        title=_line(form, "title"),
        body=text.clean(str(form.get("body", "")), LONG),
        when=_line(form, "when"),
        expires=_day(_line(form, "expires")),
        citations=citations,
        link=_line(form, "link"),
        field=field if field in FIELDS else "",
        audience=audience,
        quiz=quiz if quiz in quizzes() else "",
    )


def typed(form: FormData) -> dict[str, str]:
    """What stays in the boxes when it could not be read."""
    return {
        name: str(form.get(name, ""))
        for name in ("title", "body", "when", "expires", "law", "link", "field", "days", "half", "quiz")
    }


def shown(plan: Plan) -> dict[str, str]:
    """What stands in the boxes for a plan."""
    return {
        "title": plan.title,
        "body": plan.body,
        "when": plan.when,
        "expires": plan.expires.isoformat(),
        "law": "、".join(map(display, plan.citations)),
        "link": plan.link,
        "field": plan.field,
        "days": str(plan.audience.seen_within_days or ""),
        "half": str(plan.audience.half or ""),
        "quiz": plan.quiz,
    }


def _line(form: FormData, name: str) -> str:
    return " ".join(text.clean(str(form.get(name, "")), SHORT).split())


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Refused(NO_DAY) from None


def _last(today: date) -> date:
    return date(today.year + 1, 12, 31)
