"""Wire everything together, once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from bot import files, masses, metrics, pushing, schedule, signing, work
from bot.channels.web import Web
from bot.config import File, Settings, key
from bot.emergency import Emergency
from bot.engine import Engine, bare, has_other_laws, open_library, whole
from bot.log import failure, logger
from bot.work import Bell, Courier, now
from handlers import enclosures, ports, receive
from handlers.cases import Library, Rules
from handlers.collect import Collection, collect
from handlers.deliver import Dispatch
from handlers.desk import notify, sweep
from handlers.desk.advise import Office
from handlers.desk.chat import Chat
from handlers.desk.clocks import Reply as Replying
from handlers.desk.clocks import Targets
from handlers.desk.routing import Limits
from handlers.editing import curation
from handlers.editing.curation import Version
from handlers.education import obstacles
from handlers.errors import StorageDown
from handlers.hours import Hours
from handlers.mediations import mediate
from handlers.messages import Inbound
from handlers.ports import Channel
from handlers.receive import Reception
from handlers.talk.dialogue import Flood
from knowledge import quizzes
from knowledge.clocks import workdays
from knowledge.engine import danger
from knowledge.guides import interviews
from storage.store import Spans, Store, open_store

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram
    from bot.channels.wechat import WeChat
    from bot.channels.wecom import WeCom

log = logger(__name__)


@dataclass(slots=True)
class App:
    """What runs in one process. `library` is None until it has loaded."""

    settings: Settings
    store: Store
    web: Web
    channels: dict[str, Channel]
    emergency: Emergency
    arrived: Bell = field(default_factory=Bell)
    waiting: Bell = field(default_factory=Bell)
    library: Library | None = None
    engine: Engine | None = None
    telegram: "Telegram | None" = None
    wechat: "WeChat | None" = None
    wecom: "WeCom | None" = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _courier: Courier | None = None
    _clock: Any = None
    _reception: asyncio.Task[None] | None = None
    _edition: frozenset[tuple[str, int]] = frozenset()

    @property
    def office(self) -> Office:
        """What acts on tickets need."""
        return office(self.settings.file, self.store)

    @property
    def chat(self) -> Chat:
        """What serves advisers in a chat."""
        file = self.settings.file.tickets
        topics = self.library.topics.values() if self.library else ()
        return Chat(
            office=self.office,
            links=self.store.links,
            casebook=self.store.casebook,
            fields=tuple(sorted({topic.field for topic in topics})),
            life=timedelta(hours=file.button_hours),
            sign=signing.desk(key(self.settings, "cookie_key")),
            any_time=file.news_any_time,
        )

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Keep messages before their channel is acknowledged; raises StorageDown, after which it must not be."""
        marked = [replace(i, told=self.emergency.told(i) is not None) for i in inbounds]
        await receive.accept(marked, self.store.inbox, self.emergency, now())
        for inbound in inbounds:
            metrics.RECEIVED.labels(inbound.address.channel).inc()
        self.arrived.ring()

    def mute(self) -> None:
        """Leave Telegram to the server: two processes that fetch with one token take each other's updates away."""
        if self.telegram is not None:
            del self.channels[self.telegram.name]
            self.telegram = None

    async def start(self) -> None:
        """Start the loops; messages are kept from now on, and answered once the library has loaded."""
        outbox = self.settings.file.outbox
        if self.telegram is not None:
            self._run(self.telegram.run(webhook=self.settings.file.telegram.mode == "webhook"))
        dispatch = Dispatch(
            self.store.outbox,
            self.channels,
            outbox.window,
            timedelta(seconds=outbox.resend_after_seconds),
            lambda now: obstacles.is_quiet_at(pushing.limits(self.settings.file), now),
        )
        self._courier = Courier(dispatch, self.waiting, outbox.idle_seconds)
        self._run(self._courier.run())
        self._reception = self._run(self._receive())
        self._clock = schedule.scheduler()
        self._add_jobs()
        if self.wechat is not None:
            self._push_to_many(self.wechat, dispatch)
        self._clock.start()
        self._run(schedule.watch(self._clock))

    def _push_to_many(self, channel: "WeChat", dispatch: Dispatch) -> None:
        look = timedelta(seconds=self.settings.file.push.look_seconds)
        schedule.every(
            self._clock, look, "pushes to many", lambda: masses.push(channel, self.store.outbox, dispatch, now())
        )

    def _add_jobs(self) -> None:
        for job in self._jobs():
            schedule.every(self._clock, *job)

    def _jobs(self) -> Iterable[tuple[timedelta, str, Callable[[], Awaitable[int]]]]:
        """How often, what it is called, and what is done."""
        file, store = self.settings.file, self.store
        hour, day = timedelta(hours=1), timedelta(days=1)
        lease = timedelta(seconds=file.outbox.lease_seconds)
        words, closed = timedelta(days=file.data.keep_words_days), timedelta(days=file.data.keep_tickets_days)
        loose, known = timedelta(days=file.enclosures.loose_days), timedelta(days=file.push.questions_days)
        return (
            (timedelta(minutes=file.reminders.look_minutes), "reminders due", lambda: store.reminders.ring(now())),
            (lease / 3, "leases that ended", lambda: store.outbox.expire(now())),
            (timedelta(seconds=file.tickets.news_seconds), "news for advisers", self._tell),
            (timedelta(seconds=file.tickets.sweep_seconds), "tickets that are due", self._sweep),
            (hour, "residents to be erased", lambda: store.privacy.erase(now())),
            (day, "words past their time", lambda: store.inbox.forget(now() - words)),
            (day, "tickets past their time", lambda: store.retention.erase(now() - closed, now())),
            (hour, "pictures and files without a ticket", lambda: store.enclosures.forget(now() - loose)),
            (timedelta(seconds=file.enclosures.look_seconds), "pictures and files to be fetched", self._collect),
            (day, "old questions", lambda: store.effects.forget(now() - known)),
            (timedelta(seconds=file.push.look_seconds), "pushes that are due", self._broadcast),
            (hour, "last days of mediations", self._mediations),
            (timedelta(seconds=file.library.look_seconds), "topics published, laws imported", self.renew),
        )

    async def renew(self) -> int:
        """Take what was published, taken back or imported since the library was loaded; returns how many.

        The old library answers until the new one can, by meaning too.
        """
        standing = await self.store.versions.published()
        changed = curation.edition(standing) ^ self._edition
        if self.library is None or self._reception is None:
            return 0
        imported = await asyncio.to_thread(has_other_laws, self.settings.folder, self.library)
        if not changed and not imported:
            return 0
        library, matcher = await asyncio.to_thread(open_library, self.settings.folder, curation.edits(standing))
        await asyncio.to_thread(whole, matcher)
        self._reception.cancel()  # it ends what it has begun
        await asyncio.gather(self._reception, return_exceptions=True)
        if self.engine is not None:
            self.engine.close()
        self.library, self.engine, self._edition = library, Engine(matcher), curation.edition(standing)
        self._reception = self._run(self._receive())
        return len({topic for topic, _ in changed}) + imported

    async def _broadcast(self) -> int:
        """Push what is due, once the law can be looked up."""
        if self.library is None:
            return 0
        fired = await pushing.push(self.store, self.library.statutes, self.settings.file, now())
        self.waiting.ring()
        return fired

    async def _mediations(self) -> int:
        changed = await mediate.keep_time(self.store.mediations, now())
        if changed:
            self.waiting.ring()
        return changed

    async def _collect(self) -> int:
        """Fetch what residents sent with words for a ticket."""
        sources: dict[str, ports.Source] = {one.name: one for one in (self.telegram, self.wechat) if one}
        size = limits(self.settings.file).size
        collected = await collect(Collection(self.store.enclosures, sources, size), now())
        if collected:
            self.waiting.ring()
        return collected

    async def _sweep(self) -> int:
        """Look after the tickets, and send what their residents are told."""
        changed = await sweep.sweep(self.office, now())
        if changed:
            self.waiting.ring()
        return changed

    async def _tell(self) -> int:
        """Tell advisers in their chats what happened to tickets."""
        told = await notify.tell(self.chat, self.store.bulletin, now())
        if told:
            self.waiting.ring()
        return told

    async def _receive(self) -> None:
        """Load the library, then handle what waits."""
        library, engine = await self._opened()
        self._run(files.prepare())
        inbox = self.settings.file.inbox
        reception = Reception(
            inbox=self.store.inbox,
            records=self.store.records,
            engine=engine,
            library=library,
            rules=rules(self.settings.file),
            lease=timedelta(seconds=inbox.lease_seconds),
            batch=inbox.batch,
            quizzes=self.store.quizzes,
            sign=signing.signer(key(self.settings, "quiz_key")),
            chat=self.chat,
        )
        await work.receive_forever(reception, self.arrived, self.waiting, inbox.idle_seconds)

    async def _standing(self) -> Sequence[Version]:
        """What was published; nothing while the database is down: `renew` looks again soon."""
        try:
            return await self.store.versions.published()
        except StorageDown:
            return ()

    async def _opened(self) -> tuple[Library, ports.Engine]:
        """The library and its engine; where they cannot be had, what needs neither still works: see `bare`."""
        if self.library is None:
            try:
                standing = await self._standing()
                edits = curation.edits(standing)
                self.library, matcher = await asyncio.to_thread(open_library, self.settings.folder, edits)
                self._edition = curation.edition(standing)
            except Exception as error:  # danger, hotlines and tickets must not wait until somebody mends a file
                log.error("library cannot be used: only danger, hotlines and tickets", error=failure(error))
                return bare()
            self.engine = self.engine or Engine(matcher)
        assert self.engine is not None
        log.info("library loaded", topics=len(self.library.topics))
        return self.library, self.engine

    def _run(self, loop: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(loop)
        task.add_done_callback(_report)
        self._tasks.append(task)
        return task

    async def stop(self) -> None:
        """End the loops; what is under way is finished and written down."""
        if self._clock is not None:
            self._clock.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._courier is not None:
            await self._courier.finish(5.0)
        if self.telegram is not None:
            await self.telegram.close()
        if self.wechat is not None:
            await self.wechat.close()
        if self.wecom is not None:
            await self.wecom.close()
        if self.engine is not None:
            self.engine.close()
        await self.store.close()


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("a loop ended", error=failure(error))


def rules(file: File) -> Rules:
    """The rules of decision that were set."""
    flood = Flood(file.flood.burst, timedelta(seconds=file.flood.burst_seconds), file.flood.hourly)
    decide, hour = file.decide, file.reminders.hour
    return Rules(
        decide.answer, decide.clarify, decide.legal, flood, hour, enclosures=limits(file), targets=targets(file)
    )


def limits(file: File) -> enclosures.Limits:
    """How much is taken of pictures and files."""
    held = file.enclosures
    return enclosures.Limits(int(held.size_mb * 1_000_000), held.per_message, held.per_ticket)


def targets(file: File) -> Targets:
    """What is promised to residents."""
    held = file.tickets
    hours = Hours(workdays.is_workday, time.fromisoformat(held.opens), time.fromisoformat(held.shuts))
    return Targets(
        hours,
        Replying(timedelta(minutes=held.first_p0_minutes), timedelta(hours=held.first_p1_hours), held.first_workdays),
        Replying(timedelta(minutes=held.next_p0_minutes), timedelta(hours=held.next_p1_hours), held.next_workdays),
        held.resolution_workdays,
        held.warn_percent,
        timedelta(days=held.quiet_days),
        timedelta(days=held.follow_up_days),
    )


def office(file: File, store: Store) -> Office:
    """What acts on tickets need."""
    return Office(store.tickets, store.rosters, targets(file), Limits(file.tickets.cap), tuple(file.tickets.duty))


def build(settings: Settings) -> App:
    """The App that these settings describe; nothing runs yet.

    Raises LexiconError if the danger words are broken, RuleError if a rule is: who changed the file is told at once.
    """
    danger.load()
    interviews.check()
    quizzes.quizzes()
    store = connect(settings)
    web = Web()
    channels: dict[str, Channel] = {web.name: web}
    app = App(settings, store, web, channels, Emergency(channels))
    if token := settings.secrets.telegram_token:
        app.telegram = _telegram(settings, token.get_secret_value(), app)
        channels[app.telegram.name] = app.telegram
    if settings.secrets.wechat_token:
        app.wechat = _wechat(settings, app)
        channels[app.wechat.name] = app.wechat
    if settings.secrets.wecom_token:
        app.wecom = _wecom(settings, app)
        channels[app.wecom.name] = app.wecom
    return app


def _telegram(settings: Settings, token: str, app: App) -> "Telegram":
    # imported here: its libraries take a third of the start, and most processes run without them
    from bot.channels import http
    from bot.channels.pace import Pace
    from bot.channels.telegram import Telegram, connect

    file, secret = settings.file.telegram, settings.secrets.telegram_webhook_secret
    words = secret.get_secret_value() if secret else ""
    bot = connect(token, file.api_url, http.AiohttpRequest(timeouts=http.Timeouts(read=file.timeout_seconds)))
    pace = Pace(file.rate, file.chat_interval_seconds, fresh=False)
    return Telegram(
        bot,
        pace,
        app.accept,
        file.poll_seconds,
        public_url=settings.file.server.public_url,
        secret=words,
        pictures=app.store.pictures.find,
        kept=app.store.enclosures.sent,
    )


def _wechat(settings: Settings, app: App) -> "WeChat":
    from bot.wechat import channel  # for the same reason

    return channel(settings, app.store, app.accept)


def _wecom(settings: Settings, app: App) -> "WeCom":
    from bot.wecom import channel  # for the same reason

    return channel(settings, app.store, app.accept)


def connect(settings: Settings) -> Store:
    """The stores that these settings describe."""
    file = settings.file
    spans = Spans(
        lease=timedelta(seconds=file.outbox.lease_seconds),
        resend_after=timedelta(seconds=file.outbox.resend_after_seconds),
        session=timedelta(hours=file.web.session_hours),
        session_rest=timedelta(minutes=file.web.session_idle_minutes),
    )
    return open_store(
        settings.database_url,
        key(settings, "field_key"),
        spans,
        busy_timeout=file.storage.busy_timeout_seconds,
        readers=file.storage.readers,
    )
