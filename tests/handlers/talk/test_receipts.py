"""Residents see their tickets, say more, close them, judge the answer and open them again; nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.cases import Library
from handlers.desk.clocks import Clock
from handlers.desk.moves import Tracked
from handlers.desk.states import State
from handlers.desk.tickets import Author, Entry, Level, Solved, Ticket
from handlers.messages import Option
from handlers.outcomes import Decision, Outcome
from handlers.talk import phrases
from handlers.talk.dialogue import Stage
from tests.handlers.shelf import NOW, Talk, found, text, values

R = "TL261124-AAAAAA"
OPEN = Ticket(R, "r", Level.P2, "", "asked", NOW, village=1)
CLAIMED = replace(OPEN, state=State.CLAIMED, adviser=7, claimed_at=NOW)
ASKED = replace(CLAIMED, state=State.WAITING_RESIDENT)
ANSWERED = replace(CLAIMED, state=State.ANSWERED, answered_at=NOW)
CLOSED = replace(ANSWERED, state=State.CLOSED, closed_at=NOW)
STAFF = {7: "李顾问"}


def talk(library: Library, *held: Ticket) -> Talk:
    """A resident with these tickets."""
    knows = {"老板欠我工资": found(("wages", 0.9))}
    return Talk(library, knows, tickets=tuple(Tracked(t, Clock(NOW)) for t in held), staff=STAFF)


def state(said: Talk) -> State:
    """Where the only ticket stands."""
    return said.tickets[0].ticket.state


def doings(outcome: Outcome) -> list[str]:
    """What can be done, by the buttons."""
    return [value.rpartition(":")[2] for value in values(outcome)]


class TestSeeing:
    @pytest.mark.parametrize("words", ["我的工单", "查进度", "/tickets", "工单"])
    def test_who_has_it_and_until_when(self, library: Library, words: str) -> None:
        shown = talk(library, CLAIMED).say(words)
        assert text(shown) == f"受理号 {R}：办理中，由李顾问办理，11月24日17:30前答复您。"
        assert doings(shown) == ["add"]

    def test_several_are_listed_and_one_is_picked(self, library: Library) -> None:
        said = talk(library, CLAIMED, replace(CLOSED, receipt="TL261124-BBBBBB"))
        assert text(said.say("我的工单")).count("受理号") == 2
        shown = said.say("2")
        assert text(shown) == "受理号 TL261124-BBBBBB：已办结。"
        assert doings(shown) == ["1", "2", "3", "4", "5", "reopen"]

    def test_one_without_any_is_told_how_to_get_one(self, library: Library) -> None:
        assert text(talk(library).say("我的工单")) == phrases.NO_TICKETS


class TestSayingMore:
    def test_what_an_adviser_asked_is_answered_without_a_button(self, library: Library) -> None:
        said = talk(library, ASKED)
        outcome = said.say("老板欠我工资")
        (move,) = outcome.moves
        assert move.entry == Entry(R, Author.RESIDENT, "老板欠我工资", said.now)
        assert state(said) is State.WAITING_ADVISER
        assert text(outcome) == phrases.ADDED.format(who="李顾问", receipt=R)
        assert outcome.verdict.decision is Decision.TICKET

    @pytest.mark.parametrize("words", ["民法典第1条", "谢谢", "12348", "人工"])
    def test_what_is_plainly_something_else_does_not_go_to_the_adviser(self, library: Library, words: str) -> None:
        said = talk(library, ASKED)
        assert said.say(words).moves == ()
        assert state(said) is State.WAITING_RESIDENT

    def test_a_new_question_is_asked_beside_the_ticket_until_the_adviser_asks_again(self, library: Library) -> None:
        said = talk(library, ASKED)
        assert text(said.say("新问题")) == phrases.NEW_QUESTION
        assert said.say("老板欠我工资").verdict.decision is Decision.ANSWER
        said.tickets = tuple(replace(t, revision=2) for t in said.tickets)
        assert said.say("老板欠我工资").verdict.decision is Decision.TICKET

    def test_danger_comes_before_every_ticket(self, library: Library) -> None:
        assert talk(library, ASKED).say("他拿刀要砍我").verdict.decision is Decision.URGENT

    def test_a_button_makes_the_next_words_the_adviser_s(self, library: Library) -> None:
        said = talk(library, CLAIMED)
        said.press(f"t:{R}:add")
        assert said.dialogue.stage is Stage.SAYING
        outcome = said.say("还差两个月")
        assert [move.entry and move.entry.text for move in outcome.moves] == ["还差两个月"]
        assert (said.dialogue.stage, state(said)) == (Stage.FREE, State.CLAIMED)

    def test_words_after_an_answer_bring_the_ticket_back_to_its_adviser(self, library: Library) -> None:
        said = talk(library, ANSWERED)
        said.press(f"t:{R}:add")
        said.say("他还是不给")
        assert state(said) is State.WAITING_ADVISER

    def test_a_ticket_that_is_over_takes_no_words(self, library: Library) -> None:
        refused = talk(library, CLOSED).press(f"t:{R}:add")
        assert "请先重新打开" in text(refused)
        assert "reopen" in doings(refused)


class TestEnding:
    def test_who_is_content_closes_rates_and_says_what_came_of_it(self, library: Library) -> None:
        said = talk(library, ANSWERED)
        assert doings(said.press(f"t:{R}:done")) == ["1", "2", "3", "4", "5", "reopen"]
        assert doings(said.press(f"t:{R}:4")) == ["yes", "not_yet", "no"]
        assert values(said.press(f"t:{R}:yes")) == []
        ticket = said.tickets[0].ticket
        assert (ticket.state, ticket.stars, ticket.solved) == (State.CLOSED, 4, Solved.YES)

    def test_a_number_picks_the_stars(self, library: Library) -> None:
        said = talk(library, ANSWERED)
        said.press(f"t:{R}:done")
        said.say("3")
        assert said.tickets[0].ticket.stars == 3

    def test_a_number_after_an_adviser_s_answer_picks_nothing_of_what_we_said_before(self, library: Library) -> None:
        said = talk(library, CLAIMED)
        said.say("找人工")
        offered = said.dialogue.options or (Option("甲", "topic:wages"),)
        said.dialogue = replace(said.dialogue, options=offered)
        said.tickets = (Tracked(ANSWERED, Clock(said.now + timedelta(seconds=10))),)
        asked = said.say("1")
        assert text(asked) == phrases.WHICH
        assert said.dialogue.options == offered
        assert text(said.say("1")) != phrases.WHICH, "said again it is ours"

    def test_a_number_that_an_adviser_asked_for_goes_to_the_adviser(self, library: Library) -> None:
        said = talk(library, CLAIMED)
        said.say("找人工")
        said.dialogue = replace(said.dialogue, options=(Option("甲", "topic:wages"),))
        said.tickets = (Tracked(ASKED, Clock(said.now + timedelta(seconds=10))),)
        (move,) = said.say("2").moves
        assert move.entry == Entry(R, Author.RESIDENT, "2", said.now)

    def test_who_is_not_helped_can_have_it_opened_again(self, library: Library) -> None:
        said = talk(library, CLOSED)
        assert doings(said.press(f"t:{R}:no")) == ["reopen"]
        assert doings(said.press(f"t:{R}:reopen")) == ["add"]
        held = said.tickets[0]
        assert (held.ticket.state, held.ticket.offered, held.clock.alarm_at) == (State.REOPENED, 7, said.now)

    def test_danger_is_not_closed_before_somebody_answered(self, library: Library) -> None:
        said = talk(library, replace(CLAIMED, level=Level.P0))
        assert "人身安全" in text(said.press(f"t:{R}:done"))
        assert state(said) is State.CLAIMED


@pytest.mark.parametrize(
    "value", ["t:TL261124-ZZZZZZ:add", "t:TL261124-ZZZZZZ:5", f"t:{R}:6", f"t:{R}:say:x", "t:", "t", f"t:{R}", "t:::"]
)
def test_forged_and_strange_buttons_do_nothing(library: Library, value: str) -> None:
    said = talk(library, CLOSED)
    outcome = said.press(value)
    assert (outcome.moves, outcome.entries) == ((), ())
    assert said.tickets[0].ticket == CLOSED


def test_what_a_resident_in_danger_adds_reaches_an_adviser_who_has_asked(library: Library) -> None:
    said = talk(library)
    said.say("他拿刀要砍我")
    said.tickets = tuple(
        Tracked(replace(ASKED, receipt=said.dialogue.ticket or "", level=Level.P0), Clock(NOW + timedelta(1)))
        for _ in range(1)
    )
    outcome = said.press("yes")
    assert outcome.entries == ()
    assert [move.entry and move.entry.text for move in outcome.moves] == ["他拿刀要砍我"]
    assert state(said) is State.WAITING_ADVISER
