"""Take in what advisers write and press in WeCom, and send them texts and cards."""

import asyncio
import hashlib
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.calls import Codes, Failed, Json, NotSent, Unanswered
from bot.channels.envelope import Forged
from bot.channels.frames import Frame, Malformed
from bot.channels.nonces import Nonces
from bot.channels.wecom import cards, inbounds
from bot.channels.wecom.api import Api
from bot.channels.wecom.company import Company
from bot.channels.wecom.inbounds import NAME
from bot.log import failure, logger
from handlers.deliveries import Closed, Delivery, Later, Receipt, Sent, Uncertain, wording
from handlers.errors import StorageDown
from handlers.messages import Inbound

log = logger(__name__)
BODY_LIMIT = 64 * 1024  # bytes
ROOM = 20  # sends at once
# what an app sends to one member beyond these is dropped without a word
A_MINUTE, AN_HOUR = (60.0, 30), (3600.0, 1000)
SETTLED = "已收到"
# https://developer.work.weixin.qq.com/document/path/90313
CODES = Codes(
    out_of_calls=(45009, 45033),
    gone=(81013, 60111),
    ours_to_mend=(40001, 40013, 40014, 40056, 41001, 42001, 48002, 60020, 301002),
)
Accept = Callable[[Sequence[Inbound]], Awaitable[None]]


class WeCom:
    """The channel; `accept` keeps Inbounds durably or raises StorageDown."""

    name = NAME
    path = "/wecom"

    def __init__(self, company: Company, api: Api, accept: Accept) -> None:
        self._company = company
        self._api = api
        self._accept = accept
        self._nonces = Nonces()
        self._sent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._settling: set[asyncio.Task[None]] = set()

    # -- what comes in

    async def verify(self, request: Request) -> Response:
        """WeCom asks whether this is the app's server."""
        try:
            return PlainTextResponse(self._company.echo(request.query_params))
        except Forged:
            return Response(status_code=403)

    async def posted(self, request: Request) -> Response:
        """The page that WeCom posts messages to; what is not answered with 200 comes again."""
        body, query = await request.body(), request.query_params
        if len(body) > BODY_LIMIT:
            return Response(status_code=413)
        try:
            frame = self._company.opened(query, body)
            nonce, call = query.get("nonce", ""), hashlib.sha256(body).hexdigest()
            if not self._nonces.admits(query.get("timestamp", ""), nonce, call):
                return Response(status_code=403)
            inbound = inbounds.read(frame, datetime.now(UTC))
        except Forged:
            return Response(status_code=403)
        except Malformed as error:
            log.warning("frame cannot be read", error=failure(error))
            return Response(status_code=400)
        try:
            await self._accept([inbound] if inbound else [])
        except StorageDown as error:
            log.error("message not kept, so not acknowledged", error=str(error))
            return Response(status_code=503)
        self._nonces.answered(nonce)
        self._settle(frame)
        return Response()

    def _settle(self, frame: Frame) -> None:
        """A card that was pressed shows so, and cannot be pressed again."""
        if code := frame.get("ResponseCode", ""):
            _, label = cards.pressed(frame.get("EventKey", ""))
            task = asyncio.create_task(self._settled(frame["FromUserName"], code, f"{SETTLED}：{label}"))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    async def _settled(self, user: str, code: str, words: str) -> None:
        try:
            await self._api.settle(user, code, words)
        except (Failed, NotSent, Unanswered) as error:
            log.warning("card not settled", error=str(error))

    # -- what goes out

    def room(self) -> int:
        """Enough for all advisers."""
        return ROOM

    async def send(self, delivery: Delivery) -> Receipt:
        """Send a text, or a card where there is something to press; what no card can hold goes before it as a text."""
        user, text, options = delivery.address.external, wording(delivery), delivery.reply.options
        if wait := self._wait(user, time.monotonic()):
            return Later(timedelta(seconds=wait), "as many as one member is sent")
        if not options:
            return await self._sends(user, self._api.text(user, text))
        task = f"{delivery.id}-{secrets.token_hex(6)}"
        if cards.fits(text):
            return await self._sends(user, self._api.card(user, cards.card(text, options, task)), task)
        receipt = await self._sends(user, self._api.text(user, text))
        if isinstance(receipt, Sent):
            below = await self._sends(user, self._api.card(user, cards.card(cards.MORE, options, task)), task)
            return below if isinstance(below, Sent) else receipt  # the words are there, and can be answered by words
        return receipt

    def _wait(self, user: str, now: float) -> float:
        """The seconds until this member may be sent something."""
        sent = self._sent[user]
        while sent and sent[0] <= now - AN_HOUR[0]:
            sent.popleft()
        waits = [sent[-most] + span - now for span, most in (A_MINUTE, AN_HOUR) if len(sent) >= most]
        return max(0.0, *waits) if waits else 0.0

    async def _sends(self, user: str, call: Awaitable[Json], reference: str = "") -> Receipt:
        try:
            answer = await call
        except Failed as error:
            return CODES.receipt(error)
        except NotSent as error:
            return Later(reason=str(error))
        except Unanswered as error:
            self._sent[user].append(time.monotonic())
            return Uncertain(str(error))
        if answer.get("invaliduser"):
            return Closed("not among those who see the app")
        self._sent[user].append(time.monotonic())
        return Sent(reference or str(answer.get("msgid", "")))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._settling:
            await asyncio.wait(self._settling, timeout=2)
        await self._api.close()
