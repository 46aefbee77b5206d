"""Limit how fast a bot may speak, with the bursts that the real server lets pass."""

import math
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """So many at once, so many a second after."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.level = self.burst

    def wait(self, now: float) -> float:
        """Give the seconds until one more may pass; 0 is now."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.level) / self.rate)


@dataclass
class Limits:
    """The limits of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this."""

    overall: float = 30.0  # messages a second
    private: float = 1.0  # messages a second to one person
    group: float = 20 / 60  # messages a second to one group
    burst: float = 3.0  # messages to one person in a row
    group_burst: float = 20.0
    _overall: Bucket = field(init=False)
    _chats: dict[int, Bucket] = field(default_factory=dict[int, Bucket], init=False)

    def __post_init__(self) -> None:
        self._overall = Bucket(self.overall, self.overall)

    def take(self, chat: int, now: float) -> int:
        """Let one message pass and give 0, or give the whole seconds to wait, which then counts for nothing."""
        bucket = self._chats.get(chat) or self._chats.setdefault(chat, self._bucket(chat))
        wait = max(self._overall.wait(now), bucket.wait(now))
        if wait > 0:
            return max(1, math.ceil(wait))
        self._overall.level -= 1
        bucket.level -= 1
        return 0

    def _bucket(self, chat: int) -> Bucket:
        return Bucket(self.private, self.burst) if chat > 0 else Bucket(self.group, self.group_burst)
