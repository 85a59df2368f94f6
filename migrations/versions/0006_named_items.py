"""What an issue is to name, helping units of matters, sign-offs undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulletin_item",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("bulletin_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("out", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem_id", _ID, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_item_bulletin_id_bulletin")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_bulletin_item_problem_id_problem")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_bulletin_item_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_item")),
    )
    with op.batch_alter_table("bulletin_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_item_bulletin_id_key"), ["bulletin_id", "key"], unique=True)
    op.create_table(
        "matter_helper",
        sa.Column("matter_id", _ID, nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_helper_matter_id_matter")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_matter_helper_unit_id_unit")),
        sa.PrimaryKeyConstraint("matter_id", "unit_id", name=op.f("pk_matter_helper")),
    )
    with op.batch_alter_table("matter_helper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_helper_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "matter_undoing",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("matter_id", _ID, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_undoing_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_undoing")),
    )
    with op.batch_alter_table("matter_undoing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_undoing_matter_id"), ["matter_id"], unique=False)
    _move_helpers()
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.drop_column("helper_unit_ids")


_MATTER = sa.table("matter", sa.column("id", _ID), sa.column("helper_unit_ids", sa.JSON(none_as_null=True)))
_HELPER = sa.table("matter_helper", sa.column("matter_id", _ID), sa.column("unit_id", _ID))


def _move_helpers() -> None:
    """The helping units that stood in a list of the matter."""
    bound = op.get_bind()
    rows = bound.execute(sa.select(_MATTER).where(_MATTER.c.helper_unit_ids.is_not(None))).all()
    told = [{"matter_id": row.id, "unit_id": unit} for row in rows for unit in sorted(set(row.helper_unit_ids or ()))]
    if told:
        bound.execute(_HELPER.insert(), told)


def downgrade() -> None:
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("helper_unit_ids", sa.JSON(none_as_null=True), nullable=True))
    bound, helpers = op.get_bind(), dict[int, list[int]]()
    for row in bound.execute(sa.select(_HELPER).order_by(_HELPER.c.matter_id, _HELPER.c.unit_id)):
        helpers.setdefault(row.matter_id, []).append(row.unit_id)
    for matter_id, units in helpers.items():
        bound.execute(_MATTER.update().where(_MATTER.c.id == matter_id).values(helper_unit_ids=units))
    op.drop_table("matter_undoing")
    op.drop_table("matter_helper")
    op.drop_table("bulletin_item")
