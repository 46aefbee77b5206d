"""What becomes of a topic's versions, and who may do it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.editing import curation
from handlers.editing.curation import Stage, Version
from handlers.errors import NotYours, Refused
from handlers.staff import Role, User
from knowledge.topics import Edit

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, tzinfo=UTC)
EDITOR = User(1, "editor", "编辑", Role.EDITOR, one_time=False)
EXPERT = User(2, "expert", "专家", Role.EXPERT, one_time=False)
ADVISER = User(3, "adviser", "顾问", Role.ADVISER, one_time=False)


def standing(*texts: str | None) -> tuple[Version, ...]:
    """A history in which each text was published after the one before."""
    history: tuple[Version, ...] = ()
    for text in texts:
        drafted = curation.draft(history, "wages", text, EDITOR, NOW)
        approved = curation.approve([*history, drafted], drafted.number, EXPERT, NOW)
        history = merged([*history, approved], curation.publish([*history, approved], approved.number, EDITOR, NOW))
    return history


def merged(history: list[Version], changed: tuple[Version, ...]) -> tuple[Version, ...]:
    """The history after the change."""
    return tuple({version.number: version for version in (*history, *changed)}.values())


def test_a_draft_is_the_next_version_and_remembers_whose_answer_it_was_made_of() -> None:
    drafted = curation.draft(standing("一"), "wages", "二", EDITOR, LATER, receipt="TL261124-000001")
    assert (drafted.number, drafted.stage, drafted.author, drafted.receipt) == (2, Stage.DRAFT, 1, "TL261124-000001")


def test_somebody_else_approves() -> None:
    drafted = curation.draft((), "wages", "一", EDITOR, NOW)
    with pytest.raises(Refused, match="由别人审核"):
        curation.approve([drafted], 1, EDITOR, LATER)
    approved = curation.approve([drafted], 1, EXPERT, LATER)
    assert (approved.stage, approved.approver, approved.approved_at) == (Stage.APPROVED, 2, LATER)
    with pytest.raises(Refused, match="不能再审核"):
        curation.approve([approved], 1, EXPERT, LATER)


def test_only_what_was_approved_is_published() -> None:
    drafted = curation.draft((), "wages", "一", EDITOR, NOW)
    with pytest.raises(Refused, match="审核通过的才能发布"):
        curation.publish([drafted], 1, EDITOR, NOW)
    with pytest.raises(NotYours):
        curation.publish([drafted], 2, EDITOR, NOW)


def test_what_is_published_takes_the_place_of_what_stood_there() -> None:
    first, second = standing("一", "二")
    assert (first.stage, second.stage) == (Stage.RETIRED, Stage.PUBLISHED)
    assert curation.edits([first, second]) == (Edit("wages", "二"),)


def test_rolling_back_goes_through_what_stood_before_to_what_is_shipped() -> None:
    history = standing("一", "二", "三")
    found: list[int | None] = []
    for _ in history:
        changed = curation.roll_back(history, EDITOR, LATER)
        history = merged([*history], changed)
        back = curation.published(history)
        found.append(back.number if back else None)
    assert found == [2, 1, None]
    with pytest.raises(Refused, match="没有发布过"):
        curation.roll_back(history, EDITOR, LATER)


def test_a_draft_that_was_never_published_is_not_rolled_back_to() -> None:
    (first,) = standing("一")
    drafted = curation.draft([first], "wages", "二", EDITOR, NOW)
    third = replace(first, number=3)
    changed = curation.roll_back([replace(first, stage=Stage.RETIRED), drafted, third], EDITOR, LATER)
    assert [(version.number, version.stage) for version in changed] == [(3, Stage.RETIRED), (1, Stage.PUBLISHED)]


def test_a_topic_is_withdrawn_by_a_version_without_text() -> None:
    assert curation.edits(standing("一", None)) == (Edit("wages", None),)


def test_the_edition_changes_whenever_residents_read_something_else() -> None:
    one, two = standing("一"), standing("一", "二")
    drafted = (*one, curation.draft(one, "wages", "二", EDITOR, NOW))
    assert curation.edition(one) == curation.edition(drafted) != curation.edition(two)


@pytest.mark.parametrize("user", [ADVISER, replace(ADVISER, role=Role.PUBLISHER)])
def test_who_does_not_edit_topics_may_do_nothing(user: User) -> None:
    history = standing("一")
    drafted = curation.draft(history, "wages", "二", EDITOR, NOW)
    for act in (
        lambda: curation.draft(history, "wages", "二", user, NOW),
        lambda: curation.approve([drafted], 2, user, NOW),
        lambda: curation.publish(history, 1, user, NOW),
        lambda: curation.roll_back(history, user, NOW),
    ):
        with pytest.raises(Refused, match="您的角色"):
            act()


def test_an_expert_approves_but_does_not_publish() -> None:
    with pytest.raises(Refused, match="您的角色不能发布"):
        curation.publish(standing("一"), 1, EXPERT, NOW)
