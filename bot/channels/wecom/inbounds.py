"""Read what a frame of WeCom's says to us.

https://developer.work.weixin.qq.com/document/path/90376
"""

import re
from datetime import UTC, datetime

from bot.channels.frames import Frame, Malformed
from bot.channels.wecom import cards
from handlers.messages import Address, Inbound, Kind

NAME = "wecom"
GREETING = "/help"  # what somebody says who was let into the app
_USER = re.compile(r"[A-Za-z0-9_@.\-]{1,64}")


def read(frame: Frame, now: datetime) -> Inbound | None:
    """The Inbound that a frame carries; None if it is nothing for us. Raises Malformed."""
    user = frame.get("FromUserName", "")
    if not _USER.fullmatch(user):
        raise Malformed("no sender")
    address, at = Address(NAME, user), _moment(frame.get("CreateTime", ""), now)
    if frame.get("MsgType") == "event":
        return _event(frame, address, at)
    number = frame.get("MsgId") or f"{frame.get('CreateTime')}-{frame.get('MsgType')}"
    kind = frame.get("MsgType", "")
    told = (Kind.TEXT, frame.get("Content", "")) if kind == "text" else (Kind.MEDIA, kind or "other")
    return Inbound(f"{user}:{number}", address, *told, at)


def _event(frame: Frame, address: Address, at: datetime) -> Inbound | None:
    event, key = frame.get("Event", "").lower(), frame.get("EventKey", "")
    task = frame.get("TaskId", "")
    external = ":".join((address.external, frame.get("CreateTime", ""), event, key, task))
    match event:
        case "template_card_event" if key:
            return Inbound(external, address, Kind.CHOICE, cards.pressed(key)[0], at, answers=task)
        case "click" if key:
            return Inbound(external, address, Kind.TEXT, key, at)
        case "subscribe":
            return Inbound(external, address, Kind.TEXT, GREETING, at)
        case "unsubscribe":
            return Inbound(external, address, Kind.LEFT, "", at)
        case _:
            return None


def _moment(seconds: str, now: datetime) -> datetime:
    is_one = seconds.isascii() and seconds.isdecimal() and len(seconds) <= 10
    return datetime.fromtimestamp(int(seconds), UTC) if is_one else now
