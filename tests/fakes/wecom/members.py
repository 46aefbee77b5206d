"""Remember what reached each member of a company, and which of it can still be pressed."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.fakes.refusals import Json, Refused

# https://developer.work.weixin.qq.com/document/path/90312: what goes beyond is dropped without a word
A_MINUTE, AN_HOUR = (60.0, 30), (3600.0, 1000)
CODE_LIFE = 72 * 3600.0  # s, and each code works once
TEXT_BYTES = 2048
BUTTONS, TITLE, BODY, LABEL, KEY = 6, 36, 160, 20, 1024
_TASK = re.compile(r"[A-Za-z0-9_@-]{1,128}")


@dataclass
class Told:
    """A text or a card that reached a member."""

    user: str
    text: str
    buttons: dict[str, str] = field(default_factory=dict[str, str])  # label → key
    task: str = ""
    replaced: str = ""  # what its buttons say since it was pressed


@dataclass
class Members:
    """Those who see the app."""

    clock: Callable[[], float]
    known: set[str] = field(default_factory=set[str])
    told: list[Told] = field(default_factory=list[Told])
    dropped: int = 0
    _at: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _tasks: set[str] = field(default_factory=set[str])
    _codes: dict[str, tuple[Told, float]] = field(default_factory=dict[str, tuple[Told, float]])
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def send(self, user: str, told: Told) -> Json:
        """It reaches the member, unless they were sent too much."""
        if user not in self.known:
            raise Refused(81013)
        if told.task and told.task in self._tasks:
            raise Refused(40058)
        self._tasks |= {told.task} - {""}
        now, before = self.clock(), self._at[user]
        if any(sum(now - at < span for at in before) >= most for span, most in (A_MINUTE, AN_HOUR)):
            self.dropped += 1
        else:
            before.append(now)
            self.told.append(told)
        answer = {"msgid": f"msg{next(self._numbers)}"}
        return answer | ({"response_code": self.code(told)} if told.buttons else {})

    def code(self, told: Told) -> str:
        """A code with which the card can be changed once."""
        code = f"code{next(self._numbers)}"
        self._codes[code] = told, self.clock() + CODE_LIFE
        return code

    def replace(self, code: str, words: str) -> None:
        """Change the card of that code."""
        told, until = self._codes.pop(code, (None, 0.0))
        if told is None or until <= self.clock():
            raise Refused(40058)
        told.replaced = words


def text(given: Json, user: str) -> Told:
    """What a text shows; raises Refused."""
    words = str(given["text"]["content"])
    if not words:
        raise Refused(44004)
    return Told(user, words.encode()[:TEXT_BYTES].decode(errors="ignore"))


def card(given: Json, user: str) -> Told:
    """What a card with buttons shows; raises Refused."""
    held = given["template_card"]
    title, body = held["main_title"]["title"], held.get("sub_title_text", "")
    buttons = {str(b["text"]): str(b["key"]) for b in held["button_list"]}
    is_one = (
        held["card_type"] == "button_interaction"
        and 0 < len(title) <= TITLE
        and len(body) <= BODY
        and 1 <= len(held["button_list"]) <= BUTTONS
        and all(0 < len(label) <= LABEL and 0 < len(key.encode()) <= KEY for label, key in buttons.items())
        and _TASK.fullmatch(held.get("task_id", ""))
    )
    if not is_one:
        raise Refused(40058)
    return Told(user, f"{title}\n{body}".strip(), buttons, held["task_id"])
