"""Put a topic into words: short first, the rest on request, the law it rests on always."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from knowledge import citations
from knowledge.citations import Citation
from knowledge.statutes.store import Article, Kind, Standing, Statutes
from knowledge.topics import Topic

NOTE = "以上是法律的一般规定，不代替律师意见。"
NOT_HELD = "{wanted}本库没有，不列条号"
CITED = 6  # articles named under a short answer; all of them come with the texts
EXCERPT = 400  # characters of one article in chat


def standings(topic: Topic, statutes: Statutes, day: date) -> tuple[Standing, ...]:
    """What each citation of the topic is worth on that day."""
    return tuple(statutes.standing(c, day) for c in topic.citations)


def citable(found: Iterable[Standing]) -> tuple[Citation, ...]:
    """The citations that may be shown with their number."""
    return tuple(s.citation for s in found if s.kind in (Kind.VERIFIED, Kind.LISTED))


def render(topic: Topic, found: Sequence[Standing]) -> str:
    """The short answer: rule, steps, time limit, where to go, and the law."""
    blocks = [
        f"【{topic.title}】\n{topic.rule}",
        f"怎么做：\n{topic.steps}",
        f"时间：{topic.time}",
        f"去哪里：{topic.where}",
        _law(topic, found),
    ]
    return "\n\n".join(block for block in blocks if block)


def rest(topic: Topic) -> str:
    """What the short answer leaves out."""
    return "\n\n".join(
        (
            f"【{topic.title}】",
            f"要留的证据：\n{topic.evidence}",
            f"费用：{topic.cost}",
            f"常见误区：\n{topic.mistakes}",
            f"马上找顾问：{topic.adviser}",
        )
    )


def _law(topic: Topic, found: Sequence[Standing]) -> str:
    caution = "本条有内容以机构答复为准。" if topic.source in ("W", "K") else ""
    return "\n".join(part for part in (law(found, topic.named), caution + NOTE) if part)


def law(found: Sequence[Standing], unnumbered: Iterable[str] = ()) -> str:
    """What something rests on, law by law; `unnumbered` are laws that are named without an article."""
    shown = [s for s in found if s.kind in (Kind.VERIFIED, Kind.LISTED)]
    more = f"等{len(shown)}条" if len(shown) > CITED else ""
    laws = [_of_one_law(name, group) for name, group in _by_law(shown[:CITED]).items()]
    unheld = dict.fromkeys(_cited(s) for s in found if s.kind is Kind.UNHELD)
    named = [f"《{name}》（条文以机构公布为准）" for name in unnumbered]
    rests = "；".join(part for part in ("；".join(laws) + more, *unheld, *named) if part)
    return f"依据：{rests}。" if rests else ""


def _by_law(found: Iterable[Standing]) -> Mapping[str, list[Standing]]:
    groups: dict[str, list[Standing]] = {}
    for standing in found:
        groups.setdefault(standing.citation.law, []).append(standing)
    return groups


def _of_one_law(law: str, group: Sequence[Standing]) -> str:
    """《民法典》第一条、第二条 with what must be said of the law once."""
    numbers = "、".join(citations.display(s.citation).removeprefix(f"《{law}》") for s in group)
    return f"《{law}》{numbers}{_caution(group[0])}"


def _caution(standing: Standing) -> str:
    source = standing.article or standing.listed
    unread = "原文未核" if standing.kind is Kind.LISTED else ""
    cautions = (unread, edition(standing.article), source.note if source else "")
    said = "，".join(c for c in cautions if c)
    return f"（{said}）" if said else ""


def edition(article: Article | None) -> str:
    """Which text of its law it is, where another one takes its place on a day that is known."""
    if article is None or article.valid_to is None:
        return ""
    return f"{article.version.version.year}年文本，适用到{article.valid_to}"


def _cited(standing: Standing) -> str:
    match standing.kind:
        case Kind.VERIFIED | Kind.LISTED:
            return _of_one_law(standing.citation.law, [standing])
        case Kind.UNHELD:
            return f"《{standing.citation.law}》（{NOT_HELD.format(wanted=standing.wanted)}）"
        case Kind.WRONG:
            return ""


def reasons(topic: Topic, statutes: Statutes, day: date) -> str:
    """Why each citation stands under the answer."""
    lines = (f"· {text}：{s.citation.why}" for s in standings(topic, statutes, day) if (text := _cited(s)))
    return "这样回答的依据：\n" + "\n".join(lines)


def texts(topic: Topic, statutes: Statutes, day: date) -> str:
    """The text of each citation, or where it is found; without a number where no text of that day is held."""
    found = standings(topic, statutes, day)
    held = (text_of(s) if s.kind is Kind.VERIFIED else _cited(s) for s in found if s.kind is not Kind.LISTED)
    listed = (_where(group) for group in _by_law(s for s in found if s.kind is Kind.LISTED).values())
    return "\n\n".join(dict.fromkeys(text for text in (*held, *listed) if text))


def text_of(standing: Standing) -> str:
    """One citation with its text, or with where to read it."""
    if standing.article is not None:
        return article_text(standing.article)
    return _where([standing]) or f"《{standing.citation.law}》：{standing.reason}。"


def _where(group: Sequence[Standing]) -> str:
    """Where the listed articles of one law are to be read."""
    listed = group[0].listed
    if listed is None:
        return ""
    law = group[0].citation.law
    articles = "、".join(dict.fromkeys(citations.display(s.citation).removeprefix(f"《{law}》") for s in group))
    number = f"（{listed.number}）" if listed.number else ""
    return f"《{law}》{number}{articles}：原文未核，请到{listed.where}查看。"


def article_text(article: Article) -> str:
    """An article as it reads, cut where it is very long."""
    text = article.text if len(article.text) <= EXCERPT else article.text[:EXCERPT] + "……（下略）"
    said = "，".join(filter(None, (edition(article), article.note)))
    note = f"（{said}）" if said else ""
    return f"{citations.display(article.citation)}{note}\n{text}"
