"""Find words in a topic that residents do not understand and nothing beside them explains."""

import re
from collections.abc import Iterator
from functools import cache

from knowledge.text import lexicon
from knowledge.topics import Topic
from knowledge.wording import Finding

_QUOTED = re.compile(r"《[^》]*》|“[^”]*”")  # titles of laws, and what others say


def findings(topic: Topic) -> Iterator[Finding]:
    """Each such word once, at the line where it stands first."""
    lines = [line for _, text in topic.sections() for line in text.splitlines()]
    plain = [_QUOTED.sub("", line) for line in lines]
    whole = "\n".join(plain)
    for word in dict.fromkeys(_words().findall(whole)):
        if word not in topic.title and not _explained(word, whole):
            line = next(line for line, bare in zip(lines, plain, strict=True) if word in bare)
            yield "warning", line, f"“{word}”居民不一定懂，第一次用时在括号里说明"


def _explained(word: str, text: str) -> bool:
    """Whether it stands in brackets, before brackets, or in a sentence that says what it is."""
    return bool(re.search(rf"（[^（）]*{word}[^（）]*）|{word}（|叫{word}|{word}(?:是|指|：)", text))


@cache
def _words() -> re.Pattern[str]:
    listed = [word for group in lexicon("jargon").values() for word in group]
    return re.compile("|".join(map(re.escape, sorted(listed, key=len, reverse=True))))
