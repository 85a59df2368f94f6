"""Pairs of cases of which a person said that they are no duplicates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_apart",
        sa.Column("low_id", _ID, autoincrement=False, nullable=False),
        sa.Column("high_id", _ID, autoincrement=False, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["high_id"], ["case.id"], name=op.f("fk_case_apart_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["case.id"], name=op.f("fk_case_apart_low_id")),
        sa.ForeignKeyConstraint(["said_by"], ["app_user.id"], name=op.f("fk_case_apart_said_by")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_case_apart")),
    )
    with op.batch_alter_table("case_apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_apart_high_id"), ["high_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("case_apart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_apart_high_id"))
    op.drop_table("case_apart")
