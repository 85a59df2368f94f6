"""Further codes by which people join a squad: a phone without a network makes its own when it begins a planned one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "squad_code",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("squad_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["squad_id"], ["squad.id"], name=op.f("fk_squad_code_squad_id_squad")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_squad_code")),
    )
    with op.batch_alter_table("squad_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_squad_code_squad_id"), ["squad_id"], unique=False)


def downgrade() -> None:
    op.drop_table("squad_code")
