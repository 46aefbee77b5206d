"""Carry out the calls of a bot: one function a method of the Bot API."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.telegram.feed import Feed
from tests.fakes.telegram.keyboards import checked
from tests.fakes.telegram.ledger import File, Ledger, Sent
from tests.fakes.telegram.pace import Limits
from tests.fakes.telegram.refusals import TOO_OLD, WEBHOOK_ACTIVE, Json, Refused, bad, flooded
from tests.fakes.telegram.text import MAX_CAPTION_UNITS, formatted
from tests.fakes.telegram.webhook import Hook, Webhook
from tests.fakes.telegram.wire import Form

LONGEST_POLL = 50  # s
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")

Method = Callable[[Form], Any | Awaitable[Any]]


class Methods:
    """The methods by their lower-case names, over one bot's ledger, feed and webhook."""

    def __init__(self, ledger: Ledger, feed: Feed, webhook: Webhook, on_sent: Callable[[Sent], None]) -> None:
        self.ledger = ledger
        self.feed = feed
        self.webhook = webhook
        self.limits: Limits | None = None
        self._on_sent = on_sent
        self.by_name: dict[str, Method] = {
            "getme": lambda _: self.ledger.bot,
            "getupdates": self.get_updates,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
            "sendmessage": self.send_message,
            "senddocument": self.send_document,
            "sendphoto": self.send_photo,
            "getfile": lambda form: self.ledger.find(form.text("file_id")),
            "editmessagetext": self.edit_message_text,
            "editmessagereplymarkup": self.edit_message_reply_markup,
            "answercallbackquery": self.answer_callback_query,
            "sendchataction": self.send_chat_action,
            "setmycommands": self.set_my_commands,
            "getmycommands": lambda _: self.ledger.menu,
            "deletemycommands": self.delete_my_commands,
        }

    # -- updates

    async def get_updates(self, form: Form) -> list[bytes]:
        """Poll. The updates come as they are stored, already encoded."""
        if self.webhook.hook:
            raise Refused(409, WEBHOOK_ACTIVE)
        self._allow(form)
        limit = form.number("limit", 100)
        timeout = min(LONGEST_POLL, max(0, form.number("timeout")))
        return await self.feed.poll(form.number("offset"), limit if 1 <= limit <= 100 else 100, timeout)

    def _allow(self, form: Form) -> None:
        allowed = form.nested("allowed_updates")
        if isinstance(allowed, list):
            self.feed.allowed = {str(kind) for kind in allowed}

    async def set_webhook(self, form: Form) -> bool:
        """Deliver to an address from now on; an empty one is none."""
        if not form.text("url"):
            return await self.delete_webhook(form)
        if not SECRET.fullmatch(form.text("secret_token")):
            raise bad("secret token contains unallowed characters")
        self._drop_if_asked(form)
        self._allow(form)
        self.feed.interrupt("Conflict: terminated by setWebhook request")
        most = min(100, max(1, form.number("max_connections", 40)))
        await self.webhook.start(Hook(form.text("url"), form.text("secret_token"), most))
        return True

    async def delete_webhook(self, form: Form) -> bool:
        """Go back to polling."""
        self._drop_if_asked(form)
        await self.webhook.stop()
        return True

    def _drop_if_asked(self, form: Form) -> None:
        if form.flag("drop_pending_updates"):
            self.feed.drop_requests += 1
            self.feed.drop_pending()

    def get_webhook_info(self, _: Form) -> Json:
        """Tell where updates go and what went wrong last."""
        hook = self.webhook.hook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.feed.pending),
        }
        if hook:
            info["max_connections"] = hook.max_connections
        if self.webhook.last_error:
            info |= {"last_error_date": int(time.time()), "last_error_message": self.webhook.last_error}
        return info

    # -- speaking

    def send_message(self, form: Form) -> Json:
        """Say something."""
        text, entities = formatted(form.text("text"), form.text("parse_mode"))
        return self._send("sendMessage", form, text, entities)

    def send_document(self, form: Form) -> Json:
        """Hand over a file."""
        file = form.file("document")
        if not file:
            raise bad("there is no document in the request")
        if not file.content:
            raise bad("file must be non-empty")
        caption = form.text("caption")
        text, entities = formatted(caption, form.text("parse_mode"), MAX_CAPTION_UNITS) if caption else ("", [])
        return self._send("sendDocument", form, text, entities, file=file)

    def send_photo(self, form: Form) -> Json:
        """Show a picture: one that is uploaded now, or was before."""
        file = form.file("photo") or self.ledger.photos.get(form.text("photo"))
        if not file:
            raise bad(
                "wrong file identifier/HTTP URL specified" if form.text("photo") else "there is no photo in the request"
            )
        if not file.content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            raise bad("IMAGE_PROCESS_FAILED")
        caption = form.text("caption")
        text, entities = formatted(caption, form.text("parse_mode"), MAX_CAPTION_UNITS) if caption else ("", [])
        return self._send("sendPhoto", form, text, entities, file=file)

    def _send(self, method: str, form: Form, text: str, entities: list[Json], *, file: File | None = None) -> Json:
        chat, markup = self._chat(form), checked(form.nested("reply_markup"))
        self._pace(chat)
        number = self.ledger.next_message(chat)
        sent = Sent(time.monotonic(), method, chat, number, text, markup, entities, form.values, file)
        self.ledger.sent.append(sent)
        self.ledger.shown[chat, sent.message_id] = sent
        self._on_sent(sent)
        return self.ledger.published(sent)

    def _chat(self, form: Form) -> int:
        if not form.text("chat_id"):
            raise bad("chat_id is empty")
        chat = form.chat
        if chat is None:
            raise bad("chat not found")
        self.ledger.reach(chat)
        return chat

    def _pace(self, chat: int) -> None:
        wait = self.limits.take(chat, time.monotonic()) if self.limits else 0
        if wait:
            raise flooded(wait)

    def edit_message_text(self, form: Form) -> Json:
        """Say it otherwise."""
        text, entities = formatted(form.text("text"), form.text("parse_mode"))
        return self._edit("editMessageText", form, text, entities)

    def edit_message_reply_markup(self, form: Form) -> Json:
        """Change the buttons only."""
        return self._edit("editMessageReplyMarkup", form, None, [])

    def _edit(self, method: str, form: Form, text: str | None, entities: list[Json]) -> Json:
        chat, markup = self._chat(form), checked(form.nested("reply_markup"))
        old = self._editable(chat, form.number("message_id"))
        if text is None:
            text, entities = old.text, old.entities
        if (text, entities, markup) == (old.text, old.entities, old.markup):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        self._pace(chat)
        new = Sent(time.monotonic(), method, chat, old.message_id, text, markup, entities, form.values, old.file)
        self.ledger.edits.append(new)
        self.ledger.shown[chat, old.message_id] = new
        return self.ledger.published(new) | {"edit_date": int(time.time())}

    def _editable(self, chat: int, number: int) -> Sent:
        if (chat, number) in self.ledger.heard:
            raise bad("message can't be edited")
        if (chat, number) not in self.ledger.shown:
            raise bad("message to edit not found")
        return self.ledger.shown[chat, number]

    def answer_callback_query(self, form: Form) -> bool:
        """Take the clock off a pressed button."""
        query = self.ledger.open_query(form.text("callback_query_id"))
        if not query:
            raise bad(TOO_OLD)
        if len(form.text("text")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        query.answers.append(form.values)
        return True

    def send_chat_action(self, form: Form) -> bool:
        """Show that the bot is at it."""
        chat = self._chat(form)
        if form.text("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        self.ledger.actions.append((chat, form.text("action")))
        return True

    # -- the menu

    def set_my_commands(self, form: Form) -> bool:
        """Publish the commands."""
        menu: list[Json] = form.nested("commands") or []
        if len(menu) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for entry in menu:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(entry.get("command", ""))):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(str(entry.get("description", ""))) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.ledger.menu = menu
        return True

    def delete_my_commands(self, _: Form) -> bool:
        """Publish none."""
        self.ledger.menu = []
        return True
