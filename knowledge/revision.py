"""Say what an import would change in the topics that are held, and what would then be wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from knowledge import pages
from knowledge.check import check
from knowledge.intake import Intake
from knowledge.statutes.store import Statutes
from knowledge.topics import SECTIONS, Edit, Problem, Topic, overlay
from knowledge.workbook import CITATIONS, DIFFERS, FRONT, QUESTIONS, TOPICS

_PARTS = {**FRONT, QUESTIONS: "questions", CITATIONS: "citations", DIFFERS: "differs", **SECTIONS}


@dataclass(frozen=True, slots=True)
class Revision:
    """Topics that are new, and those that change with the parts that do; the others stay as they are."""

    new: tuple[Topic, ...]
    changed: tuple[tuple[Topic, tuple[str, ...]], ...]
    same: int

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What is to be written."""
        return (*self.new, *(topic for topic, _ in self.changed))

    def __str__(self) -> str:
        new = [f"新增 {topic.id}：{topic.title}" for topic in self.new]
        changed = [f"修改 {topic.id}：{'、'.join(parts)}" for topic, parts in self.changed]
        total = f"新增 {len(new)}，修改 {len(changed)}，不变 {self.same}"
        return "\n".join((*new, *changed, total))


def revise(held: Iterable[Topic], root: Path, intake: Intake) -> Revision:
    """What becomes of the topics held under that root; what is not in the import stays."""
    known = {topic.id: topic for topic in held}
    new: list[Topic] = []
    changed: list[tuple[Topic, tuple[str, ...]]] = []
    for topic in intake.topics:
        old = known.get(topic.id)
        placed = replace(topic, path=old.path if old else root / pages.file(topic, intake.root))
        if old is None:
            new.append(placed)
        elif parts := _parts(old, placed):
            changed.append((placed, parts))
    return Revision(tuple(new), tuple(changed), len(intake.topics) - len(new) - len(changed))


def faults(revision: Revision, intake: Intake, shelf: Iterable[Topic], statutes: Statutes, day: date) -> list[Problem]:
    """The errors that the check finds in what would be written, laid over the shelf; each where its source has it."""
    written = {topic.id for topic in revision.topics}
    brought = {topic.id: topic for topic in intake.topics if topic.id in written}
    names = {topic.path: name for name, topic in brought.items()}
    found = check(tuple({**{t.id: t for t in shelf}, **brought}.values()), statutes, day)
    return [_at_home(p, names[p.path], intake) for p in found if p.severity == "error" and p.path in names]


def harm(
    shipped: Sequence[Topic], before: Iterable[Edit], after: Iterable[Edit], statutes: Statutes, day: date
) -> list[Problem]:
    """The errors that come in when other edits are laid over the shipped topics; raises TopicError."""
    known = {problem.message for problem in _errors(shipped, before, statutes, day)}
    return [problem for problem in _errors(shipped, after, statutes, day) if problem.message not in known]


def _errors(shipped: Sequence[Topic], edits: Iterable[Edit], statutes: Statutes, day: date) -> list[Problem]:
    return [p for p in check(overlay(shipped, edits), statutes, day, near=False) if p.severity == "error"]


def _at_home(problem: Problem, name: str, intake: Intake) -> Problem:
    """At the row of its topic, where that came from a workbook."""
    row = intake.rows.get(name)
    if row is None:
        return problem
    return Problem(intake.source, row, problem.severity, f"{TOPICS}!A{row}（{name}）：{problem.message}")


def _parts(old: Topic, new: Topic) -> tuple[str, ...]:
    return tuple(header for header, name in _PARTS.items() if _part(old, name) != _part(new, name))


def _part(topic: Topic, name: str) -> object:
    """Two citations that differ in their reason alone are equal, but not here."""
    if name == "citations":
        return [(c.law, c.article, c.why) for c in topic.citations]
    return getattr(topic, name)
