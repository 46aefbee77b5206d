"""Read amounts of money and counts as people type them, or ask again; nothing is guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from knowledge.results import Unclear
from knowledge.sums import spoken

MOST = Decimal(10) ** 12  # yuan; beyond it somebody slipped on the keys
_AMOUNT = "请写数字，例如 35000 或 三万五"
_COUNT = "请写数字，例如 3 或 三年半"
_N = f"{spoken.CHARACTERS}+"
_D = r"[\d零一二三四五六七八九]"
_COINS = rf"零?(?:(?P<only>{_D})分|(?P<jiao>{_D})(?:[角毛](?:(?P<fen>{_D})分?)?)?)(?!{spoken.CHARACTERS})"
_YUAN = rf"\d+(?:\.\d+)?(?=[一二三四五六七八九]个)|{_N}"  # 3500一个月
_MONEY = rf"(?P<sign>¥|人民币|rmb|cny)?(?P<yuan>{_YUAN})(?P<unit>[元块圆](?:{_COINS})?)?"
_CHANGE = re.compile(rf"(?P<jiao>{_D})[角毛](?:(?P<fen>{_D})分?)?钱?")  # 两毛五
_BEFORE = re.compile(
    r"(?:[一总]共|总计|共计|合计|[每一]个?月|月薪|月?工资|大概|大约|差不多|至少|起码|超过|约|共|是|有|要|欠)*"
)
_WORKED = re.compile(r"(?:大概|大约|差不多|一共|总共|共|有|已经|才|干了|做了|上了|工作了?|满)*")
_AFTER = re.compile(r"(?:多|左右|上下|出头|以上|不止|的样子|人民币|rmb|现金|块|元|钱|整|正|吧|呢|啊|嘛|了|[。!.,;~])*")
_ABOUT = re.compile(r"大概|大约|差不多|至少|起码|超过|约|多|左右|上下|出头|以上|不止|的样子")

# in a sentence: what is no amount though it is a number, and what makes a bare number one
_NOT_MONEY = re.compile(
    r"年(?!底|初|前|后|终)|月(?!底|初|供)|[日号天岁条级斤亩里米平套间辆次份页周时分名户度吨台件楼栋层届期个只头口倍%]"
    r"|人(?!民币|家)|公[里斤]|小时|[-/:.]?\d|[a-z]"
)
_TIED = re.compile(r"(?:[\w.:/+−-]|第|负|百分之)$", re.ASCII)
_RANGE = re.compile(rf"{spoken.CHARACTERS}[元块]?(?:到|至|-|~|—)+(?:{_N}[元块]|{_D}*[十百千万亿])")
_CUE = re.compile(
    r"(?:[欠借还赔付给交薪钱价贷花转卖买收罚费款挣赚骗少差补约共]|工资|[押定订保现本赔]金|彩礼|赔偿|损失|押了?)\D{0,5}$"
)
_BARE = re.compile(r"\d{3,8}(?:\.\d{1,2})?")

_TIME = re.compile(
    rf"(?:(?P<years>{_N})(?:周?年|周?岁)(?P<half>半)?)?[零又]?(?:(?P<months>{_N})个?(?P<month_half>半)?月)?[零又]?"
    rf"(?:(?P<days>{_N})[天日])?多?"
)
_COUNTED = re.compile(
    rf"(?:百分之)?(?P<number>{_N})(?:个(?P<half>半)?|[位名口级次件套份户条期倍项处张分厘%天日]|小时|元)?"
    r"(?:人|小?孩(?:子|儿)?|娃(?:娃|儿)?|子女|儿女|伤残|工伤|小时|钟头|星期|利息)?"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """An amount in a text; `explicit` where money or a great unit is said with it."""

    value: Decimal
    rough: bool
    explicit: bool


def amount(text: str) -> Decimal:
    """The sum of yuan that the whole text says, exact to the fen; raises Unclear. For 两千多 see `is_rough`."""
    folded = "".join(spoken.fold(text).split())
    return _whole(folded).value


def is_rough(text: str) -> bool:
    """Whether what is said is no exact sum: 两千多, 三万左右."""
    folded = "".join(spoken.fold(text).split())
    try:
        return _whole(folded).rough
    except Unclear:
        return any(found.rough for found in _spans(spoken.fold(text)))


def find_amount(text: str) -> Decimal | None:
    """The one amount in a sentence; None if there is none, or more than one, or a range."""
    folded = spoken.fold(text)
    values = {found.value for found in _spans(folded)}
    return values.pop() if len(values) == 1 and not _RANGE.search(folded) else None


def count(text: str) -> Decimal:
    """The number of years (八个月 is 8/12, 三年半 3.5) or of whatever is counted; raises Unclear."""
    folded = "".join(spoken.fold(text).split())
    folded = _WORKED.sub("", folded, count=1)
    folded = re.sub(r"(?:左右|多|了|吧|[。.,])$", "", folded)
    value = _time(folded)
    if value is None:
        value = _counted(folded)
    if value is None:
        raise Unclear(_COUNT)
    return value


def _whole(folded: str) -> _Found:
    start = _BEFORE.match(folded)
    rest = folded[start.end() if start else 0 :]
    if change := _CHANGE.fullmatch(rest):
        return _Found(_coins(change["jiao"], change["fen"]), rough=False, explicit=True)
    match = re.match(_MONEY, rest)
    found = _money(match) if match and _AFTER.fullmatch(rest, match.end()) else None
    if found is None:
        raise Unclear(_AMOUNT)
    return _Found(found.value, found.rough or bool(_ABOUT.search(folded)), found.explicit)


def _money(match: re.Match[str]) -> _Found | None:
    number = match["yuan"].rstrip(".点")
    said = spoken.parse(number)
    if said is None or number == "半":
        return None
    value = said.value + _coins(match["jiao"], match["fen"] or match["only"])
    if value > MOST or value != round(value, 2):
        return None
    explicit = bool(match["sign"] or match["unit"]) or any(unit in number for unit in "百千万亿")
    return _Found(round(value, 2), said.rough, explicit)


def _coins(jiao: str | None, fen: str | None) -> Decimal:
    tenths, hundredths = (spoken.parse(digit) if digit else None for digit in (jiao, fen))
    return (tenths.value / 10 if tenths else Decimal(0)) + (hundredths.value / 100 if hundredths else Decimal(0))


def _spans(folded: str) -> Iterator[_Found]:
    """Every amount in a sentence."""
    for match in re.finditer(_MONEY, folded):
        before = folded[max(0, match.start() - 12) : match.start()]
        found = _money(match)
        if not found or _TIED.search(before):
            continue
        if not match["unit"] and _NOT_MONEY.match(folded, match.end()):
            continue
        if found.explicit or (_BARE.fullmatch(match["yuan"]) and _CUE.search(before)):
            about = _ABOUT.match(folded, match.end()) or _ABOUT.search(before[-3:])
            yield _Found(found.value, found.rough or bool(about), found.explicit)


def _time(folded: str) -> Decimal | None:
    match = _TIME.fullmatch(folded)
    if not match or not (match["years"] or match["months"]):
        return None
    years, months, days = _number(match["years"]), _number(match["months"]), _number(match["days"])
    if years is None or months is None or days is None:
        return None
    half = Decimal("0.5")
    months += half if match["month_half"] else 0
    return years + (half if match["half"] else 0) + months / 12 + days / 365


def _counted(folded: str) -> Decimal | None:
    match = _COUNTED.fullmatch(folded)
    number = _number(match["number"]) if match else None
    return None if number is None or not match else number + (Decimal("0.5") if match["half"] else 0)


def _number(text: str | None) -> Decimal | None:
    said = spoken.parse(text) if text else spoken.Spoken(Decimal(0))
    return said.value if said else None
