"""Offer tests a WeCom of their own: what members do, what goes wrong, and what the app said."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from itertools import count

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.fakes.api import Api
from tests.fakes.refusals import Json, Refused
from tests.fakes.wechat.platform import Asked, Pushed, xml
from tests.fakes.wecom.members import Members, Told, card, text

CORP = "ww0123456789abcdef"
AGENT = 1000002
SECRET = "app-secret-of-the-tests-wecom-0123456789ab"
TOKEN = "tokenOfTheTests02"
AES_KEY = "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789"
LIFE = 7200.0  # s of a token
PATIENCE, DELIVERIES = 5.0, 3


class FakeWeCom(Api):
    """One app of one company, to be used as `async with FakeWeCom() as wecom`; the crypto is not ours."""

    def __init__(self, *members: str, patience: float = PATIENCE) -> None:
        super().__init__()
        self.members = Members(self.now, set(members))
        self.url = ""
        self.patience = patience
        self.left: int | None = None  # messages that the company still has today
        self.admitted = True  # False: our address is not on the list
        self.asked = 0  # for tokens
        self._tokens: dict[str, float] = {}
        self._crypto = WeChatCrypto(TOKEN, AES_KEY, CORP)
        self._numbers = count(7000000001)
        self._session: ClientSession | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; port 0 is any free one."""
        await super().start(port)
        self._session = ClientSession()

    async def stop(self) -> None:
        """Let go of everything."""
        if self._session:
            await self._session.close()
        await super().stop()

    # -- what members do

    async def say(self, user: str, words: str, **fields: object) -> Pushed:
        """Write a text."""
        return await self.push(user, "text", {"Content": words, "MsgId": next(self._numbers)} | fields)

    async def press(self, user: str, label: str) -> Pushed:
        """Press the newest button of that label that still can be."""
        told = next(t for t in reversed(self.told(user)) if label in t.buttons and not t.replaced)
        return await self.push(user, "event", self.pressing(told, label))

    def pressing(self, told: Told, label: str) -> Json:
        """The fields of a press."""
        code, key = self.members.code(told), told.buttons[label]
        event = {"Event": "template_card_event", "EventKey": key, "TaskId": told.task}
        return event | {"CardType": "button_interaction", "ResponseCode": code}

    async def enter(self, user: str, event: str = "enter_agent") -> Pushed:
        """Open the app, or be let into it (subscribe)."""
        return await self.push(user, "event", {"Event": event, "EventKey": ""})

    def told(self, user: str) -> list[Told]:
        """What reached a member."""
        return [one for one in self.members.told if one.user == user]

    def texts(self, user: str) -> list[str]:
        """Its words."""
        return [one.text for one in self.told(user)]

    # -- the platform's side

    async def verify(self, echo: str = "5837397520665436492") -> tuple[int, str]:
        """Ask the app's server to prove that it can read what is sealed."""
        assert self._session
        sealed, query = self._sealed(echo)
        async with self._session.get(self.url, params=query | {"echostr": sealed}) as answer:
            return answer.status, await answer.text()

    async def push(self, user: str, kind: str, fields: Json, **given: str) -> Pushed:
        """Deliver until there is an answer, three times at most."""
        pushed, body = Pushed(), self.frame(user, kind, fields)
        for _ in range(DELIVERIES):
            pushed.asked.append(await self.post(*self.envelope(body, **given)))
            if pushed.asked[-1].status == 200:
                break
        pushed.failed = pushed.asked[-1].status != 200
        return pushed

    def frame(self, user: str, kind: str, fields: Json) -> Json:
        """Give the fields of a message."""
        head = {"ToUserName": CORP, "FromUserName": user, "CreateTime": int(self.now()), "MsgType": kind}
        return head | fields | {"AgentID": fields.get("AgentID", AGENT)}

    def envelope(self, fields: Mapping[str, object], **given: str) -> tuple[dict[str, str], str]:
        """Give the parameters and the body of a delivery; what is given replaces what would be."""
        sealed, query = self._sealed(xml(fields), **given)
        return query | given, xml({"ToUserName": CORP, "Encrypt": sealed, "AgentID": str(AGENT)})

    def _sealed(self, words: str, **given: str) -> tuple[str, dict[str, str]]:
        asked = {"timestamp": str(int(time.time())), "nonce": secrets.token_hex(5)} | given
        frame = self._crypto.encrypt_message(words, asked["nonce"], asked["timestamp"])
        sealed = frame.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        parts = sorted([TOKEN, asked["timestamp"], asked["nonce"], sealed])
        signed = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
        return sealed, {"msg_signature": signed, "timestamp": asked["timestamp"], "nonce": asked["nonce"]}

    async def post(self, query: Mapping[str, str], body: str | bytes) -> Asked:
        """Deliver once."""
        assert self._session
        start, patience = time.monotonic(), ClientTimeout(total=self.patience)
        try:
            async with self._session.post(self.url, params=query, data=body, timeout=patience) as answer:
                return Asked(answer.status, await answer.text(), time.monotonic() - start)
        except (TimeoutError, ClientError, OSError):
            return Asked(0, "", time.monotonic() - start)

    # -- the API

    async def carry_out(self, request: web.Request, given: Json) -> Json:
        """Do what is asked; raises Refused."""
        fine = {"errcode": 0, "errmsg": "ok"}
        if request.path == "/cgi-bin/gettoken":
            return fine | self._token(request.query)
        self._check(request.query.get("access_token", ""))
        if given.get("agentid") != AGENT:
            raise Refused(40056)
        match request.path:
            case "/cgi-bin/message/send":
                return fine | self._send(given)
            case "/cgi-bin/message/update_template_card":
                self.members.replace(str(given["response_code"]), str(given["button"]["replace_name"]))
                return fine
            case _:
                raise Refused(48002)

    def _token(self, query: Mapping[str, str]) -> Json:
        self.asked += 1
        if not self.admitted:
            raise Refused(60020)
        if query.get("corpid") != CORP:
            raise Refused(40013)
        if query.get("corpsecret") != SECRET:
            raise Refused(40001)
        now = self.now()
        living = [token for token, end in self._tokens.items() if end > now]
        token = living[-1] if living else f"{self.asked:03}_{'w' * 60}"
        self._tokens.setdefault(token, now + LIFE)
        return {"access_token": token, "expires_in": int(self._tokens[token] - now)}

    def revoke(self) -> None:
        """End every token early, as the platform says that it may."""
        self._tokens = dict.fromkeys(self._tokens, 0.0)

    def _check(self, token: str) -> None:
        if not self.admitted:
            raise Refused(60020)
        if not token:
            raise Refused(41001)
        if token not in self._tokens:
            raise Refused(40014)
        if self._tokens[token] <= self.now():
            raise Refused(42001)

    def _send(self, given: Json) -> Json:
        if self.left == 0:
            raise Refused(45009)
        shown = {"text": text, "template_card": card}.get(str(given.get("msgtype")))
        if shown is None:
            raise Refused(40008)
        user = str(given["touser"])
        answer = self.members.send(user, shown(given, user))
        if self.left is not None:
            self.left -= 1
        return answer
