"""Killed again and again under load, the server loses nothing and repeats next to nothing."""

import asyncio
import random
import shutil
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bot import app, config
from handlers.deliveries import RESEND_MARK
from handlers.messages import Address, Inbound, Kind
from handlers.outcomes import Decision, Outcome, Verdict
from knowledge.numerals import to_chinese
from storage.migrate import upgrade
from storage.outbox import reply_in
from storage.schema import entries, inbox, outbox, tickets
from storage.store import Store
from storage.unit import reading
from tests.fakes.telegram import Remote, launch
from tests.journeys.process import Server

KILLS = 20
TICK = 0.2  # seconds between five questions
ARTICLES = 1260  # of the Civil Code
# what a kill can make come twice is what is under way at that moment, so this bounds it on a slow machine too;
# nothing is sent again before the killing is over, so that a kill never meets the one repetition that is allowed
CONFIG = """
[server]
port = 0
[inbox]
lease_seconds = 3
[outbox]
lease_seconds = 6
resend_after_seconds = 60
[telegram]
api_url = "{base}"
timeout_seconds = 2
[log]
level = "warning"
"""
READERS, ASKERS, WANTING = range(1000, 1180), range(2000, 2060), range(3000, 3060)
QUESTIONS = (
    "老板拖欠工资怎么办",
    "离婚以后孩子归谁",
    "借出去的钱要不回来",
    "邻居家的狗咬伤了我",
    "村里要收回我的承包地",
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Asked:
    """A message that a resident sent, by the number of its update."""

    update: int
    chat: int
    text: str


@dataclass
class Crowd:
    """Residents who go on writing, five messages every fifth of a second, whatever becomes of the server."""

    telegram: Remote
    asked: list[Asked] = field(default_factory=list[Asked])
    enough: bool = False

    async def run(self) -> None:
        """Write until it is enough."""
        start = time.monotonic()
        for turn in count():
            for chat, text in self._five(turn):
                update = await self.telegram("say", chat=chat, text=text)
                self.asked.append(Asked(update["update_id"], chat, text))
            if self.enough:
                return
            await asyncio.sleep(max(0.0, start + (turn + 1) * TICK - time.monotonic()))

    def _five(self, turn: int) -> list[tuple[int, str]]:
        """Three look an article up, each time another; one asks a question; one wants a human."""
        reading_ones = [(READERS[n % len(READERS)], _lookup(n)) for n in range(3 * turn, 3 * turn + 3)]
        asking = (ASKERS[turn % len(ASKERS)], QUESTIONS[turn % len(QUESTIONS)])
        round_, who = divmod(turn, len(WANTING))
        wanting = (WANTING[who], "找人工" if round_ % 2 == 0 else f"第{turn}件事，想请人看看合同")
        return [*reading_ones, asking, wanting]


def _lookup(number: int) -> str:
    return f"民法典{number % ARTICLES + 1}条"


def _title(lookup: str) -> str:
    """The first line of what is answered."""
    return f"《民法典》第{to_chinese(int(lookup[3:-1]))}条"


@asynccontextmanager
async def town(folder: Path, library: Path) -> AsyncGenerator[tuple[Remote, Server, Crowd]]:
    """A fake Bot API, a server that is ready, and residents who have agreed to what is asked first."""
    shutil.copytree(library, folder / "data")
    async with launch() as telegram:
        server = Server(folder, telegram, CONFIG.format(base=telegram.base))
        store = await _opened(folder)
        await _consents(store)
        await store.close()
        try:
            await server.start()
            await server.until("polls")
            yield telegram, server, Crowd(telegram)
        finally:
            await server.kill()


async def _opened(folder: Path) -> Store:
    settings = config.load(folder / "config.toml")
    await upgrade(settings.database_url)
    return app.connect(settings)


async def _consents(store: Store) -> None:
    now = datetime.now(UTC)
    chats = [*READERS, *ASKERS, *WANTING]
    said = [Inbound(f"seed{c}", Address("telegram", str(c)), Kind.TEXT, "/start", now) for c in chats]
    await store.inbox.put(said, now)
    situations = await store.records.gather(await store.inbox.claim(len(chats), now, timedelta(seconds=60)), now)
    verdict = Verdict(Decision.SMALLTALK)
    agreed = [replace(s.resident, channel_consent=1, advice_consent=1) for s in situations]
    done = [(s, Outcome(verdict, (), r, s.dialogue)) for s, r in zip(situations, agreed, strict=True)]
    await store.records.record(done, now)


async def _drained(telegram: Remote, server: Server, within: float) -> None:
    """Wait until nothing waits any more: no update, no message, no delivery."""
    waits = "SELECT (SELECT count(*) FROM inbox WHERE state IN ('new', 'claimed')) + "
    waits += "(SELECT count(*) FROM outbox WHERE due_at IS NOT NULL)"
    async with asyncio.timeout(within):
        while (await telegram("counters"))["pending"] or server.rows(waits)[0][0]:  # noqa: ASYNC110 — another process
            await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Found:
    """What there is in the end: rows of the inbox, texts of the outbox, and what residents saw, by chat and text."""

    stored: Counter[str]
    states: Counter[str]
    causes: Counter[str]
    written: Counter[tuple[int, str]]
    deliveries: Counter[str]
    seen: Counter[tuple[int, str]]
    marked: Counter[tuple[int, str]]
    tickets: int
    words: Counter[str]

    @property
    def missing(self) -> int:
        """Replies that no resident saw."""
        return (self.written - self.seen - self.marked).total()

    @property
    def repeats(self) -> int:
        """Replies that a resident saw once more."""
        return (self.seen + self.marked - self.written).total()

    @property
    def repeats_unmarked(self) -> int:
        """Replies that came twice without saying so."""
        return (self.seen - self.written).total()


async def _found(folder: Path, telegram: Remote) -> Found:
    store = await _opened(folder)
    async with reading(store.engines.read) as connection:
        kept = (await connection.execute(inbox.select().where(~inbox.c.external_id.startswith("seed")))).fetchall()
        sent = (await connection.execute(outbox.select())).fetchall()
        opened = (await connection.execute(tickets.select())).fetchall()
        said = (await connection.execute(entries.select())).fetchall()
    words = Counter(store.vault.open(e.words, f"entry:{e.receipt}") for e in said)
    written = Counter((int(r.external), reply_in(store.vault, r).text) for r in sent)
    await store.close()
    texts: list[tuple[int, str]] = [(m["chat"], m["text"]) for m in await telegram("said")]
    return Found(
        stored=Counter(r.external_id for r in kept),
        states=Counter(r.state for r in kept),
        causes=Counter(r.cause for r in sent if r.part == 0),
        written=written,
        deliveries=Counter(r.state for r in sent),
        seen=Counter(t for t in texts if not t[1].startswith(RESEND_MARK)),
        marked=Counter((chat, t.removeprefix(RESEND_MARK)) for chat, t in texts if t.startswith(RESEND_MARK)),
        tickets=len(opened),
        words=words,
    )


def _check(found: Found, asked: list[Asked]) -> None:
    """Every message is kept once; each became one answer or one ticket, and its sender saw it."""
    assert found.stored == Counter(str(a.update) for a in asked)
    assert found.states == {"done": len(asked)}
    assert set(found.causes.values()) == {1}
    assert len(found.causes) == len(asked)
    told = Counter(a.text for a in asked if a.text.startswith("第"))
    assert found.words == told
    assert found.tickets == len(told)
    titles = Counter((chat, text.split("\n", 1)[0]) for chat, text in found.written.elements() if chat in READERS)
    assert titles == Counter((a.chat, _title(a.text)) for a in asked if a.chat in READERS)
    assert found.missing == 0
    assert found.repeats_unmarked == 0
    assert found.deliveries == {"sent": found.written.total()}


@dataclass
class Killer:
    """Kills the server at random moments, and starts it again at once."""

    telegram: Remote
    server: Server
    crowd: Crowd
    fetched: list[float] = field(default_factory=list[float])  # seconds from the start to the first fetch
    answered: list[float] = field(default_factory=list[float])  # … and to the first answer

    async def run(self, kills: int) -> None:
        """So many times: by turns while it starts, and while it works, however slow the machine."""
        for number in range(kills):
            if number % 2:
                fetched, answered = await asyncio.gather(self.server.until("polls"), self.server.until("sent"))
                self.fetched.append(fetched)
                self.answered.append(answered)
            await asyncio.sleep(random.uniform(0, 2 if number % 2 else 1))
            await self.server.kill()
            await self._confirmed_is_kept()
            await self.server.start()

    async def _confirmed_is_kept(self) -> None:
        """What Telegram will not send again must be in the inbox at this very moment."""
        confirmed: int = (await self.telegram("counters"))["confirmed"]
        kept = {row[0] for row in self.server.rows("SELECT external_id FROM inbox")}
        gone = [a.update for a in self.crowd.asked[:confirmed] if str(a.update) not in kept]
        assert gone == []


def _report(name: str, **figures: Any) -> None:
    print(f"\n{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in figures.items()))


async def test_killed_20_times_in_about_a_minute_under_load(tmp_path: Path, built: Path) -> None:
    async with town(tmp_path, built) as (telegram, server, crowd):
        killer = Killer(telegram, server, crowd)
        asking, began = asyncio.create_task(crowd.run()), time.monotonic()
        await killer.run(KILLS)
        before: dict[str, int] = await telegram("counters")
        killing = time.monotonic() - began
        crowd.enough = True
        await asking
        started = time.monotonic()
        await _drained(telegram, server, within=300)
        figures: dict[str, int] = await telegram("counters")
        await server.kill()
        found = await _found(tmp_path, telegram)
    _report(
        "crash",
        kills=KILLS,
        seconds=round(killing),
        restart_to_fetch_s=f"{median(killer.fetched):.1f}",
        restart_to_answer_s=f"{median(killer.answered):.1f}",
        questions=len(crowd.asked),
        answered_meanwhile=before["sent"],
        drained_s=round(time.monotonic() - started),
        handed_again=figures["handed"] - len(crowd.asked),
        tickets=found.tickets,
        missing=found.missing,
        marked=found.marked.total(),
        repeats=found.repeats,
    )
    _check(found, crowd.asked)
    assert found.repeats <= KILLS
    assert "Traceback" not in server.log()


async def test_stopped_under_load_it_ends_soon_and_leaves_no_doubt(tmp_path: Path, built: Path) -> None:
    async with town(tmp_path, built) as (telegram, server, crowd):
        asking = asyncio.create_task(crowd.run())
        took: list[float] = []
        for _ in range(3):
            sent = (await telegram("counters"))["sent"]
            await telegram("wait_sent", count=sent + 10, within=60)
            await asyncio.sleep(random.uniform(0, 1))
            took.append(await server.stop())
            await server.start()
        crowd.enough = True
        await asking
        await _drained(telegram, server, within=200)
        await server.stop()
        found = await _found(tmp_path, telegram)
    _report("stop", questions=len(crowd.asked), seconds=[round(t, 2) for t in took], marked=found.marked.total())
    _check(found, crowd.asked)
    assert max(took) <= 10
    assert found.marked.total() == 0
