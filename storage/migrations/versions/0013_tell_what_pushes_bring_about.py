"""Count who opened a push and who asks again, and keep how subscribers call themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "questions",
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_questions_resident")),
        sa.PrimaryKeyConstraint("resident", "field", "day", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_day"), "questions", ["day"])
    op.create_table(
        "openings",
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_openings_run")),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_openings_resident")),
        sa.PrimaryKeyConstraint("run", "resident", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_resident"), "openings", ["resident"])


def downgrade() -> None:
    op.drop_table("openings")
    op.drop_table("questions")
    op.drop_column("subscriptions", "role")
