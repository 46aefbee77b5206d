"""Ask the library in a thread of its own, so that a hard question never keeps the channels waiting."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot import metrics
from bot.log import logger
from handlers.cases import Library, Part
from knowledge import topics
from knowledge.citations import Citation
from knowledge.engine.match import Findings, Matcher
from knowledge.statutes import build, store
from knowledge.topics import Edit, Topic, TopicError

log = logger(__name__)


class Engine:
    """The matcher behind one thread: it is bound to one core, and its parts need not be shared."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        """For each (message, id of the dialogue's topic): the questions in it with their Findings."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._find, questions)

    def _find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        with metrics.MATCHING.time():
            return [parts(self.matcher, question, after) for question, after in questions]

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def parts(matcher: Matcher, message: str, after: str | None) -> tuple[Part, ...]:
    """The questions in a message with their Findings; only the first can lean on the dialogue's topic."""
    words = matcher.split(message) or (message,)
    if len(words) == 1:
        return (Part(message, matcher.match(message, after=after)),)
    return tuple(Part(w, matcher.match(w, after=None if n else after)) for n, w in enumerate(words))


def open_library(folder: Path, edits: Sequence[Edit] = (), *, articles: bool = False) -> tuple[Library, Matcher]:
    """Topics, statutes and matcher; what is built for them is kept in the data folder. Takes seconds at first."""
    statutes_file = folder / "statutes.db"
    build.ensure(statutes_file)
    statutes = store.Statutes(statutes_file)
    shelf = _shelf(edits)
    matcher = Matcher.build(shelf, statutes if articles else None, folder / "index")
    return Library({t.id: t for t in shelf}, statutes), matcher


def has_other_laws(folder: Path, library: Library) -> bool:
    """Whether an import has put another statute file in the place of the one that this library reads."""
    # what stands in for a library that cannot be read has no stamp, and waits for a restart
    held = library.statutes.stamp
    return bool(held) and build.stamp_in(folder / "statutes.db") not in (None, held)


def _shelf(edits: Sequence[Edit]) -> tuple[Topic, ...]:
    """The topics as the bureau edited them; what is shipped, where an edit from before can no longer be read."""
    shipped = topics.load()
    try:
        return topics.overlay(shipped, edits)
    except TopicError as error:
        log.error("edited topics cannot be read: the shipped ones stand", faults=len(error.problems))
        return shipped


class Blind(Engine):
    """Finds nothing, so that every question is offered to a human."""

    def __init__(self) -> None:
        """Nothing to hold."""

    async def find(self, questions: Sequence[tuple[str, str | None]]) -> Sequence[tuple[Part, ...]]:
        """Each message as one question, taken for a legal one."""
        return [(Part(words, Findings(legal=1.0)),) for words, _ in questions]

    def close(self) -> None:
        """Nothing runs."""


class Unread(store.Statutes):
    """No law is held, and none is recognised."""

    def __init__(self) -> None:
        """No file to open."""
        self.stamp = ""

    def find(self, text: str) -> tuple[Citation, ...]:
        """None."""
        return ()

    def laws_in(self, text: str) -> tuple[str, ...]:
        """None."""
        return ()


def bare() -> tuple[Library, Engine]:
    """What stands in when the library cannot be read: enough for danger, hotlines and tickets."""
    return Library({}, Unread()), Blind()


def whole(matcher: Matcher, seconds: float = 600) -> bool:
    """Wait until the semantic leg serves too, for commands that measure; False if it does not come."""
    return matcher.wait(seconds)
