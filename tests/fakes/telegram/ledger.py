"""Remember chats, messages and everything that the bot said or tried."""

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from tests.fakes.telegram.people import place
from tests.fakes.telegram.refusals import Json, Refused, bad

MOST_TO_FETCH = 20 * 2**20  # bytes, https://core.telegram.org/bots/api#getfile
QUERY_LIFE = 60.0  # s; the real figure is not published


@dataclass(frozen=True)
class File:
    """A file as it was uploaded."""

    name: str
    content: bytes


@dataclass
class Sent:
    """One message of the bot: as it was sent in `FakeTelegram.sent`, as it was edited in `FakeTelegram.edits`."""

    at: float  # time.monotonic(), s
    method: str
    chat: int
    message_id: int
    text: str  # without markup; of a document, its caption
    markup: Json | None
    entities: list[Json]
    params: Json  # as they were received
    file: File | None = None

    @property
    def buttons(self) -> list[Json]:
        """Give the inline buttons, row by row."""
        rows: list[list[Json]] = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True)
class Call:
    """One call of the bot; status 0 is a connection cut or left without an answer."""

    at: float  # time.monotonic(), s
    method: str
    chat: int | None
    status: int


@dataclass
class Query:
    """A button press that waits for answerCallbackQuery."""

    at: float
    chat: int
    answers: list[Json] = field(default_factory=list[Json])
    expired: bool = False


@dataclass
class Ledger:
    """All that the server knows, except the updates still to be fetched."""

    bot: Json
    query_life: float = QUERY_LIFE
    sent: list[Sent] = field(default_factory=list[Sent])
    edits: list[Sent] = field(default_factory=list[Sent])
    calls: list[Call] = field(default_factory=list[Call])
    counts: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    actions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    menu: list[Json] = field(default_factory=list[Json])
    known: set[int] = field(default_factory=set[int])
    blocked: set[int] = field(default_factory=set[int])
    queries: dict[str, Query] = field(default_factory=dict[str, Query])
    shown: dict[tuple[int, int], Sent] = field(default_factory=dict[tuple[int, int], Sent])
    heard: dict[tuple[int, int], Json] = field(default_factory=dict[tuple[int, int], Json])
    photos: dict[str, File] = field(default_factory=dict[str, File])  # by the names that they were given
    files: dict[str, File] = field(default_factory=dict[str, File])  # that residents sent, by file_id
    misleading: str = ""  # what getFile names in place of a path
    _private: "count[int]" = field(default_factory=lambda: count(1001))
    _super: dict[int, "count[int]"] = field(default_factory=dict[int, "count[int]"])

    def next_message(self, chat: int) -> int:
        """Number a message: one series for people and small groups together, one for each supergroup."""
        if str(chat).startswith("-100"):
            return next(self._super.setdefault(chat, count(1)))
        return next(self._private)

    def note(self, method: str, chat: int | None, status: int) -> None:
        """Write down that the bot called."""
        self.calls.append(Call(time.monotonic(), method, chat, status))
        self.counts[method, status] += 1

    def find(self, file_id: str) -> Json:
        """Give what getFile says; raises Refused as the real one does, also for more than 20 MB."""
        file = self.files.get(file_id)
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > MOST_TO_FETCH:
            raise bad("file is too big")
        path = self.misleading or f"documents/{file_id}"
        return {"file_id": file_id, "file_unique_id": file_id[-8:], "file_size": len(file.content), "file_path": path}

    def reach(self, chat: int) -> None:
        """Make sure the bot may write to a chat.

        Raises Refused: 400 for a chat that never wrote, 403 for one that blocked the bot.
        """
        if chat not in self.known:
            raise bad("chat not found")
        if chat in self.blocked:
            who = "bot was blocked by the user" if chat > 0 else "bot was kicked from the group chat"
            raise Refused(403, f"Forbidden: {who}")

    def published(self, message: Sent) -> Json:
        """Give a message of the bot as JSON."""
        body: Json = {
            "message_id": message.message_id,
            "from": self.bot,
            "chat": place(message.chat),
            "date": int(time.time()),
        }
        if message.file and message.method == "sendPhoto":
            body["photo"] = self._sizes(message.file)
        elif message.file:
            body["document"] = {
                "file_id": f"file-{message.message_id}", "file_unique_id": f"f{message.message_id}",
                "file_name": message.file.name, "file_size": len(message.file.content),
            }  # fmt: skip
        if message.text:
            body["caption" if message.file else "text"] = message.text
        if message.entities:
            body["caption_entities" if message.file else "entities"] = message.entities
        if message.buttons:
            body["reply_markup"] = message.markup
        return body

    def _sizes(self, file: File) -> list[Json]:
        """The same picture small and large, as the server keeps it from now on."""
        name = f"photo-{hash(file.content) % 10**12}"
        self.photos[name] = file
        unique = {"file_unique_id": name[-8:], "file_size": len(file.content)}
        return [
            {"file_id": f"small-{name}", "width": 90, "height": 60, **unique},
            {"file_id": name, "width": 900, "height": 600, **unique},
        ]

    def ask(self, query_id: str, chat: int) -> None:
        """Remember that a button press wants its answer."""
        self.queries[query_id] = Query(time.monotonic(), chat)

    def open_query(self, query_id: str) -> Query | None:
        """Find a press that may still be answered."""
        query = self.queries.get(query_id)
        if not query or query.expired or time.monotonic() - query.at > self.query_life:
            return None
        return query
