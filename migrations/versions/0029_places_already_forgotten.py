"""Tracks say when their places were taken out: the nightly look for those that still have them reads no others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("track") as batch:
        batch.add_column(sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_track_forgotten_at_ended_at", ["forgotten_at", "ended_at"])
    op.execute("UPDATE track SET forgotten_at = ended_at WHERE CAST(points AS VARCHAR(2)) = '[]'")


def downgrade() -> None:
    with op.batch_alter_table("track") as batch:
        batch.drop_index("ix_track_forgotten_at_ended_at")
        batch.drop_column("forgotten_at")
