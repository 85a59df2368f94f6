"""What is reported at which hour: offered first to whoever stands there at that hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, cast, extract, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core import clock

_HOUR_S = 3600


def by_hour(session: Session, root_id: int, grid_ids: Collection[int], since: datetime) -> dict[int, list[int]]:
    """Local hour -> ids of categories, those reported most in some grids since an instant first.

    The hour is counted from seconds, as databases differ in the zone they tell hours in.
    """
    if not grid_ids:
        return {}
    hour = ((cast(extract("epoch", Case.reported_at), BigInteger) // _HOUR_S) % 24).label("hour")
    asked = (
        select(hour, Case.category_id, func.count().label("times"))
        .where(Case.root_id == root_id, Case.reported_at >= since)
        .group_by(hour, Case.category_id)
    )
    if root_id not in grid_ids:
        asked = asked.where(Case.grid_id.in_(sorted(grid_ids)))
    ahead = clock.local(since).utcoffset()
    shift = int(ahead.total_seconds()) // _HOUR_S if ahead else 0
    found: dict[int, list[tuple[int, int]]] = {}
    for utc_hour, category_id, times in session.execute(asked):
        found.setdefault((int(utc_hour) + shift) % 24, []).append((-times, category_id))
    return {local: [category_id for _times, category_id in sorted(rows)] for local, rows in found.items()}
