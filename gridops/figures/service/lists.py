"""The list behind each figure: exactly the records counted, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from gridops.core.periods import Period
from gridops.figures.models import FrozenSet
from gridops.figures.queries import names as naming
from gridops.figures.queries import rows as counting
from gridops.figures.queries import sets
from gridops.figures.queries.area import area_of
from gridops.figures.rules import tally
from gridops.figures.rules.behind import Behind, behind
from gridops.figures.service.counting import late_case_ids
from gridops.figures.service.freezing import names_of
from gridops.grids.rules import Level

# A limit that no list reaches, for files.
ALL = 10**9


@dataclass(frozen=True, slots=True)
class Page:
    """Case ids in case order; `after` asks for the next page, None on the last one."""

    case_ids: tuple[int, ...]
    after: int | None


def kept_records(
    session: Session,
    frozen: FrozenSet,
    figure: str,
    *,
    table: str | None = None,
    row: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> Page:
    """The records behind a frozen figure, or behind it in one row of a table, exactly as counted.

    `figure`: a key of `bulletin.json` or the same without prefix; `late_records` lists the late ones. Behind a rate
    stand the records of its denominator. Raises Invalid for a figure or row without a list.
    """
    what = behind(figure, names_of(frozen), table, row)
    found = sets.kept_case_ids(session, frozen.id, what, after, limit + 1)
    return _page(found, limit)


def records(
    session: Session,
    grid_id: int,
    period: Period,
    series: str,
    figure: str,
    *,
    table: str | None = None,
    row: str | None = None,
    level: Level | None = None,
    after: int = 0,
    limit: int = 50,
) -> Page:
    """The same for a draft, as known now; the frozen rows are not consulted. `level`: whose grids `by_grid` tells."""
    area = area_of(session, grid_id, level)
    rows = counting.counted_rows(session, area, period)
    known = naming.known(session, area)
    names = naming.names_of(known, area, period.end_day - timedelta(days=1), tally.add_up(rows))
    what = behind(figure, names, table, row)
    if what.late:
        frozen = sets.frozen_set(session, grid_id, series, period.label)
        if frozen is not None:
            return _page(sets.kept_case_ids(session, frozen.id, what, after, limit + 1), limit)
        late = [case_id for case_id in late_case_ids(session, area, period, series) if case_id > after]
        return _page(late[: limit + 1], limit)
    ids = rows.case_id[_mask(rows, what) & (rows.case_id > after)]
    return _page(ids[: limit + 1].tolist(), limit)


def _mask(rows: Any, what: Behind) -> Any:
    mask = (rows.flags & what.bit) != 0 if what.turns is None else getattr(rows, what.turns) > 0
    if what.dimension is not None:
        mask = mask & np.isin(getattr(rows, tally.DIMENSIONS[what.dimension]), sorted(what.ids))
    return mask


def _page(found: list[int], limit: int) -> Page:
    return Page(tuple(found[:limit]), found[limit - 1] if len(found) > limit else None)
