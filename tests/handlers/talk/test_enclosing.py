"""A picture goes to the ticket that it is for, or waits for one; danger in the words under it comes first."""

from dataclasses import replace

import pytest

from handlers import residents
from handlers.cases import Library
from handlers.desk.tickets import Ticket
from handlers.outcomes import Decision, Outcome
from handlers.talk import phrases
from handlers.talk.dialogue import Stage
from tests.handlers.shelf import STRANGER, VILLAGES, Talk, found, text, values
from tests.handlers.talk.test_receipts import ASKED, CLAIMED, CLOSED, R, talk

OTHER = "TL261124-BBBBBB"
SETTLED = residents.settle_in(residents.agree_to_advice(STRANGER), VILLAGES[0].id)


def client(library: Library, *held: Ticket) -> Talk:
    """A resident who has agreed to be advised, with these tickets."""
    said = talk(library, *held)
    said.resident = SETTLED
    return said


def went(outcome: Outcome) -> list[tuple[str, str, list[str]]]:
    """What went to tickets: (receipt, words, marks)."""
    spoken = (*outcome.entries, *(move.entry for move in outcome.moves if move.entry))
    return [(e.receipt, e.text, [one.mark for one in e.enclosed]) for e in spoken]


class TestWithATicket:
    def test_a_picture_alone_goes_to_the_one_that_is_not_done(self, library: Library) -> None:
        said = client(library, CLAIMED, replace(CLOSED, receipt=OTHER))
        outcome = said.send("a")
        assert went(outcome) == [(R, "", ["a"])]
        assert text(outcome) == phrases.FILES_ADDED.format(who="李顾问", receipt=R)

    def test_words_under_it_go_with_it(self, library: Library) -> None:
        outcome = client(library, CLAIMED).send("a", "b", words="这是借条")
        assert went(outcome) == [(R, "这是借条", ["a", "b"])]

    def test_what_an_adviser_asked_for_is_theirs_whatever_else_is_open(self, library: Library) -> None:
        assert went(client(library, replace(CLAIMED, receipt=OTHER), ASKED).send("a")) == [(R, "", ["a"])]

    def test_of_several_one_is_picked(self, library: Library) -> None:
        said = client(library, CLAIMED, replace(CLAIMED, receipt=OTHER))
        asked = said.send("a")
        assert text(asked) == phrases.FILES_WHICH
        assert went(asked) == []
        assert went(said.press(values(asked)[1])) == [(OTHER, "", ["a"])]
        assert said.dialogue.enclosed == ()

    def test_nothing_is_passed_on_of_whoever_has_not_agreed(self, library: Library) -> None:
        said = talk(library, CLAIMED)
        assert went(said.send("a")) == []
        assert said.dialogue.enclosed == ("a",)

    def test_after_a_new_question_it_is_for_that(self, library: Library) -> None:
        said = client(library, CLAIMED)
        said.say("新问题")
        assert went(said.send("a", words="老板欠我工资")) == []

    def test_the_page_of_a_ticket_says_which_is_meant(self, library: Library) -> None:
        said = client(library, CLAIMED, replace(CLAIMED, receipt=OTHER))
        assert went(said.send("a", words="谢谢", answers=f"t:{OTHER}")) == [(OTHER, "谢谢", ["a"])]
        assert went(said.send("a", words="谢谢", answers="t:TL261124-ZZZZZZ")) == [], "a stranger's is nobody's"

    def test_there_is_an_end(self, library: Library) -> None:
        said = client(library, CLAIMED)
        [[*_, marks]] = went(said.send(*(str(n) for n in range(40))))
        assert len(marks) == 30


class TestWithoutATicket:
    def test_it_is_kept_and_words_are_asked_for(self, library: Library) -> None:
        said = client(library)
        assert text(said.send("a")) == phrases.FILES_KEPT
        assert said.dialogue.enclosed == ("a",)

    def test_it_goes_along_when_a_person_takes_over(self, library: Library) -> None:
        said = client(library)
        said.send("a")
        said.send("b", words="这种石头值钱吗")
        said.say("找人工")
        assert said.dialogue.enclosed == ()
        assert said.dialogue.stage is Stage.FREE

    def test_a_question_under_it_is_answered(self, library: Library) -> None:
        said = Talk(library, {"老板欠我工资": found(("wages", 0.99))}, resident=SETTLED)
        outcome = said.send("a", words="老板欠我工资")
        assert outcome.verdict.decision is Decision.ANSWER
        assert text(outcome).endswith(phrases.FILES_KEPT_TOO)
        gone = said.say("找人工")
        assert went(gone) == [(gone.opened[0].receipt, "老板欠我工资", ["a"])]

    @pytest.mark.parametrize("words", ["不同意", "重来"])
    def test_whoever_wants_nothing_passed_on_leaves_nothing_waiting(self, library: Library, words: str) -> None:
        said = Talk(library)
        said.send("a", words="这种石头值钱吗")
        said.say("找人工")
        assert said.dialogue.enclosed == ("a",)
        said.say(words)
        assert said.dialogue.enclosed == ()

    def test_what_is_being_asked_stays_asked(self, library: Library) -> None:
        said = Talk(library)
        said.say("这种石头值钱吗")
        said.say("找人工")
        assert said.dialogue.stage is Stage.CONSENTING
        kept = said.send("a")
        assert (text(kept), said.dialogue.stage) == (phrases.FILES_WAIT, Stage.CONSENTING)
        assert values(kept) == ["yes", "no"]
        assert [marks for *_, marks in went(said.press("yes"))] == [["a"]]


class TestDanger:
    def test_the_words_under_a_picture_are_looked_at_first(self, library: Library) -> None:
        said = client(library, CLAIMED)
        outcome = said.send("a", words="他拿刀要砍我")
        assert outcome.verdict.decision is Decision.URGENT
        assert went(outcome) == []
        assert [marks for *_, marks in went(said.press("yes"))] == [["a"]], "once a person may know"

    def test_on_the_page_of_a_ticket_too(self, library: Library) -> None:
        said = client(library, CLAIMED).send(words="他拿刀要砍我", answers=f"t:{R}")
        assert said.verdict.decision is Decision.URGENT


class TestSeries:
    """Pictures that were sent as one come one by one."""

    def test_one_answer_for_all_and_no_flood(self, library: Library) -> None:
        said = client(library, ASKED)
        outcomes = [said.send(str(n), series="s", words="都在这里" if n == 0 else "") for n in range(10)]
        assert [went(o) for o in outcomes] == [[(R, "都在这里" if n == 0 else "", [str(n)])] for n in range(10)]
        assert [len(o.replies) for o in outcomes] == [1] + [0] * 9
        assert len(said.dialogue.recent) == 1

    def test_without_a_ticket_all_wait(self, library: Library) -> None:
        said = client(library)
        assert [len(said.send(str(n), series="s").replies) for n in range(3)] == [1, 0, 0]
        assert said.dialogue.enclosed == ("0", "1", "2")
        assert said.send("x", series="t").replies, "another lot is another message"


def test_behind_the_wall_it_waits_for_the_channel_to_be_accepted(library: Library) -> None:
    said = Talk(library, channel="telegram")
    assert text(said.send("a")) == phrases.CHANNEL_CONSENT
    assert said.dialogue.enclosed == ("a",)
