"""The days of every remedy and deferral of a penalty, not only of the last."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LOCAL = timezone(timedelta(hours=8))


def upgrade() -> None:
    with op.batch_alter_table("penalty", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pauses", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
    with op.batch_alter_table("penalty", schema=None) as batch_op:
        batch_op.alter_column("pauses", server_default=None)
    _told_by_events()


def _told_by_events() -> None:
    """Every remedy and deferral that was told, in its order; the last of one day holds."""
    event = sa.table(
        "penalty_event", *map(sa.column, ("penalty_id", "seq", "act")),
        sa.column("happened_at", sa.DateTime(timezone=True)), sa.column("details", sa.JSON),
    )  # fmt: skip
    penalty = sa.table("penalty", sa.column("id"), sa.column("pauses", sa.JSON))
    rows = op.get_bind().execute(
        sa.select(event)
        .where(event.c.act.in_(["remedy", "defer", "restate"]))
        .order_by(event.c.penalty_id, event.c.seq)
    )
    found: dict[int, dict[tuple[str, str], tuple[str, bool]]] = {}
    for row in rows:
        told = found.setdefault(row.penalty_id, {})
        if row.act == "restate":
            found[row.penalty_id] = {key: value for key, value in told.items() if not value[1]}
            continue
        details: dict[str, Any] = row.details if isinstance(row.details, dict) else json.loads(row.details)
        kind, first, last = _days(row.act, row.happened_at, details)
        told[kind, first] = (f"{kind} {first} {last}", bool(details.get("file")))
    for penalty_id, told in found.items():
        pauses = [text for text, _file in sorted(told.values(), key=lambda each: each[0].split()[1])]
        op.execute(penalty.update().where(penalty.c.id == penalty_id).values(pauses=pauses))


def _days(act: str, happened_at: datetime, details: dict[str, Any]) -> tuple[str, str, str]:
    if act == "defer":
        at = happened_at if happened_at.tzinfo else happened_at.replace(tzinfo=UTC)
        return "deferral", _local(at).isoformat(), details["deferred_to"]
    until = details.get("remedy_to")
    first = _local(datetime.fromisoformat(details["remedy_from"]))
    return "remedy", first.isoformat(), _local(datetime.fromisoformat(until)).isoformat() if until else "-"


def _local(at: datetime) -> date:
    return at.astimezone(_LOCAL).date()


def downgrade() -> None:
    with op.batch_alter_table("penalty", schema=None) as batch_op:
        batch_op.drop_column("pauses")
