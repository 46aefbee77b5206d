"""The interviews of the sums: what opens them, what they hear in it, what they come to."""

from datetime import date
from decimal import Decimal

import pytest

from knowledge.guides import forms, interviews
from knowledge.guides.interviews import State
from knowledge.results import Result
from knowledge.sums import SUMS

TODAY = date(2026, 11, 24)
OPENINGS = [
    ("打5万的官司要多少钱", "court_fee", {"amount": Decimal(50_000)}),
    ("起诉要3万，诉讼费怎么算", "court_fee", {"amount": Decimal(30_000)}),
    ("打官司要好多钱", "suit_fee", {}),
    ("离婚官司要交多少钱", "suit_fee", {"case": "离婚"}),
    ("申请执行费要多少", "enforcement_fee", {}),
    ("保全费要交多少", "preservation_fee", {}),
    ("支付令多少钱", "payment_order_fee", {}),
    ("算一哈利息", "interest_cap", {}),
    ("帮我算5万的利息", "interest_cap", {"principal": Decimal(50_000)}),
    ("借了3万给同学，转账没写条子，年息两分，他不认账", "unpaid_loan", {"principal": Decimal(30_000)}),
    ("借给他两万块，现在他不承认，又没打借条", "unpaid_loan", {"principal": Decimal(20_000)}),
    ("我被辞退了能赔多少钱", "severance", {}),
    ("帮我算双倍工资", "double_pay", {}),
    ("帮我算一下加班费", "overtime_pay", {}),
    ("算一下年假工资", "annual_leave", {}),
    ("工伤九级能赔多少", "work_injury", {"grade": Decimal(9)}),
    ("算一下死亡赔偿金，45岁", "death_compensation", {"age": Decimal(45)}),
    ("我月薪六千，抚养费要给多少", "child_support", {"income": Decimal(6_000)}),
    ("付了2万定金卖家反悔能双倍返还多少", "deposit", {"broke": "收方", "paid": Decimal(20_000)}),
    ("违约金5万高不高", "penalty", {"agreed": Decimal(50_000)}),
]
WALKS = [
    ("court_fee", "打5万的官司要多少钱", (), "1050"),
    ("suit_fee", "打官司要好多钱", ("1", "3万", "1、2"), "275"),
    ("suit_fee", "打官司要好多钱", ("劳动争议", "都没有"), "10"),
    ("suit_fee", "离婚官司要交多少钱", ("不清楚", "都没有"), "50～300"),
    ("enforcement_fee", "申请执行费要多少", ("3万",), "350"),
    ("preservation_fee", "保全费要交多少", ("10万",), "1020"),
    ("payment_order_fee", "支付令多少钱", ("3万",), "183.33"),
    ("interest_cap", "算利息", ("5万", "0", "2024年3月1日", "2025年3月1日", "有", "2", "按月", "3.45"), "6900"),
    ("interest_cap", "算利息", ("5万", "0", "2024年3月1日", "2025年3月1日", "没有"), "0"),
    ("interest_cap", "算利息", ("5万", "0", "2024年3月1日", "2025年3月1日", "有", "2", "按月", "不清楚"), None),
    ("unpaid_loan", "借了3万给同学没写条子，他不认账", ("2024年3月1日",), None),  # the table of rates ships empty
    ("overdue_interest", "算逾期利息", ("5万", "2024年3月1日", "2025年3月1日", "3"), "1500"),
    ("doubled_interest", "算迟延履行利息", ("10万", "2026年3月1日", "2026年4月10日"), "700"),
    ("severance", "能赔多少钱", ("3", "6000", "3年4个月"), "42000"),
    ("severance", "能赔多少钱", ("2", "20000", "3年4个月", "5000", "21000"), "73500"),  # 15,000 × 3.5 + 21,000
    ("double_pay", "算双倍工资", ("6000", "2025年3月1日", "1"), "66000"),
    ("double_pay", "算双倍工资", ("6000", "2025年3月1日", "2", "2025年6月1日"), "12000"),
    ("double_pay", "算双倍工资", ("6000", "2025年3月1日", "3", "2025年5月31日"), "12000"),
    ("overtime_pay", "算加班费", ("5220", "20小时，4天，1天"), "3540"),
    ("annual_leave", "算年假工资", ("4350", "12年", "2天", "否"), "4800"),
    ("annual_leave", "算年假工资", ("4350", "12年", "2天", "是", "200天"), "1800"),
    ("work_injury", "工伤九级能赔多少", ("5000", "不清楚"), "45000"),
    ("work_death", "算工亡待遇", ("50000", "8000"), "1048000"),
    ("disability_compensation", "算残疾赔偿金", ("9级", "45", "47000"), "188000"),
    ("death_compensation", "算死亡赔偿金，45岁", ("47000",), "940000"),
    ("funeral_expenses", "算丧葬费", ("8000",), "48000"),
    ("lost_income", "算误工费", ("5000", "60天"), "10000"),
    ("child_support", "我月薪六千，抚养费要给多少", ("两个",), "1,200～3,000"),
    ("deposit", "付了2万定金卖家反悔能双倍返还多少", ("10万",), "40000"),
    ("penalty", "违约金5万高不高", ("3万",), None),
    ("fraud_compensation", "算三倍赔偿", ("100",), "500"),
    ("food_compensation", "算十倍赔偿", ("30", "0"), "1000"),
]


@pytest.mark.parametrize(("sentence", "name", "heard"), OPENINGS)
def test_ordinary_talk_opens_the_sum_and_fills_what_it_says(
    sentence: str, name: str, heard: dict[str, Decimal | str]
) -> None:
    opened = interviews.opened(sentence, TODAY)
    assert opened is not None
    assert opened.id == name
    assert interviews.facts(opened, interviews.start(opened, sentence, TODAY)) == heard


@pytest.mark.parametrize(
    "sentence",
    [
        "公司说我们不算加班费",
        "把利息转成本金再算利息合法吗",
        "合同违约金写了50%，太高了能减吗",
        "什么是定金",
        "工伤怎么认定",
        "借了3万给同学，有借条，他不还怎么办",
        "没写借条能起诉吗",
    ],
)
def test_a_question_that_asks_for_no_sum_opens_none(sentence: str) -> None:
    assert interviews.opened(sentence, TODAY) is None


@pytest.mark.parametrize(("name", "opening", "answers", "value"), WALKS)
def test_the_answers_come_to_the_sum(name: str, opening: str, answers: tuple[str, ...], value: str | None) -> None:
    shown = walk(name, opening, answers).value
    assert f"{shown:.2f}".removesuffix(".00") == value if isinstance(shown, Decimal) else shown == value


def test_every_sum_that_is_asked_for_is_walked() -> None:
    sums = {path.stem for path in forms.FOLDER.glob("*.yaml")} & SUMS.keys()
    assert sums == {name for name, *_ in WALKS}


def walk(name: str, opening: str, answers: tuple[str, ...]) -> Result:
    """What comes out at the end of these answers; nothing may be left to ask."""
    interview = forms.interviews()[name]
    state: State = interviews.start(interview, opening, TODAY)
    for answer in answers:
        state = interviews.answer(interview, state, answer, TODAY)
    assert interviews.screen(interview, state) is None
    return interviews.result(interview, state, TODAY)
