"""The bureau assesses a month, grants an appeal with a reason, and the workbook gives the number again."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import assessing
from bot.assessing import DETAIL, SUMMARY
from handlers.audit import Act as Kept
from handlers.desk import assessments
from handlers.desk.assessments import Score, Weights
from handlers.desk.clocks import Alarm, Kind
from handlers.desk.states import Act
from handlers.errors import NotYours, Refused
from handlers.staff import Role
from storage.schema import corrections, events
from storage.store import Store
from tests.bot.terminal import run
from tests.storage.given import NOW, adviser, opened_ticket, rows, staff

START, END = assessments.month("2026-11")
MINUTE = 60_000


async def _month(store: Store) -> int:
    """One reply in time, one late after the clock ran out, one closed and rated; the number of the adviser."""
    number = await adviser(store, "li")
    first, second = (await opened_ticket(store)).receipt, (await opened_ticket(store, "2")).receipt
    said: list[dict[str, Any]] = [
        {"receipt": first, "act": Act.ANSWER, "kind": Kind.FIRST, "took": 30 * MINUTE, "target": 60 * MINUTE},
        {"receipt": second, "act": Alarm.BACK, "kind": Kind.FIRST, "took": 60 * MINUTE, "target": 60 * MINUTE},
        {"receipt": second, "act": Act.ANSWER, "kind": Kind.FIRST, "took": 90 * MINUTE, "target": 60 * MINUTE},
        {"receipt": first, "act": Act.CLOSE, "kind": Kind.RESOLUTION, "took": 9 * MINUTE, "target": 60 * MINUTE},
        {"receipt": first, "act": Act.RATE, "detail": "4"},
    ]
    shared = {"by": number, "owner": number, "state": "claimed", "tier": "village", "rung": 0, "detail": ""}
    missing = {"kind": None, "took": None, "target": None}
    at = int(NOW.timestamp() * 1000)
    held = [missing | shared | {"at": at + n} | one for n, one in enumerate(said)]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(events), held)

    await store.writer.write(work)
    return number


async def _scores(store: Store) -> tuple[Score, ...]:
    return assessments.assess(await store.assessments.recorded(START, END), Weights(), START, END)


async def test_an_appeal_that_is_granted_changes_the_score_and_is_written_down(store: Store) -> None:
    await _month(store)
    admin = await staff(store, "admin", role=Role.ADMIN)
    (score,) = await _scores(store)
    assert score.points == Decimal("72.0")  # 40 × 1/2 + 30 + 30 × 4/5 − 2
    late = [r.id for r in await rows(store, events) if r.act in (Alarm.BACK, Act.ANSWER)][1:]
    for event in late:
        assert await store.assessments.correct(event, "11月24日停机", admin, NOW)
        assert not await store.assessments.correct(event, "又一次", admin, NOW)
    (score,) = await _scores(store)
    assert score.points == Decimal("94.0")
    assert [(r.reason, r.by) for r in await rows(store, corrections)] == [("11月24日停机", admin.id)] * 2
    deeds = [line.deed for line in await store.audit.page() if line.deed.act == Kept.CORRECTED]
    assert sorted(d.detail for d in deeds) == sorted(f"event:{event}" for event in late)
    assert (await store.audit.check()).broken is None
    assert await _scores(store) == (score,)


async def test_nobody_but_an_admin_corrects_and_only_with_a_reason(store: Store) -> None:
    await _month(store)
    admin, publisher = await staff(store, "admin", role=Role.ADMIN), await staff(store, "zhou", role=Role.PUBLISHER)
    event = (await rows(store, events))[0].id
    with pytest.raises(NotYours):
        await store.assessments.correct(event, "停机", publisher, NOW)
    with pytest.raises(NotYours):
        await store.assessments.correct(event + 999, "停机", admin, NOW)
    with pytest.raises(Refused):
        await store.assessments.correct(event, " ", admin, NOW)
    assert await rows(store, corrections) == []


async def test_the_workbook_gives_the_number_again(store: Store) -> None:
    number = await _month(store)
    made = assessing.workbook(await _scores(store), {number: ("li", "李顾问")}, Weights())
    with CalamineWorkbook.from_filelike(BytesIO(made)) as book:
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    weights: dict[Any, Any] = {row[0]: row[1] for row in sheets["权重"][1:]}
    shares: dict[Any, list[Any]] = {}
    for row in sheets[DETAIL][1:]:
        shares.setdefault(row[2], []).append(row[8])
    rated = {name: held for name, held in shares.items() if held[0] != ""}
    base = 100 * sum(weights[n] * sum(h) / len(h) for n, h in rated.items()) / sum(weights[n] for n in rated)
    taken = sum(weights[n] * len(h) for n, h in shares.items() if n not in rated)
    assert sheets[SUMMARY][1][-1] == pytest.approx(base - taken)
    assert sheets[SUMMARY][1][:2] == ["li", "李顾问"]


def test_the_commands_say_what_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    assert "2026-11 没有可考核的记录" in run(tmp_path, "assess", "2026-11").out
    assert run(tmp_path, "assess", "2026-11", "--xlsx", "a.xlsx").code == 0
    assert (tmp_path / "a.xlsx").exists()
    assert (run(tmp_path, "assess", "11月").code, run(tmp_path, "assess", "11月").err[:4]) == (2, "没有做：")
    assert "没有登录名 li" in run(tmp_path, "correct", "1", "--by", "li", "--reason", "停机").err
