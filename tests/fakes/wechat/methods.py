"""Carry out what the API is asked for."""

from collections.abc import Callable
from itertools import count

from tests.fakes.refusals import Json, Refused
from tests.fakes.wechat.ledger import Ledger

TEXT_BYTES = 2048
Method = Callable[[Json], Json]


class Methods:
    """The calls that want an access token, by path."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._numbers = count(1)
        self.by_path: dict[str, Method] = {
            "/cgi-bin/message/custom/send": self.custom,
            "/cgi-bin/message/template/send": self.template,
            "/cgi-bin/message/mass/send": self.to_many,
            "/cgi-bin/message/mass/sendall": self.to_tag,
            "/cgi-bin/menu/create": self.menu,
            "/cgi-bin/qrcode/create": self.code,
        }

    def custom(self, given: Json) -> Json:
        """Send a customer message."""
        text = _text(given)
        openid = str(given.get("touser", ""))
        if not openid.startswith("o"):
            raise Refused(40003)
        self._ledger.spend(openid)
        self._ledger.deliver(openid, text, "custom")
        return {}

    def template(self, given: Json) -> Json:
        """Send a template message, which needs no message of the follower's own."""
        if given.get("template_id") not in self._ledger.templates:
            raise Refused(40037)
        openid = str(given.get("touser", ""))
        if openid not in self._ledger.followers:
            raise Refused(43004)
        values = [str(field["value"]) for field in given["data"].values()]
        if not values or any(len(value) > 32 for value in values):
            raise Refused(40097)
        self._ledger.deliver(openid, "\n".join(values), "template")
        return {"msgid": next(self._numbers)}

    def to_many(self, given: Json) -> Json:
        """Send one text to a list of followers."""
        openids = given.get("touser")
        if not isinstance(openids, list) or len(openids) < 2:
            raise Refused(40130)
        if len(openids) > 10_000:
            raise Refused(40032)
        return self._mass(set(openids), given)

    def to_tag(self, given: Json) -> Json:
        """Send one text to all, or to those under a tag."""
        chosen = given["filter"]
        openids = self._ledger.followers if chosen.get("is_to_all") else self._ledger.tags.get(chosen["tag_id"], set())
        return self._mass(set(openids), given)

    def _mass(self, openids: set[str], given: Json) -> Json:
        number = self._ledger.mass(openids, _text(given), str(given.get("clientmsgid", "")))
        return {"msg_id": number}

    def menu(self, given: Json) -> Json:
        """Put up a menu: one to three buttons with at most five under each."""
        buttons = given.get("button", [])
        if not 1 <= len(buttons) <= 3:
            raise Refused(40016)
        for button in buttons:
            if not 0 < len(str(button["name"]).encode()) <= 16:
                raise Refused(40018)
            below = button.get("sub_button", [])
            if len(below) > 5:
                raise Refused(40023)
            if any(not 0 < len(str(one["name"]).encode()) <= 60 for one in below):
                raise Refused(40025)
        self._ledger.menu = given
        return {}

    def code(self, given: Json) -> Json:
        """Make a QR code that does not expire."""
        scene = given["action_info"]["scene"].get("scene_str", "")
        if given.get("action_name") != "QR_LIMIT_STR_SCENE" or not 1 <= len(scene) <= 64:
            raise Refused(40097)
        made = {"ticket": f"gQ{next(self._numbers)}", "url": f"http://weixin.qq.com/q/{next(self._numbers):06}"}
        self._ledger.codes.append(made | {"scene": scene})
        return made


def _text(given: Json) -> str:
    if given.get("msgtype") != "text":
        raise Refused(40008)
    text = str(given["text"]["content"])
    if not text:
        raise Refused(44004)
    if len(text.encode()) > TEXT_BYTES:
        raise Refused(45002)
    return text
