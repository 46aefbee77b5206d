"""Shorten a long story to what it asks, and part a message that asks several things."""

from functools import cache

import regex

from knowledge.text import Replacer, clean, lexicon, normalise, tokens

LONGEST = 160  # characters that matching reads of a story
SHORTEST = 5  # characters; less is no question of its own

_END = regex.compile(r"(?<=[。！!；;\n])|(?<=[？?])(?![？?])")
_ITEM = regex.compile(
    r"(?:^|(?<=[\s，,。；;？?！!]))(?:\d{1,2}[.、)）]|[（(]\d{1,2}[)）]|第[一二三四五]个?[，,、问]|[一二三四五][、，])"
)
_ALSO = regex.compile(
    r"(?<=[，,。；;？?！!\s])(?=另外|还有|再就是|还想问|还想咨询|再问|顺便问|顺便想问|第二个问题|另一个问题)"
)
_ASKS = regex.compile(
    r"[？?]|怎么|咋|啷个|如何|多少|好多|多久|好久|哪|谁|什么|啥|吗|么$|能不能|可不可以|是不是|会不会|有没有|要不要|该不该"
    r"|合法不|犯法不|行不行|得不得|[能会得可]\S{1,4}不$"
)


def condense(text: str, limit: int = LONGEST) -> str:
    """The sentences of a cleaned text that ask, and those that say most, in their own order, within `limit`."""
    if len(text) <= limit:
        return text
    sentences = [s.strip() for s in _sentences(text) if s.strip()]
    worth = sorted(range(len(sentences)), key=lambda i: -_worth(sentences[i], i, len(sentences)))
    kept: list[int] = []
    room = limit
    for place in worth:
        if room <= 0:
            break
        kept.append(place)
        room -= len(sentences[place])
    return "".join(sentences[place] for place in sorted(kept))[: limit + limit // 2]


def parts(text: str) -> tuple[str, ...]:
    """The questions of one message, each with what was told before it; one question stays whole."""
    pieces = [p.strip(" \n，,") for p in _pieces(clean(text)) if p.strip(" \n，,")]
    asking = [bool(_ASKS.search(piece)) and len(normalise(piece)) >= SHORTEST for piece in pieces]
    if sum(asking) < 2:
        return (clean(text),)
    found: list[str] = []
    told = ""
    for piece, asks in zip(pieces, asking, strict=True):
        if asks:
            found.append(told + piece)
            told = ""
        else:
            told += piece if piece[-1] in "。！!？?；;" else piece + "。"
    if told:
        found[-1] += told
    return tuple(found)


def leans(text: str) -> bool:
    """Whether a normalised message says nothing without what was said before it."""
    if len(text) > 24:
        return False
    rest = regex.sub(r"[^\p{L}\p{N}]+", "", _leaning().replace(text))
    return bool(text) and len(rest) <= 1


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for sentence in _END.split(text):
        # People often write a whole story with commas only.
        found.extend(regex.split(r"(?<=[，,])", sentence) if len(sentence) > LONGEST // 2 else [sentence])
    return found


def _worth(sentence: str, place: int, of: int) -> float:
    words = len(set(tokens(normalise(sentence))))
    return 6.0 * bool(_ASKS.search(sentence)) + words / (1 + len(sentence) / 20) + (2.0 if place == of - 1 else 0.0)


def _pieces(text: str) -> list[str]:
    marked = _ITEM.sub("\n", text)
    return [piece for block in _ALSO.split(marked) for piece in _END.split(block)]


@cache
def _leaning() -> Replacer:
    return Replacer({str(word): "" for word in lexicon("followups")})
