"""Telephone of a unit's office and of a person: one-tap call from the field app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("unit", "app_user"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("phone", sa.String(length=30), nullable=True))


def downgrade() -> None:
    for table in ("app_user", "unit"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("phone")
