"""Open all stores over one database."""

from dataclasses import dataclass
from datetime import timedelta

from storage.accounts import Accounts
from storage.allowances import Allowances
from storage.assessments import Assessments
from storage.audit import Audit
from storage.bulletin import Bulletin
from storage.campaigns import Campaigns
from storage.casebook import Casebook
from storage.effects import Effects
from storage.enclosures import Enclosures
from storage.engine import Engines, connect
from storage.inbox import Inbox
from storage.links import Links
from storage.mediations import Mediations
from storage.outbox import Outbox
from storage.people import People
from storage.personnel import Personnel
from storage.pictures import Pictures
from storage.privacy import Privacy
from storage.quizzes import Quizzes
from storage.records import Records
from storage.reminders import Reminders
from storage.retention import Retention
from storage.rosters import Rosters
from storage.tickets import Tickets
from storage.tokens import Tokens
from storage.unit import Writer
from storage.vault import Vault
from storage.versions import Versions
from storage.views import Views


@dataclass(frozen=True, slots=True)
class Spans:
    """How long things last."""

    lease: timedelta = timedelta(seconds=45)  # of a delivery
    resend_after: timedelta = timedelta(seconds=60)
    session: timedelta = timedelta(hours=12)
    session_rest: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Store:
    """Every store, its engines and its one writer."""

    engines: Engines
    writer: Writer
    vault: Vault
    inbox: Inbox
    outbox: Outbox
    records: Records
    reminders: Reminders
    tickets: Tickets
    links: Links
    casebook: Casebook
    bulletin: Bulletin
    mediations: Mediations
    rosters: Rosters
    quizzes: Quizzes
    people: People
    personnel: Personnel
    allowances: Allowances
    tokens: Tokens
    accounts: Accounts
    assessments: Assessments
    audit: Audit
    campaigns: Campaigns
    effects: Effects
    enclosures: Enclosures
    pictures: Pictures
    privacy: Privacy
    retention: Retention
    versions: Versions
    views: Views

    async def close(self) -> None:
        """Stop writing, then close the connections."""
        await self.writer.close()
        await self.engines.dispose()


def open_store(url: str, key: bytes, spans: Spans, *, busy_timeout: float = 5.0, readers: int = 4) -> Store:
    """All stores over the database at `url`; `key` (32 bytes) seals the words."""
    engines = connect(url, busy_timeout=busy_timeout, readers=readers)
    writer, vault = Writer(engines.write), Vault(key)
    return Store(
        engines=engines,
        writer=writer,
        vault=vault,
        inbox=Inbox(writer, vault),
        outbox=Outbox(writer, vault, lease=spans.lease, resend_after=spans.resend_after),
        records=Records(writer, engines.read, vault),
        reminders=Reminders(writer, vault),
        mediations=Mediations(writer, engines.read, vault),
        tickets=Tickets(writer, engines.read, vault),
        links=Links(writer, engines.read, vault),
        casebook=Casebook(engines.read, vault),
        bulletin=Bulletin(writer, engines.read, vault),
        rosters=Rosters(writer, engines.read),
        quizzes=Quizzes(engines.read),
        people=People(writer, engines.read, age=spans.session, rest=spans.session_rest),
        personnel=Personnel(writer, engines.read),
        allowances=Allowances(writer, engines.read),
        tokens=Tokens(writer, engines.read, vault),
        accounts=Accounts(writer, engines.read, vault, spans.session),
        assessments=Assessments(writer, engines.read, vault),
        audit=Audit(writer, engines.read),
        campaigns=Campaigns(writer, engines.read, vault),
        enclosures=Enclosures(writer, engines.read, vault),
        effects=Effects(writer, engines.read, vault),
        pictures=Pictures(writer, engines.read),
        privacy=Privacy(writer, engines.read, vault),
        retention=Retention(writer, engines.read),
        versions=Versions(writer, engines.read),
        views=Views(engines.read, vault),
    )
