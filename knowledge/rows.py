"""Read a rule file so that everything found wrong in it can be named with file and line."""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any, TypeGuard, cast

import yaml

from knowledge.topics import Problem


class RuleError(Exception):
    """Rule files that cannot be used; `problems` holds every fault found, with file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Row(dict[str, Any]):
    """A table of the file that knows its own line and the line of each of its keys, counted from 1."""

    line: int
    lines: dict[str, int]


def read(path: Path) -> Row:
    """The table that the file holds; raises RuleError, also where a key stands twice in one table."""
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError([Problem(path, 1, "error", f"读不了：{error}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"不是有效的 YAML：{getattr(error, 'problem', error)}"
        raise RuleError([Problem(path, mark.line + 1 if mark else 1, "error", message)]) from error
    if not isinstance(content, Row):
        raise RuleError([Problem(path, 1, "error", "文件要写成“键: 值”")])
    return content


def texts(value: object) -> TypeGuard[list[str]]:
    """Whether it is a list of texts, none of them blank."""
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in cast("list[Any]", value))


def rows(value: object) -> TypeGuard[list[Row]]:
    """Whether it is a list of tables, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, Row) for item in cast("list[Any]", value))


class Reader:
    """Turn the tables of one file into values; `problems` gathers every fault met on the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[Problem] = []

    def _wrong(self, line: int, message: str) -> None:
        self.problems.append(Problem(self._path, line, "error", message))

    def _keys(self, row: Row, allowed: Set[str], needed: Iterable[str] = ()) -> None:
        """Name the keys that are not known, and those that are missing or empty."""
        for key in row:
            if key not in allowed:
                self._wrong(row.lines[key], f"不认识的键 {key}")
        for key in sorted(needed):
            if row.get(key) in (None, "", [], {}):
                self._wrong(row.line, f"缺少 {key}")

    def _text(self, row: Row, key: str) -> str:
        """The text of a key, or nothing where it is left out."""
        value: object = row.get(key, "")
        if not isinstance(value, str):
            self._wrong(row.lines[key], f"{key} 要是文字（数字加引号）")
        return str(value).strip()


class _Loader(yaml.CSafeLoader):
    """A safe loader whose tables are Rows."""


def _row(loader: _Loader, node: yaml.MappingNode) -> Iterator[Row]:
    row = Row()
    row.line, row.lines = node.start_mark.line + 1, {}
    yield row
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in row:
            raise yaml.constructor.ConstructorError(None, None, f"“{key}”写了两次", key_node.start_mark)
        row.lines[key] = key_node.start_mark.line + 1
        row[key] = loader.construct_object(value_node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _row)
