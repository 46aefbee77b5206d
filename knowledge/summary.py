"""Pick the sentences of a story that say most, in the words they were said in."""

import re

MOST = 3  # sentences
LONG = 120  # characters; what is shorter is read whole
_END = re.compile(r"(?<=[。！？!?；;\n])")
# what an adviser looks for first: sums, days, papers, who did what
_TELLING = re.compile(
    r"\d+(?:\.\d+)?(?:万|元|块|年|月|天|日|个月|岁|人|亩)|[一二三四五六七八九十百千万]+(?:元|块|年|个月|天|万)"
    r"|合同|协议|欠条|借条|转账|工资|赔偿|离婚|孩子|起诉|仲裁|判决|报警|受伤|住院|拆|征地|房|公司|老板|法院|派出所"
)
_ASKING = re.compile(r"[?？]|怎么|咋|啷个|如何|能不能|可不可以|该不该|吗")


def summary(words: str) -> str:
    """At most three sentences in their order; "" where the whole is short enough to be read."""
    if len(words) <= LONG:
        return ""
    sentences = [s.strip() for s in _END.split(words) if s.strip()]
    telling = [n for n, sentence in enumerate(sentences) if _weight(sentence)]
    best = sorted(telling, key=lambda n: (-_weight(sentences[n]), n))[:MOST]
    return "".join(sentences[n] for n in sorted(best))


def _weight(sentence: str) -> float:
    """How much it tells: facts by the sentence, and a little more for what is asked."""
    return len(_TELLING.findall(sentence)) + 1.5 * bool(_ASKING.search(sentence))
