"""Every command does its work through the terminal, and ends in words where it cannot."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from knowledge.statutes import build
from tests.bot.terminal import run


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a configuration of nothing but defaults."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def shelf(place: Path, statutes: Path) -> Path:
    """The same with the statutes built."""
    (place / "data").mkdir()
    shutil.copy(statutes, place / "data")
    return place


def test_without_a_command_the_commands_are_listed(place: Path) -> None:
    ran = run(place)
    for command in ("serve", "chat", "ask", "kb", "evaluate", "bench", "db", "user", "backup", "restore", "doctor"):
        assert command in ran.out + ran.err


def test_kb_stats_counts_topics_questions_and_citations(place: Path) -> None:
    counted = json.loads(run(place, "kb", "stats", "--json").out)
    assert counted["topics"] >= 60
    assert counted["questions"] >= 8 * counted["topics"]
    assert counted["citations"] > counted["topics"]
    assert f"topics: {counted['topics']}" in run(place, "kb", "stats").out


def test_kb_check_ends_with_zero_where_nothing_is_wrong(shelf: Path) -> None:
    ran = run(shelf, "kb", "check")
    assert ran.code == 0, ran.out
    assert ran.out.splitlines()[-1].startswith("0 个错误")
    assert [p for p in json.loads(run(shelf, "kb", "check", "--json").out) if p["severity"] == "error"] == []


def test_kb_check_on_another_day_names_file_and_line_and_fails(shelf: Path) -> None:
    ran = run(shelf, "kb", "check", "--json", "--as-of", "2019-01-01")
    wrong = [p for p in json.loads(ran.out) if p["severity"] == "error"]
    assert ran.code == 1
    assert wrong
    assert all(Path(p["path"]).exists() and p["line"] > 1 and p["message"] for p in wrong)


def test_kb_show_reads_a_topic_with_its_articles(shelf: Path) -> None:
    now = run(shelf, "kb", "show", "dog-bite").out
    then = run(shelf, "kb", "show", "dog-bite", "--as-of", "2025-06-01").out
    assert "《治安管理处罚法》第八十九条" in now
    assert "要留的证据" in now
    assert "《治安管理处罚法》第" not in then


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kb", "show", "no-such-topic"), "no-such-topic"),
        (("kb", "check", "--as-of", "soon"), "不是日期"),
        (("ask",), "请给出问题"),
        (("ask", "问", "--as-of", "soon"), "不是日期"),
        (("ask", "--file", "nowhere.jsonl"), "nowhere.jsonl：读不了"),
        (("evaluate", "--file", "nowhere.jsonl"), "nowhere.jsonl：读不了"),
        (("backup", "copy.db"), "还没有数据库"),
        (("backup", "no/such/folder/copy.db"), "文件夹要先有"),
        (("restore", "nowhere.db"), "不是完好的备份"),
        (("user", "add", "li", "李", "--role", "king"), "没有 king 这种角色"),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_with_code_two(place: Path, words: tuple[str, ...], said: str) -> None:
    ran = run(place, *words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_broken_line_of_a_file_is_named_before_anything_is_asked(place: Path) -> None:
    (place / "q.jsonl").write_text('{"question": "a"}\n{"question": "b"\n{"question": "c", "as_of": "x"}\n')
    ran = run(place, "ask", "--file", "q.jsonl", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "第 2 行" in ran.err
    assert "第 3 行：as_of" in ran.err


def test_statutes_that_are_malformed_are_not_imported(shelf: Path) -> None:
    (shelf / "law.jsonl").write_text("{broken\n")
    before = (shelf / "data" / "statutes.db").read_bytes()
    ran = run(shelf, "kb", "statutes", "import", "law.jsonl")
    assert ran.code == 1
    assert "law.jsonl" in ran.err
    assert (shelf / "data" / "statutes.db").read_bytes() == before


def test_the_database_is_brought_to_the_newest_schema_once(place: Path) -> None:
    assert [run(place, "db", "upgrade").out for _ in range(2)] == ["已升级\n", "已是最新\n"]
    with sqlite3.connect(place / "data" / "legalbot.db") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert {"inbox", "outbox", "residents", "tickets", "users"} <= tables


def test_a_database_out_of_reach_is_said_in_a_line_with_code_one(place: Path) -> None:
    url = "postgresql+asyncpg://u:verysecret@127.0.0.1:1/d"
    ran = run(place, "db", "upgrade", env={"DATABASE_URL": url})
    assert ran.code == 1
    assert "数据库用不了" in ran.err
    assert "verysecret" not in ran.err


def test_rates_are_brought_in_once_and_a_faulty_line_changes_nothing(place: Path, tmp_path: Path) -> None:
    table, source = tmp_path / "lpr.yaml", tmp_path / "rates.csv"
    table.write_text("rates: []\n", encoding="utf-8")
    source.write_text("2024-02-20,3.45,样例\n", encoding="utf-8")
    ran = run(place, "kb", "lpr", "import", str(source), "--to", str(table))
    assert (ran.code, ran.out.startswith("新增1个月，改了0个月")) == (0, True), ran.err
    assert "没有变化" in run(place, "kb", "lpr", "import", str(source), "--to", str(table)).out
    kept = table.read_bytes()
    source.write_text("2024-03-20,3.45,样例\n2024-04-22,很低,样例\n", encoding="utf-8")
    ran = run(place, "kb", "lpr", "import", str(source), "--to", str(table))
    assert ran.code == 1
    assert "第2行" in ran.err
    assert table.read_bytes() == kept
