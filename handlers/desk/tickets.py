"""Follow a question that a human must answer, from opened to closed."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from handlers.desk import states
from handlers.desk.states import Act, State
from handlers.errors import Refused
from handlers.hours import SHANGHAI
from handlers.messages import Enclosed

RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread on paper or over the phone

STATE_NAMES = {
    State.OPEN: "待接单",
    State.CLAIMED: "办理中",
    State.WAITING_RESIDENT: "等居民回话",
    State.WAITING_ADVISER: "等顾问答复",
    State.ANSWERED: "已答复",
    State.CLOSED: "已办结",
    State.REOPENED: "重新办理",
    State.ESCALATED: "已转专家",
    State.TRANSFERRED: "转交中",
    State.MERGED: "已并案",
    State.REFERRED: "已转介",
}


class Level(StrEnum):
    """How soon a human must look."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


CHILD = "child"  # the kind of a ticket whose writer seems to be under 14
LEVEL_NAMES = {Level.P0: "特急", Level.P1: "加急", Level.P2: "一般"}
# kinds of danger as knowledge/lexicon/danger.yaml numbers them
KIND_NAMES = {
    "P0-a": "人身危险",
    "P0-b": "想不开",
    "P0-c": "未成年人受害",
    "P0-d": "正在被骗",
    "P1-a": "被拘留或逮捕",
    "P1-c": "群体讨薪或强拆",
    CHILD: "未成年人来问",
}
# what whoever is on duty must do, where the danger words do not say it
DUTIES = {
    CHILD: "由专门帮助未成年人的人接，用孩子听得懂的话，不追问细节；"
    "不满十四周岁的，请监护人到场同意（个人信息保护法第三十一条），监护人就是伤害孩子的人的除外；"
    "发现受侵害，未成年人保护法第十一条：应当立即向公安、民政、教育等部门报告。",
}


class Author(StrEnum):
    """Who wrote an entry of a ticket."""

    RESIDENT = "resident"
    ADVISER = "adviser"


class Tier(StrEnum):
    """At whose desk a ticket is."""

    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"
    EXPERT = "expert"


TIER_NAMES = {
    Tier.VILLAGE: "村居顾问",
    Tier.TOWN: "镇街顾问",
    Tier.DISTRICT: "区里的顾问",
    Tier.EXPERT: "首席专家",
}
ABOVE = {
    Tier.VILLAGE: Tier.TOWN,
    Tier.TOWN: Tier.DISTRICT,
    Tier.EXPERT: Tier.DISTRICT,
    Tier.DISTRICT: Tier.DISTRICT,
}


class Referral(StrEnum):
    """Where else a resident is sent."""

    LEGAL_AID = "legal_aid"
    MEDIATION = "mediation"
    PARTNER = "partner"
    HOTLINE = "hotline"


REFERRAL_NAMES = {
    Referral.LEGAL_AID: "法律援助中心",
    Referral.MEDIATION: "人民调解委员会",
    Referral.PARTNER: "合作地区的服务点",
    Referral.HOTLINE: "服务热线",
}


class Solved(StrEnum):
    """What the resident says to 办成了吗."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


SOLVED_NAMES = {Solved.YES: "办成了", Solved.NOT_YET: "还在办", Solved.NO: "没办成"}
STARS = range(1, 6)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One question for a human. Its words are kept apart, as entries, and only with consent."""

    receipt: str
    resident: str
    level: Level
    kind: str  # the kind of danger, or ""
    reason: str  # why it came to a human: a code, no words of the resident
    opened_at: datetime
    state: State = State.OPEN
    village: int | None = None
    topic: str | None = None
    adviser: int | None = None  # who holds it, or held it last
    claimed_at: datetime | None = None
    answered_at: datetime | None = None  # the first answer since it was opened or reopened
    closed_at: datetime | None = None
    field: str = ""  # of law, as topics name it
    tier: Tier = Tier.VILLAGE
    offered: int | None = None  # whose turn it is to claim it
    tried: tuple[int, ...] = ()  # who had it and let it go, the latest last
    barred: frozenset[int] = frozenset()  # who may not have it: advisers of the other party
    merged_into: str | None = None
    referred_to: Referral | None = None
    stars: int | None = None
    solved: Solved | None = None
    followed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said on a ticket, and what goes with it; without words where that says enough."""

    receipt: str
    author: Author
    text: str
    at: datetime
    enclosed: tuple[Enclosed, ...] = ()


def number(now: datetime, chance: int, kind: str = "TL") -> str:
    """A receipt number that can be read out over the phone and not be guessed; `chance` is a random number."""
    letters = ""
    for _ in range(6):
        chance, digit = divmod(chance, len(RECEIPT_ALPHABET))
        letters += RECEIPT_ALPHABET[digit]
    return f"{kind}{now.astimezone(SHANGHAI):%y%m%d}-{letters}"


def is_done(ticket: Ticket) -> bool:
    """Is there nothing more to do?"""
    return ticket.state in states.DONE


def owner(ticket: Ticket) -> int | None:
    """Who must act on it: its holder, or the adviser whose turn it is; None once it is done."""
    if ticket.state in states.HELD:
        return ticket.adviser
    return ticket.offered if ticket.state in states.UNHELD else None


def offer(ticket: Ticket, tier: Tier, adviser: int | None) -> Ticket:
    """It is this adviser's turn to claim it, or that of whoever sits at the desk."""
    return _moved(ticket, Act.OFFER, tier=tier, offered=adviser)


def settle_in(ticket: Ticket, village: int) -> Ticket:
    """The resident says which village is theirs: what nobody has taken yet is offered there first."""
    if ticket.state not in states.UNHELD or ticket.tier is Tier.EXPERT:
        return replace(ticket, village=village)
    return replace(ticket, village=village, tier=Tier.VILLAGE, offered=None)


def claim(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """An adviser takes a ticket that nobody holds."""
    claimed = _moved(ticket, Act.CLAIM, adviser=adviser, claimed_at=now, offered=None)
    if adviser in ticket.barred:
        raise Refused("您与这件事的另一方有利害关系，请由别的顾问办理。")
    return claimed


def answer(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """The adviser who holds the ticket answers; further answers may follow until it is closed."""
    return _handled(ticket, Act.ANSWER, adviser, answered_at=ticket.answered_at or now)


def ask(ticket: Ticket, adviser: int) -> Ticket:
    """The adviser who holds the ticket asks the resident for more."""
    return _handled(ticket, Act.ASK, adviser)


def close(ticket: Ticket, adviser: int, now: datetime) -> Ticket:
    """The adviser who holds the ticket says it is done; one never answered cannot be done."""
    closed = _handled(ticket, Act.CLOSE, adviser, closed_at=now)
    if ticket.answered_at is None:
        raise Refused("先答复居民，再办结。")
    return closed


def transfer(ticket: Ticket, adviser: int, to: int) -> Ticket:
    """The adviser who holds the ticket asks a colleague to take it."""
    passed = _handled(ticket, Act.TRANSFER, adviser, **_let_go(ticket) | {"offered": to})
    if to == adviser:
        raise Refused("工单已经在您手里，不用转交。")
    if to in ticket.barred:
        raise Refused("这位顾问与这件事的另一方有利害关系，不能转交给他。")
    return passed


def escalate(ticket: Ticket, adviser: int, field: str) -> Ticket:
    """The adviser who holds the ticket asks for an expert in that field of law."""
    risen = _handled(ticket, Act.ESCALATE, adviser, **_let_go(ticket), field=field, tier=Tier.EXPERT)
    if ticket.tier is Tier.EXPERT:
        raise Refused("工单已在首席专家这里，不能再转专家。")
    if not field:
        raise Refused("请先选好属于哪个法律领域，再转专家。")
    return risen


def merge(ticket: Ticket, into: Ticket, adviser: int, now: datetime) -> tuple[Ticket, Ticket]:
    """Make one ticket of two of the same resident; the second, which lives on, is owed an answer again."""
    merged = _handled(ticket, Act.MERGE, adviser, merged_into=into.receipt, closed_at=now)
    if ticket.receipt == into.receipt or ticket.resident != into.resident:
        raise Refused("只能并入同一位居民的另一张工单。")
    kept = add(into)
    kind = kept.kind if kept.level <= ticket.level else ticket.kind
    barred = kept.barred | ticket.barred
    if owner(kept) in barred:
        raise Refused("那张工单的顾问与这件事的另一方有利害关系，不能并案。")
    return merged, replace(kept, level=min(kept.level, ticket.level), kind=kind, barred=barred)


def refer(ticket: Ticket, adviser: int, to: Referral, now: datetime) -> Ticket:
    """The adviser who holds the ticket tells the resident who else deals with it."""
    return _handled(ticket, Act.REFER, adviser, referred_to=to, closed_at=now)


def give_back(ticket: Ticket, *, up: bool = False) -> Ticket:
    """Back to the queue; with `up` to the desk above."""
    tier = ABOVE[ticket.tier] if up else ticket.tier
    return _moved(ticket, Act.GIVE_BACK, **_let_go(ticket), tier=tier)


def bar(ticket: Ticket, adviser: int) -> Ticket:
    """This adviser has advised the other party: if it is theirs, it goes back to the queue."""
    held = give_back(ticket) if owner(ticket) == adviser else ticket
    return replace(held, barred=held.barred | {adviser})


def add(ticket: Ticket) -> Ticket:
    """The resident says more."""
    return _moved(ticket, Act.ADD)


def withdraw(ticket: Ticket, now: datetime) -> Ticket:
    """The resident needs no answer any more."""
    closed = _moved(ticket, Act.WITHDRAW, closed_at=now, offered=None)
    # whoever threatens the resident may have the telephone in hand
    if ticket.level is Level.P0 and ticket.answered_at is None:
        raise Refused("这件事关系到人身安全，要等顾问答复过您才能办结。")
    return closed


def reopen(ticket: Ticket) -> Ticket:
    """It was not done after all: first whoever held it last is asked to take it again."""
    fresh: dict[str, Any] = {"claimed_at": None, "answered_at": None, "closed_at": None, "followed_at": None}
    again = ticket.adviser if ticket.adviser not in ticket.barred else None
    return _moved(ticket, Act.REOPEN, **fresh, adviser=None, offered=again, referred_to=None, tried=())


def rate(ticket: Ticket, stars: int) -> Ticket:
    """The resident says how good the answer was, 1 to 5; the last word counts."""
    rated = _moved(ticket, Act.RATE, stars=stars)
    if stars not in STARS:
        raise Refused("请打1到5分。")
    return rated


def conclude(ticket: Ticket, solved: Solved) -> Ticket:
    """The resident says what came of it; the last word counts."""
    return _moved(ticket, Act.RATE, solved=solved)


def lapse(ticket: Ticket, now: datetime) -> Ticket:
    """The resident said nothing for too long: it is closed, or an adviser must look again if there was danger."""
    if ticket.level is Level.P0:
        return _moved(ticket, Act.WAKE)
    return _moved(ticket, Act.LAPSE, closed_at=now)


def follow_up(ticket: Ticket, now: datetime) -> Ticket:
    """The resident is asked what came of it."""
    return _moved(ticket, Act.FOLLOW_UP, followed_at=now)


def notice(ticket: Ticket) -> Ticket:
    """The bot says something; nothing changes by that."""
    return _moved(ticket, Act.NOTICE)


def _let_go(ticket: Ticket) -> dict[str, Any]:
    let_go = owner(ticket)
    tried = ticket.tried if let_go is None else (*(t for t in ticket.tried if t != let_go), let_go)
    return {"adviser": None, "claimed_at": None, "offered": None, "tried": tried}


def _handled(ticket: Ticket, act: Act, by: int, /, **changes: Any) -> Ticket:
    moved = _moved(ticket, act, **changes)
    if ticket.adviser != by:
        raise Refused("请先接单；别人接的单由接单人办理。")
    return moved


def _moved(ticket: Ticket, act: Act, /, **changes: Any) -> Ticket:
    return replace(ticket, state=states.after(ticket.state, act), **changes)
