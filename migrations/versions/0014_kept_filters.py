"""Filters of the queue that a person keeps under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_filter",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_desk_filter_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_filter")),
    )
    with op.batch_alter_table("desk_filter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_filter_user_id_name"), ["user_id", "name"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("desk_filter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_filter_user_id_name"))
    op.drop_table("desk_filter")
