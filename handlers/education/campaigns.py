"""Plan what residents are told unasked: who may be told, when, in which words, and who must agree first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from handlers.audit import Act, Deed
from handlers.deliveries import State as Sending
from handlers.education import timings
from handlers.education.timings import Timing
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from knowledge.citations import Citation

WRITERS = (Role.PUBLISHER,)
APPROVERS = (Role.PUBLISHER, Role.ADMIN)
INFORMED = (*APPROVERS, Role.EDITOR, Role.EXPERT)  # of what pushes bring about, in sums


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    TESTED = "tested"  # its writer has read it on a channel; a second person must agree
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


STATE_NAMES = {
    State.DRAFT: "草稿",
    State.TESTED: "待审核",
    State.SCHEDULED: "已排期",
    State.RUNNING: "推送中",
    State.PAUSED: "已暂停",
    State.CANCELLED: "已取消",
    State.DONE: "已结束",
}
ACTIVE = (State.SCHEDULED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it is for; what is empty does not narrow it."""

    towns: tuple[str, ...] = ()
    villages: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    seen_within_days: int | None = None
    roles: tuple[str, ...] = ()  # as they call themselves; see subscriptions.ROLES
    half: int = 0  # 1 or 2: one half of these, drawn by lot, so that it can be compared with the other


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is said to whom, when, on which law, and until which day it is true.

    `field` is "" for everybody, `quiz` the id of a bank, `picture` the digest of one; both may be "".
    """

    title: str
    body: str
    when: str
    expires: date
    citations: tuple[Citation, ...] = ()
    link: str = ""
    field: str = ""
    audience: Audience = EVERYBODY
    quiz: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A plan and how far it has come; `next_at` is the next time it goes out, while it may."""

    id: int
    plan: Plan
    state: State
    author: int
    created_at: datetime
    approver: int | None = None
    next_at: datetime | None = None


class RunState(StrEnum):
    """Where one dated firing stands."""

    QUEUEING = "queueing"  # its deliveries are being written
    SENDING = "sending"
    DONE = "done"
    MISSED = "missed"  # it was not sent; the reason says why
    CANCELLED = "cancelled"


RUN_NAMES = {
    RunState.QUEUEING: "准备中",
    RunState.SENDING: "发送中",
    RunState.DONE: "已发完",
    RunState.MISSED: "没有发",
    RunState.CANCELLED: "已取消",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One dated firing of a campaign; `reached` is the last resident whose delivery is written."""

    id: int
    campaign: int
    due_at: datetime
    state: RunState
    reason: str = ""
    reached: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of a run stand in which state, and why those failed that did."""

    states: Mapping[Sending, int]
    reasons: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """How many are still to be sent."""
        return sum(self.states.get(s, 0) for s in (Sending.READY, Sending.SENDING, Sending.PAUSED))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Reach:
    """On which channels, which of them need consent of their own, and how many messages a resident and week."""

    channels: tuple[str, ...]
    abroad: frozenset[str]
    weekly: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every campaign; quiet hours by the clocks of Shanghai, `weekly` messages a resident and week."""

    quiet_from: time = time(21)
    quiet_to: time = time(8)
    weekly: int = 2
    late: timedelta = timedelta(hours=2)
    channels: tuple[str, ...] = ("telegram", "web")
    abroad: frozenset[str] = frozenset({"telegram"})  # channels that need consent of their own
    tests: frozenset[str] = frozenset()  # addresses (channel:external) that tests may be sent to
    window: timedelta = timedelta(days=28)  # before and after a push, within which its effect is looked for


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a campaign cannot run, and what its writer can do about it."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}。{self.remedy}。"


def write(user: User, plan: Plan, now: datetime, before: Campaign | None = None) -> Campaign:
    """A draft, new or changed; a change must be tested and agreed to again."""
    _permit(user, WRITERS)
    if before is None:
        return Campaign(0, plan, State.DRAFT, user.id, now)
    _require(before, State.DRAFT, State.TESTED, State.SCHEDULED)
    return replace(before, plan=plan, state=State.DRAFT, author=user.id, approver=None, next_at=None)


def test(campaign: Campaign, user: User) -> Campaign:
    """It was sent to its writer to be read as residents will."""
    _permit(user, WRITERS)
    _require(campaign, State.DRAFT, State.TESTED)
    return replace(campaign, state=State.TESTED)


def approve(campaign: Campaign, user: User, found: Sequence[Obstacle], timing: Timing, now: datetime) -> Campaign:
    """A second person agrees, and it goes out when its time comes; raises Refused with what stands against it."""
    _permit(user, APPROVERS)
    if campaign.state is State.DRAFT:
        raise Refused("还没有试发。先试发一条给自己看，再请别人审核")
    _require(campaign, State.TESTED)
    if user.id == campaign.author:
        raise Refused("自己写的不能自己审核。请另一位普法专员或管理员来审核")
    if found:
        raise Refused("；".join(map(str, found)))
    return replace(campaign, state=State.SCHEDULED, approver=user.id, next_at=timings.next_after(timing, now))


def pause(campaign: Campaign, user: User) -> Campaign:
    """Nothing goes out until somebody lets it go on; what is due meanwhile is left out."""
    _permit(user, APPROVERS)
    _require(campaign, *ACTIVE)
    return replace(campaign, state=State.PAUSED, next_at=None)


def resume(campaign: Campaign, user: User, timing: Timing, now: datetime, *, under_way: bool) -> Campaign:
    """Go on, from what is due next."""
    _permit(user, APPROVERS)
    _require(campaign, State.PAUSED)
    return rest(replace(campaign, next_at=timings.next_after(timing, now)), under_way=under_way)


def cancel(campaign: Campaign, user: User) -> Campaign:
    """Never again; what was not sent yet is not sent."""
    _permit(user, APPROVERS)
    if campaign.state in (State.CANCELLED, State.DONE):
        raise Refused(f"这个推送{STATE_NAMES[campaign.state]}，不用取消")
    return replace(campaign, state=State.CANCELLED, next_at=None)


def rest(campaign: Campaign, *, under_way: bool) -> Campaign:
    """The state between two acts, by whether a run is under way and another will come."""
    if under_way:
        return replace(campaign, state=State.RUNNING)
    return replace(campaign, state=State.SCHEDULED if campaign.next_at else State.DONE)


def fire(
    campaign: Campaign, due: datetime, timing: Timing, now: datetime, *, found: Iterable[Obstacle], late: timedelta
) -> tuple[Campaign, Run]:
    """What becomes of a time that has come: it is sent up to `late` after it, and missed later or if it must not go."""
    why = "；".join(map(str, found))
    if now - due > late:
        why = f"晚了 {_span(now - due)}，超过 {_span(late)} 不再补发"
    after = replace(campaign, next_at=timings.next_after(timing, due))
    if why:
        missed = Run(0, campaign.id, due, RunState.MISSED, why, finished_at=now)
        return rest(after, under_way=campaign.state is State.RUNNING), missed
    return rest(after, under_way=True), Run(0, campaign.id, due, RunState.QUEUEING, started_at=now)


def deed(act: Act, user: int, campaign: Campaign) -> Deed:
    """What was done to it, for the chain of what staff did."""
    return Deed(act, user, f"push:{campaign.id}", campaign.plan.title)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"


def _permit(user: User, roles: Iterable[Role]) -> None:
    if user.role not in roles:
        raise NotYours("push")


def _require(campaign: Campaign, *states: State) -> None:
    if campaign.state not in states:
        raise Refused(f"现在是“{STATE_NAMES[campaign.state]}”，做不了这一步")
