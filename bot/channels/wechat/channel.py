"""Take in what residents write on WeChat and answer them: in the request itself if that is in time, else later."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.channels.calls import NO_FILE, Codes, Failed, NotSent, Unanswered
from bot.channels.frames import Frame, Malformed
from bot.channels.nonces import Nonces
from bot.channels.wechat import inbounds
from bot.channels.wechat.account import Account, Forged
from bot.channels.wechat.api import Api
from bot.channels.wechat.asking import Asking, Question
from bot.channels.wechat.inbounds import NAME
from bot.channels.wechat.links import Links
from bot.log import failure, logger
from handlers import allowances, deliveries
from handlers.allowances import Allowance
from handlers.collect import LOST
from handlers.deliveries import Delivery, Held, Lane, Later, Receipt, Refused, Sent, Uncertain, wording
from handlers.errors import Refused as NotTaken
from handlers.errors import StorageDown, Unreachable
from handlers.messages import Address, Inbound, Kind
from storage.allowances import Allowances

log = logger(__name__)
BODY_LIMIT = 64 * 1024  # bytes
PASSIVE, CUSTOM, MASS = "passive", "custom", "mass"  # references: out in the request, by a call of ours, to many
CARRY = 5.0  # seconds for a request to carry an answer back
AGAIN = 0.2  # seconds until a message that could not be kept is offered once more
ROOM = 100  # sends at once; WeChat names no pace for customer messages
FETCH = "点这里取文件（过时就取不到了）："
# https://developers.weixin.qq.com/doc/service/guide/dev/api/error_code.html
CODES = Codes(
    out_of_calls=(45009, 45011),
    gone=(40003, 43004),
    ours_to_mend=(40001, 40013, 40014, 40125, 40164, 41001, 42001, 48001),
)
DONE_BEFORE, NO_MASS_LEFT = 45065, 45028
MASS_PAUSE = timedelta(hours=1)
NOTHING_LEFT = (45015, 45047)
NO_PICTURE = (40004, 40007)
Accept = Callable[[Sequence[Inbound]], Awaitable[None]]
Answered = Callable[[str, str, str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Notice:
    """The template message that says there is an answer; without a template none is sent."""

    template: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])
    url: str = ""


class WeChat:
    """The channel; `accept` keeps Inbounds or raises StorageDown, `answered` finds what a message was answered with."""

    name = NAME
    path = "/wechat"

    def __init__(
        self,
        account: Account,
        api: Api,
        accept: Accept,
        *,
        counted: Allowances,
        answered: Answered,
        answer_seconds: float,
        links: Links,
        notice: Notice | None = None,
    ) -> None:
        self._account = account
        self._api = api
        self._accept = accept
        self._allowances = counted
        self._answered = answered
        self._seconds = answer_seconds
        self._links = links
        self._notice = notice or Notice()
        self._nonces = Nonces()
        self._asking = Asking()
        self._keeping: set[asyncio.Task[None]] = set()

    # -- what comes in

    async def verify(self, request: Request) -> Response:
        """WeChat asks whether this is the account's server."""
        if not self._account.signed(request.query_params):
            return Response(status_code=403)
        return PlainTextResponse(request.query_params.get("echostr", ""))

    async def posted(self, request: Request) -> Response:
        """The page that WeChat posts messages to."""
        start, query = time.monotonic(), request.query_params
        if not self._account.signed(query):
            return Response(status_code=403)
        body = await request.body()
        if len(body) > BODY_LIMIT:
            return Response(status_code=413)
        nonce, call = query.get("nonce", ""), hashlib.sha256(body).hexdigest()
        if not self._nonces.admits(query.get("timestamp", ""), nonce, call):
            return Response(status_code=403)
        try:
            frame = self._account.opened(query, body)
            inbound = inbounds.read(frame, datetime.now(UTC))
        except Forged:
            return Response(status_code=403)
        except Malformed as error:
            log.warning("frame cannot be read", error=failure(error))
            return Response(status_code=400)
        response = await self._heard(request, frame, inbound, start + self._seconds)
        if response.status_code == 200:
            self._nonces.answered(nonce)
        return response

    async def _heard(self, request: Request, frame: Frame, inbound: Inbound | None, end: float) -> Response:
        """Keep it, then wait for its answer as long as there is time."""
        if inbound is None:
            return _nothing()
        try:
            await self._kept(inbound, frame, end)
        except StorageDown as error:
            log.error("message not kept, so not acknowledged", error=str(error))
            return Response(status_code=503)
        return _nothing() if inbound.kind is Kind.LEFT else await self._answer(request, inbound, end)

    async def _kept(self, inbound: Inbound, frame: Frame, end: float) -> None:
        """Keep it, trying until the end; raises StorageDown."""
        task = asyncio.create_task(self._keep(inbound, frame, end))
        self._keeping.add(task)
        task.add_done_callback(self._kept_or_not)
        try:
            async with asyncio.timeout(end - time.monotonic()):
                await asyncio.shield(task)
        except TimeoutError:
            raise StorageDown("not kept in time") from None

    def _kept_or_not(self, task: "asyncio.Task[None]") -> None:
        self._keeping.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, StorageDown):
            log.error("keeping failed", error=failure(error))

    async def _keep(self, inbound: Inbound, frame: Frame, end: float) -> None:
        count = self._allowances.wrote if inbounds.is_written(frame) else self._allowances.pressed
        while True:
            try:
                # in one transaction, as the writer takes what waits together
                await asyncio.gather(self._accept([inbound]), count(inbound.address, inbound.sent_at))
                return
            except StorageDown:
                if time.monotonic() + AGAIN >= end:
                    raise
            await asyncio.sleep(AGAIN)

    async def _answer(self, request: Request, inbound: Inbound, end: float) -> Response:
        openid = inbound.address.external
        with self._asking.waiting(openid, inbound.external_id) as question:
            said = await self._said(inbound)
            if said is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(end - time.monotonic()):
                        await asyncio.wait([question.answer])
        if said is not None:  # a repetition: the answer to the first may have been lost on its way
            question.settle(arrived=False)
            return Response(self._account.answer(openid, said), media_type="text/xml")
        if not question.answer.done():
            return _nothing()
        if await request.is_disconnected():
            question.settle(arrived=False)
            return Response(status_code=503)
        return Carried(self._account.answer(openid, question.answer.result()), question)

    async def _said(self, inbound: Inbound) -> str | None:
        with suppress(StorageDown):
            return await self._answered(NAME, inbound.external_id, PASSIVE)
        return None

    async def fetch(self, reference: str, most: int) -> bytes:
        """A picture that a resident sent; raises Refused where it is never to be had, Unreachable where it is later."""
        try:
            return await self._api.media(reference, most)
        except Failed as error:
            if error.code in NO_PICTURE or NO_FILE <= error.code <= -300:
                raise NotTaken(LOST) from error
            raise Unreachable(str(error)) from error
        except (NotSent, Unanswered) as error:
            raise Unreachable(str(error)) from error

    # -- what goes out

    def room(self) -> int:
        """As many as it likes."""
        return ROOM

    async def send(self, delivery: Delivery) -> Receipt:
        """Answer in the request that waits; else by a customer message; else say that an answer waits here."""
        text = self._worded(delivery)
        if delivery.lane is Lane.TALK and (question := self._asking.answer(delivery.address.external, text)):
            try:
                async with asyncio.timeout(CARRY):
                    if await asyncio.shield(question.arrived):
                        return Sent(PASSIVE)
            except TimeoutError:
                return Uncertain("answer under way")
        return await self._custom(delivery.address, text)

    async def mass(self, told: Sequence[Delivery]) -> Receipt:
        """Send one push to many, which costs nothing of what answers may use; to one alone as an answer is sent."""
        first, *more = deliveries.parts(told[0].reply, NAME, Lane.PUSH)
        if more:
            return Refused("too long for one message")
        if len(told) == 1:  # a message to many wants two
            address = told[0].address
            held = await self._allowance(address)
            may = held is None or allowances.left(held, datetime.now(UTC)) > 0
            return await self._custom(address, first.text) if may else Refused("one alone, and nothing left")
        openids, key = [d.address.external for d in told], f"push-{told[0].id}-{len(told)}"
        receipt = await self._mass(openids, first.text, key)
        # the key makes it safe to ask again
        return await self._mass(openids, first.text, key) if isinstance(receipt, Uncertain) else receipt

    async def _mass(self, openids: Sequence[str], text: str, key: str) -> Receipt:
        try:
            await self._api.mass(openids, text, key)
        except Failed as error:
            if error.code == DONE_BEFORE:
                return Sent(MASS)
            return Later(MASS_PAUSE, str(error)) if error.code == NO_MASS_LEFT else CODES.receipt(error)
        except NotSent as error:
            return Later(reason=str(error))
        except Unanswered as error:
            return Uncertain(str(error))
        return Sent(MASS)

    def _worded(self, delivery: Delivery) -> str:
        """The text, and where its file is fetched."""
        if delivery.reply.attachment is None:
            return wording(delivery)
        return f"{wording(delivery)}\n{FETCH}{self._links.link(delivery.address.external, delivery.id)}"

    async def _custom(self, address: Address, text: str) -> Receipt:
        held = await self._allowance(address)
        if held and allowances.left(held, datetime.now(UTC)) == 0:
            return await self._hold(address, "nothing left", told=held.told)
        try:
            await self._api.custom(address.external, text)
        except Failed as error:
            if error.code in NOTHING_LEFT:
                await self._count(self._allowances.exhaust(address))
                return await self._hold(address, str(error), told=bool(held and held.told))
            return CODES.receipt(error)
        except NotSent as error:
            return Later(reason=str(error))
        except Unanswered as error:
            await self._count(self._allowances.spend(address, datetime.now(UTC)))
            return Uncertain(str(error))
        await self._count(self._allowances.spend(address, datetime.now(UTC)))
        return Sent(CUSTOM)

    async def _allowance(self, address: Address) -> Allowance | None:
        with suppress(StorageDown):  # WeChat counts too, and says so
            return await self._allowances.of(address)
        return None

    async def _count(self, counted: Awaitable[None]) -> None:
        with suppress(StorageDown):
            await counted

    async def _hold(self, address: Address, reason: str, *, told: bool) -> Receipt:
        """It waits for the resident's next message; one template message says so, where there is one."""
        if told or not self._notice.template:
            return Held(reason, told)
        try:
            await self._api.template(address.external, self._notice.template, self._notice.fields, self._notice.url)
        except (Failed, NotSent, Unanswered) as error:
            log.warning("notice not sent", error=str(error))
            return Held(reason)
        await self._count(self._allowances.tell(address))
        return Held(reason, told=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()


class Carried(Response):
    """A passive answer that says whether it was carried."""

    def __init__(self, body: str, question: Question) -> None:
        super().__init__(body, media_type="text/xml")
        self._question = question

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        arrived = False
        try:
            await super().__call__(scope, receive, send)
            arrived = True
        finally:
            self._question.settle(arrived=arrived)


def _nothing() -> Response:
    """WeChat shows nothing, and does not ask again."""
    return PlainTextResponse("success")
