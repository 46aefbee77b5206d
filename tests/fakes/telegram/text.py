"""Turn a text with markup into plain text and entities, refusing what the Bot API refuses.

The rules are those of https://core.telegram.org/bots/api#formatting-options; offsets and lengths count UTF-16 units.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.telegram.refusals import Json, Refused, bad

MAX_UNITS = 4096
MAX_CAPTION_UNITS = 1024

HTML_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
HTML_CHARS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
RESERVED = set("_*[]()~`>#+-=|{}.!")
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")


def units(text: str) -> int:
    """Count UTF-16 code units, the measure of all Telegram's limits."""
    return len(text) + sum(char > "\uffff" for char in text)


def commands(text: str) -> list[Json]:
    """Find the bot commands of a message, as the server marks them."""
    return [
        {"type": "bot_command", "offset": units(text[: m.start()]), "length": units(m.group())}
        for m in COMMAND.finditer(text)
    ]


def formatted(raw: str, mode: str, limit: int = MAX_UNITS) -> tuple[str, list[Json]]:
    """Parse and measure a text to be sent.

    Raises Refused when it is empty, too long or does not parse.
    """
    if any("\ud800" <= char <= "\udfff" for char in raw):
        raise bad("strings must be encoded in UTF-8")
    if not raw:
        raise bad("message text is empty")
    text, entities = _parser(mode)(raw)
    if not any(unicodedata.category(char)[0] not in "ZC" for char in text):
        raise bad("text must be non-empty")
    if units(text) > limit:
        raise bad("message is too long" if limit == MAX_UNITS else "message caption is too long")
    return text, entities


def _parser(mode: str) -> Callable[[str], tuple[str, list[Json]]]:
    parsers: dict[str, Callable[[str], tuple[str, list[Json]]]] = {
        "": lambda raw: (raw, []),
        "html": parse_html,
        "markdownv2": parse_markdown,
        "markdown": lambda raw: (raw, []),  # the legacy mode: accepted, not looked into
    }
    if mode.lower() not in parsers:
        raise bad("unsupported parse_mode")
    return parsers[mode.lower()]


def _broken(raw: str, at: int, why: str) -> Refused:
    return bad(f"can't parse entities: {why} at byte offset {len(raw[:at].encode())}")


@dataclass
class _Written:
    """The plain text so far and the entities still open."""

    parts: list[str] = field(default_factory=list[str])
    length: int = 0
    open: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])  # name, unit offset, raw index
    entities: list[Json] = field(default_factory=list[Json])

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)

    def begin(self, name: str, at: int) -> None:
        self.open.append((name, self.length, at))

    def end(self, kind: str, **more: str) -> None:
        _, offset, _ = self.open.pop()
        if self.length > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.length - offset, **more})

    def result(self) -> tuple[str, list[Json]]:
        return "".join(self.parts), sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))


HTML_TOKEN = re.compile(r"<(?P<close>/?)(?P<name>[^\s>/]*)(?P<rest>[^>]*)>|&(?P<char>#\d+|#x[0-9a-fA-F]+|[a-z]+);|<")


def parse_html(raw: str) -> tuple[str, list[Json]]:
    """Read HTML style markup."""
    out, links, at = _Written(), list[str](), 0
    for token in HTML_TOKEN.finditer(raw):
        out.write(raw[at : token.start()])
        at = token.end()
        if token["char"]:
            out.write(_html_char(token))
        elif token["name"] is None:
            raise _broken(raw, token.start(), "Unclosed start tag")
        elif token["close"]:
            _close_tag(out, raw, token, links)
        else:
            _open_tag(out, raw, token, links)
    out.write(raw[at:])
    if out.open:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{out.open[-1][0]}\"")
    return out.result()


def _html_char(token: re.Match[str]) -> str:
    name = token["char"]
    if name.startswith("#x"):
        return chr(int(name[2:], 16))
    if name.startswith("#"):
        return chr(int(name[1:]))
    return HTML_CHARS.get(name, token.group())


def _open_tag(out: _Written, raw: str, token: re.Match[str], links: list[str]) -> None:
    name = token["name"].lower()
    if name not in HTML_KINDS or (name == "span" and "tg-spoiler" not in token["rest"]):
        raise _broken(raw, token.start(), f'Unsupported start tag "{name}"')
    href = re.search(r"""(?:href|emoji-id)\s*=\s*["']?([^"'>]*)""", token["rest"])
    links.append(href[1] if href else "")
    out.begin(name, token.start())


def _close_tag(out: _Written, raw: str, token: re.Match[str], links: list[str]) -> None:
    name = token["name"].lower()
    if not out.open:
        raise _broken(raw, token.start(), "Unexpected end tag")
    expected = out.open[-1][0]
    if name not in (expected, ""):
        at = len(raw[: token.start()].encode())
        where = f'at byte offset {at}, expected "</{expected}>", found "</{name}>"'
        raise bad(f"can't parse entities: Unmatched end tag {where}")
    link = links.pop()
    out.end(HTML_KINDS[expected], **({"url": link} if expected == "a" else {}))


MARKDOWN_KINDS = {
    "*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler", "`": "code", "```": "pre",
    "[": "text_link", "![": "custom_emoji",
}  # fmt: skip
MARKDOWN_MARK = re.compile(r"__|\|\||```|!\[|[_*~`\[\]]")


def parse_markdown(raw: str) -> tuple[str, list[Json]]:
    r"""Read MarkdownV2: every reserved character that marks nothing must be escaped by \."""
    out, at = _Written(), 0
    while at < len(raw):
        at = _markdown_step(out, raw, at)
    if out.open:
        name, _, start = out.open[-1]
        raise _broken(raw, start, f"Can't find end of {MARKDOWN_KINDS[name].title().replace('_', '')} entity")
    return out.result()


def _markdown_step(out: _Written, raw: str, at: int) -> int:
    char, inside = raw[at], out.open[-1][0] if out.open else ""
    if char == "\\" and at + 1 < len(raw) and ord(raw[at + 1]) < 127:
        out.write(raw[at + 1])
        return at + 2
    if inside.startswith("`") and not raw.startswith(inside, at):
        out.write(char)
        return at + 1
    if char not in RESERVED or (char == ">" and (at == 0 or raw[at - 1] == "\n")):
        out.write("" if char == ">" else char)
        return at + 1
    return _markdown_mark(out, raw, at, inside)


def _markdown_mark(out: _Written, raw: str, at: int, inside: str) -> int:
    found = MARKDOWN_MARK.match(raw, at)
    if not found or (found.group() == "]" and inside not in ("[", "![")):
        why = f"can't parse entities: Character '{raw[at]}' is reserved and must be escaped with the preceding '\\'"
        raise bad(why)
    mark = found.group()
    if mark == "]":
        return _markdown_link(out, raw, at)
    if mark == inside:
        out.end(MARKDOWN_KINDS[mark])
    else:
        out.begin(mark, at)
    return at + len(mark)


def _markdown_link(out: _Written, raw: str, at: int) -> int:
    link = re.compile(r"\]\(((?:\\.|[^)\\])*)\)").match(raw, at)
    if not link:
        raise _broken(raw, at, "Can't find end of a URL")
    out.end(MARKDOWN_KINDS[out.open[-1][0]], url=re.sub(r"\\(.)", r"\1", link[1]))
    return link.end()
