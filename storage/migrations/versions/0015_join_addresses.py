"""Keep the codes by which a resident's addresses are joined."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "join_codes",
        sa.Column("resident", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_join_codes_resident")),
        sa.PrimaryKeyConstraint("resident", name=op.f("pk_join_codes")),
    )
    op.create_index("ix_join_codes_digest", "join_codes", ["digest"])


def downgrade() -> None:
    op.drop_index("ix_join_codes_digest", "join_codes")
    op.drop_table("join_codes")
