"""Name what was pressed, and show only buttons that still count."""

from datetime import UTC, datetime

from bot.web import talk
from handlers.messages import Option
from storage.views import Said

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_pressed_button_is_shown_by_the_label_that_was_offered() -> None:
    offered = Said("0-1", True, "哪一个村？", AT, (Option("安居镇示例一村", "village:1"),))
    pressed = Said("1-1", False, "village:1", AT, chosen=True)
    assert [b.text for b in talk.bubbles([offered, pressed], talk.Names({}), str, str)][1] == "安居镇示例一村"


def test_a_value_that_was_typed_stays_as_it_was_typed() -> None:
    assert talk.bubbles([Said("1-0", False, "yes", AT)], talk.Names({}), str, str)[0].text == "yes"


def test_a_button_nobody_knows_has_no_name() -> None:
    assert (
        talk.bubbles([Said("1-0", False, "topic:none", AT, chosen=True)], talk.Names({}), str, str)[0].text
        == talk.PRESSED
    )


def test_buttons_stay_open_until_others_are_offered() -> None:
    first = Said("0-1", True, "甲", AT, (Option("是", "yes"),))
    second = Said("0-2", True, "乙", AT, (Option("否", "no"),))
    plain = Said("0-3", True, "不客气", AT)
    shown = talk.bubbles([first, second, plain], talk.Names({}), str, str)
    assert [bool(b.options) for b in shown] == [False, True, False]


def test_the_welcome_keeps_its_words_and_makes_its_examples_buttons() -> None:
    welcome = talk.welcome()
    assert welcome.before.endswith("比如：")
    assert "老板欠我三个月工资怎么办" in welcome.examples
    assert "有危险请先打110" in welcome.after


def test_the_safety_text_that_was_shown_before_storing_stays_in_sight() -> None:
    shown = talk.bubbles([Said("1-0", False, "他拿刀要砍我", AT, told=True)], talk.Names({}), str, str)
    assert [b.ours for b in shown] == [False, True]
    assert "马上打110" in shown[1].text
