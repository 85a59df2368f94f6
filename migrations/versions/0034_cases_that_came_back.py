"""Of which closed cases somebody said that they came back, as a new case (复发)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STANDING = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "case_recurrence",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("earlier_id", _ID, nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", _ID, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_recurrence_case_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["case.id"], name=op.f("fk_case_recurrence_earlier_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["app_user.id"], name=op.f("fk_case_recurrence_linked_by")),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_case_recurrence_root_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["app_user.id"], name=op.f("fk_case_recurrence_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_recurrence")),
    )
    with op.batch_alter_table("case_recurrence", schema=None) as batch_op:
        batch_op.create_index(
            "uq_case_recurrence_standing",
            ["case_id", "earlier_id"],
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        )
        batch_op.create_index(batch_op.f("ix_case_recurrence_earlier_id"), ["earlier_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_case_recurrence_root_id_linked_at"), ["root_id", "linked_at"], unique=False
        )


def downgrade() -> None:
    """Issues frozen with such cases stay as they are: an older program knows no such kind and cannot recount them."""
    with op.batch_alter_table("case_recurrence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_recurrence_root_id_linked_at"))
        batch_op.drop_index(batch_op.f("ix_case_recurrence_earlier_id"))
        batch_op.drop_index("uq_case_recurrence_standing", sqlite_where=_STANDING, postgresql_where=_STANDING)
    op.drop_table("case_recurrence")
