"""Read and write citations of law, in every form a person types."""

import re
from dataclasses import dataclass, field

from knowledge.names import Names, fold
from knowledge.numerals import from_chinese, to_chinese

ARTICLE = re.compile(r"(\d{1,4})(?:之([一二三四五六七八九十]+))?")
_CHINESE = "零〇一二三四五六七八九十百千两"
# between name and number: （2023年修正）, 婚姻家庭编, 的, a hyphen
_BETWEEN = re.compile(r"(?:\([^()]{1,12}\)|[\u4e00-\u9fff]{2,4}编|[的里中头面上:,#·-])*")
# a bare number is a citation only where no unit follows: 民法典2021年, 劳动法30天, 刑法第一章 are none
_NUMBER = re.compile(
    rf"(?P<di>第)?(?P<n>\d{{1,4}}|[{_CHINESE}]+)(?P<tiao>条)?"
    rf"(?:[之-](?P<sub>\d{{1,2}}|[一二三四五六七八九十]+)(?!\d)条?)?"
)
_UNIT = frozenset("年月日号元块万千百个倍天人岁次章节编款项部时小周多几余分米斤亩位家套台张份级笔%‰.0123456789")
_CLAUSE = re.compile(r"(?:第?[\d一二三四五六七八九十]+[款项])*(?:[、,和及与或到至~])?")
_BEFORE = re.compile(rf"(第(?:\d{{1,4}}|[{_CHINESE}]+)条(?:之[\d一二三四五六七八九十]+)?)[的,]?$")
# 民典1077, 民诉205: only where nothing else is said, since 公司12人 and 劳动30天 are no citations
_CLIPPED = re.compile(
    rf"([\u4e00-\u9fff]{{2,6}})((?:第?\d{{1,4}}|第[{_CHINESE}]+)条?(?:[之-][\d一二三四五六七八九十]+)?)[。?？]?"
)
_MISSPELT = re.compile(rf"([\u4e00-\u9fff()]{{4,24}}?)(?=第(?:\d{{1,4}}|[{_CHINESE}]+)条|\d{{1,4}}条)")


@dataclass(frozen=True, slots=True)
class Citation:
    """A law by its full title and one article of it: "1077" or "133之一"."""

    law: str
    article: str
    why: str = field(default="", compare=False)


def display(citation: Citation) -> str:
    """《刑法》第一百三十三条之一, as residents read it."""
    match = ARTICLE.fullmatch(citation.article)
    if not match:
        return f"《{citation.law}》{citation.article}"
    sub = f"之{match[2]}" if match[2] else ""
    return f"《{citation.law}》第{to_chinese(int(match[1]))}条{sub}"


def canonical(article: str) -> str | None:
    """The article number as the store writes it, from 1077, 第一千零七十七条, 133-1 or 133之1; None if it is none."""
    match = _NUMBER.fullmatch(fold(article))
    return _number(match) if match else None


def order(article: str) -> tuple[int, int]:
    """Sorts 133之一 between 133 and 134."""
    match = ARTICLE.fullmatch(article)
    return (int(match[1]), from_chinese(match[2] or "零") or 0) if match else (0, 0)


def find(text: str, names: Names) -> tuple[Citation, ...]:
    """Every citation in the text, in order, each once; whether they exist is the store's to say."""
    folded = fold(text)
    found: dict[Citation, None] = {}
    for start, end, law in names.spans(folded) or _misspelt(folded, names):
        for article in _numbers_after(folded, end) or _number_before(folded, start):
            found[Citation(law, article)] = None
    return tuple(found) or _clipped(folded, names)


def laws_in(text: str, names: Names) -> tuple[str, ...]:
    """The full titles of all laws that the text names, with or without a number."""
    return tuple(dict.fromkeys(law for _, _, law in names.spans(fold(text))))


def _misspelt(folded: str, names: Names) -> list[tuple[int, int, str]]:
    """Names with a wrong character, looked for only where 第…条 follows at once."""
    found: list[tuple[int, int, str]] = []
    for match in _MISSPELT.finditer(folded):
        tails = (match[1][start:] for start in range(len(match[1]) - 3))
        law = next((law for tail in tails if (law := names.resolve(tail))), None)
        if law:
            found.append((match.start(1), match.end(1), law))
    return found


def _clipped(folded: str, names: Names) -> tuple[Citation, ...]:
    match = _CLIPPED.fullmatch(folded)
    law, article = (names.clipped(match[1]), canonical(match[2])) if match else (None, None)
    return (Citation(law, article),) if law and article else ()


def _number_before(folded: str, start: int) -> list[str]:
    """第1077条民法典: some say the number first."""
    match = _BEFORE.search(folded[:start])
    article = canonical(match[1]) if match else None
    return [article] if article else []


def _numbers_after(folded: str, at: int) -> list[str]:
    articles: list[str] = []
    gap = _BETWEEN.match(folded, at)
    at = gap.end() if gap else at
    while match := _NUMBER.match(folded, at):
        article = _number(match) if _is_citation(match, folded, first=not articles) else None
        if not article:
            break
        articles.append(article)
        clause = _CLAUSE.match(folded, match.end())
        at = clause.end() if clause else match.end()
    return articles


def _is_citation(match: re.Match[str], folded: str, *, first: bool) -> bool:
    following = folded[match.end() : match.end() + 1]
    if match["tiao"]:
        return True
    if following in _UNIT and following:
        return False
    if match["di"]:
        return True
    if match["n"].isdecimal():
        return first or not ("\u4e00" <= following <= "\u9fff")
    return len(match["n"]) > 1 and not ("\u4e00" <= following <= "\u9fff")


def _number(match: re.Match[str]) -> str | None:
    number = from_chinese(match["n"])
    if not number or number > 9999:
        return None
    sub = from_chinese(match["sub"]) if match["sub"] else None
    return f"{number}之{to_chinese(sub)}" if sub else str(number)
