"""The statute file is built whole or not at all, and the same every time."""

import json
import random
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.citations import Citation
from knowledge.engine import shelf
from knowledge.statutes import build, currency, tables
from knowledge.statutes.sources import SourceError, package_db, read_package, stated_from
from knowledge.statutes.store import Kind, Statutes
from tests.knowledge import laws

TODAY = date(2026, 11, 24)
LOANS = "最高人民法院关于审理民间借贷案件适用法律若干问题的规定"


class Place:
    """A data folder with its package and tables."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "data" / "statutes.db"
        self.package = laws.package(folder / "package" / "laws.db")
        self.tables = laws.tables(folder / "tables")

    def ensure(self) -> bool:
        return build.ensure(self.path, self.package, self.tables)

    def load(self, source: Path) -> build.Report:
        return build.import_jsonl(self.path, source, self.package, self.tables)

    def open(self) -> Statutes:
        return Statutes(self.path, self.tables)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def rows(path: Path, *changes: dict[str, Any]) -> Path:
    base: dict[str, Any] = {
        "law": LOANS, "article": 1, "sub": 0, "text": "民间借贷", "kind": "司法解释", "version": "2020-12-29",
        "repealed_by": "",
    }  # fmt: skip
    path.write_text("".join(json.dumps(base | change, ensure_ascii=False) + "\n" for change in changes), "utf-8")
    return path


def test_a_second_start_builds_nothing(place: Place) -> None:
    assert (place.ensure(), place.ensure()) == (True, False)


def test_a_change_in_our_tables_builds_it_again(place: Place) -> None:
    place.ensure()
    (place.tables / "versions.yaml").write_text("versions: []\n", "utf-8")
    assert place.ensure()


@pytest.mark.parametrize("kept", [0, 50, 5000, 20_000])
def test_a_file_cut_short_is_built_again(place: Place, kept: int) -> None:
    place.ensure()
    whole = place.path.read_bytes()
    place.path.write_bytes(whole[:kept])
    assert place.ensure()
    assert place.path.read_bytes() == whole


def test_the_same_sources_give_the_same_bytes(place: Place, tmp_path: Path) -> None:
    place.ensure()
    other = tmp_path / "other" / "statutes.db"
    build.build(other, place.package, place.tables)
    assert other.read_bytes() == place.path.read_bytes()


def test_a_broken_package_leaves_the_file_as_it_was(place: Place) -> None:
    place.ensure()
    before = place.path.read_bytes()
    place.package.write_bytes(b"no database")
    with pytest.raises(SourceError, match=r"laws\.db"):
        place.ensure()
    assert place.path.read_bytes() == before
    assert [path.name for path in place.path.parent.iterdir()] == ["statutes.db"]


def test_imported_articles_are_verified_and_survive_a_rebuild(place: Place, tmp_path: Path) -> None:
    place.ensure()
    source = rows(
        tmp_path / "extra.jsonl", {}, {"article": 2, "text": "二"}, {"article": 2, "sub": 1, "text": "二之一"}
    )
    report = place.load(source)
    assert (report.laws, report.articles, report.skipped, report.changed) == (1, 3, (), True)
    source.unlink()
    build.build(place.path, place.package, place.tables)
    statutes = place.open()
    assert statutes.standing(Citation(LOANS, "2之一"), TODAY).kind is Kind.VERIFIED
    statutes.close()


def test_importing_twice_gives_the_same_store(place: Place, tmp_path: Path) -> None:
    source = rows(tmp_path / "extra.jsonl", {})
    place.load(source)
    once = place.path.read_bytes()
    assert not place.load(source).changed
    assert place.path.read_bytes() == once
    assert not place.ensure()


def test_a_corrected_file_takes_the_place_of_the_first(place: Place, tmp_path: Path) -> None:
    place.load(rows(tmp_path / "extra.jsonl", {"text": "错"}))
    place.load(rows(tmp_path / "extra.jsonl", {"text": "对"}))
    statutes = place.open()
    article = statutes.article(LOANS, "1", TODAY)
    assert article is not None
    assert article.text == "对"
    statutes.close()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"law": "甲条例", "article": 1, "te', "not JSON"),
        ('["甲条例"]', "not an object"),
        ('{"law": "甲条例", "article": "一", "text": "内容"}', "required"),
        ('{"law": "", "article": 1, "text": "内容"}', "required"),
        ('{"law": "甲条例", "article": 1, "text": "内容", "version": "去年"}', "not a date"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_changes(place: Place, tmp_path: Path, line: str, fault: str) -> None:
    place.ensure()
    before = place.path.read_bytes()
    source = rows(tmp_path / "extra.jsonl", {})
    source.write_text(source.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(SourceError, match=rf"extra\.jsonl:2: .*{fault}"):
        place.load(source)
    assert place.path.read_bytes() == before
    assert not list(build.imports_folder(place.path).glob("*"))


@pytest.mark.parametrize("kept", [0.4, 0.999])
def test_a_file_cut_in_the_middle_changes_nothing(place: Place, tmp_path: Path, kept: float) -> None:
    place.ensure()
    before = place.path.read_bytes()
    whole = rows(tmp_path / "extra.jsonl", *({"article": n} for n in range(1, 40))).read_bytes()
    (tmp_path / "extra.jsonl").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(SourceError, match=r"extra\.jsonl"):
        place.load(tmp_path / "extra.jsonl")
    assert place.path.read_bytes() == before
    assert not list(build.imports_folder(place.path).glob("*"))


@pytest.mark.slow
def test_seventeen_thousand_articles_are_found_by_their_words_within_twenty_seconds(
    place: Place, tmp_path: Path
) -> None:
    characters = [chr(code) for code in range(0x4E00, 0x5E00)]
    texts = ("".join(random.Random(n).choices(characters, k=120)) for n in range(17_000))  # as long as they mostly are
    changes = ({"law": f"第{n // 50}条例", "article": n % 50 + 1, "text": text} for n, text in enumerate(texts))
    source = rows(tmp_path / "extra.jsonl", *changes)
    started = time.process_time()
    place.load(source)
    statutes = place.open()
    held = shelf.build(list(statutes.articles(TODAY)), None, lambda _: None)
    assert time.process_time() - started < 20
    assert len(held.names) > 17_000
    statutes.close()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00broken"])
def test_an_empty_or_binary_file_changes_nothing(place: Place, tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "extra.jsonl"
    source.write_bytes(content)
    with pytest.raises(SourceError, match=r"extra\.jsonl"):
        place.load(source)


def test_a_law_the_package_holds_is_not_taken_from_an_import(place: Place, tmp_path: Path) -> None:
    report = place.load(rows(tmp_path / "extra.jsonl", {"law": "民法典"}, {}))
    assert [line.split(" (")[0] for line in report.skipped] == ["民法典"]


def test_a_repealed_import_ends_when_its_successor_begins(place: Place, tmp_path: Path) -> None:
    place.load(
        rows(
            tmp_path / "extra.jsonl",
            {"law": "老条例", "version": "2010-01-01", "repealed_by": "新条例(2022-03-01)"},
            {"law": "新条例", "version": "2022-03-01", "text": "本条例自2022年5月1日起施行。"},
        )
    )
    statutes = place.open()
    assert statutes.versions("老条例")[0].valid_to == date(2022, 4, 30)
    assert statutes.standing(Citation("老条例", "1"), TODAY).reason.endswith("由《新条例》取代")
    statutes.close()


def test_a_folder_of_markdown_is_imported_with_its_chapters(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "LawRefBook" / "司法解释"
    folder.mkdir(parents=True)
    (folder / "甲解释(2024-01-17).md").write_text(
        "# 甲解释\n\n2024年1月17日\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了甲。\n\n（一）项目\n\n"
        "第一条之一 又一条。\n\n## 第二章 附则\n\n第二条 本解释自2024年2月1日起施行。\n",
        "utf-8",
    )
    (folder / "_index.md").write_text("# 目录\n", "utf-8")
    report = build.import_folder(place.path, tmp_path / "LawRefBook", place.package, place.tables)
    assert (report.laws, report.articles, len(report.skipped)) == (1, 3, 1)
    statutes = place.open()
    article = statutes.article("甲解释", "1", TODAY)
    assert article is not None
    assert (article.chapter, article.text) == ("第一章 总则", "为了甲。\n（一）项目")
    assert article.version.valid_from == date(2024, 2, 1)
    assert statutes.article("甲解释", "1之一", TODAY) is not None
    statutes.close()


def test_our_tables_fit_the_installed_package() -> None:
    held = {(text.law, text.version) for text in read_package(package_db())}
    ours = tables.load()
    named = {law for law, _ in held}
    rows_for_package = [row for row in ours.overrides if not row.imported]
    assert [row.law for row in rows_for_package if row.version and (row.law, row.version) not in held] == []
    assert [row.law for row in rows_for_package if row.law not in named] == []
    assert sorted(ours.first - named) == []
    assert sorted(set(ours.gone) & named) == []


def test_every_line_of_our_tables_gives_its_reason() -> None:
    ours = tables.load()
    assert [row.law for row in ours.overrides if not row.reason or row.evidence not in set("VSWKU")] == []
    assert [row.law for row in ours.listed.values() if not row.where or row.evidence not in set("VWK")] == []
    assert [row.law for row in ours.listed.values() if row.articles is None and not row.note] == []


def test_no_text_of_the_package_names_a_later_first_day_than_ours() -> None:
    known = tables.load()
    late = [
        entry.text.law
        for entry in currency.dated(read_package(package_db()), known)
        if (stated := stated_from(entry.text.provisions)) and stated > entry.start
    ]
    assert late == []


def test_every_alias_leads_to_a_law_we_know() -> None:
    ours = tables.load()
    known = {text.law for text in read_package(package_db())} | set(ours.listed) | set(ours.gone)
    assert sorted(set(ours.aliases.values()) - known) == []
