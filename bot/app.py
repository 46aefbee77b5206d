"""Wire everything together, once."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot import metrics, schedule, work
from bot.channels import http, telegram
from bot.channels.pace import Pace
from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.config import File, Settings, key
from bot.emergency import Emergency
from bot.engine import Engine, bare, open_library
from bot.log import failure, logger
from bot.work import Bell, Courier, now
from handlers import ports, receive
from handlers.cases import Library, Rules
from handlers.deliver import Dispatch
from handlers.dialogue import Flood
from handlers.messages import Inbound
from handlers.ports import Channel
from handlers.receive import Reception
from knowledge import danger
from storage.store import Spans, Store, open_store

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
    telegram: Telegram | None = None
    bot: Any = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _courier: Courier | None = None
    _clock: Any = None

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Keep messages before their channel is acknowledged; raises StorageDown, after which it must not be."""
        marked = [replace(i, told=self.emergency.told(i) is not None) for i in inbounds]
        await receive.accept(marked, self.store.inbox, self.emergency, now())
        for inbound in inbounds:
            metrics.RECEIVED.labels(inbound.address.channel).inc()
        self.arrived.ring()

    def mute(self) -> None:
        """Leave Telegram to the server: two processes that fetch with one token take each other's updates away."""
        self.channels.pop(telegram.NAME, None)
        self.bot = self.telegram = None

    async def start(self) -> None:
        """Start the loops; messages are kept from now on, and answered once the library has loaded."""
        outbox = self.settings.file.outbox
        if self.bot is not None:
            await self._connect()
        dispatch = Dispatch(
            self.store.outbox, self.channels, outbox.window, timedelta(seconds=outbox.resend_after_seconds)
        )
        self._courier = Courier(dispatch, self.waiting, outbox.idle_seconds)
        self._run(self._courier.run())
        self._run(self._receive())
        self._clock = schedule.scheduler()
        self._add_jobs()
        self._clock.start()

    def _add_jobs(self) -> None:
        file = self.settings.file
        lease = timedelta(seconds=file.outbox.lease_seconds)
        keep = timedelta(days=file.data.keep_words_days)
        schedule.every(self._clock, lease / 3, "leases that ended", lambda: self.store.outbox.expire(now()))
        schedule.every(
            self._clock, timedelta(days=1), "words past their time", lambda: self.store.inbox.forget(now() - keep)
        )

    async def _connect(self) -> None:
        file, secrets = self.settings.file, self.settings.secrets
        self._run(_until_connected(self, file, secrets.telegram_webhook_secret))

    async def _receive(self) -> None:
        """Load the library, then handle what waits."""
        library, engine = await self._opened()
        inbox = self.settings.file.inbox
        reception = Reception(
            inbox=self.store.inbox,
            records=self.store.records,
            engine=engine,
            library=library,
            rules=rules(self.settings.file),
            lease=timedelta(seconds=inbox.lease_seconds),
            batch=inbox.batch,
        )
        await work.receive_forever(reception, self.arrived, self.waiting, inbox.idle_seconds)

    async def _opened(self) -> tuple[Library, ports.Engine]:
        """The library and its engine; where they cannot be had, what needs neither still works: see `bare`."""
        if self.library is None:
            try:
                self.library, matcher = await asyncio.to_thread(open_library, self.settings.folder)
            except Exception as error:  # danger, hotlines and tickets must not wait until somebody mends a file
                log.error("library cannot be used: only danger, hotlines and tickets", error=failure(error))
                return bare()
            self.engine = self.engine or Engine(matcher)
        assert self.engine is not None
        log.info("library loaded", topics=len(self.library.topics))
        return self.library, self.engine

    def _run(self, loop: Awaitable[None]) -> None:
        task = asyncio.ensure_future(loop)
        task.add_done_callback(_report)
        self._tasks.append(task)

    async def stop(self) -> None:
        """End the loops; what is under way is finished and written down."""
        if self._clock is not None:
            self._clock.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._courier is not None:
            await self._courier.finish(5.0)
        if self.bot is not None:
            await self.bot.shutdown()
        if self.engine is not None:
            self.engine.close()
        await self.store.close()


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("a loop ended", error=failure(error))


async def _until_connected(app: App, file: File, secret: Any) -> None:
    """Greet the Bot API, then poll, or tell it where to post."""
    from telegram.error import InvalidToken, TelegramError

    while True:
        try:
            await app.bot.initialize()
            await _choose(app.bot, file, secret)
            break
        except InvalidToken:
            log.error("Telegram does not know this token: check TELEGRAM_TOKEN")
            await asyncio.sleep(60 * work.PAUSE)
        except TelegramError as error:
            log.warning("Telegram cannot be reached", error=failure(error))
            await asyncio.sleep(work.PAUSE)
    if file.telegram.mode == "polling" and app.telegram is not None:
        await app.telegram.poll()


async def _choose(bot: Any, file: File, secret: Any) -> None:
    """Say whether updates are fetched or posted; those that wait are kept either way."""
    if file.telegram.mode == "polling":
        await bot.delete_webhook()
        return
    words = secret.get_secret_value()
    url = f"{file.server.public_url}/telegram/{telegram.path(words)}"
    await bot.set_webhook(url, secret_token=words, allowed_updates=list(telegram.UPDATES))


def rules(file: File) -> Rules:
    """The rules of decision that were set."""
    flood = Flood(file.flood.burst, timedelta(seconds=file.flood.burst_seconds), file.flood.hourly)
    return Rules(file.decide.answer, file.decide.clarify, file.decide.legal, flood)


def build(settings: Settings) -> App:
    """The App that these settings describe; nothing runs yet. Raises LexiconError if the danger words are broken."""
    danger.load()
    store = connect(settings)
    web = Web()
    channels: dict[str, Channel] = {web.name: web}
    app = App(settings, store, web, channels, Emergency(channels))
    if token := settings.secrets.telegram_token:
        file = settings.file.telegram
        timeouts = http.Timeouts(read=file.timeout_seconds)
        app.bot = telegram.connect(token.get_secret_value(), file.api_url, http.AiohttpRequest(timeouts=timeouts))
        pace = Pace(file.rate, file.chat_interval_seconds)
        app.telegram = Telegram(app.bot, pace, app.accept, file.poll_seconds)
        channels[telegram.NAME] = app.telegram
    return app


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
