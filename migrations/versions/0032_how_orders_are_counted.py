"""Orders of 12345 keep what each deadline was counted by, so that a new calendar moves it, and what was moved.

Nobody wrote down of the orders there are whether a deadline was typed from the city's paper or counted. Safe is to take
one for given, for then nothing moves it. It is taken for counted only where it is to the second what the limit of the
jurisdiction (the one set, else the shipped one) gives today from when the order was taken: a form holds minutes, whole
days end with a second 59, and hours that run day and night are moved by no calendar. Not decided, and so given: limits
in working hours, and what was counted under limits or a calendar that have changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNIT = sa.Enum(
    "urgent_hour", "working_hour", "working_day", "calendar_day", name="limitunit", native_enum=False, length=40
)
_SHIPPED = {"contact": (24, "urgent_hour"), "answer": (5, "working_day")}
_LOCAL, _DAY = timezone(timedelta(hours=8)), timedelta(days=1)
_CHUNK = 1000

_orders = sa.table(
    "hotline_order",
    sa.column("id", _ID),
    sa.column("root_id", _ID),
    *(
        sa.column(name, sa.DateTime(timezone=True))
        for name in ("received_at", "contact_due_at", "answer_due_at")
    ),
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("hotline_order") as batch:
        for kind in _SHIPPED:
            batch.add_column(sa.Column(f"{kind}_limit", sa.BigInteger(), nullable=True))
            batch.add_column(sa.Column(f"{kind}_unit", _UNIT, nullable=True))
    op.create_table(
        "hotline_recount",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("order_id", _ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("contact", "answer", "revisit", name="stepkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.Enum("days", "hours", name="what", native_enum=False, length=40), nullable=True),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["hotline_order.id"], name=op.f("fk_hotline_recount_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_recount")),
    )
    with op.batch_alter_table("hotline_recount") as batch:
        batch.create_index("ix_hotline_recount_order_id", ["order_id"])
    _take_for_counted()


def downgrade() -> None:
    op.execute("DELETE FROM owed WHERE kind IN ('calendar_changed_orders', 'calendar_changed_orders_again')")
    op.drop_table("hotline_recount")
    with op.batch_alter_table("hotline_order") as batch:
        for kind in _SHIPPED:
            batch.drop_column(f"{kind}_limit")
            batch.drop_column(f"{kind}_unit")


def _take_for_counted() -> None:
    """Write the limit beside each deadline that it gives."""
    set_ones = sa.text("SELECT root_id, contact_limit, contact_unit, answer_limit, answer_unit FROM hotline_terms")
    terms = {
        row[0]: {"contact": (row[1], row[2]), "answer": (row[3], row[4])} for row in op.get_bind().execute(set_ones)
    }
    for root_id in op.get_bind().scalars(sa.select(_orders.c.root_id).distinct()).all():
        works = _works(root_id)
        for kind, (limit, unit) in terms.get(root_id, _SHIPPED).items():
            write = sa.text(
                f"UPDATE hotline_order SET {kind}_limit = :limit, {kind}_unit = :unit WHERE id = :id"  # noqa: S608
            )
            found = [
                {"id": order_id, "limit": limit, "unit": unit}
                for order_id, received_at, due_at in _rows(root_id, kind)
                if _due(received_at, limit, unit, works) == due_at
            ]
            for start in range(0, len(found), _CHUNK):
                op.get_bind().execute(write, found[start : start + _CHUNK])


def _rows(root_id: int, kind: str) -> Iterator[tuple[int, datetime, datetime]]:
    wanted = sa.select(_orders.c.id, _orders.c.received_at, _orders.c[f"{kind}_due_at"])
    for order_id, received_at, due_at in op.get_bind().execute(wanted.where(_orders.c.root_id == root_id)).all():
        yield order_id, _utc(received_at), _utc(due_at)


def _utc(at: datetime) -> datetime:
    """SQLite keeps UTC without saying so."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _works(root_id: int) -> Callable[[date], bool]:
    """Whether a day is worked: the root's own answer, else the common one, else Monday to Friday."""
    days = sa.table(
        "calendar_day", sa.column("root_id", _ID), sa.column("day", sa.Date()), sa.column("is_workday", sa.Boolean())
    )
    wanted = sa.select(days).where(sa.or_(days.c.root_id.is_(None), days.c.root_id == root_id))
    rows = sorted(op.get_bind().execute(wanted).all(), key=lambda row: row.root_id is not None)
    known = {row.day: row.is_workday for row in rows}
    return lambda day: known.get(day, day.weekday() < 5)


def _due(received_at: datetime, limit: int, unit: str, works: Callable[[date], bool]) -> datetime | None:
    """What a limit gives; None for one in working hours."""
    if unit == "urgent_hour":
        return received_at + timedelta(hours=limit)
    if unit == "working_hour":
        return None
    day = received_at.astimezone(_LOCAL).date()
    while limit:
        day += _DAY
        limit -= unit == "calendar_day" or works(day)
    return datetime.combine(day, time(23, 59, 59), _LOCAL).astimezone(UTC)
