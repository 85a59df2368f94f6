"""The words of cases with marks of what else is known of them: all cases are owed their words again."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM owed WHERE kind = 'case_words'")
    op.execute(
        "INSERT INTO owed (kind, key, since, tries) SELECT 'case_words', CAST(min(id) AS VARCHAR) || '-' || "
        'CAST(max(id) AS VARCHAR), CURRENT_TIMESTAMP, 0 FROM "case" GROUP BY id / 2000'
    )


def downgrade() -> None:
    """Whoever knows no marks asks for the other entries only."""
