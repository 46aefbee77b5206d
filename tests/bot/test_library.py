"""The knowledge base tells what is due, goes out to editors and comes back, and is never half changed."""

import json
import shutil
import time
from pathlib import Path

import pytest

from bot.engine import bare, has_other_laws
from knowledge import topics
from knowledge.statutes import build
from tests.bot.terminal import Ran, run


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("statutes") / "statutes.db"
    build.build(path)
    return path


@pytest.fixture
def place(tmp_path: Path, statutes: Path) -> Path:
    """A folder with a configuration of nothing but defaults and the statutes built."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copy(statutes, tmp_path / "data")
    return tmp_path


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.md")}


def edit(folder: Path, old: str, new: str) -> None:
    """Change the topic on adoption."""
    path = folder / "family" / "adoption.md"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an export writes."""
    place = tmp_path_factory.mktemp("export")
    (place / "config.toml").write_text("", encoding="utf-8")
    assert run(place, "kb", "export", "--to", "md").code == 0
    return place / "md"


@pytest.fixture
def exported(place: Path, folder: Path) -> Path:
    return Path(shutil.copytree(folder, place / "md"))


@pytest.mark.slow
def test_kb_due_lists_what_a_law_stops_first(place: Path) -> None:
    assert json.loads(run(place, "kb", "due", "--day", "2026-11-24", "--json").out) == []
    rows = json.loads(run(place, "kb", "due", "--day", "2027-01-02", "--json").out)
    trademark = next(row for row in rows if row["topic"] == "trademark-copyright")
    assert {(c["law"], c["on"]) for c in trademark["changes"]} == {("商标法", "2027-01-01")}
    said = run(place, "kb", "due", "--day", "2027-05-24").out
    assert "2027-01-01起停用：《医疗保障法》开始施行" in said
    assert said.splitlines()[-1] == f"到2027-05-24要复核的主题：{len(topics.load())}个"


@pytest.mark.slow
def test_kb_currency_names_topic_article_change_and_day(place: Path) -> None:
    before, after = (run(place, "kb", "currency", "--day", day).out for day in ("2026-12-31", "2027-01-01"))
    assert "2027-01-01  到时停用  trademark-copyright  《商标法》第五十七条换了新条文" in before
    assert "2027-01-01  已停用  trademark-copyright  《商标法》第五十七条换了新条文" in after
    rows = json.loads(run(place, "kb", "currency", "--day", "2027-01-01", "--json").out)
    assert {"topic": "medical-insurance", "on": "2027-01-01", "law": "医疗保障法", "article": "", "stopped": True,
            "what": "《医疗保障法》开始施行"} in rows  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("source", ["a.xlsx", "md"])
def test_what_was_exported_comes_back_unchanged(place: Path, exported: Path, source: str) -> None:
    assert run(place, "kb", "export", "--to", "a.xlsx").code == 0
    assert run(place, "kb", "import", source).out.splitlines()[0] == f"新增 0，修改 0，不变 {len(files(exported))}"
    assert run(place, "kb", "import", source, "--to", "out", "--apply").code == 0
    assert files(place / "out") == files(exported)


def test_an_export_writes_over_nothing(place: Path, exported: Path) -> None:
    before = files(exported)
    ran = run(place, "kb", "export", "--to", "md")
    assert ran.code == 2
    assert "已经有了" in ran.err
    assert files(exported) == before


@pytest.mark.slow
def test_an_import_tells_and_changes_only_if_it_is_to_be_applied(place: Path, folder: Path, exported: Path) -> None:
    shipped = files(topics.TOPICS)
    shutil.copytree(exported, place / "held")
    edit(exported, "## 费用\n", "## 费用\n先问清楚。")
    told = run(place, "kb", "import", "md", "--to", "held")
    assert told.out.splitlines() == [
        "修改 adoption：费用", f"新增 0，修改 1，不变 {len(shipped) - 1}", "只是看看，什么都没改；要写入请加 --apply",
    ]  # fmt: skip
    assert files(place / "held") == files(folder)
    assert run(place, "kb", "import", "md", "--to", "held", "--apply").code == 0
    assert files(place / "held") == files(exported)
    assert files(topics.TOPICS) == shipped


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('article: "1105"', 'article: "9105"', "《民法典》第九千一百零五条不能引用"),
        ("source: V", "source: X", "source 只能是"),
    ],
)
@pytest.mark.slow
def test_one_fault_and_nothing_is_imported(place: Path, exported: Path, old: str, new: str, said: str) -> None:
    edit(exported, old, new)
    lines = (exported / "family" / "adoption.md").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, 1) if new in line)
    ran: Ran = run(place, "kb", "import", "md", "--to", "held", "--apply")
    assert ran.code == 1
    assert ran.err.startswith("没有导入，什么都没改：")
    assert f"md/family/adoption.md:{at}: error: {said}" in ran.err
    assert not (place / "held").exists()


def test_a_source_that_is_not_there_is_said_in_a_line(place: Path) -> None:
    ran = run(place, "kb", "import", "nowhere.xlsx")
    assert ran.code == 1
    assert "nowhere.xlsx:1: error: 读不了" in ran.err


def meanings_follow(place: Path, within: float = 100) -> bool:
    """Whether the process that the import began makes them, as the status tells."""
    end = time.monotonic() + within
    while "句向量已齐" not in (told := run(place, "kb", "statutes", "status").out) and time.monotonic() < end:
        assert "没有的先按词查找" in told
        time.sleep(0.5)
    return "句向量已齐" in told


@pytest.mark.slow
def test_laws_imported_twice_leave_the_same_store_and_a_file_cut_short_changes_nothing(place: Path) -> None:
    lines = [json.dumps({"law": "样例条例", "article": n, "text": f"内容{n}"}, ensure_ascii=False) for n in (1, 2, 3)]
    (place / "law.jsonl").write_text("\n".join(lines), "utf-8")
    first = run(place, "kb", "statutes", "import", "law.jsonl")
    held = (place / "data" / "statutes.db").read_bytes()
    again = run(place, "kb", "statutes", "import", "law.jsonl", "--no-embed")
    assert first.out.startswith("1 部，3 条，现在可以按词查找")
    assert again.out.strip() == "1 部，3 条（与已有的相同，没有变化）"
    (place / "law.jsonl").write_text("\n".join(lines)[:-9], "utf-8")
    cut = run(place, "kb", "statutes", "import", "law.jsonl", "--no-embed")
    assert (cut.code, "law.jsonl:3" in cut.err) == (1, True)
    assert (place / "data" / "statutes.db").read_bytes() == held
    assert meanings_follow(place)


def test_what_stands_in_for_a_library_looks_for_no_other_laws(tmp_path: Path) -> None:
    library, engine = bare()
    assert not has_other_laws(tmp_path, library)
    engine.close()
