"""Load the curated answers, one Markdown file a topic, and say file and line of everything wrong in them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

from knowledge.citations import ARTICLE, Citation

TOPICS = Path(__file__).parent / "topics"
SECTIONS = {
    "规则": "rule",
    "怎么做": "steps",
    "证据": "evidence",
    "时间": "time",
    "费用": "cost",
    "去哪里": "where",
    "常见误区": "mistakes",
    "马上找顾问": "adviser",
}
FIELDS = (
    "程序与服务",
    "劳动",
    "婚姻家庭",
    "家暴与人身安全",
    "继承",
    "老幼与监护",
    "借贷与担保",
    "合同与消费",
    "租房买房物业",
    "邻里与相邻",
    "农村土地房屋",
    "人身损害与交通",
    "刑事与治安",
    "行政与公共服务",
)
SOURCES = ("V", "S", "W", "K")
REGIONS = ("全国", "重庆", "川渝", "铜梁")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CITED = re.compile(r"law:\s*([^,{}\n]+?)\s*,\s*article:\s*[\"']?([^\s\"',{}]+)")
_REQUIRED = ("id", "field", "title", "questions", "citations", "region", "source", "reviewed", "due")
_OPTIONAL = ("related", "valid_from", "valid_to", "named", "differs")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a file; `severity` is error or warning, the message plain Chinese."""

    path: Path
    line: int
    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message}"


@dataclass(frozen=True, slots=True)
class Edit:
    """What the bureau decided on one topic: the whole of its file anew, or None where it is withdrawn."""

    id: str
    text: str | None


class TopicError(Exception):
    """Topic files that cannot be read; `problems` holds every one, with file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Topic:
    """One curated answer. `source` is the weakest evidence under it: V law text, S district, W web, K general."""

    id: str
    field: str
    title: str
    questions: tuple[str, ...]
    citations: tuple[Citation, ...]
    rule: str
    steps: str
    evidence: str
    time: str
    cost: str
    where: str
    mistakes: str
    adviser: str
    region: str
    source: str
    reviewed: date
    due: date
    valid_from: date | None = None
    valid_to: date | None = None
    related: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    differs: Mapping[str, str] = member(default_factory=dict[str, str], hash=False)
    path: Path = Path()

    def holds(self, day: date) -> bool:
        """Whether the rule applies that day, as far as the topic itself says."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def sections(self) -> Iterator[tuple[str, str]]:
        """Heading and text of each section, in reading order."""
        for heading, name in SECTIONS.items():
            yield heading, getattr(self, name)


def load(folder: Path = TOPICS) -> tuple[Topic, ...]:
    """All topics under the folder, by path; raises TopicError with every problem at once."""
    problems: list[Problem] = []
    topics: dict[str, Topic] = {}
    for path in sorted(folder.rglob("*.md")):
        topic = _read(path, problems)
        if topic and topic.id in topics:
            problems.append(Problem(path, 2, "error", f"编号 {topic.id} 与 {topics[topic.id].path} 重复"))
        elif topic:
            topics[topic.id] = topic
    if problems:
        raise TopicError(problems)
    return tuple(topics.values())


def parse(text: str, path: Path) -> Topic:
    """One topic out of its text; raises TopicError."""
    problems: list[Problem] = []
    topic = _parse(text, path, problems)
    if problems or topic is None:
        raise TopicError(problems)
    return topic


def overlay(shelf: Iterable[Topic], edits: Iterable[Edit]) -> tuple[Topic, ...]:
    """The shelf with the edits laid over it, the later one of a topic winning; raises TopicError with every problem."""
    topics = {topic.id: topic for topic in shelf}
    problems: list[Problem] = []
    for edit in {edit.id: edit for edit in edits}.values():
        path = topics[edit.id].path if edit.id in topics else Path(f"{edit.id}.md")
        if edit.text is None:
            topics.pop(edit.id, None)
        elif topic := _parse(edit.text.replace("\r\n", "\n"), path, problems):
            topics[edit.id] = topic
    if problems:
        raise TopicError(problems)
    return tuple(topics.values())


def cited(text: str) -> tuple[Citation, ...]:
    """The citations in a text that may not be finished yet, as far as they can be read."""
    return tuple(Citation(law, number) for law, number in _CITED.findall(text))


def _read(path: Path, problems: list[Problem]) -> Topic | None:
    try:
        return _parse(path.read_text(encoding="utf-8"), path, problems)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path, 1, "error", f"读不了：{error}"))
        return None


def _parse(text: str, path: Path, problems: list[Problem]) -> Topic | None:
    before = len(problems)

    def wrong(line: int, message: str) -> None:
        problems.append(Problem(path, line, "error", message))

    head, separator, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not separator:
        wrong(1, "文件要以 --- 开头，头部以 --- 结束")
        return None
    front = _front(head, wrong)
    sections = _sections(body, head.count("\n") + 4, wrong)
    if front:
        for key, message in faults(front, path.stem):
            wrong(_line_of_key(head, key), message)
    return assemble(front, sections, path) if front and len(problems) == before else None


def _front(head: str, wrong: Callable[[int, str], None]) -> dict[str, Any] | None:
    try:
        front: Any = yaml.load(head, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        wrong(mark.line + 2 if mark else 1, f"头部不是有效的 YAML：{getattr(error, 'problem', error)}")
        return None
    if not isinstance(front, dict):
        wrong(1, "头部要写成“键: 值”")
        return None
    return cast("dict[str, Any]", front)


def faults(front: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """What is wrong in the front matter of the topic of that name: the key and, in Chinese, the fault."""
    yield from ((key, f"缺少 {key}") for key in _REQUIRED if not front.get(key))
    for key, value in front.items():
        if value is not None and (message := fault(key, value)):
            yield key, message
    if front.get("id") not in (None, name):
        yield "id", f"编号 {front['id']} 与文件名 {name} 不一致"


def fault(key: str, value: Any) -> str:
    """What is wrong with this value of this key, in Chinese; empty where nothing is."""
    match key:
        case "id":
            return "" if SLUG.fullmatch(str(value)) else "编号只能用小写英文、数字和连字符"
        case "field":
            return "" if value in FIELDS else f"不认识的领域 {value}"
        case "title":
            return "" if isinstance(value, str) else "title 要是文字"
        case "questions" | "related" | "named":
            return "" if _texts(value) else f"{key} 要是文字列表"
        case "citations":
            return _citation_fault(value)
        case "region":
            return "" if value in REGIONS else f"region 只能是 {'、'.join(REGIONS)}"
        case "source":
            return "" if value in SOURCES else f"source 只能是 {'、'.join(SOURCES)}"
        case "reviewed" | "due" | "valid_from" | "valid_to":
            return "" if type(value) is date else f"{key} 要写成 2026-11-24 这样的日期"
        case "differs":
            return "" if isinstance(value, dict) and _texts([*value, *value.values()]) else "differs 要写成“编号: 区别”"
        case _:
            return f"不认识的键 {key}"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in cast("list[Any]", value))


def _citation_fault(value: Any) -> str:
    if not isinstance(value, list):
        return "citations 要是列表"
    for number, row in enumerate(cast("list[Any]", value), 1):
        if not isinstance(row, dict) or set(cast("dict[str, Any]", row)) != {"law", "article", "why"}:
            return f"第{number}条引用要有 law、article、why 三项"
        if not _texts(list(cast("dict[str, Any]", row).values())):
            return f"第{number}条引用的三项都要是文字（条号加引号）"
        if not ARTICLE.fullmatch(row["article"]):
            return f'第{number}条引用的条号 {row["article"]} 要写成 "1077" 或 "133之一"'
    return ""


def _sections(body: str, first_line: int, wrong: Callable[[int, str], None]) -> dict[str, str]:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line, text in enumerate(body.splitlines(), first_line):
        if text.startswith("#"):
            heading = text.lstrip("#").strip()
            if heading not in SECTIONS or not text.startswith("## ") or heading in sections:
                wrong(line, f"多余或写错的标题“{heading}”")
            current = sections.setdefault(heading, [])
        elif current is not None:
            current.append(text)
        elif text.strip():
            wrong(line, "正文要从“## 规则”开始")
    written = {heading: "\n".join(lines).strip() for heading, lines in sections.items()}
    missing = [heading for heading in SECTIONS if not written.get(heading)]
    if missing:
        wrong(first_line, f"缺少或空白的部分：{'、'.join(missing)}")
    elif list(written) != list(SECTIONS):
        wrong(first_line, f"各部分要按这个顺序：{'、'.join(SECTIONS)}")
    return written


def assemble(front: Mapping[str, Any], sections: Mapping[str, str], path: Path) -> Topic:
    """A topic out of front matter without faults and the text under each heading."""
    values: dict[str, Any] = {key: front.get(key) for key in (*_REQUIRED, *_OPTIONAL)}
    for key in ("questions", "related", "named"):
        values[key] = tuple(text.strip() for text in values[key] or ())
    values["citations"] = tuple(Citation(**row) for row in front["citations"])
    values["differs"] = values["differs"] or {}
    values |= {SECTIONS[heading]: text for heading, text in sections.items()}
    return Topic(**values, path=path)


def _line_of_key(head: str, key: str) -> int:
    for line, text in enumerate(head.splitlines(), 2):
        if text.startswith(f"{key}:"):
            return line
    return 2
