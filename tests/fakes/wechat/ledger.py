"""Remember who follows the account, what may still be sent to them, and what was."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.refusals import Json, Refused

# https://developers.weixin.qq.com/doc/service/guide/product/customer_service/intro.html
MESSAGE_SPAN, MESSAGES = 48 * 3600.0, 5
EVENT_SPAN, EVENTS = 60.0, 3
MASS_A_MONTH = 4  # that reach one follower; more of them fail without a word
MASS_A_DAY = 100  # calls


@dataclass
class Allowance:
    """How many customer messages may be sent until when."""

    until: float
    left: int


@dataclass(frozen=True)
class Sent:
    """A text that reached a follower: as the answer to a message, or as a customer, template or mass message."""

    openid: str
    text: str
    way: str


@dataclass
class Ledger:
    """All that the platform knows."""

    clock: Callable[[], float]
    followers: set[str] = field(default_factory=set[str])
    sent: list[Sent] = field(default_factory=list[Sent])
    menu: Json | None = None
    codes: list[Json] = field(default_factory=list[Json])
    templates: set[str] = field(default_factory=set[str])
    tags: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    daily: dict[str, int] = field(default_factory=dict[str, int])  # calls that a path still has today
    masses: dict[str, int] = field(default_factory=dict[str, int])  # clientmsgid → msg_id
    mass_calls: int = 0
    _messages: dict[str, Allowance] = field(default_factory=dict[str, Allowance])
    _events: dict[str, Allowance] = field(default_factory=dict[str, Allowance])
    _reached: Counter[str] = field(default_factory=Counter[str])

    def wrote(self, openid: str) -> None:
        """A message of the follower's own: five within 48 hours, counted anew."""
        self.followers.add(openid)
        self._messages[openid] = Allowance(self.clock() + MESSAGE_SPAN, MESSAGES)

    def acted(self, openid: str) -> None:
        """A menu click, a scan, a subscription: three within a minute."""
        self._events[openid] = Allowance(self.clock() + EVENT_SPAN, EVENTS)

    def spend(self, openid: str) -> None:
        """Count one customer message; raises Refused."""
        now = self.clock()
        live = [a for a in (self._events.get(openid), self._messages.get(openid)) if a and a.until > now]
        if openid not in self.followers or not live:
            raise Refused(45015)
        allowed = next((a for a in live if a.left > 0), None)
        if allowed is None:
            raise Refused(45047)
        allowed.left -= 1

    def deliver(self, openid: str, text: str, way: str) -> None:
        """It reached the follower."""
        self.sent.append(Sent(openid, text, way))

    def mass(self, openids: set[str], text: str, client: str) -> int:
        """Send to many: each gets at most four a month; returns the number of this mass."""
        if client and client in self.masses:
            raise Refused(45065, msg_id=self.masses[client])
        if self.mass_calls >= MASS_A_DAY:
            raise Refused(45028)
        self.mass_calls += 1
        number = 1000000 + self.mass_calls
        self.masses[client or f"digest-{number}"] = number
        for openid in sorted(openids & self.followers):
            if self._reached[openid] < MASS_A_MONTH:
                self._reached[openid] += 1
                self.deliver(openid, text, "mass")
        return number
