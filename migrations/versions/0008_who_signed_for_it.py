"""Whether the party signed for what was taken, and who saw that it was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "signed",
                sa.String(length=40),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("witness", sa.String(length=120), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("witness")
        batch_op.drop_column("signed")
