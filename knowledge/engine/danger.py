"""Find danger in a message before anything else is read in it: plain words near one another, from a reviewed file."""

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import yaml

FILE = Path(__file__).parent.parent / "lexicon" / "danger.yaml"
HEAD, TAIL = 2_000, 1_000  # characters read of a message; who writes more says it at the start or at the end
NEAR, GAPS = 6, {"~": 2, "...": 16}  # characters that may stand between two words of a rule
STOP = 8  # characters that the end of a sentence counts for, so that only "..." reaches across one
HARMLESS = "harmless"

Level: TypeAlias = Literal["P0", "P1"]
Hits: TypeAlias = dict[str, list[tuple[int, int]]]


class LexiconError(ValueError):
    """The file of danger words cannot be used; the message names the file and every fault."""


@dataclass(frozen=True)
class Alarm:
    """What is said at once, before any question, and what the person on duty must know."""

    level: Level
    kind: str
    text: str
    lines: tuple[str, ...]
    duty: str
    why: str

    @property
    def words(self) -> str:
        """The whole safety text as the resident reads it."""
        return "\n".join((self.text, *self.lines))


@dataclass(frozen=True)
class Rule:
    """Groups of words that must follow one another, all that must be there (those included), and what must not."""

    find: tuple[tuple[frozenset[str], int], ...]
    needs: tuple[frozenset[str], ...]
    unless: frozenset[str]
    why: str


@dataclass(frozen=True)
class Kind:
    """One kind of danger: its rules and its fixed texts, to adults and (where they differ) to a child."""

    name: str
    level: Level
    text: str
    lines: tuple[str, ...]
    child_text: str
    child_lines: tuple[str, ...]
    duty: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Lexicon:
    """The danger words, ready to be looked up."""

    groups: Mapping[str, tuple[str, ...]]  # a word → the groups it stands in
    lengths: Mapping[str, tuple[int, ...]]  # a first character → the lengths of the words that start so
    shapes: tuple[tuple[str, re.Pattern[str]], ...]
    fold: Mapping[int, str]
    kinds: tuple[Kind, ...]
    child: frozenset[str]


def assess(text: str, lexicon: Lexicon | None = None) -> Alarm | None:
    """Say whether the message speaks of danger now, and of which; the kinds are tried in the order of the file."""
    lexicon = lexicon or load()
    hits = _hits(_squeeze(text, lexicon.fold), lexicon)
    present = frozenset(hits)
    for kind in lexicon.kinds:
        for rule in kind.rules:
            if _may_hold(rule, present) and _in_order(rule, hits):
                return _alarm(kind, rule, by_child=not lexicon.child.isdisjoint(present))
    return None


def child_writes(text: str, lexicon: Lexicon | None = None) -> bool:
    """Say whether the writer seems to be under 14, by the age or the school year given."""
    lexicon = lexicon or load()
    return not lexicon.child.isdisjoint(_hits(_squeeze(text, lexicon.fold), lexicon))


def _alarm(kind: Kind, rule: Rule, *, by_child: bool) -> Alarm:
    text, lines = (kind.child_text, kind.child_lines) if by_child and kind.child_text else (kind.text, kind.lines)
    return Alarm(kind.level, kind.name, text, lines, kind.duty, rule.why)


def _may_hold(rule: Rule, present: frozenset[str]) -> bool:
    for groups in rule.needs:  # a plain loop: this line runs for every rule and message
        if groups.isdisjoint(present):
            return False
    return rule.unless.isdisjoint(present)


def _in_order(rule: Rule, hits: Hits) -> bool:
    ends: list[int] = []
    for groups, gap in rule.find:
        spans = (span for group in groups for span in hits.get(group, ()))
        ends = sorted({end for start, end in spans if gap < 0 or _follows(start, ends, gap)})
    return bool(ends)


def _follows(start: int, ends: list[int], gap: int) -> bool:
    place = bisect_left(ends, start - gap)
    return place < len(ends) and ends[place] <= start


# --- reading a message ------------------------------------------------------------------------------------------------

_SPACE = re.compile(r"[^\S\n]+")
_MARKS = re.compile(r"(?<=[一-鿿])[*·.\-_~/|丶+]+(?=[一-鿿])")
_STOPS = frozenset("。!?;\n")


def _squeeze(text: str, fold: Mapping[int, str]) -> str:
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "\n" + text[-TAIL:]
    text = unicodedata.normalize("NFKC", text).lower().translate(fold)
    if not text.isprintable():  # controls and zero-width marks hide in words; a line end is kept, it ends a sentence
        text = "".join(c for c in text if c.isprintable() or c.isspace())
    return _MARKS.sub("", _SPACE.sub("", text))


def _hits(text: str, lexicon: Lexicon) -> Hits:
    at = list(itertools.accumulate((STOP if c in _STOPS else 1 for c in text), initial=0))
    found = sorted((*_words(text, lexicon), *_shapes(text, lexicon)))
    masked = bytearray(len(text))
    for start, end, group in found:
        if group == HARMLESS:
            masked[start:end] = b"\1" * (end - start)
    hits: Hits = {}
    for start, end, group in found:
        if 1 not in masked[start:end]:
            hits.setdefault(group, []).append((at[start], at[start] + end - start))
    return hits


def _words(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    for start, first in enumerate(text):
        for length in lexicon.lengths.get(first, ()):
            for group in lexicon.groups.get(text[start : start + length], ()):
                yield start, start + length, group


def _shapes(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    for group, shape in lexicon.shapes:
        for match in shape.finditer(text):
            yield match.start(), match.end(), group


# --- reading the file -------------------------------------------------------------------------------------------------


@cache
def load() -> Lexicon:
    """Give the project's own danger words, read once; raises LexiconError."""
    return read(FILE)


def read(file: Path) -> Lexicon:
    """Read a file of danger words; raises LexiconError with every fault found in it."""
    try:
        content: object = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise LexiconError(f"{file}: {error}") from error
    reader = _Reader()
    lexicon = reader.lexicon(content)
    if reader.faults:
        raise LexiconError(f"{file}: " + "; ".join(reader.faults))
    return lexicon


class _Loader(yaml.SafeLoader):
    """A SafeLoader that refuses a name given twice, where the first group would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value]
        if twice := sorted({str(name) for name in names if names.count(name) > 1}):
            raise yaml.YAMLError(f"given twice: {', '.join(twice)}, {node.start_mark}")
        return super().construct_mapping(node, deep)


class _Reader:
    """Turn the parsed file into a Lexicon, noting every fault on the way."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.known: set[str] = set()
        self.bundles: dict[str, frozenset[str]] = {}

    def lexicon(self, content: object) -> Lexicon:
        top = self._table(content, "the file", {"fold", "shapes", HARMLESS, "words", "bundles", "child", "kinds"})
        words = {HARMLESS: top.get(HARMLESS), **self._table(top.get("words"), "words")}
        shapes = self._shapes(self._table(top.get("shapes"), "shapes"))
        self.known = {*words, *(name for name, _ in shapes)}
        for name, parts in self._table(top.get("bundles"), "bundles").items():
            self.bundles[name] = self._groups(parts, f"bundles, {name}")
        fold = self._fold(top.get("fold"))
        groups = self._words(words, fold)
        kinds = tuple(self._kind(name, table) for name, table in self._table(top.get("kinds"), "kinds").items())
        child = self._groups(top.get("child"), "child")
        return Lexicon(groups, _lengths(groups), shapes, fold, kinds, child)

    def _table(self, value: object, where: str, keys: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            self.faults.append(f"{where}: a table is expected")
            return {}
        table = {str(key): item for key, item in cast("dict[object, Any]", value).items()}
        self.faults += [f"{where}: unknown key {key!r}" for key in table if keys and key not in keys]
        return table

    def _list(self, value: object, where: str) -> list[object]:
        if isinstance(value, list) and value:
            return cast("list[object]", value)
        self.faults.append(f"{where}: a list is expected")
        return []

    def _text(self, value: object, where: str) -> str:
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.faults.append(f"{where}: a text is expected")
        return ""

    def _fold(self, value: object) -> dict[int, str]:
        pairs = self._text(value, "fold").split()
        self.faults += [f"fold: {pair!r} is not two characters" for pair in pairs if len(pair) != 2]
        return {ord(pair[0]): pair[1] for pair in pairs if len(pair) == 2}

    def _shapes(self, table: dict[str, Any]) -> tuple[tuple[str, re.Pattern[str]], ...]:
        shapes: list[tuple[str, re.Pattern[str]]] = []
        for name, pattern in table.items():
            try:
                shapes.append((name, re.compile(self._text(pattern, f"shapes, {name}"))))
            except re.error as error:
                self.faults.append(f"shapes, {name}: {error}")
        return tuple(shapes)

    def _words(self, table: dict[str, Any], fold: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
        groups: dict[str, set[str]] = {}
        for name, listed in table.items():
            for spelled in self._text(listed, f"words, {name}").split():
                words = list(_spellings(spelled))
                if "" in words or not _SIGNS.isdisjoint("".join(words)):
                    self.faults.append(f"words, {name}: {spelled!r} cannot be written out")
                for word in filter(None, words):
                    groups.setdefault(word.lower().translate(fold), set()).add(name)
        return {word: tuple(sorted(names)) for word, names in groups.items()}

    def _groups(self, value: object, where: str) -> frozenset[str]:
        written = self._text(value, where).replace("|", " ").split()
        names = frozenset[str]().union(*(self.bundles.get(name, {name}) for name in written))
        self.faults += [f"{where}: unknown group {name!r}" for name in sorted(names - self.known)]
        return names

    def _kind(self, name: str, value: object) -> Kind:
        keys = {"level", "text", "lines", "child_text", "child_lines", "duty", "unless", "rules"}
        table = self._table(value, name, keys)
        if table.get("level") not in ("P0", "P1"):
            self.faults.append(f"{name}, level: P0 or P1 is expected")
        usual = self._groups(table.get("unless"), f"{name}, unless")
        rules = enumerate(self._list(table.get("rules"), f"{name}, rules"), 1)
        to_child = "child_text" in table
        return Kind(
            name=name,
            level=cast("Level", table.get("level")),
            text=self._text(table.get("text"), f"{name}, text"),
            lines=self._lines(table.get("lines"), f"{name}, lines"),
            child_text=self._text(table["child_text"], f"{name}, child_text") if to_child else "",
            child_lines=self._lines(table.get("child_lines"), f"{name}, child_lines") if to_child else (),
            duty=self._text(table.get("duty"), f"{name}, duty"),
            rules=tuple(self._rule(rule, f"{name}, rule {number}", usual) for number, rule in rules),
        )

    def _lines(self, value: object, where: str) -> tuple[str, ...]:
        return tuple(self._text(line, where) for line in self._list(value, where))

    def _rule(self, value: object, where: str, usual: frozenset[str]) -> Rule:
        table = self._table(value, where, {"find", "beside", "unless"})
        find = self._text(table.get("find"), f"{where}, find")
        steps = self._steps(find, where)
        beside = table.get("beside", [])
        entries = cast("list[object]", beside if isinstance(beside, list) else [beside])
        needs = [*(groups for groups, _ in steps), *(self._groups(entry, f"{where}, beside") for entry in entries)]
        needs.sort(key=len)  # the rarest first
        unless = self._groups(table["unless"], where) if "unless" in table else usual
        return Rule(tuple(steps), tuple(needs), unless, find)

    def _steps(self, find: str, where: str) -> list[tuple[frozenset[str], int]]:
        gap, steps = -1, list[tuple[frozenset[str], int]]()
        for word in find.split():
            if word in GAPS:
                gap = GAPS[word]
            else:
                steps.append((self._groups(word, where), gap))
                gap = NEAR
        return steps


_SIGNS = frozenset("()[]|?*.\\{}")
_PIECE = re.compile(r"\(([^()]*)\)(\??)|\[([^\[\]]*)\](\??)|(.)(\??)")


def _spellings(word: str) -> Iterator[str]:
    """Write out "[自子]杀", "打了?我" and "(拿|提)刀": one of these characters, perhaps, one of these words."""
    choices: list[list[str]] = []
    for words, maybe_words, characters, maybe_characters, single, maybe in _PIECE.findall(word):
        choice = [s for part in words.split("|") for s in _spellings(part)] if words else list(characters or single)
        choices.append([*choice, ""] if maybe_words or maybe_characters or maybe else choice)
    return ("".join(parts) for parts in itertools.product(*choices))


def _lengths(groups: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for word in groups:
        lengths.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(found)) for first, found in lengths.items()}
