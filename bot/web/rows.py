"""Show tickets as lists do: what each is about, whose it is, how long the resident has waited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.web import wording
from bot.web.pages import clock
from handlers.desk import clocks, states
from handlers.desk.clocks import Targets
from handlers.desk.tickets import KIND_NAMES, LEVEL_NAMES, STATE_NAMES, Ticket
from knowledge.topics import Topic
from storage.queue import Queued


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as the queue shows it; `due` is when a reply is owed, or ""."""

    receipt: str
    level: str
    urgency: str
    place: str
    subject: str
    state: str
    who: str
    waited: str
    due: str
    late: bool
    is_open: bool


def rows(found: Iterable[Queued], topics: Mapping[str, Topic], targets: Targets, now: datetime) -> list[Row]:
    """These tickets, in their order."""
    return [_row(queued, topics, targets, now) for queued in found]


def _row(queued: Queued, topics: Mapping[str, Topic], targets: Targets, now: datetime) -> Row:
    ticket = queued.ticket
    shown = clocks.readings(queued.clock, ticket, targets, now) if queued.clock else ()
    due_at = shown[0].due_at if shown else None
    return Row(
        receipt=ticket.receipt,
        level=ticket.level,
        urgency=LEVEL_NAMES[ticket.level],
        place=queued.place or "未说明村（社区）",
        subject=_subject(ticket, topics),
        state=STATE_NAMES[ticket.state],
        who=queued.who,
        waited=_waited(ticket, now),
        due=clock(due_at) if due_at else "",
        late=due_at is not None and due_at < now,
        is_open=ticket.state in states.UNHELD,
    )


def _subject(ticket: Ticket, topics: Mapping[str, Topic]) -> str:
    """What it is about, in a few words that are ours."""
    if ticket.kind:
        return KIND_NAMES.get(ticket.kind, ticket.kind)
    topic = topics.get(ticket.topic or "")
    return topic.title if topic else wording.REASONS.get(ticket.reason, wording.ASKED)


def _waited(ticket: Ticket, now: datetime) -> str:
    """How long the resident has been waiting, or how long the wait was."""
    if ticket.answered_at:
        return f"等了{wording.span(ticket.answered_at - ticket.opened_at)}"
    return f"已等{wording.span(now - ticket.opened_at)}"
