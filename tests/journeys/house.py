"""Run the whole house for a journey: the real App over a real file, with people at a phone, a page and a terminal."""

import asyncio
import contextlib
import io
import os
import re
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from aiohttp import ClientSession, ClientTimeout, CookieJar
from pydantic import SecretStr

from bot.app import App, build, connect
from bot.channels.console import Console
from bot.config import Environment, File, Settings, WeChat
from bot.engine import Engine, open_library, whole
from bot.web.site import site
from handlers.cases import Library
from handlers.desk import advise
from handlers.desk.tickets import Ticket
from handlers.messages import Address, Option
from handlers.staff import Role, Scope, User
from knowledge.engine.match import Matcher
from storage.store import Store
from storage.views import File as TicketFile
from tests.fakes import wechat as weixin
from tests.fakes import wecom as enterprise
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.wechat import FakeWeChat, Pushed
from tests.fakes.wecom import FakeWeCom

Changes = dict[str, dict[str, Any]]
SECRET = "webhook-secret-of-the-tests_01"
# what takes minutes in life takes a moment here; the limits on people are lifted
QUICK: Changes = {
    "server": {"port": 0},
    "storage": {"busy_timeout_seconds": 0.2},
    "inbox": {"idle_seconds": 0.1, "lease_seconds": 5},
    "outbox": {"idle_seconds": 0.1, "lease_seconds": 5, "resend_after_seconds": 0.3},
    "flood": {"burst": 100_000, "hourly": 100_000},
    "web": {"posts_per_minute": 100_000, "second_factor": False},
    "telegram": {"rate": 1000.0, "chat_interval_seconds": 0, "poll_seconds": 1, "timeout_seconds": 2},
}
TOWNS = (("安居镇", ("示例一村", "示例二村")), ("旧县街道", ("示例一村", "示例三村")))
RECEIPT = re.compile(r"TL\d{6}-[A-Z0-9]{6}")
_NONCE = re.compile(r'name="nonce" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library that is loaded; the house that uses it needs an engine of its own."""

    library: Library
    matcher: Matcher


def open_shelf(folder: Path) -> Shelf:
    """The shipped library, with the semantic leg if it comes."""
    library, matcher = open_library(folder)
    whole(matcher)
    return Shelf(library, matcher)


def settings_in(folder: Path, api: str, changes: Changes | None = None) -> Settings:
    """Settings as `load` gives them, with nothing from the environment of whoever runs the tests."""
    sections = {name: QUICK.get(name, {}) | (changes or {}).get(name, {}) for name in {*QUICK, *(changes or {})}}
    sections["telegram"]["api_url"] = api or "http://127.0.0.1:9"
    secrets = Environment(
        port=None,
        database_url=None,
        telegram_token=SecretStr(TOKEN) if api else None,
        telegram_webhook_secret=SecretStr(SECRET),
        cookie_key=SecretStr("c" * 64),
        field_key=SecretStr("0123456789abcdef" * 4),
    )
    return Settings(File.model_validate(sections), secrets, folder)


def with_wechat(settings: Settings, wechat: FakeWeChat) -> Settings:
    """The same with an official account."""
    mode = "safe" if wechat.platform.safe else "plain"
    given = settings.file.wechat
    # a busy machine must not turn an answer in the request into a later one, unless a test is about that
    patience = given.answer_seconds if given.answer_seconds != WeChat().answer_seconds else 30.0
    account = {"app_id": weixin.APP_ID, "account": weixin.ACCOUNT, "mode": mode, "api_url": wechat.base}
    section = given.model_copy(update=account | {"answer_seconds": patience})
    secrets = {
        "wechat_token": SecretStr(weixin.TOKEN),
        "wechat_secret": SecretStr(weixin.SECRET),
        "wechat_aes_key": SecretStr(weixin.AES_KEY),
    }
    file = settings.file.model_copy(update={"wechat": section})
    return replace(settings, file=file, secrets=settings.secrets.model_copy(update=secrets))


def with_wecom(settings: Settings, wecom: FakeWeCom) -> Settings:
    """The same with an app for advisers."""
    app = {"corp_id": enterprise.CORP, "agent": enterprise.AGENT, "api_url": wecom.base}
    file = settings.file.model_copy(update={"wecom": settings.file.wecom.model_copy(update=app)})
    secrets = {
        "wecom_token": SecretStr(enterprise.TOKEN),
        "wecom_secret": SecretStr(enterprise.SECRET),
        "wecom_aes_key": SecretStr(enterprise.AES_KEY),
    }
    return replace(settings, file=file, secrets=settings.secrets.model_copy(update=secrets))


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody read after they had said something."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]  # of the options under the last text

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.texts)


class Talker(Protocol):
    """A resident on some channel."""

    async def say(self, words: str) -> Heard:
        """Say something, and read until nothing more comes."""
        ...

    async def pick(self, label: str) -> Heard:
        """Take the option of that label, in the way of the channel."""
        ...


@dataclass
class House:
    """An App that runs, and a second connection to what it keeps."""

    app: App
    settings: Settings
    telegram: FakeTelegram
    views: Store
    url: str  # of the page, if it is served
    staff: dict[str, User] = field(default_factory=dict[str, User])
    wechat: FakeWeChat | None = None

    @property
    def database(self) -> Path:
        """The file."""
        return self.settings.folder / "legalbot.db"

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the file itself, by a connection that is none of the App's."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()

    def count(self, table: str, where: str = "1") -> int:
        """How many rows there are."""
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def disk(self) -> bytes:
        """All that lies in the database's files."""
        return b"".join(path.read_bytes() for path in sorted(self.settings.folder.glob("legalbot.db*")))

    async def hurried(self, within: float = 10.0) -> None:
        """The same as `settled`, with the pauses between the tries of a message left out."""
        async with asyncio.timeout(within):
            while not self.is_quiet():
                await self.change("UPDATE inbox SET due_at = 0 WHERE state = 'new'")
                await asyncio.sleep(0.02)

    async def change(self, statement: str) -> None:
        """Write to the file itself, by a connection that is none of the App's."""
        while True:
            # without waiting for a lock: whoever holds it is in this thread
            with closing(sqlite3.connect(self.database, timeout=0)) as other, contextlib.suppress(sqlite3.Error):
                other.execute(statement)
                other.commit()
                return
            await asyncio.sleep(0.005)

    def is_quiet(self) -> bool:
        """Has everything that was said been handled, and every answer gone out?"""
        waiting = "SELECT EXISTS (SELECT 1 FROM inbox WHERE state IN ('new', 'claimed'))"
        on_its_way = "SELECT EXISTS (SELECT 1 FROM outbox WHERE due_at IS NOT NULL)"
        return not self.telegram.feed.pending and not self.rows(waiting)[0][0] and not self.rows(on_its_way)[0][0]

    async def settled(self, within: float = 20.0) -> None:
        """Wait for that."""
        await self.telegram.until(self.is_quiet, within=within)

    async def tickets(self) -> Sequence[Ticket]:
        """All of them."""
        return [queued.ticket for queued in await self.views.views.queue(Scope(everywhere=True))]

    async def file(self, receipt: str) -> TicketFile:
        """One of them with all that was said on it."""
        found = await self.views.views.ticket(Scope(everywhere=True), receipt)
        assert found, receipt
        return found

    async def answer(self, login: str, receipt: str, *answers: str, close: bool = False) -> None:
        """An adviser claims a ticket of theirs, answers it, perhaps says it is done."""
        adviser = self.staff[login]
        office = self.app.office
        await advise.claim(office, adviser, receipt, datetime.now(UTC))
        for words in answers:
            await advise.answer(office, adviser, receipt, words, datetime.now(UTC))
        if close:
            await advise.close(office, adviser, receipt, datetime.now(UTC))
        self.app.waiting.ring()

    def phone(self, chat: int) -> "Phone":
        """A resident on Telegram."""
        return Phone(self, chat)

    def follower(self, openid: str) -> "Follower":
        """A resident on WeChat."""
        assert self.wechat
        return Follower(self, self.wechat, openid)


@asynccontextmanager
async def open_house(
    folder: Path,
    migrated: Path,
    *,
    books: tuple[Library, Engine] | None = None,
    telegram: FakeTelegram | None = None,
    wechat: FakeWeChat | None = None,
    wecom: FakeWeCom | None = None,
    served: bool = False,
    changes: Changes | None = None,
) -> AsyncGenerator[House]:
    """The house in that folder; without books it loads the library itself, as `serve` does."""
    async with contextlib.AsyncExitStack() as stack:
        api = telegram or await stack.enter_async_context(FakeTelegram(patience=0.05, webhook_pause=0.05))
        door = socket.create_server(("127.0.0.1", 0))
        stack.callback(door.close)
        here = {"server": {"public_url": f"http://127.0.0.1:{door.getsockname()[1]}"}}
        settings = settings_in(folder, api.base, here | (changes or {}))
        if wechat:
            settings = with_wechat(settings, wechat)
            wechat.point(f"{settings.file.server.public_url}/wechat")
        if wecom:
            settings = with_wecom(settings, wecom)
            wecom.url = f"{settings.file.server.public_url}/wecom"
        _furnish(folder, migrated)
        app = build(settings)
        if books:
            app.library, app.engine = books
        house = House(app, settings, api, connect(settings), settings.file.server.public_url, wechat=wechat)
        stack.push_async_callback(house.views.close)
        house.staff |= await _staffed(house.views)
        if served:
            await stack.enter_async_context(_served(app, door))
        else:
            await app.start()
            stack.push_async_callback(app.stop)
        yield house


def _furnish(folder: Path, migrated: Path) -> None:
    """A database with every table, unless there is one already."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "legalbot.db").exists():
        shutil.copy(migrated, folder / "legalbot.db")


async def _staffed(store: Store) -> dict[str, User]:
    """A small district: two advisers and a chief expert."""
    places = await store.people.add_villages(TOWNS)
    first, second = (frozenset(places[f"{town}{name}"] for name in names) for town, names in TOWNS)
    people = (
        User(0, "adviser1", "李顾问", Role.ADVISER, one_time=False, villages=first),
        User(0, "adviser2", "王顾问", Role.ADVISER, one_time=False, villages=second),
        User(0, "expert1", "陈专家", Role.EXPERT, one_time=False),
    )
    staff: dict[str, User] = {}
    for person in people:
        if not await store.people.secret(person.login):
            await store.people.add(person, "-", datetime.now(UTC))
        secret = await store.people.secret(person.login)
        assert secret
        staff[person.login] = replace(secret.user, one_time=False)
    return staff


class _Server(uvicorn.Server):
    """The server as `serve` runs it, but for the signals, which belong to the test runner."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def _served(app: App, door: socket.socket) -> AsyncGenerator[None]:
    server = _Server(uvicorn.Config(site(app), log_config=None, access_log=False, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[door]))
    while not server.started and not task.done():  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@dataclass
class Phone:
    """A resident on Telegram."""

    house: House
    chat: int

    @property
    def texts(self) -> list[str]:
        """All that came to this chat."""
        return self.house.telegram.texts(self.chat)

    async def agree(self) -> "Phone":
        """Accept the channel, as everybody must once."""
        await self.say("/start")
        await self.pick("同意")
        return self

    async def say(self, words: str) -> Heard:
        """Write, and read until nothing more comes."""
        before = len(self.texts)
        self.house.telegram.say(self.chat, words)
        return await self._heard(before)

    async def pick(self, label: str) -> Heard:
        """Press the newest button of that label."""
        before = len(self.texts)
        self.house.telegram.press(self.chat, label)
        return await self._heard(before)

    async def _heard(self, before: int) -> Heard:
        await self.house.settled()
        came = self.house.telegram.said(self.chat)[before:]
        labels = tuple(str(button["text"]) for button in came[-1].buttons) if came else ()
        return Heard(tuple(sent.text for sent in came), labels)


_CHOICE = re.compile(r"(?m)^(\d+)\. (.*)$")


@dataclass
class Follower:
    """A resident on WeChat, where options are numbers."""

    house: House
    wechat: FakeWeChat
    openid: str
    pushed: Pushed | None = None  # what became of the last message

    @property
    def texts(self) -> list[str]:
        """All that they read."""
        return self.wechat.texts(self.openid)

    async def say(self, words: str) -> Heard:
        """Write, and read until nothing more comes."""
        return await self.after(self._said(words))

    async def _said(self, words: str) -> None:
        self.wechat.shift += 1  # the platform's times are whole seconds, and nobody writes twice in one
        self.pushed = await self.wechat.say(self.openid, words)

    async def pick(self, label: str) -> Heard:
        """Type the number of the newest option of that label."""
        choices = (_CHOICE.findall(text.partition("回复数字：")[2]) for text in reversed(self.texts))
        return await self.say(next(number for found in choices for number, shown in found if shown == label))

    async def after(self, deed: Coroutine[Any, Any, object]) -> Heard:
        """Do it, and read until nothing more comes."""
        before = len(self.texts)
        await deed
        await self.house.settled()
        came = self.texts[before:]
        labels = _CHOICE.findall(came[-1].partition("回复数字：")[2]) if came else []
        texts = (re.split("\n\n(?:回复数字：|发“我的工单”)", text)[0] for text in came)
        return Heard(tuple(texts), tuple(label for _, label in labels))


@dataclass
class Terminal:
    """Somebody at the console."""

    house: House
    keys: int  # the end of the pipe that is typed into
    screen: io.StringIO

    async def say(self, words: str) -> Heard:
        """Type a line, and read until nothing more comes."""
        before = len(self.screen.getvalue())
        lines = self.house.count("inbox", "channel = 'console'")
        await asyncio.to_thread(_type, self.keys, words)
        # a terminal has no line ends within a message: they end it
        taken = lines + sum(bool(line.rstrip("\r")) for line in words.split("\n"))
        await self.house.telegram.until(lambda: self.house.count("inbox", "channel = 'console'") >= taken, within=20)
        await self.house.settled()
        return _printed(self.screen.getvalue()[before:])

    def enter(self, words: str = "") -> None:
        """Type a line, and wait for nothing."""
        os.write(self.keys, words.encode() + b"\n")

    async def pick(self, label: str) -> Heard:
        """Type the number of the option."""
        options = re.findall(r"^  (\d+)\. (.*)$", self.screen.getvalue(), re.M)
        return await self.say(next(number for number, shown in reversed(options) if shown == label))


def _type(keys: int, words: str) -> None:
    """All of it, though a pipe takes only a little at once."""
    left = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"
    while left:
        left = left[os.write(keys, left) :]


def _printed(screen: str) -> Heard:
    texts = [part.strip("\n") for part in re.split(r"(?:^|\n)(?:> )+", screen) if part.strip()]
    labels = re.findall(r"^  \d+\. (.*)$", texts[-1], re.M) if texts else []
    return Heard(tuple(re.sub(r"(?m)^  \d+\. .*\n?", "", text).strip("\n") for text in texts), tuple(labels))


@asynccontextmanager
async def terminal(house: House) -> AsyncGenerator[Terminal]:
    """A terminal that is open."""
    heard, keys = os.pipe()
    screen = io.StringIO()
    console = Console(house.app.accept, house.settings.folder / "files", heard, screen)
    house.app.channels[console.name] = console
    listening = asyncio.create_task(console.listen())
    try:
        yield Terminal(house, keys, screen)
    finally:
        os.close(keys)
        await listening
        os.close(heard)
        del house.app.channels[console.name]


@dataclass
class Browser:
    """Somebody at the page, without scripts."""

    house: House
    session: ClientSession
    page: str = ""  # as it was seen last
    status: int = 0  # of the last form that was sent
    cursor: str = ""
    options: tuple[Option, ...] = ()

    async def say(self, words: str) -> Heard:
        """Send the form."""
        return await self._send({"text": words})

    async def pick(self, label: str) -> Heard:
        """Press a button of the page."""
        return await self._send({"choice": next(o.value for o in self.options if o.label == label)})

    async def look(self) -> str:
        """Open the page."""
        async with self.session.get(self.house.url) as answer:
            self.page = await answer.text()
        return self.page

    def links(self) -> list[tuple[str, str]]:
        """The files that the page offers: (name, address)."""
        found = re.findall(r'href="(/files/[^"]+)" download>下载：([^<]+)<', self.page)
        return [(unescape(name), unescape(href)) for href, name in found]

    async def texts(self) -> list[str]:
        """All that was said to this browser."""
        said = await self.house.views.views.transcript(Address("web", self._visitor()))
        return [line.text for line in said if line.ours]

    async def frames(self) -> str:
        """What the stream of events holds from the start, as it comes over the wire."""
        frames = ""
        async with self.session.get(f"{self.house.url}/events") as answer, asyncio.timeout(10):
            async for chunk in answer.content.iter_any():
                frames += chunk.decode()
                if frames.count("\r\n\r\n") > 1:
                    break
        return frames

    async def _send(self, fields: dict[str, str]) -> Heard:
        nonce = _NONCE.findall(await self.look())[-1]
        sent = {
            name: words.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for name, words in fields.items()
        }
        url = f"{self.house.url}/ask"
        async with self.session.post(url, data={"nonce": nonce, **sent}, allow_redirects=False) as answer:
            self.status = answer.status
        await self.house.settled()
        await self.look()
        said = await self.house.views.views.transcript(Address("web", self._visitor()), self.cursor)
        self.cursor = said[-1].cursor if said else self.cursor
        ours = [line for line in said if line.ours]
        self.options = ours[-1].options if ours else self.options
        return Heard(tuple(line.text for line in ours), tuple(option.label for option in self.options))

    def _visitor(self) -> str:
        return next(c.value for c in self.session.cookie_jar if c.key == "resident").partition(".")[0]


@asynccontextmanager
async def browser(house: House) -> AsyncGenerator[Browser]:
    """A browser that was never here."""
    jar = CookieJar(unsafe=True)  # the server is known by its number
    async with ClientSession(cookie_jar=jar, timeout=ClientTimeout(total=20)) as session:
        yield Browser(house, session)


_HOLD = """import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()"""


@asynccontextmanager
async def locked(database: Path) -> AsyncGenerator[None]:
    """Another process that holds the database for writing and does not let go."""
    pipe = asyncio.subprocess.PIPE
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, str(database), stdin=pipe, stdout=pipe)
    assert other.stdin
    assert other.stdout
    await other.stdout.readline()
    try:
        yield
    finally:
        other.stdin.close()
        await other.wait()


def receipt_in(heard: Heard) -> str:
    """The receipt number that somebody was given."""
    found = RECEIPT.search(heard.text)
    assert found, heard.text
    return found[0]


def elapsed(since: float) -> float:
    """Seconds since that moment of time.monotonic()."""
    return time.monotonic() - since
