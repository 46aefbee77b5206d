"""Keep which events do not count in an assessment, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("event", Number, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", Number, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_corrections_event")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_corrections_by")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_corrections")),
    )


def downgrade() -> None:
    op.drop_table("corrections")
