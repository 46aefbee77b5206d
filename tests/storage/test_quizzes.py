"""A matter is tried for once, whoever tries; a score is written with the answer that ended the quiz."""

import pytest
from sqlalchemy.exc import IntegrityError

from handlers.outcomes import Attempt, Score
from storage.schema import quiz_scores
from storage.store import Store
from tests.storage.given import NOW, arrive, inbound, outcome, rows

ATTEMPT = Attempt("roads", "d" * 64, NOW)


async def test_an_attempt_is_known_afterwards_and_cannot_be_made_twice(store: Store) -> None:
    assert not await store.quizzes.tried("roads", ATTEMPT.matter)
    one, other = await store.records.gather(await arrive(store, inbound(), inbound(who="2")), NOW)
    await store.records.record([(one, outcome(one, "问", attempted=(ATTEMPT,)))], NOW)
    assert await store.quizzes.tried("roads", ATTEMPT.matter)
    assert not await store.quizzes.tried("dogs", ATTEMPT.matter)
    with pytest.raises(IntegrityError):
        await store.records.record([(other, outcome(other, "问", attempted=(ATTEMPT,)))], NOW)


async def test_a_score_is_kept_under_its_resident(store: Store) -> None:
    (one,) = await store.records.gather(await arrive(store, inbound()), NOW)
    await store.records.record([(one, outcome(one, "完", scores=(Score("labour", 4, 5, NOW),)))], NOW)
    (kept,) = await rows(store, quiz_scores)
    assert (kept.resident, kept.quiz, kept.right, kept.asked) == (one.resident.id, "labour", 4, 5)
