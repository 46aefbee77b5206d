"""Keep the pictures and files that go with tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXED = (["channel", "external"], ["resident"], ["receipt"], ["entry"])


def upgrade() -> None:
    op.add_column("inbox", sa.Column("enclosed", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("series", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "enclosures",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=False),
        sa.Column("resident", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("entry", NUMBER, nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_enclosures")),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_enclosures_resident")),
        sa.ForeignKeyConstraint(["receipt"], ["tickets.receipt"], name=op.f("fk_enclosures_receipt")),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_enclosures_entry")),
    )
    for columns in INDEXED:
        op.create_index(op.f(f"ix_enclosures_{'_'.join(columns)}"), "enclosures", columns)
    for name, column, where in (
        ("ix_enclosures_wanted", "due_at", "due_at IS NOT NULL"),
        ("ix_enclosures_loose", "at", "receipt IS NULL"),
    ):
        condition = sa.text(where)
        op.create_index(name, "enclosures", [column], sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "contents",
        sa.Column("enclosure", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("enclosure", name=op.f("pk_contents")),
        sa.ForeignKeyConstraint(["enclosure"], ["enclosures.mark"], name=op.f("fk_contents_enclosure")),
    )


def downgrade() -> None:
    op.drop_table("contents")
    op.drop_table("enclosures")
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_column("series")
        inbox.drop_column("enclosed")
