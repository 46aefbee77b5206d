"""Know a law by its full title, its short names and its misspellings."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

_NOISE = re.compile(r"中华人民共和国|[《》〈〉<>\s]")
_COURTS = re.compile(r"^(?:最高人民法院|最高人民检察院)+")
_ISSUER = re.compile(r"^(?:最高人民法院|最高人民检察院)*关于(?:审理|适用|办理)?|^国务院关于|^重庆市")
_ORDINAL = re.compile(r"\(([一二三四五六七八九])\)$")
# 刑法院 is a court, 婚姻法定年龄 an age, 公司法人 a company: the law's name ends inside another word
_LONGER_WORD = frozenset("院官律庭定人医务")
# 取消法院… is no consumer law
_SHORTER_WORD = {"消法": frozenset("取撤打")}
_CLOSE_ENOUGH = 80  # rapidfuzz ratio: one wrong character in a name of five


def fold(text: str) -> str:
    """The text as names are compared: NFKC, without 中华人民共和国, title marks and spaces."""
    folded = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return folded.replace("法院、最高", "法院最高")


def plain(title: str) -> str:
    """The full title as this project writes it, without 中华人民共和国."""
    return title.replace("中华人民共和国", "").strip()


def _shorter(title: str) -> set[str]:
    """Names that follow from a title by rule: without its issuer, without the words that all such titles share."""
    key = fold(title)
    bare = _ISSUER.sub("", key)
    brief = re.sub(r"适用法律|具体应用法律|若干|问题|纠纷|案件|有关|的", "", bare)
    names = {_COURTS.sub("", key), bare, brief}
    names |= {_ORDINAL.sub(r"\1", name) for name in names} | {name.replace("民法典", "") for name in (bare, brief)}
    names |= {_ORDINAL.sub(r"\1", name) for name in names}
    return {name for name in names if len(name) >= 5} - {key}


class Names:
    """All names of the laws we know; built once, then only read."""

    def __init__(self, titles: Iterable[str], aliases: Mapping[str, str]) -> None:
        self._by_key = {fold(title): title for title in titles}
        derived: defaultdict[str, set[str]] = defaultdict(set)
        for title in self._by_key.values():
            for name in _shorter(title):
                derived[name].add(title)
        # a derived name that fits two laws names neither
        self._all = {name: next(iter(laws)) for name, laws in derived.items() if len(laws) == 1}
        self._all |= {fold(alias): title for alias, title in aliases.items()} | self._by_key
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self._all, key=len, reverse=True):
            self._by_start[name[:2]].append(name)

    def titles(self) -> tuple[str, ...]:
        """Every full title."""
        return tuple(self._by_key.values())

    def exact(self, name: str) -> str | None:
        """The full title that this title, short name or alias stands for."""
        return self._all.get(fold(name))

    def clipped(self, stem: str) -> str | None:
        """The law whose name this is without its 法: 民典, 民诉, 劳合; None where it may be two."""
        found = {law for name, law in self._all.items() if name.replace("法", "", 1) == stem}
        return next(iter(found)) if len(found) == 1 else None

    def resolve(self, name: str) -> str | None:
        """The full title meant, forgiving a wrong character in names of four or more."""
        if found := self.exact(name):
            return found
        key = fold(name)
        if len(key) < 4:
            return None
        best = process.extract(key, self._all.keys(), scorer=fuzz.ratio, limit=2, score_cutoff=_CLOSE_ENOUGH)
        if not best or (len(best) > 1 and best[1][1] == best[0][1] and self._all[best[0][0]] != self._all[best[1][0]]):
            return None
        return self._all[best[0][0]]

    def spans(self, folded: str) -> list[tuple[int, int, str]]:
        """Where folded text names a law: (start, end, title), left to right, the longest name at each place."""
        found: list[tuple[int, int, str]] = []
        start = 0
        while start < len(folded) - 1:
            name = self._name_at(folded, start)
            if name:
                found.append((start, start + len(name), self._all[name]))
            start += len(name) if name else 1
        return found

    def _name_at(self, folded: str, start: int) -> str:
        for name in self._by_start.get(folded[start : start + 2], ()):
            if folded.startswith(name, start) and not _inside_word(folded, start, name):
                return name
        return ""


def _inside_word(folded: str, start: int, name: str) -> bool:
    after = folded[start + len(name) : start + len(name) + 1]
    before = folded[start - 1 : start]
    return (name.endswith("法") and after in _LONGER_WORD and after != "") or before in _SHORTER_WORD.get(name, ())
