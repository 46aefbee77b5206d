"""A summary says what matters in the resident's own words, and nothing of its own."""

from knowledge.summary import LONG, summary

STORY = (
    "您好，打扰了，我也不知道该找哪个说。这个事情拖了好久了，心里烦得很。"
    "我在工地上干了5个月，老板还差我3万元工资，没签合同。他一直说等等，后来电话也打不通了。"
    "家里还有老人要照顾，天气也冷了。请问我该怎么办？谢谢你们，麻烦了，希望早点回我，祝工作顺利，身体健康。"
)


def test_what_is_short_is_read_whole() -> None:
    assert summary("老板欠我3万元工资。") == ""


def test_facts_and_the_question_are_picked_in_their_order() -> None:
    assert len(STORY) > LONG
    said = summary(STORY)
    assert said.startswith("我在工地上干了5个月，老板还差我3万元工资")
    assert said.endswith("请问我该怎么办？")
    assert "祝工作顺利" not in said


def test_every_word_of_it_was_said() -> None:
    said = summary(STORY)
    assert all(part in STORY for part in said.replace("。", "。|").replace("？", "？|").split("|"))


def test_a_text_without_any_stop_is_shown_as_it_is() -> None:
    assert summary("工资" * 100) == "工资" * 100
