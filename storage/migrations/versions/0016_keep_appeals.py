"""Keep what advisers appeal against in an assessment, and what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "appeals",
        sa.Column("event", Number, nullable=False, autoincrement=False),
        sa.Column("by", Number, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decider", Number),
        sa.Column("decided_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_appeals_event")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_appeals_by")),
        sa.ForeignKeyConstraint(["decider"], ["users.id"], name=op.f("fk_appeals_decider")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_appeals")),
    )


def downgrade() -> None:
    op.drop_table("appeals")
