"""Describe every table. Times are whole milliseconds since the epoch, UTC; words of people are sealed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is declared INTEGER
Number = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger
Span = BigInteger  # milliseconds
Day = Text  # 2026-01-31

inbox = Table(
    "inbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    # the channel's number of the message that it answers, or the ticket it is for
    Column("answers", Text, nullable=False, server_default=""),
    Column("enclosed", SmallInteger, nullable=False, server_default="0"),  # how many pictures and files came with it
    Column("series", Text, nullable=False, server_default=""),  # what pictures that were sent as one have in common
    Column("state", Text, nullable=False),  # new, claimed, done, dead
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", Moment, nullable=False),  # not before; while claimed: when the lease ends
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("channel", "external_id"),
)
# only what waits is in these indexes, so they stay small however long the inbox grows
Index(
    "ix_inbox_queue",
    inbox.c.id,
    sqlite_where=text("state IN ('new', 'claimed')"),
    postgresql_where=text("state IN ('new', 'claimed')"),
)
Index(
    "ix_inbox_waiting",
    inbox.c.channel,
    inbox.c.address,
    inbox.c.id,
    sqlite_where=text("state IN ('new', 'claimed')"),
    postgresql_where=text("state IN ('new', 'claimed')"),
)
Index("ix_inbox_address", inbox.c.channel, inbox.c.address, inbox.c.received_at)

residents = Table(
    "residents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("village", Number, ForeignKey("villages.id")),
    Column("advice_consent", SmallInteger, nullable=False),
    Column("channel_consent", SmallInteger, nullable=False),
    Column("erase_at", Moment),
)
Index(None, residents.c.erase_at)

addresses = Table(
    "addresses",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("external", Text, primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
Index(None, addresses.c.resident)

# given at one address, typed at another
join_codes = Table(
    "join_codes",
    metadata,
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
Index(None, join_codes.c.digest)

dialogues = Table(
    "dialogues",
    metadata,
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", Number, primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("due_at", Moment, nullable=False),
)
Index(None, reminders.c.due_at)
Index(None, reminders.c.resident)

towns = Table(
    "towns",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

villages = Table(
    "villages",
    metadata,
    Column("id", Number, primary_key=True),
    Column("town", Number, ForeignKey("towns.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("town", "name"),
)

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),  # argon2id
    Column("one_time", Boolean, nullable=False),  # must be changed at the next login
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("second", LargeBinary),  # the sealed secret of the second factor
    Column("last_step", Moment),  # of the last code that was accepted: each is accepted once
    Column("created_at", Moment, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("user", Number, ForeignKey("users.id"), primary_key=True),
    Column("village", Number, ForeignKey("villages.id"), primary_key=True),
)
Index(None, posts.c.village)

profiles = Table(
    "profiles",
    metadata,
    Column("user", Number, ForeignKey("users.id"), primary_key=True),
    Column("licence", Text, nullable=False),  # its number
    Column("licensed_until", Day),
    Column("cap", Integer),  # tickets at once, where it is not everybody's
)

specialisms = Table(
    "specialisms",
    metadata,
    Column("user", Number, ForeignKey("users.id"), primary_key=True),
    Column("field", Text, primary_key=True),
)

leaves = Table(
    "leaves",
    metadata,
    Column("id", Number, primary_key=True),
    Column("user", Number, ForeignKey("users.id"), nullable=False),
    Column("first", Day, nullable=False),
    Column("last", Day, nullable=False),  # included
)
Index(None, leaves.c.user)

# who gets what nobody else can take, on which days
duties = Table(
    "duties",
    metadata,
    Column("user", Number, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("first", Day, primary_key=True),
    Column("last", Day, nullable=False),  # included
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),  # SHA-256 of what the cookie holds
    Column("user", Number, ForeignKey("users.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    # the second factor was given, or is not asked for
    Column("is_whole", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

staff_addresses = Table(
    "staff_addresses",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("external", Text, primary_key=True),
    Column("user", Number, ForeignKey("users.id"), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("aim", Text, nullable=False),  # what the next words there are for; nobody's words
)
Index(None, staff_addresses.c.user)

link_codes = Table(
    "link_codes",
    metadata,
    Column("user", Number, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

# wrong codes, by the address that they came from
link_tries = Table(
    "link_tries",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("external", Text, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("since_at", Moment, nullable=False),
)

# append-only; each row's mark covers the row before
deeds = Table(
    "deeds",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("act", Text, nullable=False),
    Column("actor", Number),  # no foreign key: the line outlives its actor
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("mark", Text, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("receipt", Text, primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("topic", Text),
    Column("state", Text, nullable=False),
    Column("village", Number, ForeignKey("villages.id")),
    Column("adviser", Number, ForeignKey("users.id")),
    Column("opened_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("answered_at", Moment),
    Column("closed_at", Moment),
    Column("field", Text, nullable=False, server_default=""),
    Column("tier", Text, nullable=False, server_default="village"),
    # no foreign keys on what was added later: SQLite would have to make the table anew, and others point to it
    Column("offered", Number),
    Column("tried", Text, nullable=False, server_default="[]"),  # numbers of users, the latest last
    Column("merged_into", Text),
    Column("referred_to", Text),
    Column("stars", SmallInteger),
    Column("solved", Text),
    Column("followed_at", Moment),
    # its clock
    Column("since_at", Moment, nullable=False, server_default="0"),
    Column("spent", Span, nullable=False, server_default="0"),
    Column("first_reply", Span),
    Column("reply_rung", Integer, nullable=False, server_default="0"),
    Column("resolution_rung", Integer, nullable=False, server_default="0"),
    Column("alarm_at", Moment),
    Column("revision", Integer, nullable=False, server_default="0"),  # grows with every change
)
Index(None, tickets.c.state, tickets.c.level, tickets.c.opened_at)
Index(None, tickets.c.alarm_at)
Index(None, tickets.c.closed_at)
Index(None, tickets.c.village)
Index(None, tickets.c.adviser)
Index(None, tickets.c.offered)
Index(None, tickets.c.tier, tickets.c.field)
Index(None, tickets.c.resident)

notes = Table(
    "notes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("receipt", Text, ForeignKey("tickets.receipt"), nullable=False),
    Column("by", Number, ForeignKey("users.id"), nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
Index(None, notes.c.receipt)

drafts = Table(
    "drafts",
    metadata,
    Column("receipt", Text, ForeignKey("tickets.receipt"), primary_key=True),
    Column("user", Number, ForeignKey("users.id"), primary_key=True),
    Column("words", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

bars = Table(
    "bars",
    metadata,
    Column("receipt", Text, ForeignKey("tickets.receipt"), primary_key=True),
    Column("adviser", Number, ForeignKey("users.id"), primary_key=True),  # of the other party
)
Index(None, bars.c.adviser)

events = Table(
    "events",
    metadata,
    Column("id", Number, primary_key=True),
    Column("receipt", Text, ForeignKey("tickets.receipt"), nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Number, ForeignKey("users.id")),
    Column("owner", Number, ForeignKey("users.id")),
    Column("state", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("kind", Text),
    Column("took", Span),
    Column("target", Span),
    Column("rung", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("news_at", Moment),  # when staff are to be told of it; NULL: never, or no more
)
Index(
    "ix_events_news",
    events.c.news_at,
    sqlite_where=text("news_at IS NOT NULL"),
    postgresql_where=text("news_at IS NOT NULL"),
)
Index(None, events.c.receipt)
Index(None, events.c.at)

# granted appeals: what does not count when service is assessed
corrections = Table(
    "corrections",
    metadata,
    Column("event", Number, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("by", Number, ForeignKey("users.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("event", Number, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("by", Number, ForeignKey("users.id"), nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("standing", Text, nullable=False),
    Column("answer", Text, nullable=False),  # of the bureau
    Column("decider", Number, ForeignKey("users.id")),
    Column("decided_at", Moment),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("receipt", Text, ForeignKey("tickets.receipt"), nullable=False),
    Column("author", Text, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
Index(None, entries.c.receipt)

# pictures and files; those of nobody's ticket yet have neither receipt nor entry
enclosures = Table(
    "enclosures",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("channel", Text, nullable=False),  # where it came from
    Column("external", Text, nullable=False),
    Column("resident", Text, ForeignKey("residents.id")),
    Column("receipt", Text, ForeignKey("tickets.receipt")),
    Column("entry", Number, ForeignKey("entries.id")),
    Column("words", LargeBinary, nullable=False),  # its name, and how the channel names it
    Column("kind", Text, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("state", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("due_at", Moment),  # while it is wanted: not before
)
Index(None, enclosures.c.channel, enclosures.c.external)
Index(None, enclosures.c.resident)
Index(None, enclosures.c.receipt)
Index(None, enclosures.c.entry)
Index(
    "ix_enclosures_wanted",
    enclosures.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
# what nobody has put to a ticket, which is not kept for long
Index(
    "ix_enclosures_loose",
    enclosures.c.at,
    sqlite_where=text("receipt IS NULL"),
    postgresql_where=text("receipt IS NULL"),
)

# apart from the rest, so that a list of enclosures reads none of it
contents = Table(
    "contents",
    metadata,
    Column("enclosure", Text, ForeignKey("enclosures.mark"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

mediations = Table(
    "mediations",
    metadata,
    Column("number", Text, primary_key=True),
    Column("village", Number, ForeignKey("villages.id")),
    Column("mediator", Number, ForeignKey("users.id")),
    Column("state", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # all of the case
)
Index(None, mediations.c.state, mediations.c.opened_at)

mediation_parties = Table(
    "mediation_parties",
    metadata,
    Column("number", Text, ForeignKey("mediations.number"), primary_key=True),
    Column("party", Text, primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), nullable=False),
)
Index(None, mediation_parties.c.resident)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    Column("quiz", Text, primary_key=True),
    Column("matter", Text, primary_key=True),  # a digest
    Column("at", Moment, nullable=False),
)

quiz_scores = Table(
    "quiz_scores",
    metadata,
    Column("id", Number, primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), nullable=False),
    Column("quiz", Text, nullable=False),
    Column("right", SmallInteger, nullable=False),
    Column("asked", SmallInteger, nullable=False),
    Column("at", Moment, nullable=False),
)
Index(None, quiz_scores.c.resident)
Index(None, quiz_scores.c.quiz, quiz_scores.c.at)

# who asked about which field on which day, so that who asks again can be counted; only ever read in sums of villages
questions = Table(
    "questions",
    metadata,
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # proleptic ordinal
)
Index(None, questions.c.day)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("cause", Text, nullable=False),  # what this answers; with `part` it makes every delivery unique
    Column("part", SmallInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("external", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("resent", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),  # while sending: when the lease ends; NULL: never again
    Column("reference", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("run", Number),  # of a push: its words are those of the run, and `words` is empty
    UniqueConstraint("cause", "part"),
)
# only what waits; ordered as it is claimed, channel by channel: a long push on one must not be searched for another
Index(
    "ix_outbox_waiting",
    outbox.c.channel,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index(
    "ix_outbox_pending",
    outbox.c.channel,
    outbox.c.external,
    outbox.c.id,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("ix_outbox_address", outbox.c.channel, outbox.c.external, outbox.c.id)
# how far a run has come, and what of it can still be held back
Index(
    "ix_outbox_run",
    outbox.c.run,
    outbox.c.state,
    sqlite_where=text("run IS NOT NULL"),
    postgresql_where=text("run IS NOT NULL"),
)
# what goes out once its resident writes again
Index(
    "ix_outbox_held",
    outbox.c.channel,
    outbox.c.external,
    sqlite_where=text("state = 'held'"),
    postgresql_where=text("state = 'held'"),
)

allowances = Table(
    "allowances",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("external", Text, primary_key=True),
    Column("written_at", Moment),
    Column("written", SmallInteger, nullable=False),
    Column("pressed_at", Moment),
    Column("pressed", SmallInteger, nullable=False),
    Column("told", Boolean, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),  # until then one process is fetching the next
)
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("frequency", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("paused_until_at", Moment),
    Column("ended_at", Moment),
    Column("role", Text, nullable=False, server_default=""),
)

# the fields of law that a subscriber chose; without any it is all of them
interests = Table(
    "interests",
    metadata,
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("field", Text, primary_key=True),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Number, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("author", Number, ForeignKey("users.id"), nullable=False),
    Column("approver", Number, ForeignKey("users.id")),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment),
)
Index(
    "ix_campaigns_due",
    campaigns.c.next_at,
    sqlite_where=text("next_at IS NOT NULL"),
    postgresql_where=text("next_at IS NOT NULL"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("campaign", Number, ForeignKey("campaigns.id"), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reached", Text, nullable=False),
    Column("reply", Text, nullable=False),  # public, and the same for everybody
    Column("started_at", Moment),
    Column("finished_at", Moment),
    UniqueConstraint("campaign", "due_at"),  # this row decides which worker runs it
)
Index(None, runs.c.state)

# what pushes show to everybody, by the digest of what it holds
pictures = Table(
    "pictures",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

# who followed the link of a push or pressed its button; only ever read in sums of villages
openings = Table(
    "openings",
    metadata,
    Column("run", Number, ForeignKey("runs.id"), primary_key=True),
    Column("resident", Text, ForeignKey("residents.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)
Index(None, openings.c.resident)

# of topics; what is written here is meant for everybody, so it is not sealed
versions = Table(
    "versions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text),
    Column("stage", Text, nullable=False),
    Column("author", Number, ForeignKey("users.id"), nullable=False),
    Column("drafted_at", Moment, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("approver", Number, ForeignKey("users.id")),
    Column("approved_at", Moment),
    Column("publisher", Number, ForeignKey("users.id")),
    Column("published_at", Moment),
    Column("retirer", Number, ForeignKey("users.id")),
    Column("retired_at", Moment),
)
Index(
    "ix_versions_published",
    versions.c.topic,
    unique=True,
    sqlite_where=text("stage = 'published'"),
    postgresql_where=text("stage = 'published'"),
)
