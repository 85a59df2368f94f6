"""Lists by two filters at once are read from an index alone: what filters ask stands beside its keys."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Name, keys, and the condition of the rows in it.
_INDEXES = (
    ("ix_case_root_id_runs_out_at_id", ("root_id", "runs_out_at", "id"), None),
    ("ix_case_root_id_state_runs_out_at_id", ("root_id", "state", "runs_out_at", "id"), None),
    ("ix_case_grid_id_reported_at_id", ("grid_id", "reported_at", "id"), None),
    ("ix_case_category_id_reported_at_id", ("category_id", "reported_at", "id"), None),
    ("ix_case_unit_reported", ("unit_id", "reported_at", "id"), "unit_id IS NOT NULL"),
)
_BEFORE = {"ix_case_root_id_runs_out_at_id": ["reported_at"]}
_FILTERED = ("reported_at", "runs_out_at", "root_id", "unit_id", "category_id", "grid_id", "state", "source")


def upgrade() -> None:
    for name, keys, where in _INDEXES:
        _anew(name, keys, where, [column for column in _FILTERED if column not in keys])


def downgrade() -> None:
    for name, keys, where in _INDEXES:
        _anew(name, keys, where, _BEFORE.get(name, []))


def _anew(name: str, keys: tuple[str, ...], where: str | None, beside: list[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps nothing beside the keys
        op.drop_index(name, "case")
        more = {"postgresql_where": text(where)} if where else {}
        op.create_index(name, "case", list(keys), postgresql_include=beside, **more)
