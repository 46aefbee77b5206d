"""Write topics as Markdown files, in the form in which they are read."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from knowledge.topics import Topic

_PLAIN = re.compile(r"[\w（）()《》“”、，。；：？！…—·～＋%.+/ -]+")  # and then read back, for 12, 2026-01-01 and yes
_INVISIBLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # YAML takes them for a line's end, or not at all


def render(topic: Topic) -> str:
    """The file of a topic; `topics.parse` reads the same topic out of it."""
    front = "".join(f"{key}:{value}\n" for key, value in _front(topic))
    body = "\n".join(f"## {heading}\n{text}\n" for heading, text in topic.sections())
    return f"---\n{front}---\n{body}"


def file(topic: Topic, root: Path) -> Path:
    """Where the file of a topic lies under its root: family/adoption.md."""
    return topic.path.relative_to(root) if topic.path.is_relative_to(root) else Path(topic.path.name)


def write(topics: Iterable[Topic], root: Path, folder: Path) -> None:
    """Write their files into the folder, laid out as under their root; on an OSError none of them is changed."""
    texts = {folder / file(topic, root): render(topic) for topic in topics}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".new").write_text(text, encoding="utf-8")
        for path in texts:
            path.with_suffix(".new").replace(path)
    finally:
        for path in texts:
            path.with_suffix(".new").unlink(missing_ok=True)


def _front(topic: Topic) -> Iterator[tuple[str, str]]:
    for key in ("id", "field", "title"):
        yield key, f" {_scalar(getattr(topic, key))}"
    yield "questions", "".join(f"\n  - {_scalar(text)}" for text in topic.questions)
    cited = ({"law": _inner(c.law), "article": _quoted(c.article), "why": _inner(c.why)} for c in topic.citations)
    yield "citations", "".join(f"\n  - {_mapping(row)}" for row in cited)
    for key in ("region", "source", "reviewed", "due", "valid_from", "valid_to"):
        if (value := getattr(topic, key)) is not None:
            yield key, f" {value}"
    for key in ("related", "named"):
        if names := getattr(topic, key):
            yield key, f" [{', '.join(map(_inner, names))}]"
    if topic.differs:
        yield "differs", f" {_mapping({_inner(name): _inner(text) for name, text in topic.differs.items()})}"


def _mapping(row: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in row.items()) + "}"


def _scalar(text: str) -> str:
    """The text on a line of its own, quoted where YAML would read something else."""
    return text if _PLAIN.fullmatch(text) and _reads(f"- {text}", text) else _quoted(text)


def _inner(text: str) -> str:
    """The text inside brackets, quoted where YAML would read something else."""
    return text if _PLAIN.fullmatch(text) and _reads(f"- [{text}]", [text]) else _quoted(text)


def _quoted(text: str) -> str:
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _reads(line: str, value: str | list[str]) -> bool:
    try:
        return yaml.load(line, Loader=yaml.CSafeLoader) == [value]
    except yaml.YAMLError:
        return False
