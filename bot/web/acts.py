"""Carry out what a form on the desk asks for."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from handlers.desk import advise
from handlers.desk.advise import Office
from handlers.desk.tickets import Referral
from handlers.errors import Refused
from handlers.staff import User

Act = Callable[[Office, User, str, FormData, datetime], Awaitable[Any]]


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, ""))


def _adviser(form: FormData) -> int:
    chosen = _text(form, "to")
    if not chosen.isdecimal() or len(chosen) > 18:
        raise Refused("请先选转给谁。")
    return int(chosen)


def _referral(form: FormData) -> Referral:
    try:
        return Referral(_text(form, "place"))
    except ValueError:
        raise Refused("请先选转介到哪里。") from None


ACTS: Mapping[str, Act] = {
    "claim": lambda o, u, r, _, now: advise.claim(o, u, r, now),
    "draft": lambda o, u, r, form, now: advise.keep_draft(o, u, r, _text(form, "words"), now),
    "note": lambda o, u, r, form, now: advise.note(o, u, r, _text(form, "words"), now),
    "transfer": lambda o, u, r, form, now: advise.transfer(o, u, r, _adviser(form), now),
    "escalate": lambda o, u, r, form, now: advise.escalate(o, u, r, _text(form, "law"), now),
    "refer": lambda o, u, r, form, now: advise.refer(o, u, r, _referral(form), now),
    "merge": lambda o, u, r, form, now: advise.merge(o, u, r, _text(form, "into"), now),
    "bar": lambda o, u, r, _, now: advise.bar(o, u, r, now),
    "close": lambda o, u, r, _, now: advise.close(o, u, r, now),
    "reopen": lambda o, u, r, _, now: advise.reopen(o, u, r, now),
}
# what goes to the resident, with files or without
SPEAKING = {"reply": advise.answer, "ask": advise.ask}
GONE = {"bar", "transfer", "escalate"}  # after which the ticket may be out of sight
