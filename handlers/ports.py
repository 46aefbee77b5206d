"""Say what the core needs of the world around it. Any method may raise StorageDown where a store stands behind it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from handlers.audit import Deed
from handlers.cases import Part, Situation
from handlers.deliveries import Delivery, Lane, Receipt
from handlers.desk.cards import Seen
from handlers.desk.links import Aim
from handlers.desk.moves import Move, Tracked
from handlers.desk.news import Recent
from handlers.desk.routing import Leave, Roster
from handlers.desk.tickets import Entry, Ticket
from handlers.editing.curation import Version
from handlers.education.campaigns import Campaign, Plan, Reach, Run
from handlers.education.subscriptions import Subscription
from handlers.enclosures import Wanted
from handlers.joining import Other
from handlers.mediations.mediation import Case as Mediation
from handlers.messages import Address, Arrived, Inbound, Reply
from handlers.outcomes import Outcome
from handlers.residents import Village
from handlers.staff import Scope, User


class Inbox(Protocol):
    """Messages as they arrived, each once."""

    async def put(self, inbounds: Sequence[Inbound], now: datetime) -> None:
        """Keep them durably; one that is there already changes nothing."""
        ...

    async def claim(self, limit: int, now: datetime, lease: timedelta) -> Sequence[Arrived]:
        """Take the oldest, at most one an address, so that a resident's messages are handled in their order."""
        ...

    async def give_back(self, arrived: Arrived, reason: str, now: datetime) -> None:
        """Handling failed: let it be claimed again a little later."""
        ...


class Records(Protocol):
    """Residents, dialogues and tickets."""

    async def gather(self, arrived: Sequence[Arrived], now: datetime) -> Sequence[Situation]:
        """What is known of each sender; one never seen before is a new resident."""
        ...

    async def record(self, outcomes: Sequence[tuple[Situation, Outcome]], now: datetime) -> None:
        """State, tickets, outbox rows and the inbox mark, in one transaction for all."""
        ...

    async def bury(self, arrived: Arrived, reply: Reply, reason: str, now: datetime) -> None:
        """Give the message up, and tell its sender."""
        ...

    async def subscriptions(self, of: Sequence[str]) -> Mapping[str, Subscription]:
        """What these residents asked to be told, for those who ever did."""
        ...

    async def other(self, code: str, now: datetime) -> Other | None:
        """Whom a code that makes two residents one was given to, if it still counts."""
        ...

    async def addresses(self, of: str) -> Sequence[Address]:
        """Where a resident is reached."""
        ...

    async def enclosed(self, receipts: Collection[str]) -> Mapping[str, int]:
        """How many pictures and files each of these tickets has of its resident."""
        ...

    async def villages(self) -> Sequence[Village]:
        """Every village of the district."""
        ...

    async def mediation(self, number: str) -> Mediation | None:
        """The mediation of that number, whoever asks."""
        ...


class Tickets(Protocol):
    """Tickets, as acts and clocks change them."""

    async def find(self, scope: Scope, receipt: str) -> Tracked | None:
        """The ticket, if it is in scope."""
        ...

    async def note(self, receipt: str, by: int, words: str, now: datetime) -> None:
        """Keep what a colleague wrote for colleagues."""
        ...

    async def keep_draft(self, receipt: str, by: int, words: str, now: datetime) -> None:
        """Keep what somebody has begun to write; nothing, if there are no words."""
        ...

    async def move(self, moves: Sequence[Move], now: datetime) -> bool:
        """All the moves in one transaction; False, and none of them, if a ticket has changed since it was read."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Tracked]:
        """Those whose clock has rung, the urgent first."""
        ...

    async def owners(self) -> Collection[int]:
        """Who has tickets that are not done."""
        ...

    async def owned(self, advisers: Collection[int]) -> Sequence[Tracked]:
        """Those that are not done, and theirs to act on."""
        ...

    async def loads(self) -> Mapping[int, int]:
        """How many tickets wait for each adviser, or for the resident's word to one."""
        ...


class Links(Protocol):
    """Addresses of staff, and what is said there."""

    async def holders(self, addresses: Collection[Address]) -> Mapping[Address, User]:
        """Whose they are, of those that belong to somebody who works here and answers."""
        ...

    async def open(self, address: Address, code: bytes, now: datetime) -> User | None:
        """Make the address that of whoever was given the code, which is used up; None if none was, or after too many
        wrong ones.
        """
        ...

    async def aim(self, address: Address) -> Aim:
        """What the next words there are for."""
        ...

    async def about(self, address: Address, reference: str) -> str:
        """The receipt number that our message of that number of the channel's was about, or ""."""
        ...

    async def record(
        self, arrived: Arrived, replies: Sequence[Reply], aim: Aim, now: datetime, about: str = ""
    ) -> None:
        """Answer a message, remember what the next is for, and be done with it, in one transaction."""
        ...

    def acting(self, arrived: Arrived, tell: Callable[[Ticket], Reply]) -> Tickets:
        """Tickets whose one move answers that message too: all of it happens once or not at all.

        The move raises Stale if the message was done with before.
        """
        ...


class Casebook(Protocol):
    """Tickets as staff read them, never beyond their scope."""

    async def seen(self, scope: Scope, receipt: str) -> Seen | None:
        """One ticket."""
        ...

    async def waiting(self, scope: Scope, most: int) -> Sequence[Seen]:
        """Those that can be claimed, the urgent first."""
        ...

    async def held(self, scope: Scope, most: int) -> Sequence[Seen]:
        """Those that the user holds, the urgent first."""
        ...

    async def entries(self, scope: Scope, receipt: str) -> Sequence[Entry]:
        """All that was said on one ticket."""
        ...

    async def names(self, of: Collection[int]) -> Mapping[int, str]:
        """The names of these members of staff."""
        ...


class Bulletin(Protocol):
    """What staff are to be told of what happened to tickets."""

    async def recent(self, now: datetime, most: int) -> Sequence[Recent]:
        """What was not told yet and is due, ticket by ticket."""
        ...

    async def reached(self, of: Collection[int]) -> Sequence[tuple[User, Address]]:
        """The addresses of these, of those who work here and answer."""
        ...

    async def spread(self, recent: Recent, told: Sequence[tuple[Address, Reply]], now: datetime) -> bool:
        """These events are told, by these deliveries; False, and nothing, if one of them was told before."""
        ...

    async def put_off(self, numbers: Sequence[int], until: datetime) -> None:
        """These events wait until then."""
        ...


class Rosters(Protocol):
    """Who can be given tickets."""

    async def roster(self, duty: Sequence[str], day: date) -> Roster:
        """Everybody who answers; `duty` are the logins of those at the district's desk beside those of that day."""
        ...

    async def take_leave(self, adviser: int, leave: Leave) -> None:
        """Remember when somebody is away."""
        ...


class Mediations(Protocol):
    """Mediations, as mediators, parties and the clock change them."""

    async def find(self, scope: Scope, number: str) -> Mediation | None:
        """The mediation, if it is in scope."""
        ...

    async def binding(self) -> Sequence[Mediation]:
        """Those with an agreement in force that nobody has brought to a court yet."""
        ...

    async def write(self, mediation: Mediation, told: Sequence[tuple[str, Reply]], now: datetime) -> bool:
        """Open it or change it, with what residents are told; False if the number is taken or it has changed."""
        ...


class Versions(Protocol):
    """What the bureau makes of topics."""

    async def history(self, topic: str) -> Sequence[Version]:
        """All versions of a topic, the first first."""
        ...

    async def published(self) -> Sequence[Version]:
        """Those that residents read."""
        ...

    async def change(self, before: Sequence[Version], after: Sequence[Version]) -> bool:
        """Write these versions of one topic, new or changed; False, and nothing, if it is not as it was read."""
        ...

    async def change_all(self, changes: Sequence[tuple[Sequence[Version], Sequence[Version]]]) -> bool:
        """The same for several topics; False, and nothing at all, if one is not as it was read."""
        ...


class Outbox(Protocol):
    """Deliveries that wait for their channel."""

    async def turn(
        self,
        settled: Sequence[Delivery],
        channels: Sequence[str],
        limit: int,
        now: datetime,
        *,
        lowest: Lane = Lane.PUSH,
    ) -> Sequence[Delivery]:
        """Write down what was settled and take the next, at most `limit` and one an address, in one transaction.

        Nothing of a lane below `lowest` is taken, and no push to a resident who has stopped them meanwhile.
        """
        ...


class Campaigns(Protocol):
    """Campaigns and their runs, as the clock moves them."""

    async def due(self, now: datetime) -> Sequence[Campaign]:
        """Those whose time has come."""
        ...

    async def fire(self, before: Campaign, after: Campaign, run: Run, reply: Reply) -> bool:
        """Write the run, if no other worker has; False if one was faster."""
        ...

    async def under_way(self) -> Sequence[tuple[Campaign, Run]]:
        """The runs that are not over, with their campaigns."""
        ...

    async def queue(self, run: Run, plan: Plan, reach: Reach, now: datetime) -> Run:
        """Write the deliveries of the next residents; the run says how far it has come and whether that was all."""
        ...

    async def is_sent(self, run: Run) -> bool:
        """Is nothing of the run waiting any more?"""
        ...

    async def expire(self, run: Run) -> None:
        """What was not sent by now is not true any more, and is not sent."""
        ...

    async def finish(self, run: Run, before: Campaign, after: Campaign) -> None:
        """The run is over, and its campaign rests."""
        ...


class Quizzes(Protocol):
    """What was tried in quizzes."""

    async def tried(self, quiz: str, matter: str) -> bool:
        """Was a certificate of this quiz tried for, for the matter of that digest?"""
        ...


class Drafts(Protocol):
    """Campaigns, as the bureau changes them."""

    async def add(self, campaign: Campaign) -> Campaign:
        """Keep a new draft, and that its author wrote it; it comes back with its number."""
        ...

    async def find(self, number: int) -> Campaign | None:
        """The campaign of that number."""
        ...

    async def write(self, before: Campaign, after: Campaign, *done: tuple[Deed, datetime]) -> bool:
        """Change it, write down who did so, and hold, release or call off what waits; False if somebody was faster."""
        ...

    async def try_out(self, before: Campaign, after: Campaign, reply: Reply, address: Address, now: datetime) -> bool:
        """Send the words to one address, to be read there as residents will; False if somebody was faster."""
        ...

    async def estimate(self, plan: Plan, reach: Reach, now: datetime) -> int:
        """How many it would reach now."""
        ...

    async def under_way(self) -> Sequence[tuple[Campaign, Run]]:
        """The runs that are not over, with their campaigns."""
        ...


class Enclosures(Protocol):
    """Pictures and files that were put to tickets."""

    async def wanted(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Wanted]:
        """Take the next to be fetched."""
        ...

    async def keep(self, wanted: Wanted, kind: str, content: bytes) -> None:
        """It was fetched."""
        ...

    async def refuse(self, wanted: Wanted, told: Reply, now: datetime) -> None:
        """It cannot be had, or is not taken: its sender is told."""
        ...

    async def put_off(self, wanted: Wanted, until: datetime) -> None:
        """Fetch it later."""
        ...


class Source(Protocol):
    """Where what residents sent can be fetched."""

    async def fetch(self, reference: str, most: int) -> bytes:
        """The content, of at most so many bytes; raises Refused if it is never to be had, Unreachable if later."""
        ...


class Channel(Protocol):
    """A way to residents."""

    name: str

    async def send(self, delivery: Delivery) -> Receipt:
        """Send, and say what became of it; never raises."""
        ...

    def room(self) -> int:
        """How many deliveries it can take just now without breaking its pace."""
        ...


class Engine(Protocol):
    """The library, asked without stalling the process."""

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        """For each (message, id of the dialogue's topic): the questions in it with their Findings, at least one."""
        ...


class Emergency(Protocol):
    """A way to a resident when nothing can be stored."""

    async def tell(self, inbound: Inbound, reply: Reply) -> None:
        """Send the safety text, once for each Inbound."""
        ...
