"""Let every signed call through once: within five minutes of its time, under a nonce that was not used."""

import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW = 300  # seconds that a call's time may be off, either way
KEPT = 600  # seconds that a nonce is remembered
MOST = 100_000  # nonces; the oldest are forgotten first


class Nonces:
    """What was used of late.

    The platform repeats a call that it had no answer to, and may do so under the same nonce: the same call is let in
    until it was answered, another one under its nonce never.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, str, bool]] = OrderedDict()  # nonce → when, which call, answered

    def admits(self, timestamp: str, nonce: str, call: str) -> bool:
        """May this call come in? `call` tells it from any other."""
        now = self._clock()
        if not (timestamp.isascii() and timestamp.isdecimal()) or abs(now - int(timestamp[:12])) > WINDOW or not nonce:
            return False
        self._forget(now)
        _, known, answered = self._seen.setdefault(nonce, (now, call, False))
        return known == call and not answered

    def answered(self, nonce: str) -> None:
        """Its caller has its answer, and has no reason to come again."""
        if nonce in self._seen:
            at, call, _ = self._seen[nonce]
            self._seen[nonce] = (at, call, True)

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest, (at, _, _) = next(iter(self._seen.items()))
            if now - at <= KEPT and len(self._seen) < MOST:
                return
            del self._seen[oldest]
