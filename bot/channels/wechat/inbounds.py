"""Read what a frame of WeChat's says to us.

https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html
"""

import re
from datetime import UTC, datetime

from bot.channels.frames import Frame, Malformed
from handlers.enclosures import mark
from handlers.messages import Address, Enclosed, Inbound, Kind

NAME = "wechat"
SCENE = "village-"  # begins the scene of a village's code; its number follows
SUBSCRIBED_BY = "qrscene_"  # begins the scene where the scan made a follower
GREETING = "/start"  # what a subscription says
UNSHOWN = "【收到不支持的消息类型，暂无法显示】"  # what WeChat writes for a sticker
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MEDIA = {"image": "photo", "voice": "voice", "video": "video", "shortvideo": "video", "file": "document"}


def read(frame: Frame, now: datetime) -> Inbound | None:
    """The Inbound that a frame carries; None if it is nothing for us. Raises Malformed."""
    openid = frame.get("FromUserName", "")
    if not _OPENID.fullmatch(openid):
        raise Malformed("no sender")
    address, sent_at = Address(NAME, openid), _moment(frame.get("CreateTime", ""), now)
    if frame.get("MsgType") == "event":
        return _event(frame, address, sent_at)
    kind, words = _said(frame)
    # a MsgId is unique for one sender only
    number = frame.get("MsgId") or f"{frame.get('CreateTime')}-{frame.get('MsgType')}"
    external = f"{openid}:{number}"
    return Inbound(external, address, kind, words, sent_at, enclosed=_enclosed(frame, external))


def _enclosed(frame: Frame, external: str) -> tuple[Enclosed, ...]:
    """The picture, by its number on the platform; the address that comes with it is never opened."""
    number = frame.get("MediaId", "")
    is_picture = frame.get("MsgType") == "image" and _MEDIA_ID.fullmatch(number)
    return (Enclosed(mark(NAME, external, 0), reference=number),) if is_picture else ()


def is_written(frame: Frame) -> bool:
    """Is it a message of the resident's own, which lets us answer longer than a click does?"""
    return frame.get("MsgType") != "event"


def _said(frame: Frame) -> tuple[Kind, str]:
    kind = frame.get("MsgType", "")
    if kind == "text" and frame.get("Content") != UNSHOWN:
        return Kind.TEXT, frame.get("Content", "")
    if heard := frame.get("Recognition", "").strip():
        return Kind.TEXT, heard
    return Kind.MEDIA, _MEDIA.get(kind, "sticker" if kind == "text" else kind or "other")


def _event(frame: Frame, address: Address, at: datetime) -> Inbound | None:
    event, key = frame.get("Event", ""), frame.get("EventKey", "")
    # an event has no number of its own, and two buttons can be pressed within a second
    external = ":".join((address.external, frame.get("CreateTime", ""), event, key))
    match event.lower():
        case "subscribe" | "scan" if place := _place(key):
            return Inbound(external, address, Kind.SCANNED, place, at)
        case "subscribe" | "scan":
            return Inbound(external, address, Kind.TEXT, GREETING, at)
        case "unsubscribe":
            return Inbound(external, address, Kind.LEFT, "", at)
        case "click" if key:
            return Inbound(external, address, Kind.TEXT, key, at)  # the buttons of our menu say what a resident would
        case _:
            return None


def _place(key: str) -> str:
    scene = key.removeprefix(SUBSCRIBED_BY)
    return scene.removeprefix(SCENE) if scene.startswith(SCENE) else ""


def _moment(seconds: str, now: datetime) -> datetime:
    is_one = seconds.isascii() and seconds.isdecimal() and len(seconds) <= 10
    return datetime.fromtimestamp(int(seconds), UTC) if is_one else now
