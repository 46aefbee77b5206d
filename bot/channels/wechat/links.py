"""Sign addresses under which residents fetch files: an official account cannot send any."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

PATH = "/wechat/files"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Links:
    """Whoever has a link gets the file until it ends; it is told to nobody but the resident."""

    base: str
    key: bytes
    life: timedelta
    clock: Callable[[], datetime] = _now

    def link(self, openid: str, number: int) -> str:
        """The address of the file of a delivery."""
        until = int((self.clock() + self.life).timestamp())
        return f"{self.base}{PATH}/{openid}/{number}/{until}/{self._sign(openid, number, until)}"

    def is_ours(self, openid: str, number: int, until: int, signature: str) -> bool:
        """Did we sign this address?"""
        return hmac.compare_digest(self._sign(openid, number, until).encode(), signature.encode())

    def is_over(self, until: int) -> bool:
        """Has it ended?"""
        return until <= self.clock().timestamp()

    def _sign(self, openid: str, number: int, until: int) -> str:
        return hmac.new(self.key, f"wechat:{openid}:{number}:{until}".encode(), sha256).hexdigest()[:32]
