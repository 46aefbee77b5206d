"""Post what followers do to the server of the account: signed, sealed in safe mode, three times at most."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree  # what is read here comes from the code under test
from xml.sax.saxutils import escape

from aiohttp import ClientError, ClientSession, ClientTimeout
from wechatpy.crypto import WeChatCrypto

PATIENCE = 5.0  # s
DELIVERIES = 3
REPLY_BYTES = 2047  # of a passive text; what is longer is cut


@dataclass(frozen=True)
class Asked:
    """One delivery and what came back; status 0 is none in time."""

    status: int
    body: str
    seconds: float
    reply: str | None = None  # the text of a passive answer


@dataclass
class Pushed:
    """What became of one message: its deliveries, and whether its sender read that the service had failed."""

    asked: list[Asked] = field(default_factory=list[Asked])
    failed: bool = False

    @property
    def reply(self) -> str | None:
        """Give the passive answer, if there was one."""
        return self.asked[-1].reply if self.asked else None


def signature(*parts: str) -> str:
    """Give the SHA-1 of the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Platform:
    """The side that calls; `crypto` is an implementation that is not ours."""

    def __init__(self, token: str, aes_key: str, app_id: str, *, safe: bool, patience: float) -> None:
        self.url = ""
        self.safe = safe
        self.patience = patience
        self._token = token
        self._crypto = WeChatCrypto(token, aes_key, app_id)
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Open the session."""
        self._session = ClientSession()

    async def stop(self) -> None:
        """Close it."""
        if self._session:
            await self._session.close()

    def query(self, **given: str) -> dict[str, str]:
        """Give the signed parameters of a call; what is given replaces what would be."""
        asked = {"timestamp": str(int(time.time())), "nonce": secrets.token_hex(5)} | given
        return {"signature": signature(self._token, asked["timestamp"], asked["nonce"])} | asked

    def envelope(self, xml: str, **given: str) -> tuple[dict[str, str], str]:
        """Give the parameters and the body of a delivery."""
        query = self.query(**given)
        if not self.safe:
            return query, xml
        sealed = self._crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
        signed = ElementTree.fromstring(sealed).findtext("MsgSignature", "")
        return {**query, "encrypt_type": "aes", "msg_signature": signed, "openid": "o"} | given, sealed

    async def verify(self) -> tuple[int, str]:
        """Ask the server to prove that it knows the token."""
        assert self._session
        async with self._session.get(self.url, params=self.query(echostr="5837397520665436492")) as answer:
            return answer.status, await answer.text()

    async def push(self, fields: Mapping[str, object], **given: str) -> Pushed:
        """Deliver until there is an answer, three times at most."""
        pushed = Pushed()
        for _ in range(DELIVERIES):
            pushed.asked.append(await self.post(*self.envelope(xml(fields), **given)))
            if pushed.asked[-1].status:
                break
        pushed.failed = pushed.asked[-1].status != 200
        return pushed

    async def post(self, query: Mapping[str, str], body: str | bytes) -> Asked:
        """Deliver once."""
        assert self._session
        start = time.monotonic()
        try:
            async with self._session.post(
                self.url,
                params=query,
                data=body,
                headers={"Content-Type": "text/xml"},
                timeout=ClientTimeout(total=self.patience),
            ) as answer:
                text, status = await answer.text(), answer.status
        except (TimeoutError, ClientError, OSError, asyncio.IncompleteReadError):
            return Asked(0, "", time.monotonic() - start)
        reply = self._reply(text) if status == 200 and text not in ("", "success") else None
        return Asked(status, text, time.monotonic() - start, reply)

    def _reply(self, body: str) -> str:
        """Give the words of a passive answer as a phone shows them."""
        outer = ElementTree.fromstring(body)
        if self.safe:
            signed = (outer.findtext("MsgSignature", ""), outer.findtext("TimeStamp", ""), outer.findtext("Nonce", ""))
            body = self._crypto.decrypt_message(body, *signed)
        inner = ElementTree.fromstring(body)
        assert inner.findtext("MsgType") == "text"
        return inner.findtext("Content", "").encode()[:REPLY_BYTES].decode(errors="replace")


def xml(fields: Mapping[str, object]) -> str:
    """Write the fields as the platform does: numbers bare, words as CDATA, nested as elements."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: object) -> str:
    match value:
        case int():
            return f"<{name}>{value}</{name}>"
        case dict():
            return f"<{name}>{''.join(_element(str(n), v) for n, v in value.items())}</{name}>"
        case _:
            words = str(value)
            # CDATA cannot hold its own end, nor any form a control character
            held = "".join(c for c in words if c in "\t\n\r" or c >= " ")
            held = held.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return f"<{name}>{escape(held)}</{name}>" if "]]>" in held else f"<{name}><![CDATA[{held}]]></{name}>"
