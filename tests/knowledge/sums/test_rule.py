"""The tables of the sums: every article can be cited, every fault is named with file and line."""

import inspect
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge import sums
from knowledge.results import Result
from knowledge.rows import RuleError
from knowledge.statutes import build
from knowledge.statutes.store import Kind, Statutes
from knowledge.sums import rule

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statutes]:
    """The installed package's laws with our own tables."""
    path = tmp_path_factory.mktemp("real") / "statutes.db"
    build.build(path)
    statutes = Statutes(path)
    yield statutes
    statutes.close()


def test_every_article_of_every_rule_can_be_cited(real: Statutes) -> None:
    cited = {one for known in rule.load().values() for names in known.basis.values() for one in names}
    standings = [real.standing(citation, DAY) for citation in cited]
    assert [s.reason for s in standings if s.kind not in {Kind.VERIFIED, Kind.LISTED}] == []
    assert [s.citation for s in standings if s.listed and s.listed.articles is None] == []


def test_every_sum_has_its_rule_and_takes_keywords_only() -> None:
    sums.check()
    assert sums.SUMS.keys() - {"suit_fee"} <= rule.load().keys()
    parameters = [one for sum_ in sums.SUMS.values() for one in inspect.signature(sum_).parameters.values()]
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("court_fee", {"amount": Decimal(30_000)}), ("divorce_fee", {}), ("personality_fee", {}),
        ("non_property_fee", {}),
        ("labour_fee", {}), ("administrative_fee", {}), ("objection_fee", {}),
        ("enforcement_fee", {"amount": Decimal(1)}),
        ("preservation_fee", {}), ("payment_order_fee", {"amount": Decimal(1)}),
        ("interest_cap", {"principal": Decimal(1), "lent": DAY, "end": date(2027, 1, 1)}),
        ("overdue_interest", {"principal": Decimal(1), "due": DAY, "end": date(2027, 1, 1)}),
        ("doubled_interest", {"unpaid": Decimal(1), "due": DAY, "end": date(2027, 1, 1)}),
        ("severance", {"wage": Decimal(1), "years": Decimal(1)}), ("double_pay", {"wage": Decimal(1), "start": DAY}),
        ("overtime_pay", {"wage": Decimal(1), "holidays": Decimal(1)}),
        ("annual_leave", {"wage": Decimal(1), "years": Decimal(1)}),
        ("work_injury", {"grade": Decimal(9), "wage": Decimal(1)}),
        ("work_death", {"income": Decimal(1), "average": Decimal(1)}),
        ("disability_compensation", {"income": Decimal(1), "age": Decimal(1), "grade": Decimal(1)}),
        ("death_compensation", {"income": Decimal(1), "age": Decimal(1)}),
        ("funeral_expenses", {"average": Decimal(1)}),
        ("lost_income", {"wage": Decimal(1), "days": Decimal(1)}), ("child_support", {"income": Decimal(1)}),
        ("deposit", {"price": Decimal(9), "paid": Decimal(1), "broke": "收方"}),
        ("penalty", {"agreed": Decimal(1), "loss": Decimal(1)}), ("fraud_compensation", {"price": Decimal(1)}),
        ("food_compensation", {"price": Decimal(1)}),
    ],
)  # fmt: skip
def test_every_sum_shows_its_steps_with_articles(name: str, arguments: dict[str, object]) -> None:
    result = sums.SUMS[name](**arguments)
    assert isinstance(result, Result)
    assert result.kind == name
    assert result.title
    assert all(step.words and step.basis for step in result.steps)
    assert (result.value is None) == (result.unit == "")


@pytest.mark.parametrize(
    ("found", "instead", "line", "message"),
    [
        ("    - {up_to: 100000, rate: 2.5%}", "    - {up_to: 9, rate: 2.5%}", 26, "各档的 up_to 要从小到大"),
        ("    - {up_to: 10000, flat: 50}", "    - {up_to: 10000}", 26, "flat 和 rate 之一"),
        ("rate: 2.5%", "rate: 二分半", 26, "不是数字"),
        ("    fee: [诉讼费用交纳办法 13]", "    fee: [诉讼费用交纳办法]", 22, "法律全称 条号"),
        ("  title: 财产案件受理费", "  titel: 财产案件受理费", 21, "不认识“titel”"),
        ("  title: 财产案件受理费", "  title: ''", 21, "要写一句话"),
        ("  title: 财产案件受理费", "  title: [", 23, "不是有效的 YAML"),
    ],
)  # fmt: skip
def test_a_fault_in_a_table_is_named_with_file_and_line(
    tmp_path: Path, found: str, instead: str, line: int, message: str
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rule.FOLDER, folder)
    text = (folder / "fees.yaml").read_text(encoding="utf-8")
    at = text.index("court_fee:")
    (folder / "fees.yaml").write_text(text[:at] + text[at:].replace(found, instead, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=message) as caught:
        rule.load(folder)
    assert (folder / "fees.yaml", line) in {(problem.path, problem.line) for problem in caught.value.problems}


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rule.FOLDER, folder)
    (folder / "loans.yaml").unlink()
    with pytest.raises(RuleError, match=r"loans\.yaml:1: error: 读不了"):
        rule.load(folder)
