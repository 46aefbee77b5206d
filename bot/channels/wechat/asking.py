"""Hold the requests that wait for an answer, so that one that is ready in time goes back the way the question came."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


def _open() -> asyncio.Future[str]:
    return asyncio.get_running_loop().create_future()


def _unread() -> asyncio.Future[bool]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Question:
    """One message that waits for its answer, in as many requests as the platform made of it."""

    id: str
    answer: asyncio.Future[str] = field(default_factory=_open)
    arrived: asyncio.Future[bool] = field(default_factory=_unread)  # did a request carry it back?
    requests: int = 0

    def settle(self, *, arrived: bool) -> None:
        """A request ended; the answer did not arrive only when none carried it."""
        self.requests -= not arrived
        if (arrived or self.requests <= 0) and not self.arrived.done():
            self.arrived.set_result(arrived)


class Asking:
    """The questions that are open, by address, the oldest first."""

    def __init__(self) -> None:
        self._open: dict[str, list[Question]] = {}

    @contextmanager
    def waiting(self, address: str, message: str) -> Generator[Question]:
        """While a request waits: its question, shared with other requests for the same message."""
        there = self._open.setdefault(address, [])
        question = next((q for q in there if q.id == message), None)
        if question is None:
            question = Question(message)
            there.append(question)
        question.requests += 1
        try:
            yield question
        finally:
            if question in there and (question.answer.done() or question.requests == 1):
                there.remove(question)
            if not there and self._open.get(address) is there:
                del self._open[address]
            if not question.answer.done():
                question.requests -= 1

    def answer(self, address: str, text: str) -> Question | None:
        """Give the text to the oldest question of that address, if one is open."""
        question = next((q for q in self._open.get(address, ()) if not q.answer.done()), None)
        if question:
            question.answer.set_result(text)
        return question
