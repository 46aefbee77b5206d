"""Push what was asked for: subscriptions, campaigns and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("due_at IS NOT NULL")
PUSHED = sa.text("run IS NOT NULL")
DUE = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("run", NUMBER, nullable=True))
    op.drop_index("ix_outbox_waiting", "outbox")
    op.create_index(
        "ix_outbox_waiting", "outbox", ["channel", "lane", "id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_index("ix_outbox_run", "outbox", ["run", "state"], sqlite_where=PUSHED, postgresql_where=PUSHED)
    op.create_table(
        "subscriptions",
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_subscriptions_resident")),
        sa.PrimaryKeyConstraint("resident", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "interests",
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_interests_resident")),
        sa.PrimaryKeyConstraint("resident", "field", name=op.f("pk_interests")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", NUMBER, nullable=False),
        sa.Column("approver", NUMBER, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name=op.f("fk_campaigns_author")),
        sa.ForeignKeyConstraint(["approver"], ["users.id"], name=op.f("fk_campaigns_approver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_due", "campaigns", ["next_at"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_table(
        "runs",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign", NUMBER, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_runs_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("campaign", "due_at", name=op.f("uq_runs_campaign_due_at")),
    )
    op.create_index(op.f("ix_runs_state"), "runs", ["state"])


def downgrade() -> None:
    for table in ("runs", "campaigns", "interests", "subscriptions"):
        op.drop_table(table)
    op.drop_index("ix_outbox_run", "outbox")
    op.drop_index("ix_outbox_waiting", "outbox")
    op.execute("DELETE FROM outbox WHERE run IS NOT NULL")  # their words are gone with the runs
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("run")
    op.create_index("ix_outbox_waiting", "outbox", ["lane", "id"], sqlite_where=WAITING, postgresql_where=WAITING)
