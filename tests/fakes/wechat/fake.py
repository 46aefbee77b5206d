"""Offer tests a WeChat of their own: what followers do, what goes wrong, and what the account said."""

from itertools import count

from aiohttp import web

from tests.fakes.api import Api
from tests.fakes.refusals import Json, Refused
from tests.fakes.wechat.ledger import Ledger, Sent
from tests.fakes.wechat.methods import Methods
from tests.fakes.wechat.platform import PATIENCE, Platform, Pushed
from tests.fakes.wechat.tokens import LIFE, Tokens

MEDIA = "/cgi-bin/media/get"
MEDIA_LIFE = 3 * 24 * 3600.0  # s
APP_ID = "wx0123456789abcdef"
ACCOUNT = "gh_0123456789ab"
SECRET = "app-secret-of-the-tests-0123456789"
TOKEN = "tokenOfTheTests01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class FakeWeChat(Api):
    """One official account on servers of its own, to be used as `async with FakeWeChat() as wechat`."""

    def __init__(self, *, safe: bool = False, patience: float = PATIENCE, life: float = LIFE) -> None:
        super().__init__()
        self.tokens = Tokens(self.now, life)
        self.ledger = Ledger(self.now)
        self.platform = Platform(TOKEN, AES_KEY, APP_ID, safe=safe, patience=patience)
        self.allowed = True  # False: the account has no right to send
        self._methods = Methods(self.ledger).by_path
        self.media: dict[str, tuple[bytes, float]] = {}  # what followers sent, and when
        self._numbers = count(23456789012345678)

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; port 0 is any free one."""
        await super().start(port)
        await self.platform.start()

    async def stop(self) -> None:
        """Let go of everything."""
        await self.platform.stop()
        await super().stop()

    def point(self, url: str) -> None:
        """Set the address of the account's own server."""
        self.platform.url = url

    # -- what followers do

    async def say(self, openid: str, text: str, **fields: object) -> Pushed:
        """Write a text."""
        return await self.send(openid, "text", Content=text, **fields)

    async def send(self, openid: str, kind: str, **fields: object) -> Pushed:
        """Send any message."""
        self.ledger.wrote(openid)
        return await self.push(openid, kind, {"MsgId": next(self._numbers)} | fields)

    async def show(self, openid: str, content: bytes, **fields: object) -> Pushed:
        """Send a picture, of which the server is told a number and an address."""
        number = f"media-{len(self.media)}"
        self.media[number] = content, self.now()
        return await self.send(openid, "image", **{"MediaId": number, "PicUrl": f"{self.base}/{number}"} | fields)

    async def follow(self, openid: str, scene: str = "") -> Pushed:
        """Subscribe, perhaps by a code."""
        self.ledger.followers.add(openid)
        self.ledger.acted(openid)
        code = {"EventKey": f"qrscene_{scene}", "Ticket": "gQ1"} if scene else {"EventKey": ""}
        return await self.push(openid, "event", {"Event": "subscribe", **code})

    async def unfollow(self, openid: str) -> Pushed:
        """Unsubscribe: nothing can be sent any more."""
        self.ledger.followers.discard(openid)
        return await self.push(openid, "event", {"Event": "unsubscribe", "EventKey": ""})

    async def scan(self, openid: str, scene: str) -> Pushed:
        """Scan a code as a follower."""
        self.ledger.acted(openid)
        return await self.push(openid, "event", {"Event": "SCAN", "EventKey": scene, "Ticket": "gQ1"})

    async def click(self, openid: str, key: str) -> Pushed:
        """Press a button of the menu."""
        self.ledger.acted(openid)
        return await self.push(openid, "event", {"Event": "CLICK", "EventKey": key})

    async def push(self, openid: str, kind: str, fields: Json, **given: str) -> Pushed:
        """Post it to the account's server, and show its sender what came back."""
        pushed = await self.platform.push(self.frame(openid, kind, fields), **given)
        if pushed.reply is not None:
            self.ledger.deliver(openid, pushed.reply, "passive")
        return pushed

    def frame(self, openid: str, kind: str, fields: Json) -> Json:
        """Give the fields of a message."""
        head = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(self.now()), "MsgType": kind}
        return head | fields

    # -- what was said

    @property
    def sent(self) -> list[Sent]:
        """Give all that reached followers, in order."""
        return self.ledger.sent

    def texts(self, openid: str, way: str = "") -> list[str]:
        """Give what one follower read, perhaps only what came one way."""
        return [sent.text for sent in self.sent if sent.openid == openid and way in ("", sent.way)]

    # -- the API

    async def carry_out(self, request: web.Request, given: Json) -> Json | bytes:
        """Do what is asked; raises Refused."""
        if request.path == MEDIA:
            return self._picture(request)
        if request.path == "/cgi-bin/stable_token":
            return self._token(given)
        self._admit(request, request.path)
        return {"errcode": 0, "errmsg": "ok"} | self._methods[request.path](given)

    def _picture(self, request: web.Request) -> Json | bytes:
        self.tokens.check(request.query.get("access_token", ""))
        content, since = self.media.get(request.query.get("media_id", ""), (b"", 0.0))
        if self.now() - since > MEDIA_LIFE:
            raise Refused(40007)
        return {"video_url": content.decode()} if content.startswith(b"http") else content

    def _token(self, given: Json) -> Json:
        if given.get("appid") != APP_ID:
            raise Refused(40013)
        if given.get("secret") != SECRET:
            raise Refused(40125)
        token, seconds = self.tokens.give(force=bool(given.get("force_refresh")))
        return {"access_token": token, "expires_in": seconds}

    def _admit(self, request: web.Request, path: str) -> None:
        if path not in self._methods:
            raise Refused(48001)
        self.tokens.check(request.query.get("access_token", ""))
        if not self.allowed:
            raise Refused(48001)
        left = self.ledger.daily.get(path)
        if left == 0:
            raise Refused(45009)
        if left is not None:
            self.ledger.daily[path] = left - 1
