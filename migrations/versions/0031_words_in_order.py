"""The words of cases with the time of the report: the table is made anew, and all cases are owed their words again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_anew(sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False))


def downgrade() -> None:
    _make_anew()


def _make_anew(*more: sa.Column[sa.DateTime]) -> None:
    # A worker writes it from the cases alone, so nothing is lost with it.
    op.drop_table("case_words")
    op.create_table(
        "case_words",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        *more,
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_words_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_words")),
    )
    if op.get_bind().dialect.name == "postgresql":
        entries = sa.text("string_to_array(words, ' ')")
        op.create_index(
            "ix_case_words_entries",
            "case_words",
            [entries],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.execute("DELETE FROM owed WHERE kind = 'case_words'")
    op.execute(
        "INSERT INTO owed (kind, key, since, tries) SELECT 'case_words', CAST(min(id) AS VARCHAR) || '-' || "
        'CAST(max(id) AS VARCHAR), CURRENT_TIMESTAMP, 0 FROM "case" GROUP BY id / 2000'
    )
