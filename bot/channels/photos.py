"""Hand pictures to Telegram: each is uploaded once and named from then on, or a push would be slowed by it."""

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import InputFile

from handlers.education.pictures import Picture

METHOD = "sendphoto"
Find = Callable[[str], Awaitable[Picture | None]]


class Photos:
    """The pictures of one bot; `find` gives one by its digest."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._named: dict[str, str] = {}  # how Telegram names those that it holds

    async def captioned(self, asked: dict[str, Any], digest: str) -> tuple[str, dict[str, Any]] | None:
        """The method and parameters that show the picture with the words of a message; None if it is not there."""
        photo = self._named.get(digest) or await self._upload(digest)
        rest = {name: given for name, given in asked.items() if name != "text"}
        return (METHOD, {**rest, "caption": asked["text"], "photo": photo}) if photo else None

    async def _upload(self, digest: str) -> InputFile | None:
        found = await self._find(digest)
        return InputFile(found.content, filename=f"picture.{found.kind.rpartition('/')[2]}") if found else None

    def learn(self, digest: str, sent: dict[str, Any]) -> None:
        """Remember how Telegram names it, from its answer to a message that showed it."""
        if sizes := sent.get("photo"):
            self._named[digest] = str(sizes[-1]["file_id"])


async def none(_digest: str) -> Picture | None:
    """There are no pictures."""
    return None
