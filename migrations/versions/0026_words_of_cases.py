"""The words of cases, to find them by; those that are there are owed to the worker, two thousand a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_words",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
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
    op.execute(
        "INSERT INTO owed (kind, key, since, tries) SELECT 'case_words', CAST(min(id) AS VARCHAR) || '-' || "
        'CAST(max(id) AS VARCHAR), CURRENT_TIMESTAMP, 0 FROM "case" GROUP BY id / 2000'
    )


def downgrade() -> None:
    op.execute("DELETE FROM owed WHERE kind = 'case_words'")
    op.drop_table("case_words")
