"""The running period as last told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "running_set",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("grid_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("tables", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_running_set_grid_id_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_running_set")),
    )
    with op.batch_alter_table("running_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_running_set_grid_id_series"), ["grid_id", "series"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("running_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_running_set_grid_id_series"))
    op.drop_table("running_set")
