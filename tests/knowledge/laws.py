"""A small stand-in for the package's laws.db and for our tables, made by the tests themselves."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from knowledge.numerals import to_chinese
from knowledge.statutes import build
from knowledge.statutes.store import Statutes

Law = tuple[str, str, str, Sequence[str]]  # name, effective_date, version_date, article texts

CODE: Law = ("中华人民共和国民法典", "2021-01-01", "2020-05-28", ["第一条的内容", "第二条的内容", "第三条的内容"])
FARM_OLD: Law = ("中华人民共和国农业法", "2003-03-01", "2012-12-28", ["旧一", "旧二"])
FARM_NEW: Law = ("中华人民共和国农业法", "2027-01-01", "2026-08-28", ["新一", "新二", "新三"])
ORDER: Law = ("中华人民共和国治安管理处罚法", "2026-01-01", "2025-06-27", ["治一", "治二"])
NOISE: Law = ("中华人民共和国噪声污染防治法", "2022-06-05", "2021-12-24", ["噪一"])
INSURANCE: Law = ("中华人民共和国医疗保障法", "2027-01-01", "2026-08-28", ["医一"])
LAWS = (CODE, FARM_OLD, FARM_NEW, ORDER, NOISE, INSURANCE)

VERSIONS = """
versions:
  - {law: 噪声污染防治法, to: 2026-08-14, by: 生态环境法典, evidence: V, reason: 废止}
superseded:
  - {law: 民法典, version: 2020-05-28, articles: ["3"], to: 2024-02-29, by: 修正案, evidence: V, reason: 未并入}
first: [医疗保障法]
gone:
  - {law: 合同法, to: 2020-12-31, by: 民法典}
"""
LISTED = """
listed:
  - {law: 诉讼费用交纳办法, number: 国务院令第481号, issuer: 国务院, from: 2007-04-01, where: 中国政府网,
     articles: 56, evidence: V}
  - {law: 住房租赁条例, issuer: 国务院, from: 2025-09-15, where: 中国政府网, evidence: W, note: 以机构答复为准}
"""
ALIASES = "治安管理处罚法: [治安法]\n"
MOVED = """
moved:
  - {law: 治安管理处罚法, old: "75", new: "2", since: 2026-01-01, about: 养犬, basis: 样例}
"""


def tables(folder: Path) -> Path:
    """Our four tables, short."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"versions": VERSIONS, "listed": LISTED, "aliases": ALIASES, "renumbered": MOVED}
    for name, text in contents.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def package(path: Path, laws: Iterable[Law] = LAWS) -> Path:
    """A laws.db in the package's layout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE laws (law_id, law_name, doc_type, effective_date, version_date, status);"
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, law_id, chapter, section, article_no,"
        " article_no_arabic, article_text);"
    )
    for key, (name, effective, version, texts) in enumerate(laws):
        connection.execute(
            "INSERT INTO laws VALUES (?, ?, '法律', ?, ?, '已废止')", (str(key), name, effective, version)
        )
        connection.executemany(
            "INSERT INTO articles (law_id, chapter, section, article_no, article_no_arabic, article_text)"
            " VALUES (?, '第一章 总 则', NULL, ?, ?, ?)",
            [(str(key), f"第{to_chinese(number)}条", number, text) for number, text in enumerate(texts, 1)],
        )
    connection.commit()
    connection.close()
    return path


def statutes(folder: Path, laws: Iterable[Law] = LAWS) -> Statutes:
    """A statute file built from those laws and tables, opened."""
    path, ours = folder / "statutes.db", tables(folder / "tables")
    build.build(path, package(folder / "package" / "laws.db", laws), ours)
    return Statutes(path, ours)
