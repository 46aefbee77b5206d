"""Call WeCom for one app of a company.

https://developer.work.weixin.qq.com/document/path/90236
"""

from bot.channels.calls import Calls, Json
from bot.channels.tokens import AccessToken, Authorised
from storage.tokens import Tokens

STALE = frozenset({40014, 41001, 42001})
TOKEN, SEND, UPDATE = "/cgi-bin/gettoken", "/cgi-bin/message/send", "/cgi-bin/message/update_template_card"


class Api:
    """The app's side of https://qyapi.weixin.qq.com; every method raises Failed, NotSent, Unanswered."""

    def __init__(self, calls: Calls, company: str, secret: str, agent: int, tokens: Tokens) -> None:
        self._calls = calls
        self._company, self._secret, self._agent = company, secret, agent
        token = AccessToken(tokens, f"wecom:{company}:{agent}", self._fetch)
        self._authorised = Authorised(calls, token, STALE)

    async def _fetch(self, force: bool) -> tuple[str, int]:
        # it cannot be forced: the platform gives the present token while it lives, and another once it does not
        given = await self._calls.get(TOKEN, {"corpid": self._company, "corpsecret": self._secret})
        return str(given["access_token"]), int(given["expires_in"])

    async def text(self, user: str, words: str) -> Json:
        """Send a text."""
        return await self._send(user, "text", {"content": words})

    async def card(self, user: str, card: Json) -> Json:
        """Send a template card."""
        return await self._send(user, "template_card", card)

    async def _send(self, user: str, kind: str, held: Json) -> Json:
        return await self._authorised.post(SEND, {"touser": user, "agentid": self._agent, "msgtype": kind, kind: held})

    async def settle(self, user: str, code: str, words: str) -> None:
        """Let the buttons of a card that was pressed say these words, and be pressed no more."""
        told = {"userids": [user], "agentid": self._agent, "response_code": code, "button": {"replace_name": words}}
        await self._authorised.post(UPDATE, told)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._calls.close()
