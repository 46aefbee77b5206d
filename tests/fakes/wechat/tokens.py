"""Give out access tokens as stable_token does: the same one while it lives, an old one beside it for five minutes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.fakes.refusals import Refused

LIFE = 7200.0  # s
OVERLAP = 300.0  # s before the end from which a new one is given, and for which the old one still holds
FORCED_PAUSE = 30.0  # s between two forced refreshes, else the present token comes again
FORCED_A_DAY = 20


@dataclass
class Tokens:
    """The tokens of one account; `asked` and `forced` count the calls."""

    clock: Callable[[], float]
    life: float = LIFE
    asked: int = 0
    forced: int = 0
    made: list[str] = field(default_factory=list[str])
    _ends: dict[str, float] = field(default_factory=dict[str, float])
    _revoked: set[str] = field(default_factory=set[str])
    _forced_at: list[float] = field(default_factory=list[float])
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def give(self, *, force: bool) -> tuple[str, int]:
        """Give a token and the seconds it lives."""
        self.asked += 1
        now = self.clock()
        if force and self._may_force(now):
            self.forced += 1
            self._forced_at.append(now)
            self._revoked.update(self.made)
            return self._new(now)
        present = self.made[-1] if self.made else ""
        left = self._ends.get(present, 0.0) - now
        if present and present not in self._revoked and left > min(OVERLAP, self.life / 2):
            return present, int(left)
        if left > 0:
            self._ends[present] = now + min(OVERLAP, left)
        return self._new(now)

    def _may_force(self, now: float) -> bool:
        today = [at for at in self._forced_at if now - at < 86400]
        if len(today) >= FORCED_A_DAY:
            raise Refused(45009)
        return not today or now - today[-1] >= FORCED_PAUSE

    def _new(self, now: float) -> tuple[str, int]:
        token = f"{next(self._numbers):03}_{'t' * 60}"
        self.made.append(token)
        self._ends[token] = now + self.life
        return token, int(self.life)

    def revoke(self) -> None:
        """Make every token invalid, as a forced refresh elsewhere does."""
        self._revoked.update(self.made)

    def check(self, token: str) -> None:
        """Make sure that the token holds; raises Refused."""
        if not token:
            raise Refused(41001)
        if token not in self._ends or token in self._revoked:
            raise Refused(40001)
        if self._ends[token] <= self.clock():
            raise Refused(42001)
