"""Let residents be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not in batches: SQLite would make the table anew, and others point to it
    op.add_column("residents", sa.Column("erase_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_residents_erase_at", "residents", ["erase_at"])


def downgrade() -> None:
    op.drop_index("ix_residents_erase_at", "residents")
    op.drop_column("residents", "erase_at")
