"""The words of cases with marks of what else is known of them: all cases are owed their words again.

Lists by deadlines find the days of reports in their index.
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


_INDEX = "ix_case_root_id_runs_out_at_id"


def upgrade() -> None:
    _index_anew("reported_at")
    op.execute("DELETE FROM owed WHERE kind = 'case_words'")
    op.execute(
        "INSERT INTO owed (kind, key, since, tries) SELECT 'case_words', CAST(min(id) AS VARCHAR) || '-' || "
        'CAST(max(id) AS VARCHAR), CURRENT_TIMESTAMP, 0 FROM "case" GROUP BY id / 2000'
    )


def downgrade() -> None:
    _index_anew()  # whoever knows no marks asks for the other entries only


def _index_anew(*included: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_INDEX, "case")
        op.create_index(_INDEX, "case", ["root_id", "runs_out_at", "id"], postgresql_include=list(included))
