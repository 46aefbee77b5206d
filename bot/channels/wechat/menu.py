"""Put up the account's menu: every button says what a resident could have typed.

https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html
"""

from bot.channels.calls import Json
from bot.channels.wechat.api import MENU, Api

# names: at most 5 characters on the first level, 20 on the second
BUTTONS: dict[str, str | dict[str, str]] = {
    "问法律": {
        "怎么用": "帮助",
        "能申请法律援助吗": "我想申请法律援助",
        "诉讼费要交多少": "算一下诉讼费",
        "过没过诉讼时效": "算一下诉讼时效哪天到期",
        "找人调解": "我想申请调解",
    },
    "找人工": "找人工",
    "更多": {"我的工单": "我的工单", "接着网页上的说": "合并", "隐私说明": "隐私"},
}
WEB = "网页版"


def menu(url: str) -> Json:
    """The menu as the platform takes it; with an address it also leads to the page."""
    buttons = [_button(name, below) for name, below in BUTTONS.items()]
    if url:
        buttons[-1]["sub_button"].append({"type": "view", "name": WEB, "url": url})
    return {"button": buttons}


def _button(name: str, below: str | dict[str, str]) -> Json:
    if isinstance(below, str):
        return {"type": "click", "name": name, "key": below}
    return {"name": name, "sub_button": [_button(*one) for one in below.items()]}


async def publish(api: Api, url: str) -> None:
    """Put it up; residents see it within five minutes. Raises Failed, NotSent, Unanswered."""
    await api.call(MENU, menu(url))
