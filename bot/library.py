"""Do what the command line asks of the knowledge base."""

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.config import Settings
from handlers.editing import curation
from handlers.editing.curation import Version
from handlers.hours import SHANGHAI
from handlers.talk import answers
from knowledge import canned, check, intake, pages, quizzes, reviews, revision, topics, workbook
from knowledge.engine.articles import Articles, Progress
from knowledge.engine.semantic import Encoder, Sentences
from knowledge.guides import interviews
from knowledge.reviews import Change
from knowledge.rows import RuleError
from knowledge.statutes import build, store
from knowledge.sums import lpr
from knowledge.topics import Problem, Topic, TopicError
from storage.versions import published


def statutes(folder: Path) -> store.Statutes:
    """The statute store of that data folder, made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    build.ensure(folder / "statutes.db")
    return store.Statutes(folder / "statutes.db")


async def shelf(settings: Settings, *, shipped: bool = False) -> tuple[Topic, ...]:
    """The topics that residents read: what the bureau published lies over those shipped, where there is a database.

    Raises TopicError, StorageDown.
    """
    return topics.overlay(topics.load(), () if shipped else curation.edits(await _published(settings)))


async def _published(settings: Settings) -> tuple[Version, ...]:
    return await published(settings.database_url) if settings.has_database else ()


async def problems(settings: Settings, day: date, *, shipped: bool = False) -> list[Problem]:
    """Everything wrong or doubtful in those topics on that day; what the bureau published is named by its version."""
    try:
        held = await shelf(settings, shipped=shipped)
        interviews.check()
        quizzes.quizzes()
    except (TopicError, RuleError) as error:
        return list(error.problems)
    edited = {} if shipped else {version.topic: version.number for version in await _published(settings)}
    named = [
        replace(t, path=Path(f"{t.id}（网页上发布的第 {edited[t.id]} 版）")) if t.id in edited else t for t in held
    ]
    with closing(statutes(settings.folder)) as law:
        return [*check.check(named, law, day), *quizzes.check(law, day), *canned.check(law, day)]


def stats(held: Iterable[Topic]) -> dict[str, Any]:
    """How many topics, questions and citations there are."""
    return check.stats(held)


def show(held: Iterable[Topic], folder: Path, name: str, day: date) -> str | None:
    """A topic as residents read it, with the text of its articles."""
    topic = next((t for t in held if t.id == name), None)
    if topic is None:
        return None
    with closing(statutes(folder)) as law:
        short = answers.render(topic, answers.standings(topic, law, day))
        return "\n\n".join((short, answers.rest(topic), answers.texts(topic, law, day)))


def take_in(folder: Path, source: Path) -> str:
    """Import texts of laws; raises SourceError."""
    statutes(folder).close()
    path = folder / "statutes.db"
    started = time.perf_counter()
    report = build.import_folder(path, source) if source.is_dir() else build.import_jsonl(path, source)
    with closing(statutes(folder)) as law:
        _articles(law, folder, Sentences()).read(_today())
    took = f"，现在可以按词查找（用了 {time.perf_counter() - started:.0f} 秒）"
    same = took if report.changed else "（与已有的相同，没有变化）"
    return "\n".join((f"{report.laws} 部，{report.articles} 条{same}", *report.skipped))


def embed(folder: Path) -> str:
    """Make the meanings of the articles in force that are still missing; what was made before a stop is kept."""
    sentences = Sentences()
    sentences.load()
    if not sentences.ready:
        return "句向量模型装不上，法条仍可按词查找"
    with closing(statutes(folder)) as law:
        articles = _articles(law, folder, sentences)
        articles.read(_today())
        return _meanings(articles.progress(_today()))


def embed_later(folder: Path) -> None:
    """Begin that in a process of its own, which gives way to all others and outlives this one."""
    command = [sys.executable, "-m", "bot", "kb", "statutes", "embed", "--gently"]
    log = (1, str(folder / "embed.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    redirected = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, *log)]
    os.posix_spawn(
        sys.executable,
        command,
        os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        file_actions=[*redirected, (os.POSIX_SPAWN_DUP2, 1, 2)],
        setsid=True,
    )


def state(folder: Path) -> str:
    """What the statute store holds, and how far the meanings of its articles are."""
    with closing(statutes(folder)) as law:
        return f"{len(law.titles())} 部法律有原文；{_meanings(_articles(law, folder, Sentences()).progress(_today()))}"


def _articles(law: store.Statutes, folder: Path, encoder: Encoder) -> Articles:
    return Articles(law, (), folder / "index", encoder)


def _meanings(progress: Progress) -> str:
    done, of = progress.done, progress.of
    if done == of:
        return f"{of} 条现行法条的句向量已齐"
    doing = "正在后台生成" if progress.under_way else "没有在生成，运行 python -m bot kb statutes embed 接着做"
    return f"{of} 条现行法条的句向量有了 {done} 条（{100 * done // of}%），{doing}；没有的先按词查找"


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def due(held: Iterable[Topic], folder: Path, day: date, *, as_json: bool) -> str:
    """The topics to be reviewed by that day, those that a change of law has stopped first."""
    with closing(statutes(folder)) as law:
        found = reviews.due(held, law, day)
    if as_json:
        rows = [
            {"topic": r.topic.id, "title": r.topic.title, "due": str(r.topic.due), "overdue": r.overdue,
             "changes": [_row(c) for c in r.changes], "path": str(r.topic.path)}
            for r in found
        ]  # fmt: skip
        return json.dumps(rows, ensure_ascii=False)
    lines = [f"{r.topic.due}  {r.topic.id}  {r.topic.title}{_stopped(r.changes)}" for r in found]
    return "\n".join((*lines, f"到{day}要复核的主题：{len(found)}个"))


def _stopped(changes: Iterable[Change]) -> str:
    return "".join(f"\n    {change.on}起停用：{change.what}" for change in changes)


def _row(change: Change) -> dict[str, str]:
    return {"on": str(change.on), "law": change.law, "article": change.article, "what": change.what}


def currency(held: Iterable[Topic], folder: Path, day: date, *, as_json: bool) -> str:
    """Which topics a change of law touches, article by article, and whether it has stopped them by that day."""
    with closing(statutes(folder)) as law:
        found = reviews.changes(held, law)
    if as_json:
        rows = [{"topic": c.topic, **_row(c), "stopped": c.on <= day} for c in found]
        return json.dumps(rows, ensure_ascii=False)
    lines = [f"{c.on}  {'已停用' if c.on <= day else '到时停用'}  {c.topic}  {c.what}" for c in found]
    touched, stopped = {c.topic for c in found}, {c.topic for c in found if c.on <= day}
    return "\n".join((*lines, f"涉及{len(touched)}个主题，到{day}已停用{len(stopped)}个"))


def export(held: Sequence[Topic], target: Path) -> str:
    """Write the topics as a workbook (.xlsx) or as a folder of Markdown; raises FileExistsError."""
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise FileExistsError(f"{target} 已经有了，请换一个名字")
    if target.suffix == ".xlsx":
        target.write_bytes(workbook.write(held, topics.TOPICS))
    else:
        pages.write(held, topics.TOPICS, target)
    return f"已导出{len(held)}个主题到 {target}"


def bring(folder: Path, source: Path, target: Path, day: date, *, apply: bool) -> str:
    """What an import changes under the target; only told, unless it is to be applied. TopicError: nothing changes."""
    taken, held = intake.read(source), topics.load(target)
    revised = revision.revise(held, target, taken)
    with closing(statutes(folder)) as law:
        wrong = revision.faults(revised, taken, (*topics.load(), *held), law, day)
    if wrong:
        raise TopicError(wrong)
    if apply:
        pages.write(revised.topics, target, target)
    return f"{revised}\n{f'已写入 {target}' if apply else '只是看看，什么都没改；要写入请加 --apply'}"


def rates(source: Path, target: Path) -> str:
    """Bring in one-year loan prime rates; raises ValueError naming the line, RuleError, OSError."""
    new, changed = lpr.keep(source.read_text(encoding="utf-8-sig"), target)
    if not new and not changed:
        return "与已有的相同，没有变化"
    return f"新增{new}个月，改了{changed}个月，已写入 {target}。正在运行的服务重启以后才用新的数字"
