"""Make out of one line who somebody is: 张三，男，45岁，汉族，农民，住铜梁区…，电话…."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

BLANK = "（　　　　）"  # to be filled in by hand
WORDS: Mapping[str, str] = {  # how each part stands in a document
    "姓名": "{}",
    "名称": "{}",
    "性别": "{}",
    "年龄": "{}",
    "民族": "{}",
    "职业": "职业：{}",
    "工作单位": "工作单位：{}",
    "住所": "住所：{}",
    "法定代表人": "法定代表人（主要负责人）：{}",
    "职务": "职务：{}",
    "联系方式": "联系方式：{}",
}
_LABELS: Mapping[str, str] = {
    "姓名": "姓名",
    "名称": "名称|(?:公司|单位)名称",
    "性别": "性别",
    "年龄": "年龄|今年",
    "民族": "民族",
    "职业": "职业",
    "工作单位": "工作单位|单位",
    "住所": "(?:家庭|现)?住址|住所地?|(?:家庭|单位|公司)?地址|[家现]住|住在|住",
    "联系方式": "联系电话|联系方式|电话号码|电话|手机号码|手机号?|微信号?",
    "法定代表人": "法定代表人|法人代表|法人|(?:主要)?负责人",
    "职务": "职务",
}
_OFFICES = r"(?:总|副总|副)?经理|(?:执行)?董事长?|老板|负责人|主任|(?:店|厂|院|校|局|所|站|社|队|理事)长"
_TRADES = (
    rf"{_OFFICES}|(?:在家)?务农|农民|农民工|打工|务工|经商|个体(?:户|经营)?|退休|无业|待业|自由职业|会计|保姆|司机|护士|医生"
    r"|学生|老师|工人|[一-鿿]{1,6}(?:员|工|师)"
)
_ORGANISATION = re.compile(
    r"公司|企业|集团|合作社|委员会|[村居]委会|政府|医院|学校|幼儿园|工作室|中心|银行|超市|酒店|饭店|餐馆|物业|派出所|分局|[支大]队"
    r"|街道办(?:事处)?|管委会|工程部|(?:经营|批发|营业|门市)部|[一-鿿]{3,}[局厂店所]"
)
_ADDRESS = re.compile(
    r".*(?:省|市|区|县|镇|乡|街道|村|社区?|组|路|街|巷|号|栋|幢|单元|室|楼|苑|小区)(?:附?\d+号?)?|.*\d+[-—]\d+(?:[-—]\d+)?"
)
_UNNAMED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("性别", re.compile(r"([男女])(?:性|的)?")),
    ("年龄", re.compile(r"([\d一二三四五六七八九十]{1,3}周?岁|\d{4}年.*生)")),
    ("民族", re.compile(r"([一-鿿]{1,6}族)")),
    ("联系方式", re.compile(r"(\+?\d[\d-]{6,13})")),
    ("工作单位", re.compile(r"在(.{2,}?)(?:上班|工作)")),
)
_LABELLED = tuple((part, re.compile(rf"(?:{words})(?:[是为:：]|号码是)?\s*(\S.*)")) for part, words in _LABELS.items())
_ROLE = re.compile(r"(?:原告|被告|被?申请人|[甲乙]方|对方|出借人|借款人|债[权务]人)?(?:我?[是叫]|名叫|[:：])?(?=.)")
_BREAK = re.compile(
    r"[，,；;、。\n]+|(?<=[一-鿿\d])\s+(?=[一-鿿\d])|(?=今年|[现家]住|(?<![家现庭])住[在址]|(?<!联系)(?:电话|手机)|联系(?:电话|方式)|工作单位|法定代表人)"
)


@dataclass(frozen=True, slots=True)
class Party:
    """The parts that were told, by their names in WORDS, and what fits none of them, as it was typed."""

    is_organisation: bool
    parts: Mapping[str, str]
    rest: tuple[str, ...] = ()


def read(text: str) -> Party:
    """Who the line is about; nothing that was typed is dropped but the words that only name a part."""
    first, *others = [
        piece.strip() for piece in _BREAK.split(re.sub(r"(?<=\d) (?=\d)", "", text)) if piece.strip()
    ] or [""]
    parts: dict[str, str] = {}
    rest: list[str] = []
    for part, value in (_first(first), *_parts(others)):
        if part == "住所" and part in parts and _ADDRESS.fullmatch(value):
            parts[part] += value  # an address typed with spaces in it
        elif not part or parts.setdefault(part, value) != value:
            rest.append(value)
    return _sorted(parts, tuple(rest))


def words(party: Party, required: Sequence[str], also: Sequence[str] = ()) -> str:
    """The party as a document introduces it, with a blank for each part that has to be there and was not told."""
    return "，".join((*_words(party, required, also), *party.rest))


def others(party: Party, listed: Collection[str]) -> str:
    """What was told beside the listed parts, for a form that has a cell for each of those."""
    told = (WORDS[part].format(value) for part, value in party.parts.items() if part not in listed)
    return "，".join((*told, *party.rest))


def _words(party: Party, required: Sequence[str], also: Sequence[str]) -> Iterator[str]:
    listed = dict.fromkeys((*required, *also, *party.parts))
    for part in (part for part in WORDS if part in listed):
        if part in party.parts:
            yield WORDS[part].format(party.parts[part])
        elif part in required:
            yield f"{part}{BLANK}"


def _first(piece: str) -> tuple[str, str]:
    """People begin with the name, whatever it looks like: 张路 is no road."""
    named = next(_parts([piece]))
    return ("姓名", _ROLE.sub("", piece, count=1)) if named[0] in ("", "职业", "工作单位", "住所", "职务") else named


def _parts(pieces: Sequence[str]) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        for part, pattern in (*_UNNAMED, *_LABELLED):
            if found := pattern.fullmatch(piece):
                yield part, f"{found[1]}岁" if part == "年龄" and found[1].isdecimal() else found[1]
                break
        else:
            yield _guess(piece), piece


def _guess(piece: str) -> str:
    if re.fullmatch(_TRADES, piece):
        return "职业"
    if _ORGANISATION.search(piece) and not re.search(r"\d", piece):
        return "工作单位"
    return "住所" if _ADDRESS.fullmatch(piece) else ""


def _sorted(parts: dict[str, str], rest: tuple[str, ...]) -> Party:
    """Of an organisation the name is its 名称, and 经理 an office, no trade."""
    named = parts.get("姓名", "")
    is_organisation = "名称" in parts or bool(_ORGANISATION.search(named))
    renamed = {"姓名": "名称", "职业": "职务"} if is_organisation else {"名称": "姓名"}
    return Party(is_organisation, {renamed.get(part, part): value for part, value in parts.items() if value}, rest)
