"""The limit of a step may hold in areas of one class alone, as the limits of a filing condition do.

The limits there are hold in every area, as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_AREA = sa.Enum("A", "B", "C", name="area", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("step_limit") as batch:
        batch.add_column(sa.Column("area", _AREA, nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM step_limit WHERE area IS NOT NULL")
    with op.batch_alter_table("step_limit") as batch:
        batch.drop_column("area")
