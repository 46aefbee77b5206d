"""Keep what the bureau makes of topics, version by version."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("author", Number, nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("approver", Number),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("publisher", Number),
        sa.Column("published_at", sa.BigInteger()),
        sa.Column("retirer", Number),
        sa.Column("retired_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name=op.f("fk_versions_author")),
        sa.ForeignKeyConstraint(["approver"], ["users.id"], name=op.f("fk_versions_approver")),
        sa.ForeignKeyConstraint(["publisher"], ["users.id"], name=op.f("fk_versions_publisher")),
        sa.ForeignKeyConstraint(["retirer"], ["users.id"], name=op.f("fk_versions_retirer")),
        sa.PrimaryKeyConstraint("topic", "number", name=op.f("pk_versions")),
    )
    op.create_index(
        "ix_versions_published",
        "versions",
        ["topic"],
        unique=True,
        sqlite_where=sa.text("stage = 'published'"),
        postgresql_where=sa.text("stage = 'published'"),
    )


def downgrade() -> None:
    op.drop_table("versions")
