"""A workbook gives back the topics that were written into it, or names the cell of everything wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from knowledge import intake, topics, workbook
from knowledge.intake import Intake
from knowledge.topics import Topic, TopicError
from tests.knowledge.test_pages import TOPICS, shaped
from tests.knowledge.test_topics import TOPIC

PATH = Path("labour/wages-unpaid.md")
GOOD = topics.parse(TOPIC, PATH)
Grid = list[list[Any]]
Grids = dict[str, Grid]
Spoil = Callable[[Grids], object]


def grids(shelf: Sequence[Topic] = (GOOD,)) -> Grids:
    """The cells of a workbook, to be spoiled."""
    with CalamineWorkbook.from_filelike(BytesIO(workbook.write(shelf, Path()))) as book:
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def typed(path: Path, sheets: Grids) -> Path:
    """A workbook as a person leaves it: numbers are numbers, days are text or days."""
    with Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(grid):
                sheet.write_row(number, 0, row)
    return path


def faults(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(TopicError) as caught:
        intake.read(path)
    return [(problem.line, problem.message) for problem in caught.value.problems]


@settings(max_examples=40, deadline=None)
@given(TOPICS)
def test_whatever_a_topic_holds_comes_back_out_of_a_workbook(tmp_path_factory: Any, topic: Topic) -> None:
    path: Path = tmp_path_factory.mktemp("book") / "a.xlsx"
    path.write_bytes(workbook.write([topic], Path()))
    assert list(map(shaped, intake.read(path).topics)) == [shaped(topic)]


def test_the_shipped_topics_go_through_a_workbook_whole(tmp_path: Path) -> None:
    shelf = topics.load()
    (tmp_path / "a.xlsx").write_bytes(workbook.write(shelf, topics.TOPICS))
    taken = intake.read(tmp_path / "a.xlsx")
    back = [shaped(replace(topic, path=topics.TOPICS / topic.path)) for topic in taken.topics]
    assert back == [shaped(topic) for topic in shelf]
    assert taken.rows[shelf[7].id] == 9  # below the headers, counted from 1


def test_a_folder_of_files_is_an_intake_too(tmp_path: Path) -> None:
    (tmp_path / PATH).parent.mkdir()
    (tmp_path / PATH).write_text(TOPIC, "utf-8")
    assert intake.read(tmp_path) == Intake(tmp_path, tmp_path, (replace(GOOD, path=tmp_path / PATH),), {})


def test_what_excel_makes_of_the_cells_is_understood(tmp_path: Path) -> None:
    sheets = grids()
    main, cited = sheets["主题"], sheets["引用"]
    main[1][main[0].index("复核日")] = "2026-11-24"
    main[1][main[0].index("规则")] = " 工资要按约定发。\r\n第二行 "
    main[1][main[0].index("文件")] = ""
    cited[1][2] = 30  # a number, where the article stood as text
    sheets["问法"].insert(1, ["", ""])
    for row in main:
        row[3], row[4] = row[4], row[3]  # columns in another order
    (topic,) = intake.read(typed(tmp_path / "a.xlsx", sheets)).topics
    assert (topic.citations, topic.path) == (GOOD.citations, Path("wages-unpaid.md"))
    assert (topic.reviewed, topic.region, topic.source) == (date(2026, 11, 24), "全国", "V")
    assert topic.rule == "工资要按约定发。\n第二行"


def put(sheet: str, header: str, value: object, row: int = 1) -> Spoil:
    """Write into one cell."""

    def spoil(sheets: Grids) -> None:
        sheets[sheet][row][sheets[sheet][0].index(header)] = value

    return spoil


def leave(sheet: str, rows: int) -> Spoil:
    """Keep the first rows of a sheet."""

    def spoil(sheets: Grids) -> None:
        sheets[sheet] = sheets[sheet][:rows]

    return spoil


def twice(sheets: Grids) -> None:
    sheets["主题"].append(sheets["主题"][1])


def without_citations(sheets: Grids) -> None:
    del sheets["引用"]


@pytest.mark.parametrize(
    ("spoil", "row", "message"),
    [
        (put("主题", "领域", "天文"), 2, "主题!B2：不认识的领域 天文"),
        (put("主题", "标题", ""), 2, "主题!C2：缺少 标题"),
        (put("主题", "复核到期", "明年"), 2, "主题!G2：复核到期 要写成 2026-11-24 这样的日期"),
        (put("主题", "费用", "  "), 2, "主题!P2：“费用”是空的"),
        (put("主题", "费用", "免费。\n## 时间"), 2, "主题!A2：多余或写错的标题“时间”"),
        (put("主题", "文件", "../../out/wages-unpaid.md"), 2, "主题!T2：要写成 family/wages-unpaid.md 这样"),
        (put("主题", "文件", "/wages-unpaid.md"), 2, "主题!T2：要写成"),
        (put("主题", "文件", "labour/other.md"), 2, "主题!T2：要写成"),
        (put("主题", "编号", "Wages Unpaid"), 2, "主题!A2：编号只能用小写英文"),
        (put("引用", "条", "三十"), 2, "引用!C2：引用的条号 三十 要写成"),
        (put("引用", "理由", "", row=2), 3, "引用!C3：引用的三项都要是文字"),
        (put("引用", "编号", "other", row=2), 3, "引用!A3：“主题”表里没有编号 other"),
        (put("问法", "问法", ""), 2, "主题!A2：问法 要是文字列表"),
        (twice, 3, "主题!A3：编号 wages-unpaid 重复"),
        (leave("问法", 1), 2, "主题!A2：缺少 问法"),
        (leave("引用", 1), 2, "主题!A2：缺少 引用"),
        (without_citations, 1, "没有“引用”这张表"),
        (put("问法", "问法", "问题", row=0), 1, "“问法”表有不认识的列“问题”"),
        (put("问法", "问法", "问题", row=0), 1, "“问法”表缺少“问法”这一列"),
        (leave("区别", 0), 1, "“区别”表缺少“编号”这一列"),
        (leave("主题", 1), 2, "引用!A2：“主题”表里没有编号 wages-unpaid"),
    ],
)
def test_a_fault_is_named_by_sheet_and_cell(tmp_path: Path, spoil: Spoil, row: int, message: str) -> None:
    sheets = grids()
    spoil(sheets)
    found = faults(typed(tmp_path / "a.xlsx", sheets))
    assert any(line == row and said.startswith(message) for line, said in found), found


def test_all_faults_of_all_rows_come_at_once(tmp_path: Path) -> None:
    sheets = grids([GOOD, replace(GOOD, id="other", path=Path("other.md"))])
    put("主题", "来源", "X")(sheets)
    put("主题", "地区", "火星", row=2)(sheets)
    assert [line for line, _ in faults(typed(tmp_path / "a.xlsx", sheets))] == [2, 3]


@pytest.mark.parametrize("content", [b"", b"no workbook", workbook.write([GOOD], Path())[:900]])
def test_a_broken_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    assert faults(tmp_path / "a.xlsx")[0][1].startswith("读不了")


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook.write([], Path()))
    assert faults(tmp_path / "a.xlsx") == faults(tmp_path) == [(1, "里面没有主题")]
    assert faults(tmp_path / "nowhere.xlsx")[0][1].startswith("读不了")
