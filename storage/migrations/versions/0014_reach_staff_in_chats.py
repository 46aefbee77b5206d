"""Keep where staff are reached, by which codes they link an address, and what they were not told yet."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("answers", sa.Text(), nullable=False, server_default=""))
    op.add_column("events", sa.Column("news_at", sa.BigInteger()))
    waiting = sa.text("news_at IS NOT NULL")
    op.create_index("ix_events_news", "events", ["news_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "staff_addresses",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=False),
        sa.Column("user", Number, nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_staff_addresses_user")),
        sa.PrimaryKeyConstraint("channel", "external", name=op.f("pk_staff_addresses")),
    )
    op.create_index("ix_staff_addresses_user", "staff_addresses", ["user"])
    op.create_table(
        "link_codes",
        sa.Column("user", Number, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_link_codes_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_link_codes")),
    )
    op.create_table(
        "link_tries",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "external", name=op.f("pk_link_tries")),
    )


def downgrade() -> None:
    op.drop_table("link_tries")
    op.drop_table("link_codes")
    op.drop_index("ix_staff_addresses_user", "staff_addresses")
    op.drop_table("staff_addresses")
    op.drop_index("ix_events_news", "events")
    op.drop_column("events", "news_at")
    op.drop_column("inbox", "answers")
