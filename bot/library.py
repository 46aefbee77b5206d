"""Do what the command line asks of the knowledge base."""

import json
import time
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from bot.app import rules
from bot.ask import Asker
from bot.config import Settings
from bot.engine import open_library, whole
from bot.rows import load
from handlers import answers
from knowledge import build, check, evaluate, store, topics
from knowledge.evaluate import Ranked
from knowledge.topics import Problem, TopicError


def _statutes(folder: Path) -> store.Statutes:
    folder.mkdir(parents=True, exist_ok=True)
    build.ensure(folder / "statutes.db")
    return store.Statutes(folder / "statutes.db")


def problems(folder: Path, day: date) -> list[Problem]:
    """Everything wrong or doubtful in the shipped topics on that day."""
    try:
        shelf = topics.load()
    except TopicError as error:
        return list(error.problems)
    with closing(_statutes(folder)) as statutes:
        return check.check(shelf, statutes, day)


def stats() -> dict[str, Any]:
    """How many topics, questions and citations there are."""
    return check.stats(topics.load())


def show(folder: Path, name: str, day: date) -> str | None:
    """A topic as residents read it, with the text of its articles."""
    topic = next((t for t in topics.load() if t.id == name), None)
    if topic is None:
        return None
    with closing(_statutes(folder)) as statutes:
        short = answers.render(topic, answers.standings(topic, statutes, day))
        return "\n\n".join((short, answers.rest(topic), answers.texts(topic, statutes, day)))


def take_in(folder: Path, source: Path) -> str:
    """Import texts of laws; raises SourceError."""
    _statutes(folder).close()
    path = folder / "statutes.db"
    report = build.import_folder(path, source) if source.is_dir() else build.import_jsonl(path, source)
    same = "" if report.changed else "（与已有的相同，没有变化）"
    return "\n".join((f"{report.laws} 部，{report.articles} 条{same}", *report.skipped))


def measure(settings: Settings, file: Path, limit: int, *, as_json: bool) -> str:
    """Articles found and decisions made on questions whose articles are known; raises RowError."""
    asked = load(file)[: limit or None]
    library, matcher = open_library(settings.folder, articles=True)
    whole(matcher)
    asker = Asker(library, matcher, rules(settings.file))
    started = time.perf_counter()
    answered = [asker.ask(row) for row in asked]
    seconds = time.perf_counter() - started
    ranked = [
        Ranked([f"{a['law']}#{a['article']}" for a in answer["articles"]], row["gold"])
        for row, answer in zip(asked, answered, strict=True)
        if row.get("gold")
    ]
    decisions = Counter(str(answer["decision"]) for answer in answered)
    figures: dict[str, Any] = {"questions": len(asked), "questions_per_second": round(len(asked) / seconds, 1)}
    figures |= evaluate.summary(ranked) if ranked else {}
    figures |= {f"decision {name}": round(n / len(asked), 3) for name, n in decisions.most_common()}
    if as_json:
        return json.dumps(figures, ensure_ascii=False)
    return evaluate.table([{"figure": name, "value": held} for name, held in figures.items()])
