"""Assess a month on the command line, as words or as a workbook that shows how each number came about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot import app, books
from bot.config import ConfigError, File, Settings
from handlers.desk import assessments
from handlers.desk.assessments import MEASURE_NAMES, RATES, Mark, Part, Score, Weights
from handlers.errors import NotYours
from handlers.hours import SHANGHAI
from storage.migrate import upgrade
from storage.store import Store

SUMMARY, DETAIL, WEIGHTS = "得分", "明细", "权重"
DETAILS = (
    "登录名",
    "姓名",
    "项目",
    "工单号",
    "事件号",
    "时间",
    "用时（分钟）",
    "时限（分钟）",
    "得分率",
    "不计分的理由",
)
Staff = Mapping[int, tuple[str, str]]  # login and name


def weights(file: File) -> Weights:
    """What a month is weighed by."""
    return Weights(**file.assessment.model_dump())


async def assess(settings: Settings, month: str) -> tuple[str, bytes]:
    """The scores of a month, in words and as a workbook; raises ConfigError."""
    try:
        start, end = assessments.month(month)
    except ValueError:
        raise ConfigError(f"{month} 不是月份，请写成 2026-11 这样") from None
    held = weights(settings.file)
    store = await _open(settings)
    try:
        scores = assessments.assess(await store.assessments.recorded(start, end), held, start, end)
        staff = {a.id: (a.login, a.name) for a in await store.accounts.all()}
    finally:
        await store.close()
    words = "\n".join(_line(s, *staff[s.user]) for s in scores) or f"{month} 没有可考核的记录"
    return words, workbook(scores, staff, held)


async def correct(settings: Settings, event: int, login: str, reason: str) -> str:
    """Let an event count no more; raises Refused or ConfigError."""
    store = await _open(settings)
    try:
        known = await store.people.secret(login)
        if known is None:
            raise ConfigError(f"没有登录名 {login}")
        done = await store.assessments.correct(event, reason, known.user, datetime.now(UTC))
    except NotYours:
        raise ConfigError(f"没有事件 {event}，或 {login} 不是管理员") from None
    finally:
        await store.close()
    return f"事件 {event} 不再计分；重新 assess 就是更正后的得分" if done else f"事件 {event} 早已不计分"


async def _open(settings: Settings) -> Store:
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    return app.connect(settings)


def _line(score: Score, login: str, name: str) -> str:
    said = "；".join(f"{MEASURE_NAMES[p.measure]} {_said(p)}" for p in score.parts if p.marks)
    return f"{name}（{login}）{'不评分' if score.points is None else f'{score.points} 分'}：{said}"


def _said(part: Part) -> str:
    counted = sum(mark.counts for mark in part.marks)
    rate = (
        f"扣 {part.taken} 分" if part.measure not in RATES else "—" if part.rate is None else f"{part.rate * 100:.1f}%"
    )
    return f"{rate}（{counted} 次：{'、'.join(part.receipts)}）"


def workbook(scores: Sequence[Score], staff: Staff, held: Weights) -> bytes:
    """The scores, every event behind them and the weights: with the last two the first can be reckoned again."""
    return books.written(
        {
            SUMMARY: [("登录名", "姓名", *MEASURE_NAMES.values(), "得分"), *(_summary(s, staff) for s in scores)],
            DETAIL: [DETAILS, *(_detail(m, staff[s.user]) for s in scores for p in s.parts for m in p.marks)],
            WEIGHTS: [("项目", "分值"), *((name, getattr(held, m)) for m, name in MEASURE_NAMES.items())],
        }
    )


def _summary(score: Score, staff: Staff) -> Sequence[Any]:
    cells = [
        -part.taken if part.measure not in RATES else "" if part.rate is None else float(part.rate)
        for part in score.parts
    ]
    return (*staff[score.user], *cells, "不评分" if score.points is None else float(score.points))


def _detail(mark: Mark, who: tuple[str, str]) -> Sequence[Any]:
    recorded, event = mark.recorded, mark.recorded.event
    minutes = [span.total_seconds() / 60 if span is not None else "" for span in (event.took, event.target)]
    share = float(mark.share) if mark.measure in RATES else ""
    at = f"{event.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return (*who, MEASURE_NAMES[mark.measure], event.receipt, recorded.number, at, *minutes, share, recorded.excuse)
