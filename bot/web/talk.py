"""Show a conversation as a page does: whose words, which buttons still count, what a pressed button was called."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.messages import Option
from handlers.talk import phrases
from knowledge import text
from knowledge.engine import danger
from knowledge.topics import Topic
from storage.views import Said

FIXED = (phrases.HUMAN, phrases.WHY, phrases.MORE, phrases.ARTICLES, phrases.YES, phrases.NO, phrases.SKIP)
PRESSED = "（点了一个按钮）"  # a button we no longer know
BLANK = "（空白）"
GONE = "（图片或文件已经删除）"
EXAMPLE = "· "  # how a line of the welcome begins that is one


@dataclass(frozen=True, slots=True)
class Link:
    """A file to take."""

    name: str
    href: str
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the page."""

    cursor: str
    ours: bool
    text: str
    at: datetime
    options: tuple[Option, ...] = ()
    file: Link | None = None
    link: str = ""  # a page to read on
    picture: str = ""  # its digest
    enclosed: tuple[Link, ...] = ()  # the resident's own pictures and files


@dataclass(slots=True)
class Names:
    """What the values of buttons are called; learnt from the replies that offered them."""

    topics: Mapping[str, Topic]
    known: dict[str, str] = field(default_factory=lambda: {o.value: o.label for o in FIXED})

    def learn(self, options: Iterable[Option]) -> None:
        """Remember these labels."""
        self.known |= {o.value: o.label for o in options}

    def of(self, value: str) -> str:
        """The label of a value."""
        kind, _, name = value.partition(":")
        if kind == "topic" and name in self.topics:
            return self.topics[name].title
        return self.known.get(value, PRESSED)


def bubbles(
    said: Sequence[Said], names: Names, address: Callable[[int], str], own: Callable[[str], str]
) -> Sequence[Bubble]:
    """The conversation, oldest first; only the last buttons can still be pressed.

    `address` is that of a file of ours, `own` that of one of theirs.
    """
    last = max((n for n, one in enumerate(said) if one.options), default=-1)
    shown: list[Bubble] = []
    for number, one in enumerate(said):
        names.learn(one.options)
        words = one.text if one.ours else _heard(one, names)
        options = one.options if number == last else ()
        file = Link(one.file.name, address(one.file.number)) if one.file else None
        enclosed = tuple(Link(e.name, own(e.mark), e.is_picture) for e in one.enclosed)
        shown.append(Bubble(one.cursor, one.ours, words, one.at, options, file, one.link, one.picture, enclosed))
        if one.told and (alarm := danger.assess(words)):
            shown.append(Bubble(one.cursor, True, alarm.words, one.at))  # it was shown, though it was never a delivery
    return shown


def _heard(one: Said, names: Names) -> str:
    if one.wordless:
        return "" if one.enclosed else GONE
    return names.of(one.text) if one.chosen else text.clean(one.text) or BLANK


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first words; the examples in them become buttons."""

    before: str
    examples: tuple[str, ...]
    after: str


def welcome() -> Welcome:
    """The welcome of every channel, as the page shows it."""
    lines = phrases.WELCOME.splitlines()
    examples = [n for n, line in enumerate(lines) if line.startswith(EXAMPLE)]
    return Welcome(
        before="\n".join(lines[: examples[0]]),
        examples=tuple(lines[n].removeprefix(EXAMPLE) for n in examples),
        after="\n".join(lines[examples[-1] + 1 :]).strip(),
    )
