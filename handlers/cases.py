"""Hold everything a decision may look at: the situation, the library, the rules and the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.desk.clocks import Targets
from handlers.desk.moves import Tracked
from handlers.education.certificates import Sign
from handlers.education.subscriptions import Subscription
from handlers.enclosures import Limits
from handlers.hours import Hours
from handlers.joining import Other
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Address, Arrived, Inbound
from handlers.residents import Resident, Village
from handlers.talk.dialogue import Dialogue, Flood
from knowledge import reviews
from knowledge.clocks import workdays
from knowledge.engine.match import Findings
from knowledge.reviews import Change
from knowledge.statutes.store import Statutes
from knowledge.topics import Topic


@dataclass(frozen=True, slots=True)
class Situation:
    """A message and what is known of its sender."""

    arrived: Arrived
    resident: Resident
    dialogue: Dialogue
    known: bool = True  # False: the first message ever from this address
    tickets: tuple[Tracked, ...] = ()  # the resident's that live or ended lately, the newest first
    staff: Mapping[int, str] = field(default_factory=dict[int, str])  # names of those who have them

    @property
    def inbound(self) -> Inbound:
        """The message."""
        return self.arrived.inbound


def _none_yet() -> dict[tuple[str, date], tuple[Change, ...]]:
    return {}


@dataclass(frozen=True, slots=True)
class Library:
    """What the law says: topics by id, and the statutes they cite."""

    topics: Mapping[str, Topic]
    statutes: Statutes
    _changes: dict[tuple[str, date], tuple[Change, ...]] = field(default_factory=_none_yet, compare=False, repr=False)

    def changed(self, topic: Topic, day: date) -> tuple[Change, ...]:
        """What changed in the law under a topic between its review and that day; worked out once."""
        if (topic.id, day) not in self._changes:
            self._changes[topic.id, day] = reviews.stale(topic, self.statutes, day)
        return self._changes[topic.id, day]


@dataclass(frozen=True, slots=True)
class Rules:
    """How sure is sure enough, how much is too much, which channels need consent of their own."""

    answer: float = 0.9  # least confidence of a direct answer
    clarify: float = 0.15  # least confidence of a topic worth offering
    legal: float = 0.5  # least chance that it is a legal question at all
    flood: Flood = field(default_factory=Flood)
    reminder_hour: int = 9  # in Shanghai
    abroad: frozenset[str] = frozenset({"telegram"})  # channels whose servers stand outside the mainland
    enclosures: Limits = field(default_factory=Limits)
    targets: Targets = field(default_factory=lambda: Targets(Hours(workdays.is_workday)))


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message, with what was found for it."""

    words: str
    findings: Findings


@dataclass(frozen=True, slots=True)
class Case:
    """One message to decide on; `chance` is a random number; those after it are there if the route needs them."""

    situation: Situation
    library: Library
    rules: Rules
    now: datetime
    day: date  # the day whose law is asked for
    chance: int
    parts: tuple[Part, ...] = ()
    villages: Sequence[Village] = ()
    mediation: Mediation | None = None  # the one whose number was sent
    taken: bool = False  # a certificate was tried for already, for the matter that is named
    subscription: Subscription | None = None
    sign: Sign | None = None  # the signature of certificates
    other: Other | None = None  # whom the code that was typed leads to
    addresses: Sequence[Address] = ()  # where the resident is reached
    enclosed: Mapping[str, int] = field(default_factory=dict[str, int])  # how many each of their tickets has

    @property
    def resident(self) -> Resident:
        """Who is asking."""
        return self.situation.resident

    @property
    def dialogue(self) -> Dialogue:
        """Where we are with them."""
        return self.situation.dialogue
