"""Put a reply with options on a template card with buttons.

https://developer.work.weixin.qq.com/document/path/90236#按钮交互型
"""

from bot.channels.calls import Json
from handlers.messages import Option

BUTTONS = 6
TITLE, BODY, LABEL = 26, 112, 10  # characters that are shown
MORE = "可以点："
_BETWEEN = "|"  # the platform gives back the key alone; the label of the button is kept in it


def card(text: str, options: tuple[Option, ...], task: str) -> Json:
    """The card; its task must be another one each time."""
    title, _, body = text.partition("\n")
    buttons = [
        {"text": o.label[:LABEL], "style": 2 if n else 1, "key": f"{o.value}{_BETWEEN}{o.label[:LABEL]}"}
        for n, o in enumerate(options[:BUTTONS])
    ]
    return {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "sub_title_text": body.strip(),
        "button_list": buttons,
        "task_id": task,
    }


def fits(text: str) -> bool:
    """Can all of it be read on a card?"""
    title, _, body = text.partition("\n")
    return 0 < len(title) <= TITLE and len(body.strip()) <= BODY


def pressed(key: str) -> tuple[str, str]:
    """The value and the label of a button, by its key."""
    value, _, label = key.rpartition(_BETWEEN)
    return (value, label) if value else (key, "")
