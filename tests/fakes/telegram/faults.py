"""Decide which call goes wrong, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.fakes.telegram.refusals import Refused, flooded

Loss = Literal["", "drop", "hang"]

REASONS = {401: "Unauthorized", 403: "Forbidden: bot was kicked", 500: "Internal Server Error", 502: "Bad Gateway"}


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of `method` (to `chat`, if one is named).

    `delay` comes first; then `unheard` cuts the connection before anything is carried out; then `status` refuses;
    else the call is carried out and `lost` says what becomes of the answer: dropped with the connection, or never sent.
    """

    method: str = "*"
    times: int = 1
    chat: int | None = None
    delay: float = 0.0  # seconds
    unheard: bool = False
    status: int = 0
    description: str = ""
    retry_after: int = 0  # seconds, with a status of 429
    lost: Loss = ""

    @property
    def refusal(self) -> Refused | None:
        """Give the answer to send instead of carrying the call out."""
        if self.retry_after:
            return flooded(self.retry_after)
        if not self.status:
            return None
        return Refused(self.status, self.description or REASONS.get(self.status, f"Error {self.status}"))


class Faults:
    """The faults still to happen, in the order they were set."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)

    def add(self, fault: Fault) -> None:
        """Arm one."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self._waiting.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """Use up one occurrence of the first fault that fits this call."""
        for fault in self._waiting:
            if fault.method.lower() in ("*", method) and fault.chat in (None, chat):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
