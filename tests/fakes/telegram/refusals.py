"""Name what the Bot API refuses, in the words the real server uses."""

from typing import Any

Json = dict[str, Any]

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Refused(Exception):
    """An answer that is not ok: its status, its description, its parameters."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters or {}

    @property
    def body(self) -> Json:
        """Give the JSON a bot reads."""
        answer: Json = {"ok": False, "error_code": self.status, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad(why: str) -> Refused:
    """Refuse a request that can never succeed as it is."""
    return Refused(400, f"Bad Request: {why}")


def flooded(seconds: int) -> Refused:
    """Refuse for now."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
