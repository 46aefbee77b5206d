"""Long stories are shortened to what they ask; several questions are told apart; follow-ups are recognised."""

import pytest

from knowledge.engine.story import LONGEST, condense, leans, parts


def test_a_short_question_stays_as_it_is() -> None:
    assert condense("离婚怎么办") == "离婚怎么办"


def test_a_long_story_keeps_what_it_asks() -> None:
    story = (
        "那天天气很好我们一起出门走了很久的路。" * 60
        + "他借了我三万块钱一直不还，我该怎么办？"
        + "后来大家都回家吃饭去了。" * 30
    )
    short = condense(story)
    assert "借了我三万块钱一直不还" in short
    assert len(short) <= LONGEST * 1.5


def test_a_story_without_any_stop_is_cut() -> None:
    assert len(condense("我" * 2000)) <= LONGEST * 1.5


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("离婚要多久？", 1),
        ("老板拖欠我工资怎么办？另外我老公打我可以离婚吗？", 2),
        ("1、工资不给怎么办 2、社保没交怎么办 3、能不能要赔偿", 3),
        ("我有三个问题。离婚怎么办？", 1),
        ("彩礼能退不，还有离婚要好久", 2),
        ("他打我，还有威胁我，怎么办", 1),
        ("", 1),
    ],
)
def test_questions_in_one_message_are_told_apart(message: str, count: int) -> None:
    assert len(parts(message)) == count


def test_what_was_told_before_belongs_to_the_question_after_it() -> None:
    assert parts("我被狗咬了。狗主人要赔好多钱？还有，邻居的树倒了砸到车怎么办？")[0].startswith("我被狗咬了。")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("那要多久?", True),
        ("需要什么材料", True),
        ("要好多钱", False),
        ("去哪里办理", True),
        ("离婚要多久", False),
        ("狗咬人", False),
        ("", False),
    ],
)
def test_a_message_without_a_subject_leans_on_what_was_said(text: str, answer: bool) -> None:
    assert leans(text) is answer
