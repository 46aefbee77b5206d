"""Keep what was tried and reached in quizzes."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.outcomes import Outcome
from storage.schema import quiz_attempts, quiz_scores
from storage.unit import reading
from storage.values import row


class Quizzes:
    """The attempts at certificates; scores are written with the Outcome that they belong to."""

    def __init__(self, read: AsyncEngine) -> None:
        self._read = read

    async def tried(self, quiz: str, matter: str) -> bool:
        """Was a certificate of this quiz tried for, for the matter of that digest?"""
        there = exists().where(quiz_attempts.c.quiz == quiz, quiz_attempts.c.matter == matter)
        async with reading(self._read) as connection:
            return bool((await connection.execute(select(there))).scalar_one())


async def write(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
    """The attempts and scores of these outcomes.

    An attempt that is there already must fail: the message is then handled again, and refused.
    """
    attempts = [row(quiz_attempts, attempt) for o in outcomes for attempt in o.attempted]
    if attempts:
        await connection.execute(quiz_attempts.insert(), attempts)
    scores = [row(quiz_scores, score, resident=o.resident.id) for o in outcomes for score in o.scores]
    if scores:
        await connection.execute(quiz_scores.insert(), scores)
