"""Read what a mediator wrote into the forms of a mediation, and decide what becomes of it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from starlette.datastructures import FormData

from handlers.errors import Refused
from handlers.mediations import mediation
from handlers.mediations.agreements import Agreement, Party, Signatures
from handlers.mediations.mediation import Case
from handlers.mediations.proceedings import Act
from knowledge import text
from knowledge.guides.disputes import disputes
from knowledge.results import Unclear
from knowledge.sums import amounts

FIRST, SECOND = "a", "b"  # ids of the parties
SHORT, LONG = 120, 2000  # characters
_FORMS = (Act.AGREE, Act.DECLINE, Act.CORRECT, Act.SKETCH, Act.DRAFT, Act.SIGN, Act.APPLY, Act.CONFIRM, Act.REJECT)
BUTTONS = (Act.ACCEPT, Act.START, Act.ESCALATE, Act.REPORT, Act.WITHDRAW, Act.PERFORM, Act.FAIL, Act.RENEW)
ON_THE_PAGE = frozenset((*_FORMS, *BUTTONS))


def moved(case: Case, act: Act, form: FormData, mediator: int, today: date) -> Case:
    """The case after the act; raises Refused with the reason."""
    match act:
        case Act.AGREE | Act.DECLINE:
            said = mediation.agree if act is Act.AGREE else mediation.decline
            return said(case, _line(form, "party"))
        case Act.CORRECT:
            return mediation.correct(case, _line(form, "party"), **_particulars(form))
        case Act.ACCEPT:
            return mediation.accept(case)
        case Act.START:
            return mediation.start(case, mediator)
        case Act.ESCALATE:
            return mediation.escalate(case)
        case Act.REPORT:
            return mediation.report(case, today)
        case Act.SKETCH:
            return mediation.sketch(case, agreement(form))
        case Act.DRAFT:
            return mediation.draft(case, agreement(form))
        case Act.SIGN:
            return mediation.sign(case, _day(form, today), _signatures(form))
        case Act.APPLY:
            return mediation.apply(case, _ticked(form, "by"), _day(form, today))
        case Act.WITHDRAW:
            return mediation.withdraw(case)
        case Act.CONFIRM:
            return mediation.confirm(case, _day(form, today))
        case Act.REJECT:
            return mediation.reject(case, _day(form, today))
        case Act.PERFORM:
            return mediation.perform(case)
        case Act.FAIL:
            return mediation.fail(case)
        case _:
            return mediation.renew(case)


def opened(form: FormData, number: str, village: int | None, today: date) -> Case:
    """A mediation that the mediator takes in; raises Refused."""
    kind = _line(form, "kind")
    if kind not in disputes().disputes:
        raise Refused("请先选是什么样的纠纷。")
    parties = tuple(_party(form, one) for one in (FIRST, SECOND))
    if unnamed := [party for party in parties if not party.name]:
        raise Refused(f"请写{'甲方' if unnamed[0].id == FIRST else '乙方'}的姓名。")
    return mediation.take_in(
        number,
        kind,
        parties,
        today,
        amount=_amount(form),
        reach=_line(form, "reach") or None,
        people=_people(form),
        tried=_line(form, "tried") or None,
        village=village,
        told=_long(form, "told"),
    )


def agreement(form: FormData) -> Agreement:
    """What is written of the agreement."""
    return Agreement(
        facts=_long(form, "facts"),
        issue=_long(form, "issue"),
        duties=_long(form, "duties"),
        terms=tuple(line for line in _long(form, "terms").splitlines() if line.strip()),
        manner=_long(form, "manner"),
        due=_long(form, "due"),
        settles=tuple(name for name in disputes().settles if name in form.getlist("settles")),
        is_oral="is_oral" in form,
    )


def _party(form: FormData, one: str) -> Party:
    return Party(one, **_particulars(form, f"{one}_"), agrees=True if f"{one}_agrees" in form else None)


def _particulars(form: FormData, prefix: str = "") -> dict[str, str]:
    return {part: _line(form, prefix + part) for part in ("name", "also", "address", "phone")}


def _signatures(form: FormData) -> Signatures:
    return Signatures(_ticked(form, "signed"), mediator="mediator" in form, seal="seal" in form)


def _ticked(form: FormData, name: str) -> frozenset[str]:
    return frozenset(str(one) for one in form.getlist(name))


def _day(form: FormData, today: date) -> date:
    """A day that has come; raises Refused."""
    try:
        day = date.fromisoformat(_line(form, "day"))
    except ValueError:
        raise Refused("请选日期。") from None
    if day > today:
        raise Refused("日期还没有到，请到了那天再登记。")
    return day


def _amount(form: FormData) -> Decimal | None:
    said = _line(form, "amount")
    try:
        return amounts.amount(said) if said else None
    except Unclear as unclear:
        raise Refused(f"金额：{unclear}") from None


def _people(form: FormData) -> int | None:
    said = _line(form, "people")
    if said and not (said.isdecimal() and len(said) < 5):
        raise Refused("人数请写数字。")
    return int(said) if said else None


def _line(form: FormData, name: str) -> str:
    return text.clean(str(form.get(name, "")), SHORT)


def _long(form: FormData, name: str) -> str:
    return "\n".join(_lines(str(form.get(name, ""))[:LONG]))


def _lines(said: str) -> Iterator[str]:
    for line in said.splitlines():
        if kept := text.clean(line):
            yield kept
