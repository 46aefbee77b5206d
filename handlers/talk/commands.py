"""Recognise the few words that are orders to the bot, in any way people type them."""

import unicodedata
from enum import StrEnum

from knowledge import text


class Command(StrEnum):
    """What can be ordered anywhere in a dialogue."""

    START = "start"
    HELP = "help"
    HUMAN = "human"
    WHY = "why"
    RESTART = "restart"
    PRIVACY = "privacy"
    MY_DATA = "mydata"
    DELETE_ME = "deleteme"
    ERASE = "erase"
    KEEP = "keep"
    MORE = "more"
    ARTICLES = "articles"
    BACK = "back"
    LEAVE = "leave"
    RESUME = "resume"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    CALENDAR = "calendar"
    REMIND = "remind"
    HUSH = "hush"
    AID = "aid"
    QUIZ = "quiz"
    PARTNER = "partner"
    TICKETS = "tickets"
    NEW = "new"
    JOIN = "join"
    PART = "part"


_FORMS: dict[Command, tuple[str, ...]] = {
    Command.START: ("/start", "/开始"),
    Command.HELP: ("/help", "/帮助", "帮助", "怎么用", "help", "?"),
    Command.HUMAN: (
        "/human", "/人工", "人工", "找人工", "转人工", "人工客服", "找顾问", "找律师", "找个人", "我要找人工",
        "我要人工", "真人", "找真人", "都不是,找人工", "人工服务", "我要转人工", "帮我转人工", "请转人工", "转接人工",
        "有人工吗", "human",
    ),
    Command.WHY: ("/why", "/为什么", "为什么", "为啥", "为什么这样答", "依据", "依据是什么", "why"),
    Command.RESTART: ("/restart", "/重来", "重来", "重新开始", "从头来"),
    Command.LEAVE: ("/cancel", "/退出", "取消", "算了", "退出", "不问了", "先不问了"),
    Command.BACK: ("/back", "/上一步", "上一步", "返回", "返回上一步", "答错了", "回上一步"),
    Command.RESUME: ("/resume", "/继续", "继续", "接着来", "接着问"),
    Command.CALENDAR: ("/calendar", "/日历", "加到日历", "加日历", "加入日历", "calendar"),
    Command.REMIND: ("/remind", "/提醒", "提醒我", "到时候提醒我", "到时提醒我", "到期提醒我", "提前提醒我", "remind"),
    Command.HUSH: (
        "/hush", "/停止提醒", "停止提醒", "取消提醒", "不用提醒", "不用提醒了", "不要提醒了", "别提醒了", "不再提醒",
    ),
    Command.PARTNER: ("请那边的服务点帮忙", "partner"),
    Command.AID: ("/aid", "转法律援助中心", "转法援中心", "转给法律援助中心", "aid"),
    Command.QUIZ: ("/quiz", "/答题", "答题", "普法答题", "法律答题", "我要答题", "继续答题", "quiz"),
    Command.SUBSCRIBE: ("/subscribe", "/订阅", "订阅", "我要订阅", "订阅普法", "普法订阅", "subscribe"),
    Command.UNSUBSCRIBE: (
        "/unsubscribe", "/stop", "/退订", "退订", "我要退订", "取消订阅", "不要推送", "停止推送", "别再发了",
        "不要再发了", "td", "unsubscribe", "stop",
    ),
    Command.MY_DATA: ("/mydata", "我的数据", "/我的数据", "看我的数据"),
    Command.DELETE_ME: ("/deleteme", "删除我的数据", "/删除我的数据"),
    Command.ERASE: ("确认删除", "erase"),
    Command.KEEP: ("不删了", "keep"),
    Command.TICKETS: (
        "/tickets", "/工单", "我的工单", "工单", "查工单", "看工单", "工单进度", "查进度", "我的工单到哪了", "tickets",
    ),
    Command.NEW: ("/new", "/新问题", "新问题", "问新问题", "问别的", "我问别的", "换个问题"),
    Command.JOIN: ("/join", "/合并", "合并", "合并微信", "合并网页", "换个地方接着聊"),
    Command.PART: ("/part", "/解除合并", "解除合并", "取消合并", "断开"),
    Command.PRIVACY: ("/privacy", "/隐私", "隐私"),
    Command.MORE: ("证据和误区", "more"),
    Command.ARTICLES: ("看法条原文", "看原文", "articles"),
}  # fmt: skip
_BY_FORM = {form: command for command, forms in _FORMS.items() for form in forms}


_YES = frozenset(["同意", "同意的", "我同意", "是", "是的", "要", "要的", "愿意", "转", "转吧", "yes", "y"])
_NO = frozenset(
    [
        "不同意",
        "我不同意",
        "不",
        "不是",
        "不要",
        "不用",
        "不用了",
        "不愿意",
        "不想",
        "不需要",
        "不转",
        "先不",
        "no",
        "n",
    ]
)
_SKIP = _NO | frozenset(["跳过", "不说", "不想说", "找不到", "不知道", "不晓得", "没有"])
_NONE = frozenset(["都不是", "都不对", "不是", "没有", "都没有"])
_ENDS = "。!?~. "


def recognise(words: str) -> Command | None:
    """The command that the whole text is, or None; `/START@name` and full-width `／帮助` are read too."""
    word = _folded(words)
    if word.startswith("/"):
        word = word.split(maxsplit=1)[0].split("@")[0]
    return _BY_FORM.get(word) or _BY_FORM.get(word.rstrip(_ENDS))


def agreement(words: str) -> bool | None:
    """Yes or no, or None if it is neither."""
    word = _folded(words).rstrip(_ENDS)
    if word in _NO:
        return False
    return True if word in _YES or text.smalltalk(word) == "agree" else None


def kind_of_answer(words: str) -> str | None:
    """Which smalltalk a yes or no is where nothing was asked."""
    if refuses_all(words):
        return "refuse"
    meant = agreement(words)
    return None if meant is None else "agree" if meant else "refuse"


def skips(words: str) -> bool:
    """Does the resident not want to say, or not know?"""
    return _folded(words).rstrip(_ENDS) in _SKIP


def refuses_all(words: str) -> bool:
    """Is none of the options the right one?"""
    return _folded(words).rstrip(_ENDS) in _NONE


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip().lower()
