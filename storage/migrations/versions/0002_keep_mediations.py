"""Keep mediations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mediations",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("village", _NUMBER, nullable=True),
        sa.Column("mediator", _NUMBER, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["village"], ["villages.id"], name=op.f("fk_mediations_village")),
        sa.ForeignKeyConstraint(["mediator"], ["users.id"], name=op.f("fk_mediations_mediator")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_mediations")),
    )
    op.create_index(op.f("ix_mediations_state_opened_at"), "mediations", ["state", "opened_at"])
    op.create_table(
        "mediation_parties",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("resident", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["mediations.number"], name=op.f("fk_mediation_parties_number")),
        sa.ForeignKeyConstraint(["resident"], ["residents.id"], name=op.f("fk_mediation_parties_resident")),
        sa.PrimaryKeyConstraint("number", "party", name=op.f("pk_mediation_parties")),
    )
    op.create_index(op.f("ix_mediation_parties_resident"), "mediation_parties", ["resident"])


def downgrade() -> None:
    op.drop_table("mediation_parties")
    op.drop_table("mediations")
