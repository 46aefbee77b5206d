"""Bring in villages and staff from a workbook: what is wrong by its cell, what would change, then the change."""

import asyncio
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook

from bot import app
from bot.config import Settings
from bot.people import LOGIN
from bot.web import passwords
from handlers.desk import personnel
from handlers.desk.personnel import Days, Difference, Person, Place, Register
from handlers.errors import Stale
from handlers.staff import ANSWERING, ROLE_NAMES
from knowledge import sheets
from knowledge.sheets import Row, SheetError
from knowledge.topics import FIELDS
from storage.migrate import upgrade
from storage.store import Store

PLACES, STAFF, DUTIES = "村居", "人员", "值班"
TOWN, VILLAGE = "镇街", "村居"
LOGIN_NAME, NAME, ROLE, POSTS = "登录名", "姓名", "角色", "负责村居"
LICENCE, UNTIL, SPECIALISMS = "执业证号", "执业证有效期至", "擅长领域"
WECOM = "企业微信账号"
FIRST, LAST = "从", "到"
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    PLACES: {TOWN: "示例镇", VILLAGE: "示例一村"},
    STAFF: {
        LOGIN_NAME: "shili",
        NAME: "示例顾问",
        ROLE: "村居法律顾问",
        POSTS: "示例镇示例一村、示例镇示例二村",
        LICENCE: "15001202010000000",
        UNTIL: "2027-05-31",
        SPECIALISMS: "劳动、婚姻家庭",
        WECOM: "shili",
    },
    DUTIES: {LOGIN_NAME: "shili", FIRST: "2027-02-08", LAST: "2027-02-14"},
}
_ROLES = {name: role for role, name in ROLE_NAMES.items()} | {str(role): role for role in ROLE_NAMES}
USERID = re.compile(r"[A-Za-z0-9_@.\-]{1,64}")
_BETWEEN = re.compile(r"[、，,;；\s]+")


def template() -> bytes:
    """An empty workbook with one example row a sheet, which is never taken in."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#666666", "num_format": "@"})
        text = book.add_format({"num_format": "@"})  # Excel rounds a licence number that is a number
        for name, example in EXAMPLES.items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(example) - 1, 22, text)
            sheet.write_row(0, 0, example, bold)
            sheet.write_row(1, 0, example.values(), grey)
            sheet.freeze_panes(1, 0)
    return out.getvalue()


def read(book: Path | bytes, held: Register) -> Register:
    """What a workbook lists; raises SheetError naming every cell that cannot be."""
    found = sheets.read(book, {name: tuple(example) for name, example in EXAMPLES.items()}, {DUTIES})
    rows = {name: [row for row in found[name] if not _is_example(row)] for name in found}
    faults: list[str] = []
    places = dict[Place, Row]()
    for row in rows[PLACES]:
        place = (row.text(TOWN), row.text(VILLAGE))
        faults += [row.at(header, f"“{header}”是空的") for header in (TOWN, VILLAGE) if not row.text(header)]
        if place in places:
            faults.append(row.at(VILLAGE, f"和第 {places[place].number} 行重复"))
        places.setdefault(place, row)
    known = {f"{town}{village}": (town, village) for town, village in sorted(held.places | places.keys())}
    logins: dict[str, Row] = {}
    for row in rows[STAFF]:
        faults += [row.at(header, message) for header, message in _faults(row, known, held, logins)]
        logins.setdefault(row.text(LOGIN_NAME), row)
    answering = _answering(logins, held)
    faults += [row.at(header, message) for row in rows[DUTIES] for header, message in _of_duty(row, answering)]
    if faults:
        raise SheetError(faults)
    people = {login: _person(row, known, held.people.get(login)) for login, row in logins.items()}
    return Register(frozenset(places), people, _duties(rows[DUTIES]))


def _is_example(row: Row) -> bool:
    return all(row.text(header) == said for header, said in EXAMPLES[row.sheet].items())


def _several(row: Row, header: str) -> Sequence[str]:
    return [part for part in _BETWEEN.split(row.text(header)) if part]


def _faults(
    row: Row, known: Mapping[str, Place], held: Register, before: Mapping[str, Row]
) -> Iterator[tuple[str, str]]:
    login, role = row.text(LOGIN_NAME), row.text(ROLE)
    if not LOGIN.fullmatch(login):
        yield LOGIN_NAME, "登录名要是 1 到 40 个不带空格的字符"
    yield from ((WECOM, message) for message in _of_wecom(row, held, before))
    if login in before:
        yield LOGIN_NAME, f"登录名 {login} 和第 {before[login].number} 行重复"
    if login in held.people and not held.people[login].is_active:
        yield LOGIN_NAME, f"登录名 {login} 已停用；要恢复，请先在“人员”里点姓名改成在用"
    if not row.text(NAME):
        yield NAME, "“姓名”是空的"
    if role not in _ROLES:
        yield ROLE, f"没有“{role}”这种角色；可写：{'、'.join(ROLE_NAMES.values())}"
    yield from (
        (POSTS, f"没有“{p}”这个村（社区），请先写进“{PLACES}”表") for p in _several(row, POSTS) if p not in known
    )
    if isinstance(row.day(UNTIL), str):
        yield UNTIL, f"{row.text(UNTIL)} 不是日期，请写成 2027-05-31 这样"
    if isinstance(row.cells[LICENCE], float) and row.cells[LICENCE] >= 1e15:
        yield LICENCE, "长号码存成了数字，后几位会变成 0；请把这一格改成文本再重新输入"
    unknown = [f for f in _several(row, SPECIALISMS) if f not in FIELDS]
    yield from ((SPECIALISMS, f"没有“{f}”这个领域；可写：{'、'.join(FIELDS)}") for f in unknown)


def _answering(listed: Mapping[str, Row], held: Register) -> Set[str]:
    """The logins of those who will answer tickets."""
    roles = {login: person.role for login, person in held.people.items() if person.is_active}
    roles |= {login: _ROLES[role] for login, row in listed.items() if (role := row.text(ROLE)) in _ROLES}
    return {login for login, role in roles.items() if role in ANSWERING}


def _of_duty(row: Row, answering: Set[str]) -> Iterator[tuple[str, str]]:
    login, first, last = row.text(LOGIN_NAME), row.day(FIRST), row.day(LAST)
    if login not in answering:
        yield LOGIN_NAME, f"没有登录名是 {login} 的村居法律顾问或首席专家"
    for header, day in ((FIRST, first), (LAST, last)):
        if isinstance(day, str):
            yield header, f"{day} 不是日期，请写成 2027-05-31 这样"
    if (first is None) != (last is None):
        yield FIRST if first is None else LAST, "从哪天、到哪天要么都写，要么都空着（空着就是不再值班）"
    if isinstance(first, date) and isinstance(last, date) and last < first:
        yield LAST, "不能早于开始的那天"


def _duties(rows: Iterable[Row]) -> Mapping[str, frozenset[Days]]:
    """The days of whoever is named; none where they are left empty."""
    found: dict[str, frozenset[Days]] = {}
    for row in rows:
        first, last = row.day(FIRST), row.day(LAST)
        days = {(first, last)} if isinstance(first, date) and isinstance(last, date) else set[Days]()
        found[row.text(LOGIN_NAME)] = found.get(row.text(LOGIN_NAME), frozenset()) | days
    return found


def _of_wecom(row: Row, held: Register, before: Mapping[str, Row]) -> Iterator[str]:
    """What is wrong with the id in WeCom: it is one person's, who answers tickets."""
    account = row.text(WECOM)
    if not account:
        return
    if not USERID.fullmatch(account):
        yield "企业微信账号要是 1 到 64 个字母、数字或 _-@."
    if (role := row.text(ROLE)) in _ROLES and _ROLES[role] not in ANSWERING:
        yield "只有村居法律顾问和首席专家用得上企业微信账号"
    others = {login: other.text(WECOM) for login, other in before.items()}
    others |= {login: person.wecom for login, person in held.people.items() if login not in before}
    if taken := [login for login, theirs in others.items() if theirs == account and login != row.text(LOGIN_NAME)]:
        yield f"企业微信账号 {account} 已经是 {taken[0]} 的"


def _person(row: Row, known: Mapping[str, Place], before: Person | None) -> Person:
    until = row.day(UNTIL)
    return Person(
        row.text(LOGIN_NAME),
        row.text(NAME),
        _ROLES[row.text(ROLE)],
        frozenset(known[p] for p in _several(row, POSTS)),
        row.text(LICENCE),
        None if isinstance(until, str) else until,
        frozenset(_several(row, SPECIALISMS)),
        wecom=row.text(WECOM) or (before.wecom if before else ""),
    )


@dataclass(frozen=True, slots=True)
class Intake:
    """What a workbook lists beside what is held."""

    listed: Register
    held: Register

    @property
    def difference(self) -> Difference:
        """What taking it in would do."""
        return personnel.compare(self.listed, self.held)

    @property
    def words(self) -> Sequence[str]:
        """The same, one change a line, and their number."""
        return [*personnel.lines(self.difference), str(self.difference)]


async def look(store: Store, book: Path | bytes) -> Intake:
    """What a workbook would change; raises SheetError."""
    held = await store.personnel.register()
    return Intake(await asyncio.to_thread(read, book, held), held)


async def take_in(store: Store, intake: Intake, by: int | None, now: datetime) -> Mapping[str, str]:
    """Change it; the one-time passwords of new accounts, which are shown once. Raises Stale, and nothing is changed."""
    given = {person.login: secrets.token_urlsafe(9) for person in intake.difference.added}
    digests = {login: await passwords.digest(password) for login, password in given.items()}
    if not await store.personnel.take_in(intake.listed, intake.held, digests, by, now):
        raise Stale("账号或村居刚被别人改过，什么都没导入；请再试一次")
    return given


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done, in words, and the one-time passwords of new accounts."""

    words: Sequence[str]
    passwords: Mapping[str, str]


async def bring(settings: Settings, path: Path, *, apply: bool) -> Brought:
    """Say from the command line what a workbook would change, and change it if asked; raises SheetError or Stale."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    store = app.connect(settings)
    try:
        intake = await look(store, path)
        if not apply:
            return Brought([*intake.words, "还没有导入；确认无误后加 --apply"], {})
        given = await take_in(store, intake, None, datetime.now(UTC))
        return Brought([*intake.words, "已导入"], given)
    finally:
        await store.close()
