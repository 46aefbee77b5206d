"""Keep quizzes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quiz_attempts",
        sa.Column("quiz", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("quiz", "matter", name=op.f("pk_quiz_attempts")),
    )
    op.create_table(
        "quiz_scores",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("quiz", sa.Text(), nullable=False),
        sa.Column("right", sa.SmallInteger(), nullable=False),
        sa.Column("asked", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_quiz_scores_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_scores")),
    )
    op.create_index(op.f("ix_quiz_scores_resident"), "quiz_scores", ["resident"])
    op.create_index(op.f("ix_quiz_scores_quiz_at"), "quiz_scores", ["quiz", "at"])


def downgrade() -> None:
    op.drop_table("quiz_scores")
    op.drop_table("quiz_attempts")
