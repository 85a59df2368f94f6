"""Who looked at the product as somebody else, why and for how long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "viewing",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("admin_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended",
            sa.Enum("by_hand", "time_up", "withdrawn", name="ended", native_enum=False, length=40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["admin_id"], ["app_user.id"], name=op.f("fk_viewing_admin_id")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_viewing_root_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_viewing_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
    )


def downgrade() -> None:
    op.drop_table("viewing")
