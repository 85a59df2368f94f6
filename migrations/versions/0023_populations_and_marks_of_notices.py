"""The populations of samples, and which times running out were owed to people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice_mark",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notice_mark")),
    )
    with op.batch_alter_table("notice_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_mark_marked_at"), ["marked_at"], unique=False)
    op.create_table(
        "spot_check_population",
        sa.Column("spot_check_id", _ID, autoincrement=False, nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["spot_check_id"], ["spot_check.id"], name=op.f("fk_spot_check_population_spot_check_id")
        ),
        sa.PrimaryKeyConstraint("spot_check_id", name=op.f("pk_spot_check_population")),
    )


def downgrade() -> None:
    op.drop_table("spot_check_population")
    with op.batch_alter_table("notice_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_mark_marked_at"))
    op.drop_table("notice_mark")
