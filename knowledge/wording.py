"""Judge how a topic is worded: plain, short, unpromising, and open about what is unverified."""

import re
from collections.abc import Iterator

from knowledge.topics import Topic

CAUTION = "以机构答复为准"
_CAUTIOUS = re.compile(r"以\w{2,14}(?:答复|公告|公布的?|报价|标准|规定)为准")
# information, not representation; and nobody can promise a judgment
FORBIDDEN = re.compile(
    r"你应当起诉|您应当起诉|你必须|您必须|保证胜诉|保证赢|包赢|必胜|稳赢|一定能赢|一定会赢|我们律师|我所律师|百分之百"
)
_ARTICLE_NUMBER = re.compile(r"第[零〇一二三四五六七八九十百千两\d]+条|[法例定释]\d{1,4}条")
_SENTENCE = re.compile(r"[^。！？；!?;\n]+")
_LIMITS = {"规则": 120, "怎么做": 260, "时间": 160, "去哪里": 160}  # characters; these four are shown first in chat
_BODY = (350, 900)  # characters of the whole body
_SENTENCE_LIMIT = 50  # characters, quoted titles of laws left out
_STEPS = 5
_QUOTED = re.compile(r"“[^”]*”")  # what others promise may be named as a warning
_TITLE = re.compile(r"《[^》]*》")

Finding = tuple[str, str, str]  # severity, the words it stands at, message


def findings(topic: Topic) -> Iterator[Finding]:
    """What an editor would strike or mark in the text of one topic."""
    for heading, text in topic.sections():
        yield from _section(heading, text)
    body = "".join(text for _, text in topic.sections())
    length = len(re.sub(r"\s", "", body))
    if not _BODY[0] <= length <= _BODY[1]:
        yield "warning", "## 规则", f"正文{length}字，最好在{_BODY[0]}到{_BODY[1]}字之间"
    if len(re.findall(r"^\d+\.", topic.steps, re.MULTILINE)) > _STEPS:
        yield "warning", "## 怎么做", f"步骤多于{_STEPS}步"
    if not is_cautious(topic) and (topic.source in "WK" or topic.named):
        yield "error", "source:", f"有未核实的内容（source {topic.source}、named），正文要写明“{CAUTION}”"


def is_cautious(topic: Topic) -> bool:
    """Whether the text says that an office has the last word (以机构答复为准, 以登记机关答复为准 …)."""
    return any(_CAUTIOUS.search(text) for _, text in topic.sections())


def _section(heading: str, text: str) -> Iterator[Finding]:
    for match in FORBIDDEN.finditer(_QUOTED.sub("", text)):
        yield "error", match[0], f"不能这样写：“{match[0]}”"
    for match in _ARTICLE_NUMBER.finditer(text):
        yield "error", match[0], f"正文不写条号（{match[0]}），条号放在 citations"
    length = len(re.sub(r"\s", "", text))
    if length > _LIMITS.get(heading, length):
        yield "warning", f"## {heading}", f"“{heading}”{length}字，最好不超过{_LIMITS[heading]}字"
    for sentence in _SENTENCE.findall(text):
        if len(_TITLE.sub("", sentence)) > _SENTENCE_LIMIT:
            yield "warning", sentence, f"句子太长：{sentence.strip()[:12]}…"
