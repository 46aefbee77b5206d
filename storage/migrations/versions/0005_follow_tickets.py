"""Follow tickets through their whole life, and know who can be given them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def added() -> "tuple[sa.Column[Any], ...]":
    """Each time new ones: a column belongs to one table."""
    return (
        sa.Column("field", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="village", nullable=False),
        sa.Column("offered", Number),
        sa.Column("tried", sa.Text(), server_default="[]", nullable=False),
        sa.Column("merged_into", sa.Text()),
        sa.Column("referred_to", sa.Text()),
        sa.Column("stars", sa.SmallInteger()),
        sa.Column("solved", sa.Text()),
        sa.Column("followed_at", sa.BigInteger()),
        sa.Column("since_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_reply", sa.BigInteger()),
        sa.Column("reply_rung", sa.Integer(), server_default="0", nullable=False),
        sa.Column("resolution_rung", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alarm_at", sa.BigInteger()),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    for column in added():
        op.add_column("tickets", column)
    op.create_index("ix_tickets_alarm_at", "tickets", ["alarm_at"])
    op.create_index("ix_tickets_resident", "tickets", ["resident"])
    # those that are there already begin to be timed as if they were opened anew: the clock finds them at once
    op.execute("UPDATE tickets SET since_at = opened_at")
    op.execute("UPDATE tickets SET alarm_at = opened_at WHERE state <> 'closed'")
    op.create_table(
        "bars",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("adviser", Number, nullable=False),
        sa.ForeignKeyConstraint(["adviser"], ["users.id"], name=op.f("fk_bars_adviser")),
        sa.ForeignKeyConstraint(["receipt"], ["tickets.receipt"], name=op.f("fk_bars_receipt")),
        sa.PrimaryKeyConstraint("receipt", "adviser", name=op.f("pk_bars")),
    )
    op.create_table(
        "events",
        sa.Column("id", Number, nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", Number),
        sa.Column("owner", Number),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("took", sa.BigInteger()),
        sa.Column("target", sa.BigInteger()),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_events_by")),
        sa.ForeignKeyConstraint(["owner"], ["users.id"], name=op.f("fk_events_owner")),
        sa.ForeignKeyConstraint(["receipt"], ["tickets.receipt"], name=op.f("fk_events_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_receipt", "events", ["receipt"])
    op.create_index("ix_events_at", "events", ["at"])
    op.create_table(
        "profiles",
        sa.Column("user", Number, nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("licensed_until", sa.Text()),
        sa.Column("cap", sa.Integer()),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_profiles_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_profiles")),
    )
    op.create_table(
        "specialisms",
        sa.Column("user", Number, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_specialisms_user")),
        sa.PrimaryKeyConstraint("user", "field", name=op.f("pk_specialisms")),
    )
    op.create_table(
        "leaves",
        sa.Column("id", Number, nullable=False),
        sa.Column("user", Number, nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_leaves_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    op.create_index("ix_leaves_user", "leaves", ["user"])


def downgrade() -> None:
    for table in ("leaves", "specialisms", "profiles", "events", "bars"):
        op.drop_table(table)
    op.drop_index("ix_tickets_resident", "tickets")
    op.drop_index("ix_tickets_alarm_at", "tickets")
    for column in reversed(added()):
        op.drop_column("tickets", column.name)
