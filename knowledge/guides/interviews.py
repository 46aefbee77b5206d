"""Ask a resident one screen after another, as a file says, and give what comes out of the answers.

An interview is a file `rules/interviews/<id>.yaml`:

    id: court_fee                 # the name of the file without .yaml
    title: 打官司要交多少诉讼费      # what it is, for residents
    opens:                        # regular expressions; one of them in ordinary talk starts the interview
      - 官司.{0,6}(多少钱|好多钱)
      - 诉讼费.{0,4}(多少|怎么算)
    result: court_fee             # a name in SUMS or of a deadline, or legal_aid; called with the answers by slot name
    fixed: {kind: 财产}            # further arguments that are always the same; may be left out
    beside: [court-fee]           # topics under whose answer it is offered; may be left out
    then: [preservation_fee]      # interviews that are offered after the result; may be left out
    carried:                      # what another interview, if it was led just before, has settled; may be left out
      legal_aid:
        people:                   # of several lines the first that fits; read as if it had been typed
          - {when: {place: 铜梁区}, say: "{people}口人"}
    screens:                      # in the order they are asked; each is one slot, or several under `slots`
      - name: amount              # also the keyword argument
        kind: amount              # choice, many, yesno, amount, number, day, text, place
        ask: 你要对方给的一共是多少钱？
        example: 3万5
        find: yes                 # the one amount (or day) in the opening sentence fills it
      - name: way
        kind: choice
        ask: 打算怎么结案？
        choices:                  # a bare text is value and label in one
          - {value: 简易, label: 简易程序, patterns: [简易, 小额]}
          - 普通程序
        when: {amount: {least: 10000}}
        default: 普通程序          # may be answered 不清楚, which means this; `default:` with nothing means unknown
      - ask: 说说家里的情况。        # several slots on one screen
        when: {way: 简易}
        slots:
          - {name: people, kind: number, ask: 一共几口人, example: 4个人, least: 1, most: 30, patterns: ["(\\d+)口人"]}
          - {name: house, kind: yesno, ask: 有没有第二套房, yes_if: [两套房], no_if: [没有第二套], default: }

- `patterns` are regular expressions by which a free sentence fills a slot: of a choice, that the words are there; of
  any other kind, with one group that is read as the kind. They see the sentence as typed and as `text.normalise` leaves
  it. A choice that two patterns claim is asked. `yes_if` and `no_if` do the same for a yesno.
- `none: 都没有` gives a `many` its last option, that nothing applies. `least` and `most` bound an amount or a number.
  `future: yes` reads a bare day such as 3月5日 as one to come.
  A text or a place may have `choices` too; they are offered, and anything else may be typed.
- `passed: no` keeps a slot from the function: it only steers. A slot that is not asked is not passed at all; one that
  is answered 不清楚 is passed as its default, None where there is none. Values are str (choice, text, place), tuple of
  str (many), bool, Decimal (amount, number) and date. A function with a parameter `today` is given it.
- `when` is a condition over slots of earlier screens (see `knowledge.guides.conditions`): `{slot: value}`,
  `{slot: [one, of, these]}`, `{slot: {less|most|more|least: 7}}`, `{all: [...]}`, `{any: [...]}`, `{not: ...}`; several
  slots in one must all hold; a slot that was not asked or is unknown fits nothing. Of a `many`, one common value is
  enough.
- No path may show more than 9 screens; a slot that no path asks, an unknown slot or a missing result stops the load.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from inspect import signature

from knowledge import regions, sums
from knowledge.clocks import days, workdays
from knowledge.guides import carrying, disputes, forms, papers, paths, replies, slots
from knowledge.guides.conditions import Value
from knowledge.guides.forms import Interview
from knowledge.guides.rulebook import rulebook
from knowledge.guides.slots import Group, Slot
from knowledge.results import Result
from knowledge.sums import amounts

Answers = tuple[tuple[str, str | None], ...]  # slot and what was said of it; None is 不清楚


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message said; `screen` is the place of the screen it answered, None for the opening sentence."""

    screen: int | None
    said: Answers


@dataclass(frozen=True, slots=True)
class State:
    """How far somebody has come; `version` is that of the file when it began."""

    interview: str
    version: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """What to show: the question, what can be picked (numbered from 1), and that it is the nth of at most so many."""

    text: str
    options: tuple[str, ...]
    number: int
    most: int


def check() -> None:
    """Read every rule file; raises RuleError, by file and line, where one cannot be used."""
    sums.check()
    for read in (rulebook, papers.papers, disputes.disputes, workdays.calendar, regions.items, forms.interviews):
        read()


def find(name: str) -> Interview | None:
    """The interview of that id."""
    return forms.interviews().get(name)


def opened(sentence: str, today: date) -> Interview | None:
    """The interview that a sentence of ordinary talk asks for: of several, the one it says most to."""
    views = set(replies.views(sentence))  # most are typed as they are normalised
    asked = [interview for interview in forms.interviews().values() if _opens(interview, views)]
    return max(asked, key=lambda one: len(start(one, sentence, today).turns[0].said), default=None)


def opens(interview: Interview, sentence: str) -> bool:
    """Whether a sentence of ordinary talk asks for it."""
    return _opens(interview, replies.views(sentence))


def start(interview: Interview, sentence: str, today: date, before: State | None = None) -> State:
    """Begin, with everything known that the sentence says and the interview before has settled."""
    every = {slot.name: slot for group in interview.groups for slot in group.slots}
    views = replies.views(sentence)
    heard = dict(_kept((slot, replies.found(slot, views, today, opening=True)) for slot in every.values()))
    other = find(before.interview) if before else None
    if before and other and holds(other, before):
        carried = interview.carried.get(other.id, {})
        heard |= dict(_kept(carrying.told(carried, every, facts(other, before), today)))
    return State(interview.id, interview.version, (Turn(None, tuple(heard.items())),))


def restart(interview: Interview) -> State:
    """Begin anew, knowing nothing."""
    return State(interview.id, interview.version, (Turn(None, ()),))


def holds(interview: Interview, state: State) -> bool:
    """Whether the state belongs to the file as it is now; if not, start anew and say so."""
    return (state.interview, state.version) == (interview.id, interview.version)


def back(state: State) -> State:
    """Take the last answer back; at the first screen nothing changes."""
    return replace(state, turns=state.turns[:-1]) if len(state.turns) > 1 else state


def screen(interview: Interview, state: State) -> Screen | None:
    """What to ask next; None when everything that matters is known."""
    place, asked = _next(interview, state)
    if not asked:
        return None
    known = _values(interview, state)
    before = {turn.screen for turn in state.turns if turn.screen is not None} - {place}
    most = len(before) + paths.longest(interview.groups, known)
    return Screen(_text(interview.groups[place], asked), _options(asked), len(before) + 1, most)


def answer(interview: Interview, state: State, text: str, today: date) -> State:
    """Go on with what was typed or picked; raises Unclear, in words that ask again, and the state stays as it was."""
    place, asked = _next(interview, state)
    if not asked:
        return state
    said = replies.read_several(asked, text, today)
    later = () if replies.is_pick(asked[0], text) else _unanswered(interview.groups[place + 1 :], state)
    views = replies.views(text)
    heard = _kept((slot, replies.found(slot, views, today)) for slot in later)
    answers = tuple((slot.name, slots.write(value)) for slot, value in said)
    return replace(state, turns=(*state.turns, Turn(place, answers + heard)))


def missing(interview: Interview, state: State) -> tuple[Slot, ...]:
    """The slots that the next screen asks for, in order; none at the end."""
    return _next(interview, state)[1]


def roughly(interview: Interview, state: State, text: str, today: date) -> tuple[Decimal | date, ...]:
    """The sums and days of the last turn that its words, `text`, name only roughly: 两千多, 8月底."""
    day = days.find(text, today)
    rough = {"amount": amounts.is_rough(text), "day": day is not None and day.is_rough}
    kinds = {slot.name: slot.kind for group in interview.groups for slot in group.slots}
    values = _values(interview, state)
    heard = ((kinds[name], values[name]) for name, _ in state.turns[-1].said)
    return tuple(value for kind, value in heard if rough.get(kind) and isinstance(value, Decimal | date))


def facts(interview: Interview, state: State) -> dict[str, Value]:
    """The value of every slot that was to be asked and is answered, in their order."""
    answers = _values(interview, state)
    known: dict[str, Value] = {}
    for group in interview.groups:
        known |= {slot.name: answers[slot.name] for slot in group.asked(known) if slot.name in answers}
    return known


def result(interview: Interview, state: State, today: date) -> Result:
    """What comes out; raises Unclear where the function itself cannot go on with an answer."""
    function = forms.results()[interview.result]
    steering = {slot.name for group in interview.groups for slot in group.slots if not slot.passed}
    given = {name: value for name, value in facts(interview, state).items() if name not in steering}
    day = {"today": today} if "today" in signature(function).parameters else {}
    return function(**interview.fixed, **given, **day)


def _opens(interview: Interview, views: Iterable[str]) -> bool:
    return any(pattern.search(view) for view in views for pattern in interview.opens)


def _kept(told: Iterable[tuple[Slot, Value]]) -> Answers:
    return tuple((slot.name, slots.write(value)) for slot, value in told if value is not None)


def _unanswered(groups: Iterable[Group], state: State) -> Iterator[Slot]:
    answers = _answers(state)
    return (slot for group in groups for slot in group.slots if slot.name not in answers)


def _answers(state: State) -> dict[str, str | None]:
    return dict(pair for turn in state.turns for pair in turn.said)


def _values(interview: Interview, state: State) -> dict[str, Value]:
    answers = _answers(state)
    every = (slot for group in interview.groups for slot in group.slots)
    return {slot.name: slots.restore(slot, answers[slot.name]) for slot in every if slot.name in answers}


def _next(interview: Interview, state: State) -> tuple[int, tuple[Slot, ...]]:
    """The place of the first screen with open slots, and those; none are left at the end."""
    known = facts(interview, state)
    for place, group in enumerate(interview.groups):
        if left := tuple(slot for slot in group.asked(known) if slot.name not in known):
            return place, left
    return len(interview.groups), ()


def _text(group: Group, asked: tuple[Slot, ...]) -> str:
    if len(asked) == 1:
        only = asked[0]
        return f"{only.ask}{_hint(only)}"
    lines = (f"{number}. {slot.ask}{_hint(slot)}" for number, slot in enumerate(asked, 1))
    return "\n".join((group.ask, *lines, "可以按顺序一次说完，用逗号隔开；也可以一项一项说。"))


def _hint(slot: Slot) -> str:
    example = slot.example or ("1、3" if slot.kind == "many" else "")
    return f"（{'可以选几项，' if slot.kind == 'many' else ''}例：{example}）" if example else ""


def _options(asked: tuple[Slot, ...]) -> tuple[str, ...]:
    return slots.options(asked[0]) if len(asked) == 1 else ()
