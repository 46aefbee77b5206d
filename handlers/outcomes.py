"""Hold all that a decision asks for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.desk.moves import Move
from handlers.desk.tickets import Entry, Ticket
from handlers.education.effects import Opening
from handlers.education.subscriptions import Subscription
from handlers.joining import Joining
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Reply
from handlers.residents import Resident
from handlers.talk.dialogue import Dialogue
from handlers.talk.reminders import Reminder
from knowledge.citations import Citation
from knowledge.engine.match import TopicFinding
from knowledge.results import Result
from knowledge.topics import Topic


class Decision(StrEnum):
    """What was decided on a message."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ESCALATE = "escalate"
    URGENT = "urgent"
    LOOKUP = "lookup"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"
    INTERVIEW = "interview"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision with its grounds, for whoever asks why."""

    decision: Decision
    confidence: float = 0.0
    topic: Topic | None = None
    options: tuple[TopicFinding, ...] = ()
    citations: tuple[Citation, ...] = ()
    why: str = ""
    level: str | None = None
    result: Result | None = None  # of a sum, a clock or an interview
    parts: tuple["Verdict", ...] = ()  # where a message held several questions: one each; this is the first


@dataclass(frozen=True, slots=True)
class Placed:
    """A ticket learns which village it belongs to, or that its resident will not say."""

    receipt: str
    village: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A mediation opened or changed, and what others are told of it."""

    mediation: Mediation
    told: tuple[tuple[str, Reply], ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A certificate is tried for, once for each quiz and matter; of the matter only a digest is kept."""

    quiz: str
    matter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    """A quiz was finished."""

    quiz: str
    right: int
    asked: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """Replies, the next state, and the tickets opened, added to or moved; nothing has happened yet."""

    verdict: Verdict
    replies: tuple[Reply, ...]
    resident: Resident
    dialogue: Dialogue
    opened: tuple[Ticket, ...] = ()
    entries: tuple[Entry, ...] = ()
    placed: tuple[Placed, ...] = ()
    mediations: tuple[Filed, ...] = ()
    reminder: Reminder | None = None  # to be kept
    hushed: bool = False  # all reminders are to go
    moves: tuple[Move, ...] = ()
    attempted: tuple[Attempt, ...] = ()
    scores: tuple[Score, ...] = ()
    joining: Joining | None = None  # addresses become one resident's, or cease to be
    subscription: Subscription | None = None  # as it is to be from now on
    opening: Opening | None = None  # of a push, if it was sent to this resident

    @property
    def fields(self) -> frozenset[str]:
        """The fields of law that were asked about and answered."""
        answered = (one.topic for one in (self.verdict, *self.verdict.parts))
        return frozenset(topic.field for topic in answered if topic)
