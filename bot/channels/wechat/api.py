"""Call WeChat for one account: each call under a token that holds, fetched anew when it does not."""

from collections.abc import Sequence

from bot.channels.calls import Calls, Json
from bot.channels.tokens import AccessToken, Authorised
from storage.tokens import Tokens

STALE = frozenset({40001, 40014, 42001})
CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
MASS = "/cgi-bin/message/mass/send"
MENU = "/cgi-bin/menu/create"
CODE = "/cgi-bin/qrcode/create"
MEDIA = "/cgi-bin/media/get"


class Api:
    """The account's side of https://api.weixin.qq.com; every method raises Failed, NotSent, Unanswered."""

    def __init__(self, calls: Calls, app_id: str, secret: str, tokens: Tokens) -> None:
        self._calls = calls
        self._app_id, self._secret = app_id, secret
        self._authorised = Authorised(calls, AccessToken(tokens, f"wechat:{app_id}", self._fetch), STALE)

    async def _fetch(self, force: bool) -> tuple[str, int]:
        asked = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        given = await self._calls.post("/cgi-bin/stable_token", asked | {"force_refresh": force})
        return str(given["access_token"]), int(given["expires_in"])

    async def call(self, path: str, payload: Json) -> Json:
        """Call; once more where the token no longer held."""
        return await self._authorised.post(path, payload)

    async def custom(self, openid: str, text: str) -> None:
        """Send a customer message."""
        await self.call(CUSTOM, {"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def template(self, openid: str, template: str, fields: dict[str, str], url: str) -> None:
        """Send a template message, which needs no message of the resident's before it."""
        data = {name: {"value": words} for name, words in fields.items()}
        link = {"url": url} if url else {}
        await self.call(TEMPLATE, {"touser": openid, "template_id": template, "data": data, **link})

    async def mass(self, openids: Sequence[str], text: str, key: str) -> None:
        """Send one text to two or more; under the same key it is sent once, however often it is asked for."""
        told = {"touser": list(openids), "msgtype": "text", "text": {"content": text}, "clientmsgid": key}
        await self.call(MASS, told)

    async def code(self, scene: str) -> str:
        """The address that a QR code of the account holds; whoever scans it brings the scene. It never expires."""
        asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        return str((await self.call(CODE, asked))["url"])

    async def media(self, number: str, most: int) -> bytes:
        """A picture that a follower sent; the platform keeps it for three days."""
        return await self._authorised.fetch(MEDIA, {"media_id": number}, most)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._calls.close()
