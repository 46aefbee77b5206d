"""Say of a matter that need not be done where it belongs who receives, who decides, how often one goes, with what."""

import re
from collections.abc import Iterator
from enum import StrEnum

from knowledge import citations, regions
from knowledge.citations import Citation
from knowledge.guides import aid
from knowledge.guides.rulebook import rulebook
from knowledge.regions import UNKNOWN, Item
from knowledge.results import Result, Step

CAUTION = "以机构答复为准"
ASK = "12345（政务服务热线）或者就近政务中心的通办窗口"
SHARED = frozenset({"重庆市", "四川省"})  # what an item of 川渝 lies between
_KIND, _TITLE = "cross_region", "人和事不在一处，怎么办"
_CITED = re.compile(r"([一-龥]+?[法典])(第[一-龥]+?条)")
_PLACE = re.compile(r"(省|市|区|县|自治州)$")
_EVIDENCE = {"S": "区里的工作报告", "W": "公开的网页", "K": "一般做法，没有核实", "U": "没有取得清单"}
_REFERRAL = Step(
    "要请那边的服务点帮忙的，点“请那边的服务点帮忙”；转以前要单独征得您同意，只转必需的：办什么事、人在哪里、事情归哪里。",
    (Citation("个人信息保护法", "23"),),
)
_TICKET = "不清楚的，点“找人工”转成工单，请人帮您问清楚再答复。"


class Fit(StrEnum):
    """Whether the two places are such as the item is meant for, as residents read it."""

    YES = "可以不回去办"
    HERE = "人和事在一处，就在当地办"
    OPEN = "两边都在重庆、四川的，可以不回去办"  # a place is not known
    INSIDE = "两边在同一个省市，不算跨省；能不能就近办不清楚"
    OUTSIDE = "不清楚能不能在外地办"
    UNKNOWN = "不清楚能不能在外地办，也不清楚由谁办"


def cross_region(*, item: str, person: str | None = None, matter: str | None = None) -> Result:
    """What is known of the item for somebody who is at `person` while the matter belongs to `matter`."""
    found = regions.find(item)
    if not found:
        return Result(_KIND, _TITLE, Fit.UNKNOWN, "", (*_unknown(matter), _REFERRAL), notes=(_TICKET,))
    first, *others = found
    fit = suits(first, person, matter)
    return Result(
        kind=_KIND,
        title=f"{_TITLE}：{first.name}",
        value=fit if first.confirmed else f"{fit}（{CAUTION}）",
        unit="",
        steps=(*_known(first, fit, person, matter), _REFERRAL),
        notes=tuple(_notes(first, others, person)),
    )


def suits(item: Item, person: str | None, matter: str | None) -> Fit:
    """Whether somebody there can have it done without going where it belongs."""
    if UNKNOWN in item.modes:
        return Fit.UNKNOWN
    if person and matter and _short(person) == _short(matter):
        return Fit.HERE
    if item.region == "全国":
        return Fit.YES
    here, there = (aid.region(place or "", rulebook()) for place in (person, matter))
    if {here, there} - SHARED - {None}:
        return Fit.OUTSIDE
    if here is None or there is None:
        return Fit.OPEN
    return Fit.YES if here != there else Fit.INSIDE


def cited(item: Item) -> tuple[Citation, ...]:
    """The articles that its source names."""
    named = ((law, citations.canonical(number)) for law, number in _CITED.findall(item.source))
    return tuple(Citation(law, number) for law, number in named if number)


def _known(item: Item, fit: Fit, person: str | None, matter: str | None) -> Iterator[Step]:
    there = _said("事情归", matter)
    yield Step(f"事情归哪里管：{item.belongs}{there}。", cited(item))
    yield Step(f"谁收：{_receives(item, fit)}{_said('人在', person)}。")
    yield Step(f"谁定：{item.decides}{'' if '就近直接办' in item.modes else there}。")
    yield Step(f"跑几趟：{_trips(item, fit)}。")
    yield Step(f"带什么：{'；'.join(item.papers)}。")
    yield Step(f"办法：{'、'.join(item.modes)}；多久：{item.days}；费用：{item.fee}。")


def _receives(item: Item, fit: Fit) -> str:
    match fit:
        case Fit.HERE:
            return "当地的窗口"
        case Fit.INSIDE | Fit.OUTSIDE:
            return f"事情归的地方的窗口；您身边的收不收，不清楚，问{ASK}"
        case Fit.OPEN:
            return f"{item.receives}（两边都在重庆、四川的）"
        case _:
            return item.receives


def _trips(item: Item, fit: Fit) -> str:
    return f"不清楚；身边的窗口不收的，要回去办，先问{ASK}" if fit in (Fit.INSIDE, Fit.OUTSIDE) else item.trips


def _unknown(matter: str | None) -> Iterator[Step]:
    yield Step("这件事有没有通办，这里没有查到，不能猜。")
    yield Step(f"谁收：不清楚，问{ASK}。")
    yield Step(f"谁定：不清楚，一般是事情归的地方的机关{_said('事情归', matter)}，{CAUTION}。")
    yield Step("跑几趟：不清楚，先问清再跑。")
    yield Step("带什么：不清楚，问的时候一次问全；身份证一般要带。")


def _notes(item: Item, others: list[Item], person: str | None) -> Iterator[str]:
    yield f"{item.note}。"
    if not item.confirmed:
        day = f"，{item.checked}核对" if item.checked else "，没有核对过"
        yield f"来源：{item.source}（{_EVIDENCE[item.mark]}{day}）。没有机构确认过，{CAUTION}。"
    if others:
        yield f"要办的是{'、'.join(other.name for other in others)}的，请单独问。"
    yield from _partnerships(person)
    yield _TICKET


def _partnerships(person: str | None) -> Iterator[str]:
    for one in regions.partnerships():
        home, *away = one.places
        if named := [place for place in away if person and place in person]:
            yield f"{home}和{named[0]}等{one.count}地有《{one.name}》，事项清单没有取得，这件事在不在里面问窗口。"


def _said(what: str, place: str | None) -> str:
    return f"（您说{what}{place}）" if place else ""


def _short(place: str) -> str:
    return _PLACE.sub("", place.strip())
