"""Find the citations in our own words, which become links; nothing else ever does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from knowledge import citations

_NUMBER = r"第[零〇一二三四五六七八九十百千\d]{1,12}条(?:之[一二三四五六七八九十]{1,3})?"
_CITED = re.compile(rf"《([^《》\n]{{1,60}})》{_NUMBER}(?:、{_NUMBER})*")  # 《民法典》第一条、第二条
_ONE = re.compile(rf"(?:《[^》]+》)?({_NUMBER})")
_LABEL = re.compile(r"【[^】\n]{1,60}】|(?:怎么做|时间|去哪里|依据|要留的证据|费用|常见误区|马上找顾问)：")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with `href` it is a citation."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of an answer; the label stands out."""

    label: str
    pieces: tuple[Piece, ...]


def law_page(law: str, article: str) -> str:
    """The address of an article's page."""
    return f"/law/{quote(law, safe='')}/{quote(article, safe='')}"


def pieces(text: str) -> tuple[Piece, ...]:
    """The text in runs; together they read exactly as before."""
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for start, end, href in _links(text):
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], href)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each citation begins and ends, and its page; the law's name goes with its first number."""
    for cited in _CITED.finditer(text):
        for one in _ONE.finditer(text, cited.start(), cited.end()):
            if article := citations.canonical(one[1]):
                yield one.start(), one.end(), law_page(cited[1], article)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The blocks that blank lines part, each with its label if it begins with one."""
    return tuple(_paragraph(block.strip("\n")) for block in text.split("\n\n") if block.strip())


def _paragraph(block: str) -> Paragraph:
    match = _LABEL.match(block)
    label = match[0] if match else ""
    return Paragraph(label, pieces(block[len(label) :]))
