"""Rules that propose which unit a case is dispatched to, version by version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dispatch_rule",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("conditions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("unit_id", _ID, nullable=True),
        sa.Column("line", sa.String(length=40), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["grid.id"], name=op.f("fk_dispatch_rule_root_id_grid")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_rule_unit_id_unit")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_dispatch_rule_changed_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_rule")),
    )
    with op.batch_alter_table("dispatch_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_rule_root_id_position"), ["root_id", "position"], unique=False)


def downgrade() -> None:
    op.drop_table("dispatch_rule")
