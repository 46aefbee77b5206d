"""Follow a dispute that people's mediation takes, from its intake to an agreement that a court has confirmed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.errors import Refused
from handlers.mediations import agreements, proceedings
from handlers.mediations.agreements import Agreement, Party, Signatures
from handlers.mediations.proceedings import BOUND, MOVES, WILLING, Act, State
from knowledge.clocks import deadlines
from knowledge.clocks.deadlines import Due
from knowledge.clocks.reckoning import written
from knowledge.guides import confirmation, mediation
from knowledge.guides.disputes import disputes
from knowledge.results import Step

LEVELS = ("village", "town", "district")  # ids of centres, from the village up


@dataclass(frozen=True, slots=True)
class Case:
    """One mediation; `kind` is a dispute in the rules, `level` the id of the centre whose turn it is, once accepted."""

    number: str
    kind: str
    parties: tuple[Party, ...]
    opened_on: date
    amount: Decimal | None = None
    reach: str | None = None
    people: int | None = None
    tried: str | None = None
    state: State = State.INTAKE
    level: str | None = None
    mediator: int | None = None
    agreement: Agreement | None = None
    in_force_on: date | None = None
    applied_on: date | None = None
    decided_on: date | None = None
    reported_on: date | None = None  # to the police
    reminded_on: date | None = None
    village: int | None = None
    told: str = ""  # what the applicant says of it
    revision: int = 0  # how often it was written down

    def __post_init__(self) -> None:
        if self.state in WILLING and not all(party.agrees for party in self.parties):
            raise ValueError(f"{self.state} without everybody's consent")
        if self.state in BOUND and (self.agreement is None or self.in_force_on is None):
            raise ValueError(f"{self.state} without an agreement in force")


# --- before there is an agreement -------------------------------------------------------------------------------------


def take_in(
    number: str,
    kind: str,
    parties: tuple[Party, ...],
    day: date,
    *,
    amount: Decimal | None = None,
    reach: str | None = None,
    people: int | None = None,
    tried: str | None = None,
    village: int | None = None,
    told: str = "",
) -> Case:
    """Open a case; whoever applies has agreed already."""
    dispute = disputes().disputes[kind]
    if not dispute.takes:
        raise Refused(f"{dispute.words}{''.join(way.words for way in dispute.ways)}")
    if len({party.id for party in parties}) != len(parties) or len(parties) < 2:
        raise Refused("要写清双方当事人，至少两方，不能重复。")
    if amount is not None and amount < 0:
        raise Refused("金额不能是负数。")
    if refusing := [party.name for party in parties if party.agrees is False]:
        raise Refused(_declined(refusing[0]))
    return Case(number, kind, parties, day, amount, reach, people, tried, village=village, told=told)


def join(case: Case, party: str, resident: str) -> Case:
    """The party can be written to from now on."""
    others = {one.resident for one in case.parties if one.id != party}
    if resident in others or not any(one.id == party and one.resident in (None, resident) for one in case.parties):
        raise Refused("这一方已经有人登记了。")
    joined = tuple(replace(one, resident=resident) if one.id == party else one for one in case.parties)
    return replace(case, parties=joined)


def correct(case: Case, party: str, *, name: str, also: str, address: str, phone: str) -> Case:
    """Who a party is, put right or made whole."""
    if not name:
        raise Refused("姓名不能空着。")
    changed = (replace(one, name=name, also=also, address=address, phone=phone) for one in case.parties)
    told = tuple(new if one.id == party else one for one, new in zip(case.parties, changed, strict=True))
    return _moved(case, Act.CORRECT, parties=told)


def agree(case: Case, party: str) -> Case:
    """A party says yes to mediation."""
    return _moved(case, Act.AGREE, parties=_saying(case, party, agrees=True))


def decline(case: Case, party: str) -> Case:
    """A party clearly refuses, which ends it (人民调解法17, 23)."""
    act = Act.STOP if case.state in MOVES[Act.STOP] else Act.DECLINE
    return _moved(case, act, parties=_saying(case, party, agrees=False))


def accept(case: Case) -> Case:
    """Everybody agrees: it goes to whose turn it is."""
    if case.state is State.INTAKE and (silent := [party.name for party in case.parties if not party.agrees]):
        raise Refused(f"{'、'.join(silent)}还没有表示愿意调解；一方明确拒绝的，不得调解（人民调解法第十七条）。")
    people = Decimal(max(case.people or 0, len(case.parties)))
    turn = mediation.route(reach=case.reach, tried=case.tried, amount=case.amount, people=people)
    return _moved(case, Act.ACCEPT, level=turn.level)


def start(case: Case, mediator: int) -> Case:
    """A mediator, appointed or chosen by the parties, begins (人民调解法19)."""
    return _moved(case, Act.START, mediator=mediator)


def escalate(case: Case) -> Case:
    """It was not settled here: the next level takes it."""
    place = LEVELS.index(case.level) if case.level else 0
    moved = _moved(case, Act.ESCALATE, level=LEVELS[min(place + 1, len(LEVELS) - 1)], mediator=None)
    if moved.level == case.level:
        raise Refused("已经在区里调解，不能再往上转；调不成的，终止调解并告知别的途径。")
    return moved


def report(case: Case, day: date) -> Case:
    """It may turn into a public-order or criminal matter: the police are told (人民调解法25)."""
    return _moved(case, Act.REPORT, reported_on=case.reported_on or day)


def fail(case: Case) -> Case:
    """No agreement can be had; `ways` says what the parties must be told (人民调解法26)."""
    return _moved(case, Act.FAIL)


# --- the agreement ----------------------------------------------------------------------------------------------------


def sketch(case: Case, agreement: Agreement) -> Case:
    """The mediator keeps what is written so far; what it still lacks is named by `agreements.missing`."""
    return _moved(case, Act.SKETCH, agreement=agreement)


def draft(case: Case, agreement: Agreement) -> Case:
    """The mediator writes down what was agreed; nothing that it must say may be missing."""
    drafted = _moved(case, Act.DRAFT, agreement=agreement)
    if lacking := agreements.missing(agreement, case.parties):
        raise Refused(f"协议还缺：{'、'.join(lacking)}（人民调解法第二十九条）。")
    return drafted


def sign(case: Case, day: date, signatures: Signatures) -> Case:
    """It is in force from the day of the last signature or seal, or on which it was agreed by word of mouth."""
    signed = _moved(case, Act.SIGN, in_force_on=day)
    is_oral = bool(case.agreement and case.agreement.is_oral)
    if lacking := agreements.unsigned(signatures, case.parties, is_oral=is_oral):
        raise Refused(f"还没有生效，缺：{'、'.join(lacking)}（人民调解法第二十九条）。")
    if day < case.opened_on:
        raise Refused("生效的日子不能早于申请调解的日子。")
    return signed


def perform(case: Case) -> Case:
    """Everybody has done what was agreed."""
    return _moved(case, Act.PERFORM)


def renew(case: Case) -> Case:
    """The parties want another agreement: everybody must say so anew (人民调解法33, 民事诉讼法206)."""
    fresh = dict.fromkeys(("agreement", "in_force_on", "applied_on", "decided_on", "reminded_on", "mediator", "level"))
    return _moved(case, Act.RENEW, **fresh, parties=tuple(replace(party, agrees=None) for party in case.parties))


# --- the court --------------------------------------------------------------------------------------------------------


def window(case: Case) -> Due | None:
    """Until when a court can be asked to confirm; None before there is an agreement in force."""
    return deadlines.deadline(confirmation.CLOCK, case.in_force_on) if case.in_force_on else None


def last_day(case: Case) -> date:
    """The last day on which a court can be asked; the end of time before there is an agreement in force."""
    due = window(case)
    return due.value if due and isinstance(due.value, date) else date.max


def apply(case: Case, by: Collection[str], day: date) -> Case:
    """All parties ask the court together, within thirty days, for what it can confirm."""
    applied = _moved(case, Act.APPLY, applied_on=day)
    if absent := [party.name for party in case.parties if party.id not in by]:
        raise Refused(f"要双方共同申请，还缺{'、'.join(absent)}（民事诉讼法第二百零五条）。")
    if bars := agreements.barred(case.agreement or Agreement()):
        raise Refused("".join(one.words for one in bars))
    if case.in_force_on and day < case.in_force_on:
        raise Refused("协议还没有生效，不能申请确认。")
    if day > last_day(case):
        raise Refused(_expired(case))
    return applied


def withdraw(case: Case) -> Case:
    """The parties take the application back; within the thirty days they may apply again."""
    return _moved(case, Act.WITHDRAW, applied_on=None)


def confirm(case: Case, day: date) -> Case:
    """The court holds the agreement to be valid."""
    return _decided(case, Act.CONFIRM, day)


def reject(case: Case, day: date) -> Case:
    """The court takes no such application or dismisses it."""
    return _decided(case, Act.REJECT, day)


def is_over(case: Case, today: date) -> bool:
    """Whether the court can no longer be asked."""
    return case.state is State.IN_FORCE and today > last_day(case)


def expire(case: Case, today: date) -> Case:
    """Nobody asked the court in time; `ways` says what can still be done."""
    expired = _moved(case, Act.EXPIRE)
    if not is_over(case, today):
        raise Refused(f"还可以申请确认，最后一天是{written(last_day(case))}。")
    return expired


def reminded(case: Case, today: date) -> Case:
    """Today's reminders were handed out."""
    return _moved(case, Act.REMIND, reminded_on=today)


def ways(case: Case) -> tuple[Step, ...]:
    """What the parties must be told that they can still do, once it has ended without what they wanted."""
    match case.state:
        case State.FAILED | State.DECLINED:
            return mediation.steps(mediation.ways(case.kind))
        case State.EXPIRED:
            return (confirmation.UNCONFIRMED,)
        case State.REJECTED:
            return (confirmation.DISMISSED,)
        case _:
            return ()


def _decided(case: Case, act: Act, day: date) -> Case:
    decided = _moved(case, act, decided_on=day)
    if case.applied_on and day < case.applied_on:
        raise Refused("法院决定的日子不能早于申请的日子。")
    return decided


def _expired(case: Case) -> str:
    return f"最后一天是{written(last_day(case))}，已经过了。{confirmation.UNCONFIRMED.words}"


def _declined(name: str) -> str:
    return f"{name}明确拒绝调解，不得调解（人民调解法第十七条）。"


def _saying(case: Case, party: str, *, agrees: bool) -> tuple[Party, ...]:
    if party not in {one.id for one in case.parties}:
        raise Refused("不是这件调解的当事人。")
    return tuple(replace(one, agrees=agrees) if one.id == party else one for one in case.parties)


def _moved(case: Case, act: Act, /, **changes: Any) -> Case:
    return replace(case, state=proceedings.after(case.state, act), **changes)
