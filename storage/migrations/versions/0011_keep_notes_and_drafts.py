"""Keep internal notes and drafts of tickets, and find the done by when they were."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXED = (("closed_at",), ("village",), ("adviser",), ("offered",), ("tier", "field"))


def upgrade() -> None:
    for columns in INDEXED:
        op.create_index(f"ix_tickets_{'_'.join(columns)}", "tickets", list(columns))
    op.create_index("ix_bars_adviser", "bars", ["adviser"])
    op.create_table(
        "notes",
        sa.Column("id", Number, nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("by", Number, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_notes_by")),
        sa.ForeignKeyConstraint(["receipt"], ["tickets.receipt"], name=op.f("fk_notes_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_receipt", "notes", ["receipt"])
    op.create_table(
        "drafts",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("user", Number, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["receipt"], ["tickets.receipt"], name=op.f("fk_drafts_receipt")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_drafts_user")),
        sa.PrimaryKeyConstraint("receipt", "user", name=op.f("pk_drafts")),
    )


def downgrade() -> None:
    op.drop_table("drafts")
    op.drop_index("ix_bars_adviser", "bars")
    op.drop_table("notes")
    for columns in INDEXED:
        op.drop_index(f"ix_tickets_{'_'.join(columns)}", "tickets")
