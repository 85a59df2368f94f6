"""What was added after the first tables had landed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A list of the desk narrowed to one's own reports or to a unit, in the order that is not that of its older index.
_CASE_LISTS = (
    ("ix_case_reporter_due", "reporter_id", "runs_out_at"),
    ("ix_case_unit_reported", "unit_id", "reported_at"),
)


def upgrade() -> None:
    with op.batch_alter_table("case", schema=None) as batch_op:
        for name, column, key in _CASE_LISTS:
            given = sa.text(f"{column} IS NOT NULL")
            batch_op.create_index(name, [column, key, "id"], sqlite_where=given, postgresql_where=given)
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wording", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed", sa.JSON(none_as_null=True), nullable=True))
    # Imports stage their rows in a file.
    with op.batch_alter_table("staged_row", schema=None) as batch_op:
        batch_op.drop_index("ix_staged_row_run_key")
    op.drop_table("staged_row")


def downgrade() -> None:
    op.create_table(
        "staged_row",
        sa.Column("run", sa.String(length=36), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run", "line", name="pk_staged_row"),
    )
    with op.batch_alter_table("staged_row", schema=None) as batch_op:
        batch_op.create_index("ix_staged_row_run_key", ["run", "key"], unique=False)
    with op.batch_alter_table("case", schema=None) as batch_op:
        for name, column, _ in reversed(_CASE_LISTS):
            given = sa.text(f"{column} IS NOT NULL")
            batch_op.drop_index(name, sqlite_where=given, postgresql_where=given)
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.drop_column("confirmed")
        batch_op.drop_column("wording")
