"""Keep who sits at the district's desk on which days."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("user", Number, nullable=False, autoincrement=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_duties_user")),
        sa.PrimaryKeyConstraint("user", "first", name=op.f("pk_duties")),
    )


def downgrade() -> None:
    op.drop_table("duties")
