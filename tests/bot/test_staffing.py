"""A workbook of villages and staff is taken in whole and once, or every faulty cell is named and nothing changes."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import staffing
from handlers.audit import Act
from handlers.desk.personnel import Person, Register
from handlers.messages import Address
from handlers.staff import Role
from knowledge.sheets import SheetError
from storage.schema import profiles, sessions, users
from storage.store import Store
from tests.bot.terminal import run
from tests.bot.workbooks import workbook
from tests.storage.given import NOW, rows

ADVISER = [
    "li",
    "李顾问",
    "村居法律顾问",
    "安居镇示例一村、旧县街道示例一村",
    "15001202010000001",
    "2027-05-31",
    "劳动",
    "LiGuWen",
]
TOWNS = [["安居镇", "示例一村"], ["旧县街道", "示例一村"]]
LI = Person(
    "li",
    "李顾问",
    Role.ADVISER,
    frozenset({("安居镇", "示例一村"), ("旧县街道", "示例一村")}),
    "15001202010000001",
    date(2027, 5, 31),
    frozenset({"劳动"}),
    wecom="LiGuWen",
)


def book(path: Path, places: list[list[Any]], staff: list[list[Any]]) -> Path:
    path.write_bytes(workbook(places, staff))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return book(tmp_path / "staff.xlsx", TOWNS, [ADVISER])


def test_what_a_workbook_lists_is_read(file: Path) -> None:
    assert staffing.read(file, Register()) == Register(LI.places, {"li": LI})


def test_the_examples_of_the_template_are_not_taken_in() -> None:
    assert staffing.read(staffing.template(), Register()) == Register()


@pytest.mark.parametrize(
    ("column", "said", "cell"),
    [
        (0, "l i", "人员!A2：登录名"),
        (0, "gone", "人员!A2：登录名 gone 已停用"),
        (1, "", "人员!B2：“姓名”是空的"),
        (2, "国王", "人员!C2：没有“国王”这种角色"),
        (3, "火星一村", "人员!D2：没有“火星一村”"),
        (4, 15001202010000001, "人员!E2：长号码"),
        (7, "李 顾问", "人员!H2：企业微信账号要是"),
        (7, "Taken", "人员!H2：企业微信账号 Taken 已经是 wang 的"),
        (5, "明年", "人员!F2：明年 不是日期"),
        (6, "星座", "人员!G2：没有“星座”这个领域"),
    ],
)
def test_a_cell_that_cannot_be_is_named(tmp_path: Path, column: int, said: object, cell: str) -> None:
    spoiled = [said if number == column else cell_ for number, cell_ in enumerate(ADVISER)]
    gone = dataclasses.replace(LI, login="gone", is_active=False, wecom="")
    wang = dataclasses.replace(LI, login="wang", wecom="Taken")
    held = Register(people={"gone": gone, "wang": wang})
    with pytest.raises(SheetError) as caught:
        staffing.read(book(tmp_path / "a.xlsx", TOWNS, [spoiled]), held)
    assert [fault[: len(cell)] for fault in caught.value.faults] == [cell]


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as caught:
        staffing.read(book(tmp_path / "a.xlsx", [*TOWNS, TOWNS[0], ["", "村"]], [ADVISER, ADVISER]), Register())
    assert [fault.split("：")[0] for fault in caught.value.faults] == ["村居!B4", "村居!A5", "人员!A3"]


async def test_a_list_is_taken_in_once_and_is_then_what_is_kept(store: Store, file: Path) -> None:
    held = await store.personnel.register()
    listed = staffing.read(file, held)
    assert await store.personnel.take_in(listed, held, {"li": "digest"}, None, NOW)
    assert await store.personnel.register() == listed
    lines = len(await store.audit.page())
    assert [line.deed.act for line in await store.audit.page()] == [
        Act.STAFF_IMPORTED,
        Act.USER_ADDED,
        Act.ADDRESS_LINKED,
    ]
    again = await store.personnel.register()
    assert await store.personnel.take_in(listed, again, {}, None, NOW)
    assert len(await store.audit.page()) == lines


async def test_tickets_reach_whoever_the_list_says_on_wecom(store: Store, file: Path) -> None:
    held = await store.personnel.register()
    await store.personnel.take_in(staffing.read(file, held), held, {"li": "digest"}, None, NOW)
    holders = await store.links.holders([Address("wecom", "LiGuWen")])
    assert [user.login for user in holders.values()] == ["li"]
    held = await store.personnel.register()
    moved = dataclasses.replace(LI, wecom="LiTwo")
    await store.personnel.take_in(Register(people={"li": moved}), held, {}, None, NOW)
    assert not await store.links.holders([Address("wecom", "LiGuWen")])
    assert await store.links.holders([Address("wecom", "LiTwo")])


def test_an_empty_cell_takes_no_account_away(tmp_path: Path) -> None:
    empty = [*ADVISER[:-1], ""]
    listed = staffing.read(book(tmp_path / "a.xlsx", TOWNS, [empty]), Register(people={"li": LI}))
    assert listed.people["li"].wecom == "LiGuWen"


async def test_a_change_keeps_the_password_and_what_the_list_does_not_name(store: Store, file: Path) -> None:
    held = await store.personnel.register()
    listed = staffing.read(file, held)
    await store.personnel.take_in(listed, held, {"li": "digest"}, None, NOW)
    held = await store.personnel.register()
    other = dataclasses.replace(LI, name="李律师", places=frozenset(), licensed_until=None)
    assert await store.personnel.take_in(Register(people={"li": other}), held, {}, None, NOW)
    assert await store.personnel.register() == Register(held.places, {"li": other})
    assert [(r.name, r.password) for r in await rows(store, users)] == [("李律师", "digest")]
    assert [r.licensed_until for r in await rows(store, profiles)] == [None]
    assert await rows(store, sessions) == []


async def test_nothing_is_taken_in_if_somebody_changed_the_staff_meanwhile(store: Store, file: Path) -> None:
    held = await store.personnel.register()
    listed = staffing.read(file, held)
    await store.people.add_villages([("巴川街道", ["示例社区"])])
    assert not await store.personnel.take_in(listed, held, {"li": "digest"}, None, NOW)
    assert await rows(store, users) == []


def test_the_commands_show_what_would_change_then_change_it_and_show_passwords_once(tmp_path: Path, file: Path) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    shown = run(tmp_path, "people", "import", str(file))
    assert "新增账号 li：姓名李顾问；角色村居法律顾问" in shown.out
    assert "一次性密码" not in shown.out
    done = run(tmp_path, "people", "import", str(file), "--apply")
    assert done.out.count("一次性密码") == 1
    again = run(tmp_path, "people", "import", str(file), "--apply")
    assert "新增 0 个村（社区）、0 个账号，修改 0 个账号" in again.out
    assert "一次性密码" not in again.out
    faulty = run(tmp_path, "people", "import", str(book(tmp_path / "b.xlsx", [], [ADVISER])))
    assert faulty.code == 0  # the villages are known by now
    faulty = run(tmp_path, "people", "import", str(book(tmp_path / "b.xlsx", [["", "x"]], [])))
    assert (faulty.code, "村居!A2" in faulty.err) == (1, True)


def test_the_template_is_written_by_a_command(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    assert run(tmp_path, "people", "template", "a.xlsx").code == 0
    assert (tmp_path / "a.xlsx").exists()
    assert run(tmp_path, "people", "template", "missing/a.xlsx").code == 2


async def test_who_is_on_duty_when_is_taken_in_and_decides_who_gets_what_nobody_else_can(
    store: Store,
) -> None:
    day = date(2027, 2, 8)

    async def take_in(*rows: list[Any]) -> str:
        intake = await staffing.look(store, workbook(TOWNS, [ADVISER], rows))
        await staffing.take_in(store, intake, None, NOW)
        return "\n".join(intake.words)

    assert "值班 li：无→2027-02-08 到 2027-02-14、2027-03-01" in await take_in(
        ["li", "2027-02-08", "2027-02-14"], ["li", "2027-03-01", "2027-03-01"]
    )
    sitting = {at: (await store.rosters.roster((), day + at * timedelta(1))).duty for at in (-1, 0, 6, 7)}
    assert [bool(duty) for duty in sitting.values()] == [False, True, True, False]
    again = await staffing.look(store, workbook(TOWNS, [ADVISER]))
    assert not again.difference, "without the sheet nothing changes"
    assert "→无" in await take_in(["li", "", ""])
    assert not (await store.rosters.roster((), day)).duty


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["wang", "2027-02-08", "2027-02-14"], "值班!A2：没有登录名是 wang"),
        (["li", "明天", "2027-02-14"], "值班!B2：明天 不是日期"),
        (["li", "2027-02-08", ""], "值班!C2：从哪天、到哪天"),
        (["li", "2027-02-08", "2027-02-07"], "值班!C2：不能早于"),
    ],
)
def test_a_faulty_duty_is_named_by_its_cell(row: list[Any], said: str) -> None:
    with pytest.raises(SheetError, match=said):
        staffing.read(workbook(TOWNS, [ADVISER], [row]), Register())
