"""Read a day as people say it, or ask again with an example."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from knowledge.clocks.periods import add_months
from knowledge.numerals import from_chinese
from knowledge.results import Unclear

EARLIEST = date(1950, 1, 1)
AHEAD = 50  # years
LIMIT = 2000  # characters of a sentence that are read
_REST = 20  # characters that may stand beside the day in an answer: 我是……收到的判决书


@dataclass(frozen=True, slots=True)
class Said:
    """A day somebody named; `is_rough` where the words mean about that day (8月底, 两个月前)."""

    day: date
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class _Now:
    """From where relative words count, and whether a day without a year lies ahead."""

    today: date
    future: bool


_Match: TypeAlias = re.Match[str]
_Reader: TypeAlias = Callable[[_Match, _Now], Said]


def day(text: str, today: date, *, future: bool = False) -> date:
    """The day that the text as a whole says; without a year the last past one, or the next. Raises Unclear."""
    return said(text, today, future=future).day


def find_day(sentence: str, today: date, *, future: bool = False) -> date | None:
    """The one day that a sentence names; None if it names none, or several."""
    found = find(sentence, today, future=future)
    return found.day if found else None


def said(text: str, today: date, *, future: bool = False) -> Said:
    """As `day`, and whether it is only about that day; raises Unclear."""
    plain, now = _plain(text), _Now(today, future)
    whole = [(match, read) for form, read in _WHOLE if (match := form.fullmatch(plain))]
    matches = whole[:1] or _matches(plain)
    days = _days(matches, now)
    rest = _without(plain, matches)
    if len(days) > 1:
        raise Unclear(f"您说了不止一天，请只写一天，比如{_example(now)}。")
    if not days or len(rest) > _REST or _DOUBT.search(rest):
        raise Unclear(_ask(plain, now))
    return _rough(days, plain)


def find(sentence: str, today: date, *, future: bool = False) -> Said | None:
    """As `find_day`, and whether it is only about that day."""
    plain, now = _plain(sentence), _Now(today, future)
    matches = _matches(plain)
    try:
        days = _days(matches, now)
    except Unclear:
        return None
    if len(days) != 1 or (_needs_year(matches) and _YEAR.search(_without(plain, matches))):
        return None
    return _rough(days, plain)


def _days(matches: list[tuple[_Match, _Reader]], now: _Now) -> dict[date, bool]:
    """The days that were said, and whether each is rough."""
    days: dict[date, bool] = {}
    for match, read in matches:
        one = _within(read(match, now), now)
        days[one.day] = one.is_rough
    return days


def _rough(days: dict[date, bool], plain: str) -> Said:
    ((only, rough),) = days.items()
    return Said(only, rough or bool(_ABOUT.search(plain)))


def _within(one: Said, now: _Now) -> Said:
    if not EARLIEST <= one.day <= add_months(now.today, AHEAD * 12):
        raise Unclear(f"年份好像不对，请再看看，写成年月日，比如{_example(now)}。")
    return one


# --- the forms --------------------------------------------------------------------------------------------------------

_FOLD = str.maketrans(
    {"號": "号", "週": "周", "後": "后", "個": "个", "兩": "两", "俩": "两个", "仨": "三个", "廿": "二十", "卅": "三十"}
    | {"禮": "礼", "點": "点", "時": "时", "來": "来", "○": "〇"}
)
_DIGIT = "零〇一二三四五六七八九"
_Y = (
    rf"(?:(?P<y>\d{{4}}|\d{{2}}|[{_DIGIT}]{{4}}|[{_DIGIT}]{{2}})年"
    r"|(?P<ry>大前年|前年|去年|上年|今年|本年|明年|后年)的?)"
)
# 八月十五 without 日 or 号 is the feast by the lunar calendar
_M = (
    r"(?!(?:八月十五|七月(?:半|十五|七)|三月三|五月五|九月九)(?![日号十]))"
    r"(?P<m>\d{1,2}|十[一二]?|[一二三四五六七八九])月份?的?"
)
_D = r"(?P<d>\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_CLOSE = r"[日号]?(?:\(?(?:周|星期|礼拜)[一二三四五六日天]\)?)?"  # 1月5日（星期一）
_PART = r"(?P<part>上旬|中旬|下旬|初|中|底|末)"
_HOUR = (
    r"(?:凌晨|一大早|早上|早晨|上午|中午|下午|傍晚|晚上|半夜|夜里)?"
    rf"(?:(?:\d{{1,2}}|[{_DIGIT}十两]{{1,3}})(?:[点时]半?|:\d\d(?::\d\d)?)(?:钟|多|\d{{1,2}}分?)?)?"
)
# not the tail or the head of another word, of a range's border or of a number: 每周五, 第15号, 上周五以前, 周五百
_START = rf"(?<![\d每第\-./~年月周{_DIGIT}十两几半])(?<!农历)(?<!阴历)(?<!旧历)(?<!农历的)(?<!闰)"
_END = (
    rf"(?![\d{_DIGIT}十百千万亿两多几来个旬]|以?[内前](?![天晚夫妻])|之[内前后]|以后|后(?!悔)|[%元块岁人份条年月日号]"
    r"|星期|礼拜)"
)
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "前晚": -2, "前儿": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨儿": -1,
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今儿": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "明儿": 1,
    "大后天": 3, "后天": 2, "后日": 2, "前儿个": -2, "昨儿个": -1, "今儿个": 0, "明儿个": 1,
}  # fmt: skip
_WEEKDAYS = {
    word: number for number, words in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for word in words
}


def _calendar(match: _Match, now: _Now) -> Said:
    """2026年11月20日, 去年3月2号, 11月20, 8月底."""
    said = match.groupdict()
    month = _number(said["m"])
    if part := said.get("part"):
        return Said(_dated(said, now, lambda year: _part(year, month, part)), is_rough=True)
    number = _number(said["d"])
    year = _year(said, now)
    name = f"{year}年{month}月{number}日" if year else f"{month}月{number}日"
    return Said(_dated(said, now, lambda year: _date(year, month, number), name))


def _year_end(match: _Match, now: _Now) -> Said:
    """去年年底, 2025年初."""
    year = _year(match.groupdict(), now) or now.today.year
    return Said(date(year, 1, 1) if match["part"] == "初" else date(year, 12, 31), is_rough=True)


def _month(match: _Match, now: _Now) -> Said:
    """上个月15号, 上月底."""
    steps = match["rm"].count("下") - match["rm"].count("上")
    first = add_months(now.today.replace(day=1), steps)
    if part := match["part"]:
        return Said(_part(first.year, first.month, part) or first, is_rough=True)
    number = _number(match["d"])
    found = _date(first.year, first.month, number)
    if not found:
        raise _missing(f"{first.month}月{number}日", now)
    return Said(found)


def _bare(match: _Match, now: _Now) -> Said:
    """15号: of this month or of the nearest that has such a day."""
    number = _number(match["d"])
    first = now.today.replace(day=1)
    months = (add_months(first, step if now.future else -step) for step in range(4))
    fits = (found for month in months if (found := _date(month.year, month.month, number)) and _is_on_side(found, now))
    nearest = next(fits, None)
    if nearest is None:
        raise _missing(f"{number}号", now)
    return Said(nearest)


def _weekday(match: _Match, now: _Now) -> Said:
    """上周五, 本周三, 周二."""
    monday = now.today - timedelta(days=now.today.weekday())
    found = monday + timedelta(days=_WEEKDAYS[match["wd"]])
    which = match["rw"] or ""
    weeks = which.count("下") - which.count("上")
    if not which and not _is_on_side(found, now):
        weeks = 1 if now.future else -1
    return Said(found + timedelta(weeks=weeks))


def _relative(match: _Match, now: _Now) -> Said:
    """昨天, 大前天."""
    return Said(now.today + timedelta(days=_DAYS[match["word"]]))


def _ago(match: _Match, now: _Now) -> Said:
    """3天前, 一周前, 两个月前, 一年半前, 半年后."""
    sign = 1 if match["way"].endswith("后") else -1
    unit, half = match["unit"][-1], match["n"] == "半"
    number = 0 if half else _number(match["n"]) * sign
    if unit in "天日":
        return Said(now.today + timedelta(days=number))
    if unit in "周期拜":
        return Said(now.today + timedelta(weeks=number), is_rough=True)
    if unit == "月":
        return Said(now.today + timedelta(days=15 * sign) if half else add_months(now.today, number), is_rough=True)
    return Said(add_months(now.today, number * 12 + (6 * sign if half or match["half"] else 0)), is_rough=True)


_AGO = (
    r"(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,4}|半(?=个?月|年))"
    r"(?P<unit>天|日|个?周|个?星期|个?礼拜|个?月|年)(?P<half>(?<=年)半)?"
)
_BESIDE = r"(?<![路街巷弄村组楼栋幢室门编账证车工])"
_PLACE = r"(?![楼院线房门桌床车店厂井机铺码令文地仓])"
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(f"{_START}{form}{_HOUR}{_END}"), read)
    for form, read in (
        (rf"{_Y}?{_M}(?:{_D}{_CLOSE}|{_PART})", _calendar),
        (rf"(?P<y>\d{{4}})(?P<s>[-./])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){_CLOSE}", _calendar),
        (r"(?P<y>19\d\d|20\d\d)(?P<m>\d\d)(?P<d>\d\d)", _calendar),
        (rf"{_Y}年?(?P<part>初|底|末)", _year_end),
        (rf"(?P<rm>上上个?|上个?|这个?|本|下下个?|下个?)月份?的?(?:{_D}[日号]?|{_PART})", _month),
        (rf"{_BESIDE}{_D}[日号]{_PLACE}", _bare),
        (r"(?P<rw>上{1,3}|这|本|下{1,3})?个?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天1-7])(?![直天共])", _weekday),
        (rf"(?P<word>{'|'.join(sorted(_DAYS, key=len, reverse=True))})", _relative),
        (rf"{_AGO}(?P<way>以前|之前|前)", _ago),
    )
)
# only where the text says nothing else: in a sentence 11.20 may be money, and 七天后 counts from another day
_WHOLE: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"(?P<m>\d{1,2})[-./](?P<d>\d{1,2})"), _calendar),
    (re.compile(rf"{_AGO}(?P<way>以后|之后|后)"), _ago),
)


def _matches(plain: str) -> list[tuple[_Match, _Reader]]:
    """Every form in the text, from left to right; of two that overlap, the earlier and then the longer."""
    found = [(match, read) for form, read in _FORMS for match in form.finditer(plain)]
    kept: list[tuple[_Match, _Reader]] = []
    for match, read in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        if not kept or match.start() >= kept[-1][0].end():
            kept.append((match, read))
    return kept


def _needs_year(matches: list[tuple[_Match, _Reader]]) -> bool:
    """Whether a day was said without its year."""
    return any(read in (_calendar, _bare) and not _has_year(match.groupdict()) for match, read in matches)


def _has_year(groups: dict[str, str | None]) -> bool:
    return bool(groups.get("y") or groups.get("ry"))


def _without(plain: str, matches: list[tuple[_Match, _Reader]]) -> str:
    for match, _ in reversed(matches):
        plain = plain[: match.start()] + plain[match.end() :]
    return plain


# --- numbers and dates ------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:LIMIT]).translate(_FOLD)
    return "".join(folded.split()).strip(",，。.!！~、;；")


def _number(text: str) -> int:
    return from_chinese(text) or 0


def _year(groups: dict[str, str | None], now: _Now) -> int | None:
    if relative := groups.get("ry"):
        return now.today.year + _YEARS[relative]
    if not (year := groups.get("y")):
        return None
    number = _number(year)
    if len(year) > 2:
        return number
    return number + (2000 if number <= now.today.year % 100 + AHEAD // 5 else 1900)


def _dated(groups: dict[str, str | None], now: _Now, in_year: Callable[[int], date | None], name: str = "") -> date:
    """The day in the year said, or else in the nearest year on the right side that has it."""
    year = _year(groups, now)
    around = range(9)  # years; 29 February comes back within eight
    years = [year] if year is not None else [now.today.year + (step if now.future else -step) for step in around]
    fits = (found for one in years if (found := in_year(one)) and (year is not None or _is_on_side(found, now)))
    nearest = next(fits, None)
    if nearest is None:
        raise _missing(name, now)
    return nearest


def _is_on_side(found: date, now: _Now) -> bool:
    return found >= now.today if now.future else found <= now.today


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _part(year: int, month: int, part: str) -> date | None:
    """The first day that the words may mean, save for 底 and 末, which are taken as the last."""
    first = _date(year, month, 1)
    if part in ("底", "末"):
        return first and add_months(first, 1) - timedelta(days=1)
    return first and first.replace(day={"初": 1, "上旬": 1, "中": 15, "中旬": 11, "下旬": 21}[part])


# --- asking again -----------------------------------------------------------------------------------------------------

_ABOUT = re.compile(r"大概|大约|差不多|好像|左右|前后|上下|约摸|多半")
_DOUBT = re.compile(rf"[不没未别吗?年月周\d]|星期|礼拜|以?前|[以之]后|[{_DIGIT}十][日号]")
_YEAR = re.compile(rf"[前去今明后当那同]年|年前|(?:\d{{2,4}}|[{_DIGIT}]{{2,4}})年")
_LUNAR = re.compile(
    r"农历|阴历|旧历|腊月|冬月|正月|闰|初[一二三四五六七八九十]|大年|年三十|三十夜|八月十五|七月(?:半|十五|七)|三月三|五月五|九月九"
)
_FEAST = re.compile(
    r"元旦|春节|过年|年[前后]|元宵|清明|五一|端午|七夕|国庆|中秋|重阳|冬至|除夕|圣诞|双十一|儿童节|妇女节"
)
_MONTH_ONLY = re.compile(rf"(?:\d{{1,2}}|[{_DIGIT}十]{{1,2}}|[上下这本]个?)月份?|[前去今]年")


def _example(now: _Now) -> str:
    return f"“{now.today.year}年{now.today.month}月{now.today.day}日”"


def _missing(name: str, now: _Now) -> Unclear:
    return Unclear(f"日历上没有{name}这一天，请再看看，写成年月日，比如{_example(now)}。")


def _ask(plain: str, now: _Now) -> str:
    if _LUNAR.search(plain):
        return f"您说的像是农历。期限按公历算，请查一下日历，写公历的年月日，比如{_example(now)}。"
    if _FEAST.search(plain):
        return f"过节前后有好几天，请写具体是哪年哪月哪日，比如{_example(now)}。"
    if _MONTH_ONLY.search(plain):
        return f"请说到具体哪一天，比如{_example(now)}。记不准的，看看文书、短信或转账记录上的日期。"
    return f"没看明白是哪一天。请写成年月日，比如{_example(now)}，也可以说“上周五”“3天前”。"
