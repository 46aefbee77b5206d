"""Act as the residents of one bot: write, edit, press, block."""

from collections.abc import Iterable

from tests.fakes.telegram import people
from tests.fakes.telegram.feed import Feed
from tests.fakes.telegram.ledger import File, Ledger
from tests.fakes.telegram.refusals import Json


class Residents:
    """What people do to the bot; each deed gives the update that it causes, as the bot will read it."""

    def __init__(self, bot: Json, ledger: Ledger, feed: Feed) -> None:
        self.bot = bot
        self.ledger = ledger
        self.feed = feed
        self._presses = 0

    def say(self, chat: int, text: str, *, sender: int = 0, reply_to: int = 0) -> Json:
        """Write to the bot, in private or, with a negative chat, in a group."""
        content: Json = {"text": text}
        if reply_to:
            content["reply_to_message"] = self._message(chat, reply_to)
        return self._arrive(chat, people.person(sender or abs(chat)), **content)

    def post(self, chat: int, medium: people.Medium, *, sender: int = 0, caption: str = "") -> Json:
        """Send something that is no text."""
        content: Json = {medium: people.MEDIA[medium]} | ({"caption": caption} if caption else {})
        return self._arrive(chat, people.person(sender or abs(chat)), **content)

    def show(self, chat: int, content: bytes, *, caption: str = "", album: str = "") -> Json:
        """Send a picture, which comes in two sizes."""
        name = self._filed("picture.jpg", content)
        sizes = [
            {"file_id": f"small-{name}", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
            {"file_id": name, "file_unique_id": "l", "width": 900, "height": 600, "file_size": len(content)},
        ]
        return self._hand(chat, {"photo": sizes}, caption, album)

    def hand(self, chat: int, content: bytes, name: str, *, caption: str = "", album: str = "") -> Json:
        """Send a file."""
        file = {"file_id": self._filed(name, content), "file_unique_id": "d", "file_name": name}
        return self._hand(chat, {"document": file | {"file_size": len(content)}}, caption, album)

    def _filed(self, name: str, content: bytes) -> str:
        number = f"BQACAgUAAxkBAAI{len(self.ledger.files):04}"
        self.ledger.files[number] = File(name, content)
        return number

    def _hand(self, chat: int, content: Json, caption: str, album: str) -> Json:
        words = ({"caption": caption} if caption else {}) | ({"media_group_id": album} if album else {})
        return self._arrive(chat, people.person(chat), **content, **words)

    def from_bot(self, chat: int, text: str) -> Json:
        """Let the bot read a message of its own."""
        return self._arrive(chat, self.bot, text=text)

    def _arrive(self, chat: int, sender: Json, **content: object) -> Json:
        self.ledger.known.add(chat)
        self.ledger.blocked.discard(chat)
        message = people.message(self.ledger.next_message(chat), chat, sender, **content)
        self.ledger.heard[chat, message["message_id"]] = message
        return self.feed.put("message", message, chat)

    def edit(self, chat: int, message_id: int, text: str) -> Json:
        """Change a resident's message; the bot is told the new words under the old number."""
        message = self.ledger.heard[chat, message_id] = people.edited(self.ledger.heard[chat, message_id], text)
        return self.feed.put("edited_message", message, chat)

    def press(self, chat: int, button: str, *, sender: int = 0) -> Json:
        """Press the newest button with this label or data.

        Raises LookupError when the bot shows none in this chat.
        """
        for (where, number), shown in reversed(self.ledger.shown.items()):
            for found in shown.buttons if where == chat else ():
                if button in (found.get("text"), found.get("callback_data")):
                    return self.forge(chat, str(found["callback_data"]), message_id=number, sender=sender)
        raise LookupError(f"no button {button!r} in chat {chat}")

    def forge(self, chat: int, data: str, *, message_id: int = 1, sender: int = 0) -> Json:
        """Press a button that need not exist."""
        self._presses += 1
        query_id = f"{self._presses:018d}"
        self.ledger.ask(query_id, chat)
        query = people.press(query_id, people.person(sender or abs(chat)), self._message(chat, message_id), data)
        return self.feed.put("callback_query", query, sender or abs(chat))

    def _message(self, chat: int, number: int) -> Json:
        if (chat, number) in self.ledger.heard:
            return self.ledger.heard[chat, number]
        if (chat, number) in self.ledger.shown:
            return self.ledger.published(self.ledger.shown[chat, number])
        return people.message(number, chat, self.bot, text="")

    def block(self, chat: int) -> Json:
        """Block the bot: writing to this chat is refused with 403, and the bot is told."""
        self.ledger.known.add(chat)
        self.ledger.blocked.add(chat)
        return self._membership(chat, "member", "kicked")

    def unblock(self, chat: int) -> Json:
        """Let the bot write again."""
        self.ledger.blocked.discard(chat)
        return self._membership(chat, "kicked", "member")

    def join(self, chat: int) -> Json:
        """Add the bot to a group."""
        self.ledger.known.add(chat)
        return self._membership(chat, "left", "member")

    def _membership(self, chat: int, before: str, after: str) -> Json:
        return self.feed.put("my_chat_member", people.membership(chat, self.bot, before, after), chat)

    def inject(self, kind: str, content: Json, chat: int = 0) -> Json:
        """Send any update at all."""
        return self.feed.put(kind, content, chat)

    def meet(self, chats: Iterable[int]) -> None:
        """Make chats known as if they had written before."""
        self.ledger.known.update(chats)

    def forget(self, chat: int) -> None:
        """Make a chat one that is not found."""
        self.ledger.known.discard(chat)

    def expire(self, query_id: str = "") -> None:
        """Let one button press, or all, grow too old to be answered."""
        for name, query in self.ledger.queries.items():
            query.expired = query.expired or query_id in ("", name)
