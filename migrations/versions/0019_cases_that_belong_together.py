"""Cases that belong together: those merged into one by index, the parts of one that was split; units that help."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_case_merged_into_id",
        "case",
        ["merged_into_id"],
        sqlite_where=_MERGED,
        postgresql_where=_MERGED,
    )
    op.create_table(
        "case_part",
        sa.Column("part_id", _ID, autoincrement=False, nullable=False),
        sa.Column("parent_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["case.id"], name=op.f("fk_case_part_parent_id_case")),
        sa.ForeignKeyConstraint(["part_id"], ["case.id"], name=op.f("fk_case_part_part_id_case")),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_case_part")),
    )
    op.create_index("ix_case_part_parent_id", "case_part", ["parent_id"])
    op.create_table(
        "helping",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("unit_id", _ID, autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_helping_unit_id_unit")),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name=op.f("pk_helping")),
    )
    op.create_index("ix_helping_unit_id_case_id", "helping", ["unit_id", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_helping_unit_id_case_id", "helping")
    op.drop_table("helping")
    op.drop_index("ix_case_part_parent_id", "case_part")
    op.drop_table("case_part")
    op.drop_index("ix_case_merged_into_id", "case")
