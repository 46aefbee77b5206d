"""Look at what a push has brought about, for the page, the command line and a workbook."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from handlers.education import effects
from handlers.education.campaigns import Campaign, Run, RunState
from handlers.education.effects import LEAST, Asked, Contrast, Effect, Pair, Window
from handlers.education.intervals import Interval, Share, around
from handlers.hours import SHANGHAI
from storage.store import Store

HIDDEN = f"不到 {LEAST} 人，不显示"
SUMMARY, REACHED, QUIZ, AGAIN = "总的", "发到和打开", "答题", "再来问"
NOTE = (
    f"不到 {LEAST} 人的组合并显示或不显示，也不能从总数里减出来；不看任何一个人。"
    "区间是 95% 的：比例用 Wilson 法，相差用 Newcombe 法，前后再和对照村比用 MOVER 法；前后是同一批人，区间偏宽。"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The effect of a run, and the window in which it was looked for."""

    campaign: Campaign
    run: Run
    window: Window
    effect: Effect


async def look(store: Store, campaign: Campaign, run: Run, longest: timedelta, now: datetime) -> Seen:
    """What the run has brought about by now."""
    held = effects.window(run.started_at or run.due_at, now, longest)
    return Seen(campaign, run, held, effects.effect(await store.effects.counts(run, campaign.plan, held)))


async def latest(store: Store, campaign: int, number: int | None = None) -> Run | None:
    """The run of that number, else the last that went out."""
    went_out = [run for run in await store.campaigns.runs(campaign) if run.state is not RunState.MISSED]
    return next((run for run in went_out if number in (None, run.id)), None)


def percent(interval: Interval) -> str:
    """A share with its interval, as people read it."""
    return f"{interval.value:.1%}（{interval.low:.1%}—{interval.high:.1%}）"


def points(interval: Interval) -> str:
    """A change of shares in points of a hundred, and whether it is more than chance."""
    value, low, high = (f"{100 * x:+.1f}" for x in (interval.value, interval.low, interval.high))
    verdict = "" if interval.is_sure else "，还说不准"
    return f"{value} 个百分点（{low} 到 {high}）{verdict}"


def words(seen: Seen) -> Iterator[str]:
    """What can be said of the whole, a line each."""
    effect, held = seen.effect, seen.window
    if told := effect.all_told:
        yield f"要发 {told.size} 人，发到 {told.sent} 人：{percent(around(Share(told.sent, told.size)))}"
        yield f"发到的里面打开的 {told.opened} 人：{percent(around(Share(told.opened, told.sent)))}"
    else:
        yield f"发到多少：{HIDDEN}"
    if taken := effect.all_taken:
        yield f"发到后答题的 {taken.size} 人，及格 {percent(around(Share(taken.passed, taken.size)))}"
    else:
        yield f"发到后答题的：{HIDDEN}"
    if quizzed := effect.quizzed:
        before = f"发之前答过的 {quizzed.before.of} 人及格 {percent(around(quizzed.before))}"
        yield f"{before}，之后变了 {points(quizzed.change)}"
    yield _again(effect, held)


def _again(effect: Effect, held: Window) -> str:
    if not held.days:
        return "再来问的人：发出满一周才看得出"
    pair = effect.compared
    if pair is None:
        return "再来问的人：没有可比的村（发给全区的，下次先发一半，就能比）"
    told, other = pair.told, pair.other
    return (
        f"再来问的人（前后各 {held.days} 天）：发到的{shares(told)}；对照的{shares(other)}；"
        f"比对照多变了 {points(pair.effect)}"
    )


def shares(asked: Asked) -> str:
    """How many asked again, before and after."""
    before, after = Share(asked.before, asked.size), Share(asked.after, asked.size)
    return f" {asked.size} 人，{before.value:.1%} → {after.value:.1%}"


def compared(contrast: Contrast) -> Iterator[str]:
    """Two pushes beside each other, the second less the first."""
    for name, both in (("打开", contrast.opened), ("及格", contrast.passed)):
        if both is None:
            yield f"{name}：有一边{HIDDEN}"
            continue
        first, second = (percent(around(share)) for share in both)
        yield f"{name}：另一个 {first}，这一个 {second}，相差 {points(effects.difference(both))}"


def workbook(seen: Seen) -> bytes:
    """All that may be said, a sheet for each kind."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for name, grid in _grids(seen).items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, 12, 14)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(grid):
                sheet.write_row(number, 0, row, None if number else bold)
    return out.getvalue()


def _grids(seen: Seen) -> dict[str, Iterable[Sequence[Any]]]:
    effect = seen.effect
    due = f"{seen.run.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return {
        SUMMARY: [(seen.campaign.plan.title, due), *((line,) for line in words(seen)), (NOTE,)],
        REACHED: [
            ("村（社区）", "要发", "发到", "打开", *_headed("打开的比例")),
            *((t.place, t.size, t.sent, t.opened, *_cells(around(Share(t.opened, t.sent)))) for t in effect.told),
        ],
        QUIZ: [
            ("村（社区）", "答题", "及格", *_headed("及格的比例")),
            *((t.place, t.size, t.passed, *_cells(around(Share(t.passed, t.size)))) for t in effect.taken),
        ],
        AGAIN: [
            ("村（社区）", "人数", "之前", "之后", "对照", "人数", "之前", "之后", *_headed("比对照多变了")),
            *(_pair(pair) for pair in effect.pairs),
        ],
    }


def _headed(name: str) -> tuple[str, str, str]:
    return name, "区间下限", "区间上限"


def _cells(interval: Interval) -> tuple[float, float, float]:
    return round(interval.value, 4), round(interval.low, 4), round(interval.high, 4)


def _pair(pair: Pair) -> Sequence[Any]:
    told, other = pair.told, pair.other
    return (
        told.place, told.size, told.before, told.after,
        other.place, other.size, other.before, other.after,
        *_cells(pair.effect),
    )  # fmt: skip
