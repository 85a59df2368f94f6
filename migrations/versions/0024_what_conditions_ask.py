"""What filing conditions ask: pictures, how it is checked, tighter limits by class of area; the class of each grid.

And the limits of single steps.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STEPS = ("accept", "file", "dispatch", "receive", "handle", "send_to_check", "check", "close")
_UNITS = ("urgent_hour", "working_hour", "working_day", "calendar_day")
_RULES = ("on_site", "other_person", "after_picture", "same_time", "community")


def upgrade() -> None:
    with op.batch_alter_table("filing_condition", schema=None) as batch_op:
        for name in ("photo_needs", "class_limits"):
            batch_op.add_column(sa.Column(name, sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("check_rule", sa.Enum(*_RULES, name="checkrule", native_enum=False, length=40), nullable=True)
        )
    with op.batch_alter_table("filing_condition", schema=None) as batch_op:
        for name in ("photo_needs", "class_limits"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "area_class",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("grid_id", _ID, nullable=False),
        sa.Column("area", sa.Enum("A", "B", "C", name="area", native_enum=False, length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_area_class_root_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_area_class_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_class")),
    )
    with op.batch_alter_table("area_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_class_root_id_grid_id"), ["root_id", "grid_id"], unique=False)
    op.create_table(
        "step_limit",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("category_id", _ID, nullable=True),
        sa.Column("step", sa.Enum(*_STEPS, name="step", native_enum=False, length=40), nullable=False),
        sa.Column("limit", sa.BigInteger(), nullable=False),
        sa.Column("limit_unit", sa.Enum(*_UNITS, name="limitunit", native_enum=False, length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_step_limit_root_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_step_limit_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_limit")),
    )
    with op.batch_alter_table("step_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_limit_root_id_step"), ["root_id", "step"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("step_limit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_step_limit_root_id_step"))
    op.drop_table("step_limit")
    with op.batch_alter_table("area_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_class_root_id_grid_id"))
    op.drop_table("area_class")
    with op.batch_alter_table("filing_condition", schema=None) as batch_op:
        for name in ("check_rule", "class_limits", "photo_needs"):
            batch_op.drop_column(name)
