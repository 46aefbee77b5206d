"""Speak with Telegram: updates become Inbounds, Deliveries messages; nothing is acknowledged before it is kept."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from telegram import Bot, InputFile, Message, Update
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import BaseRequest

from bot import files
from bot.channels import photos
from bot.channels.http import NotSent, Unanswered, pause
from bot.channels.pace import Pace
from bot.channels.photos import Photos
from bot.log import failure, logger
from handlers.collect import LOST
from handlers.deliveries import Closed, Delivery, Later, Receipt, Refused, Sent, Uncertain, wording
from handlers.enclosures import mark, megabytes
from handlers.errors import Refused as NotTaken
from handlers.errors import StorageDown, Unreachable
from handlers.messages import Address, Enclosed, Inbound, Kind, Option
from handlers.talk import commands

log = logger(__name__)
NAME = "telegram"
UPDATES = ("message", "edited_message", "callback_query")
BODY_LIMIT = 64 * 1024  # bytes of a webhook call
PAUSE = 1.0  # seconds before polling again after a failure, doubled with each further one
LONGEST_PAUSE = 16  # times as long at most
TURN_SECONDS = 15  # that a delivery may wait for its turn; with the call itself less than outbox.lease_seconds
ANSWER_SECONDS = 5  # for the answer to a poll, beyond the time it may wait
READ_ON = "看详情"
ROW_UNITS = 14  # characters of labels that fit beside each other on a phone
# in small letters, which the server reads alike: the library warns of names that it has a method for
_SEND, _HAND_OVER, _FETCH, _FIND = "sendmessage", "senddocument", "getupdates", "getfile"
_PATH = re.compile(r"[\w-][\w./-]{0,200}")  # of a file on the server
# by the library, over shapes that it does not know
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError, RecursionError)
Accept = Callable[[Sequence[Inbound]], Awaitable[None]]

MEDIA = (
    "photo", "voice", "video", "video_note", "audio", "document", "sticker", "location", "contact", "poll", "dice",
    "story", "paid_media", "checklist", "game",
)  # fmt: skip


def read(update: Update, username: str) -> Inbound | None:
    """The Inbound that an update carries; None if it is nothing for us."""
    if update.callback_query:
        return _pressed(update)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    address = Address(NAME, str(message.chat.id))
    external = str(update.update_id)
    sent_at = (message.edit_date or message.date).astimezone(UTC)
    if message.chat.type != "private":
        called = update.message and _calls(message, username)
        return Inbound(external, address, Kind.GROUP, "", sent_at) if called else None
    kind = Kind.EDITED if update.edited_message else Kind.TEXT
    enclosed, series = () if update.edited_message else _enclosed(message, external), message.media_group_id or ""
    if words := message.text or message.caption:
        answers = _answered(message)
        return Inbound(external, address, kind, words, sent_at, answers=answers, enclosed=enclosed, series=series)
    media = next((name for name in MEDIA if getattr(message, name, None)), None)
    if media is None or update.edited_message:
        return None  # a place that is shared live is edited every few seconds
    if enclosed:
        return Inbound(external, address, Kind.MEDIA, media, sent_at, enclosed=enclosed, series=series)
    # the videos of an album come one by one, and are one message to whoever sent them
    album = f"album-{message.chat.id}-{message.media_group_id}" if message.media_group_id else external
    return Inbound(album, address, Kind.MEDIA, media, sent_at)


def _enclosed(message: Message, external: str) -> tuple[Enclosed, ...]:
    """The picture or file of a message, the picture in its largest form."""
    given = message.photo[-1] if message.photo else message.document
    if given is None:
        return ()
    name = (message.document.file_name if message.document else "") or ""
    return (Enclosed(mark(NAME, external, 0), name, given.file_id),)


def _answered(message: Message) -> str:
    """The number of the message of ours that this one answers."""
    of = message.reply_to_message
    return str(of.message_id) if of and of.from_user and of.from_user.is_bot else ""


def _pressed(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.message is None or query.data is None:
        return None
    if query.message.chat.id != query.from_user.id:
        return None  # pressed by somebody else, or in a group, where no buttons of ours are
    return Inbound(
        str(update.update_id), Address(NAME, str(query.from_user.id)), Kind.CHOICE, query.data, datetime.now(UTC)
    )


def _calls(message: Message, username: str) -> bool:
    """Is the bot called in a group, by a command of ours or by name?"""
    words = (message.text or message.caption or "").lower()
    name = f"@{username.lower()}"
    if not words.startswith("/"):
        return name in words
    command, _, called = words.split(maxsplit=1)[0].partition("@")
    return f"@{called}" == name if called else commands.recognise(command) is not None


async def call(delivery: Delivery, site: str = "", find: files.Find = files.none) -> tuple[str, dict[str, Any]]:
    """The method and its parameters; the text is plain, so nothing in it can be taken for markup."""
    reply, words = delivery.reply, wording(delivery)
    buttons = keyboard(reply.options)
    if reply.link:
        buttons.insert(0, [{"text": READ_ON, "url": reply.link.through(site) if site else reply.link.href}])
    markup = {"reply_markup": {"inline_keyboard": buttons}} if buttons else {}
    to = {"chat_id": int(delivery.address.external), **markup}
    if reply.attachment is None:
        return _SEND, {**to, "text": words}
    file = await files.made(reply.attachment, find)
    if file is None:
        raise Erased
    return _HAND_OVER, {**to, "caption": words, "document": InputFile(file.content, filename=file.name)}


def keyboard(options: Sequence[Option]) -> list[list[dict[str, str]]]:
    """Buttons, two in a row where both are short."""
    rows: list[list[dict[str, str]]] = []
    for option in options:
        button = {"text": option.label, "callback_data": option.value}
        if rows and len(rows[-1]) == 1 and len(rows[-1][0]["text"]) + len(option.label) <= ROW_UNITS:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


class Erased(Exception):
    """What was to be handed over is not there any more."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What an update says to us, and the button press in it that wants an answer."""

    inbound: Inbound | None
    query: str = ""


class Telegram:
    """The channel; `accept` keeps Inbounds durably or raises StorageDown."""

    name = NAME

    def __init__(
        self,
        bot: Bot,
        pace: Pace,
        accept: Accept,
        poll_seconds: int,
        *,
        public_url: str = "",
        secret: str = "",
        pictures: photos.Find = photos.none,
        kept: files.Find = files.none,
    ) -> None:
        self._bot = bot
        self._public_url, self._secret = public_url.rstrip("/"), secret
        self._pace = pace
        self._accept = accept
        self._poll_seconds = poll_seconds
        self._pressed: set[asyncio.Task[None]] = set()
        self._photos = Photos(pictures)
        self._kept = kept
        self._has_met = False  # the Bot API, so that updates can be read

    def room(self) -> int:
        """How many messages the pace allows now."""
        return self._pace.room()

    async def send(self, delivery: Delivery) -> Receipt:
        """Send one message."""
        if not await self._has_turn(delivery.address.external):
            return Later(timedelta(seconds=self._pace.closed()), "told to wait")
        try:
            # asked for raw: a Message object costs more to make than the whole call, and only its number is wanted
            sent = await self._bot.do_api_request(*await self._call(delivery))
        except TelegramError as error:
            return self._receipt(error)
        except StorageDown:
            return Later(reason="picture or file not read")
        except Erased:
            return Refused("file was erased")
        self._photos.learn(delivery.reply.picture, sent)
        return Sent(str(sent["message_id"]))

    async def _call(self, delivery: Delivery) -> tuple[str, dict[str, Any]]:
        method, asked = await call(delivery, self._public_url, self._kept)
        shown = await self._photos.captioned(asked, delivery.reply.picture) if delivery.reply.picture else None
        return shown or (method, asked)

    async def _has_turn(self, chat: str) -> bool:
        """Wait for this chat's turn; not while Telegram wants silence, which may outlast the delivery's lease."""
        if self._pace.closed() > 0:
            return False
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._pace.turn(chat)
        except TimeoutError:
            return False
        return True

    def _receipt(self, error: TelegramError) -> Receipt:
        reason = type(error).__name__
        match error:
            case RetryAfter():
                self._pace.close(pause(error))
                return Later(timedelta(seconds=pause(error)), reason)
            case Forbidden():
                return Closed(reason)
            case BadRequest() if "chat not found" in error.message.lower():
                return Closed(reason)
            case BadRequest():
                return Refused(reason)
            case Unanswered():
                return Uncertain(reason)
            case NotSent():
                return Later(reason=reason)
            case NetworkError():
                return Later(reason=reason)  # the server answered that it failed: it did not carry it out
            case InvalidToken() | EndPointNotFound():
                return Later(reason=reason)  # so it names a token that it does not take: the bureau can mend that
            case _:
                return Refused(reason)

    async def fetch(self, reference: str, most: int) -> bytes:
        """What a resident sent; raises Refused where it is never to be had, Unreachable where it is later."""
        try:
            found = await self._bot.do_api_request(_FIND, {"file_id": reference})
            where, size = str(found.get("file_path", "")), int(found.get("file_size", 0))
            if size > most:
                raise NotTaken(f"太大了，一个最多{megabytes(most)}")
            if not _PATH.fullmatch(where) or ".." in where:  # on the server that was set, and nowhere else
                raise NotTaken(LOST)
            return await self._bot.request.retrieve(f"{self._bot.base_file_url}/{where}")
        except BadRequest as error:
            raise NotTaken("太大了" if "too big" in error.message else LOST) from error
        except TelegramError as error:
            raise Unreachable(type(error).__name__) from error

    async def take(self, heard: Sequence[Heard]) -> None:
        """Keep what updates carry, then stop the buttons' spinning; raises StorageDown."""
        if inbounds := [one.inbound for one in heard if one.inbound]:
            await self._accept(inbounds)
        for one in heard:
            if one.query:
                self._answer(one.query, pressed=one.inbound is not None)

    def _answer(self, query: str, *, pressed: bool) -> None:
        task = asyncio.create_task(self._answered(query, None if pressed else "已过期"))
        self._pressed.add(task)
        task.add_done_callback(self._pressed.discard)

    async def _answered(self, query: str, text: str | None) -> None:
        try:
            await self._bot.answer_callback_query(query, text)
        except TelegramError as error:
            log.debug("button not answered", error=type(error).__name__)

    async def run(self, *, webhook: bool) -> None:
        """Greet the Bot API, then fetch updates until cancelled, or tell it where to post them."""
        await self._greet(webhook=webhook)
        while not webhook:
            try:
                await self.poll()
            except Exception as error:  # fetching must not die: what was not kept was not acknowledged and comes again
                log.error("fetching failed", error=failure(error))
                await asyncio.sleep(PAUSE)

    async def _greet(self, *, webhook: bool) -> None:
        while True:
            try:
                await self._bot.initialize()
                self._has_met = True
                await self._choose(webhook=webhook)
                return
            except InvalidToken:
                log.error("Telegram does not know this token: check TELEGRAM_TOKEN")
                await asyncio.sleep(60 * PAUSE)
            except TelegramError as error:
                log.warning("Telegram cannot be reached", error=failure(error))
                await asyncio.sleep(PAUSE)

    async def _choose(self, *, webhook: bool) -> None:
        """Say whether updates are fetched or posted; those that wait are kept either way."""
        if webhook:
            await self._bot.set_webhook(
                f"{self._public_url}{self.path}", secret_token=self._secret, allowed_updates=list(UPDATES)
            )
        else:
            await self._bot.delete_webhook()

    @property
    def path(self) -> str:
        """Where Telegram posts updates; its last part cannot be guessed."""
        return f"/telegram/{path(self._secret)}"

    async def close(self) -> None:
        """Let go of the connections."""
        await self._bot.shutdown()

    async def poll(self) -> None:
        """Fetch updates until cancelled; a fetch acknowledges what the last one brought, so keeping comes first."""
        offset = failed = 0
        while True:
            try:
                raw = await self._fetch(offset)
                failed = 0
                if raw:
                    await self.take([heard for one in raw if (heard := parse(one, self._bot))])
                    offset = int(raw[-1]["update_id"]) + 1
            except Conflict:
                log.error("another process polls with the same token; this one waits")
                await asyncio.sleep(10 * PAUSE)
            except StorageDown as error:
                log.error("updates not kept, so not acknowledged", error=str(error))
                await asyncio.sleep(PAUSE)
            except RetryAfter as error:
                await asyncio.sleep(pause(error))
            except TelegramError as error:
                log.warning("polling failed", error=failure(error))
                await asyncio.sleep(PAUSE * min(2**failed, LONGEST_PAUSE))
                failed += 1

    async def posted(self, request: Request) -> Response:
        """The page that Telegram posts updates to; anything but 200 makes it post them again."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        if not self._has_met:
            return Response(status_code=503)
        body = await request.body()
        if len(body) > BODY_LIMIT:
            return Response(status_code=413)
        raw = _loaded(body)
        if raw is None:
            return Response(status_code=400)
        heard = parse(raw, self._bot)
        try:
            await self.take([heard] if heard else [])
        except StorageDown:
            return Response(status_code=503)
        return Response()

    async def _fetch(self, offset: int) -> list[Any]:
        asked = {"offset": offset, "timeout": self._poll_seconds, "allowed_updates": list(UPDATES)}
        # asked for raw: the library reads all of them or none, and one that it cannot read would come for ever
        return await self._bot.do_api_request(_FETCH, asked, read_timeout=self._poll_seconds + ANSWER_SECONDS)


def _loaded(body: bytes) -> Any:
    """The JSON of a webhook body, if it can be an update at all."""
    try:
        raw = json.loads(body, object_pairs_hook=_once)
        number = raw["update_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return raw if is_number and 0 <= number < 2**63 else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names a key twice means something else to everyone who reads it."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key twice")
    return read


def parse(raw: Any, bot: Bot) -> Heard | None:
    """What an update says, read by the library; None if it cannot be read, now or when it is asked for again."""
    try:
        update = Update.de_json(raw, bot)
        return Heard(read(update, bot.username), update.callback_query.id if update.callback_query else "")
    except _UNREADABLE as error:
        log.error("update cannot be read", update=raw.get("update_id"), error=failure(error))
        return None


def path(secret: str) -> str:
    """The unguessable last part of the webhook's address."""
    return hashlib.sha256(f"webhook:{secret}".encode()).hexdigest()[:32]


def connect(token: str, api_url: str, request: BaseRequest) -> Bot:
    """A Bot of the library's, at the given server."""
    base = api_url.rstrip("/")
    return Bot(
        token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request, get_updates_request=request
    )
