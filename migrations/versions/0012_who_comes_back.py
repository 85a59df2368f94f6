"""When somebody checked in last, so that who left and came back is there; codes of squads in one spelling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("squad_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_in_at", sa.DateTime(timezone=True), nullable=True))
    # What was made with capitals and hyphens is compared without them from now on.
    for table in ("squad", "squad_code"):
        op.execute(f"UPDATE {table} SET code = lower(replace(code, '-', ''))")  # noqa: S608  no word of anybody's


def downgrade() -> None:
    with op.batch_alter_table("squad_member", schema=None) as batch_op:
        batch_op.drop_column("last_in_at")
