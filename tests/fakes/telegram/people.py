"""Write what residents do as the JSON of messages, edits and button presses."""

import time
from typing import Literal

from tests.fakes.telegram.refusals import Json
from tests.fakes.telegram.text import commands

Medium = Literal["photo", "voice", "sticker", "location", "contact", "document", "video"]

MEDIA: dict[str, Json | list[Json]] = {
    "photo": [{"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 90, "file_size": 1200}],
    "voice": {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3, "mime_type": "audio/ogg"},
    "sticker": {
        "file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512,
        "is_animated": False, "is_video": False, "emoji": "👍",
    },
    "location": {"longitude": 106.056, "latitude": 29.845},
    "contact": {"phone_number": "+8613800138000", "first_name": "张三"},
    "document": {"file_id": "document-1", "file_unique_id": "d1", "file_name": "合同.pdf"},
    "video": {"file_id": "video-1", "file_unique_id": "w1", "width": 640, "height": 480, "duration": 5},
}  # fmt: skip


def person(user: int) -> Json:
    """Give a resident."""
    return {"id": user, "is_bot": False, "first_name": f"居民{user}", "language_code": "zh-hans"}


def place(chat: int) -> Json:
    """Give the chat: a person's own, a group or a supergroup, told apart by the id as on the real server."""
    if chat > 0:
        return {"id": chat, "first_name": f"居民{chat}", "type": "private"}
    return {"id": chat, "title": f"群{-chat}", "type": "supergroup" if str(chat).startswith("-100") else "group"}


def message(message_id: int, chat: int, sender: Json, **content: object) -> Json:
    """Give a message; a text carries its commands as entities."""
    body: Json = {"message_id": message_id, "from": sender, "chat": place(chat), "date": int(time.time()), **content}
    found = commands(str(content.get("text", "")))
    return body | {"entities": found} if found else body


def edited(original: Json, text: str) -> Json:
    """Give the same message with other words."""
    kept = {key: value for key, value in original.items() if key not in ("text", "entities")}
    found = commands(text)
    return kept | {"text": text, "edit_date": int(time.time())} | ({"entities": found} if found else {})


def press(query_id: str, sender: Json, shown: Json, data: str) -> Json:
    """Give the press of a button under a message."""
    return {"id": query_id, "from": sender, "message": shown, "chat_instance": f"{shown['chat']['id']}", "data": data}


def membership(chat: int, bot: Json, before: str, after: str) -> Json:
    """Give the notice that the bot was blocked, unblocked, added or removed."""
    return {
        "chat": place(chat),
        "from": person(abs(chat)),
        "date": int(time.time()),
        "old_chat_member": _member(bot, before),
        "new_chat_member": _member(bot, after),
    }


def _member(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
