"""Plan, preview, send and watch pushes from the command line."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot import app, effects, pushing
from bot.config import ConfigError, Settings
from handlers import deliveries
from handlers.deliveries import CHANNEL_NAMES
from handlers.education import obstacles, publish
from handlers.education.campaigns import RUN_NAMES, STATE_NAMES, Audience, Campaign, Plan, Run, RunState, Tally
from handlers.education.effects import contrast
from handlers.education.publish import Preview, Studio
from handlers.errors import NotYours, Refused
from handlers.hours import SHANGHAI
from handlers.staff import User
from knowledge.statutes import build
from knowledge.statutes.store import Statutes
from knowledge.themes import themes
from storage.migrate import upgrade
from storage.store import Store

BAR = 30  # characters
LOOK = 1.0  # seconds between looks at a run that is followed
OPEN = (RunState.QUEUEING, RunState.SENDING)


@dataclass(frozen=True, slots=True)
class Bench:
    """The store and what campaigns need, for one command."""

    store: Store
    studio: Studio


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Bench]:
    """Open what a command needs; what cannot be done is a ConfigError with the reason and the remedy."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    build.ensure(settings.folder / "statutes.db")
    statutes = Statutes(settings.folder / "statutes.db")
    store = app.connect(settings)
    try:
        yield Bench(store, Studio(store.campaigns, statutes, pushing.limits(settings.file)))
    except Refused as refused:
        raise ConfigError(str(refused)) from None
    except NotYours as refused:
        raise ConfigError(f"没有这个推送计划，或这个账号没有权限（{refused}）") from None
    finally:
        await store.close()
        statutes.close()


async def _user(bench: Bench, login: str) -> User:
    found = await bench.store.people.secret(login)
    if found is None:
        raise ConfigError(f"没有登录名 {login}")
    return found.user


def shelf() -> str:
    """The themes of the year."""
    return "\n".join(f"{t.id:<18}{t.when:<26}{t.name}：{t.title}" for t in themes().values())


async def plan(
    settings: Settings, login: str, theme: str, expires: str, *, when: str, towns: str, channels: str
) -> str:
    """Adopt a theme as a draft, with another time or audience if they are given."""
    found = themes().get(theme)
    if found is None:
        raise ConfigError(f"没有主题 {theme}；用 push themes 看有哪些")
    audience = Audience(towns=_listed(towns), channels=_listed(channels))
    last = date.fromisoformat(expires) if expires else date(datetime.now(SHANGHAI).year + 1, 12, 31)
    drafted = Plan(found.title, found.body, when or found.when, last, found.citations, "", found.field, audience)
    async with opened(settings) as bench:
        made = await publish.write(bench.studio, await _user(bench, login), drafted, datetime.now(UTC))
        return f"{made.id} 号草稿：{drafted.title}\n下一步：push test {made.id} --to web:… 试发，再请另一位审核"


async def preview(settings: Settings, number: int) -> str:
    """The campaign on each channel as it will look, whom it reaches, and what stands against it."""
    async with opened(settings) as bench:
        found = await publish.find(bench.studio, number)
        return _shown(bench, found, await publish.preview(bench.studio, found.plan, datetime.now(UTC)))


def _shown(bench: Bench, campaign: Campaign, seen: Preview) -> str:
    channels = obstacles.reach(campaign.plan.audience, bench.studio.limits).channels
    looks = (
        f"── {CHANNEL_NAMES[channel]}（{len(deliveries.parts(seen.reply, channel))} 条）──\n{seen.reply.text}\n"
        + " ".join(f"[{option.label}]" for option in seen.reply.options)
        for channel in channels
    )
    when = seen.due.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if seen.due else "没有"
    against = "".join(f"\n✗ {obstacle}" for obstacle in seen.obstacles)
    standing = f"{campaign.id} 号 {STATE_NAMES[campaign.state]}：{campaign.plan.title}"
    head = f"{standing}；下次 {when}；现在会发给 {seen.estimate} 人"
    return "\n".join((head + against, *looks))


async def test(settings: Settings, login: str, number: int, to: str) -> str:
    """Send it to one address (channel:external), to be read there."""
    async with opened(settings) as bench:
        address = publish.listed(to, bench.studio.limits)
        if address is None:
            raise ConfigError(publish.NOT_LISTED)
        await publish.try_out(bench.studio, await _user(bench, login), number, address, datetime.now(UTC))
        return f"{number} 号已试发到 {to}；看过没问题，请另一位用 push send {number} --as 审核"


async def send(settings: Settings, login: str, number: int, *, dry_run: bool) -> str:
    """A second person agrees, and it goes out when its time comes; a dry run only says what would happen."""
    async with opened(settings) as bench:
        if dry_run:
            found = await publish.find(bench.studio, number)
            seen = await publish.preview(bench.studio, found.plan, datetime.now(UTC))
            return f"不发，只看：\n{_shown(bench, found, seen)}"
        after = await publish.approve(bench.studio, await _user(bench, login), number, datetime.now(UTC))
        assert after.next_at
        return f"{number} 号已审核，{after.next_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 发出"


async def report(settings: Settings, number: int, beside: int | None) -> tuple[str, bytes]:
    """What the last run of a campaign has brought about, in words and as a workbook; raises ConfigError."""
    async with opened(settings) as bench:
        seen = await _seen(bench, number)
        lines = [f"{number} 号 {seen.campaign.plan.title}", *effects.words(seen)]
        if beside is not None:
            other = await _seen(bench, beside)
            lines += effects.compared(contrast(other.effect, seen.effect))
        return "\n".join((*lines, effects.NOTE)), effects.workbook(seen)


async def _seen(bench: Bench, number: int) -> effects.Seen:
    found = await publish.find(bench.studio, number)
    run = await effects.latest(bench.store, number)
    if run is None:
        raise ConfigError(f"{number} 号还没有发过")
    return await effects.look(bench.store, found, run, bench.studio.limits.window, datetime.now(UTC))


async def cancel(settings: Settings, login: str, number: int) -> str:
    """Never again; what was not sent yet is not sent."""
    async with opened(settings) as bench:
        await publish.cancel(bench.studio, await _user(bench, login), number, datetime.now(UTC))
        return f"{number} 号已取消，没发的不再发"


async def status(settings: Settings, number: int | None, *, follow: bool) -> str:
    """All campaigns, or the runs of one; a run that is under way can be followed to its end."""
    async with opened(settings) as bench:
        if number is None:
            return "\n".join(map(_line, await bench.store.campaigns.every())) or "还没有推送计划"
        found = await publish.find(bench.studio, number)
        runs = await bench.store.campaigns.runs(number)
        if follow and runs and runs[0].state in OPEN:
            await _follow(bench, runs[0])
            runs = await bench.store.campaigns.runs(number)
        tallies = [await bench.store.campaigns.tally(run.id) for run in runs]
        return "\n".join((_line(found), *map(_report, runs, tallies)))


def _line(campaign: Campaign) -> str:
    when = campaign.next_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if campaign.next_at else "—"
    return f"{campaign.id:>4}  {STATE_NAMES[campaign.state]}  {when}  {campaign.plan.title}"


def _report(run: Run, tally: Tally) -> str:
    states = "，".join(f"{state} {many}" for state, many in sorted(tally.states.items()))
    why = "，".join(f"{reason} {many}" for reason, many in sorted(tally.reasons.items()))
    parts = (RUN_NAMES[run.state], run.reason, states, why and f"原因：{why}")
    return f"      {run.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}  " + "；".join(part for part in parts if part)


async def _follow(bench: Bench, run: Run) -> None:
    """Show how far it has come until nothing waits."""
    began, before = time.monotonic(), await bench.store.campaigns.tally(run.id)
    while True:
        tally = await bench.store.campaigns.tally(run.id)
        print(f"\r{bar(before, tally, time.monotonic() - began)}", end="", file=sys.stderr, flush=True)
        if not tally.waiting and not await _is_open(bench, run):
            break
        await asyncio.sleep(LOOK)
    print(file=sys.stderr)


async def _is_open(bench: Bench, run: Run) -> bool:
    return any(other.id == run.id for _, other in await bench.store.campaigns.under_way())


def bar(before: Tally, tally: Tally, seconds: float) -> str:
    """A bar with the rate, the time that remains, and the failures by their reason."""
    done = tally.total - tally.waiting
    share = done / tally.total if tally.total else 0.0
    rate = (before.waiting - tally.waiting + tally.total - before.total) / seconds if seconds > 0 else 0.0
    left = f"还要 {tally.waiting / rate / 60:.0f} 分钟" if rate > 0 else "—"
    failed = "，".join(f"{reason} {many}" for reason, many in sorted(tally.reasons.items()))
    filled = "█" * round(BAR * share) + "░" * (BAR - round(BAR * share))
    return f"{filled} {done}/{tally.total}  {rate:.1f} 条/秒  {left}" + (f"  失败：{failed}" if failed else "")


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name for name in names.replace("，", ",").split(",") if name)
