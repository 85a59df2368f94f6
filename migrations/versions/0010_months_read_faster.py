"""Indexes for what the figures of a month ask: cases from an assessment by filing, payments by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ASSESSED = sa.text("source = 'assessment'")


def upgrade() -> None:
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index(
            "ix_case_assessed", ["root_id", "filed_at"], sqlite_where=_ASSESSED, postgresql_where=_ASSESSED
        )
    with op.batch_alter_table("penalty_payment", schema=None) as batch_op:
        batch_op.create_index("ix_penalty_payment_paid_at", ["paid_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("penalty_payment", schema=None) as batch_op:
        batch_op.drop_index("ix_penalty_payment_paid_at")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index("ix_case_assessed", sqlite_where=_ASSESSED, postgresql_where=_ASSESSED)
