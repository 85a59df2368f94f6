"""A checked case file is swapped in: new cases in bulk, changed ones retold, unchanged ones left alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.queries.imported import has_imported, imported_cases, worked_on_here
from gridops.cases.rules.facts import Event
from gridops.cases.rules.imported import TIMES, events_of
from gridops.cases.rules.sources import Source
from gridops.cases.service import importing
from gridops.cases.service.importing import ToldCase, local_day
from gridops.catalogue.rules import Kind
from gridops.core import db
from gridops.core.db import lock_names
from gridops.intake.codes import Resolver
from gridops.intake.files import Counts, RowError
from gridops.intake.staging import StagedCase, Staging

_REPORTED = TIMES.index("reported_at")


def alone(session: Session) -> None:
    """Hold imports of cases to the end of the transaction: a second one waits, and then sees this one.

    Also of another source system: both may make the same units and local categories, each in the order of its file.
    """
    lock_names(session, ["import of cases"])


def compare(session: Session, staged: Staging, source_system: str, counts: Counts) -> None:
    """Count what a swap would do, and refuse lines whose case has been worked on here."""
    known = _Known(session, source_system)
    for chunk in staged.chunks():
        _sorted_out(session, chunk, known, counts)


def renew_statistics() -> None:
    """Before and after a file that may hold more cases than there are: see `core.db.renew_statistics`."""
    db.renew_statistics(Case, CaseEvent)


def swap(session: Session, staged: Staging, source_system: str, codes: Resolver, counts: Counts) -> None:
    """Write a whole staged file in the caller's transaction, which holds `alone`, and count as `compare` does.

    All or nothing: where `counts` tells of errors afterwards, the caller rolls back.
    """
    known = _Known(session, source_system)
    for chunk in staged.chunks():
        new, changed = _sorted_out(session, chunk, known, counts, hold=True)
        if counts.errors:
            continue
        if new:
            importing.write_told(session, [_told(row, source_system, codes) for row in new])
        for case_id, (case, row) in changed.items():
            assert case.id == case_id
            importing.retell(session, case, _given(row, codes), _events(row, codes))
        session.flush()
        session.expire_all()


class _Known:
    """Which cases of a source system there were before this file; most first imports need not ask for any."""

    def __init__(self, session: Session, source_system: str) -> None:
        self._session, self._source_system = session, source_system
        self._has: dict[int, bool] = {}

    def of(self, rows: Sequence[StagedCase]) -> dict[tuple[int, str], tuple[int, str | None]]:
        """(root, external id) -> (case id, digest), of those rows whose case exists."""
        wanted: dict[int, list[str]] = {}
        for row in rows:
            if self._asks(row.root_id):
                wanted.setdefault(row.root_id, []).append(row.external_id)
        return {
            (root_id, external_id): found
            for root_id, ids in wanted.items()
            for external_id, found in imported_cases(self._session, root_id, self._source_system, ids).items()
        }

    def _asks(self, root_id: int) -> bool:
        if root_id not in self._has:
            self._has[root_id] = has_imported(self._session, root_id, self._source_system)
        return self._has[root_id]


def _sorted_out(
    session: Session, rows: Sequence[StagedCase], known: _Known, counts: Counts, *, hold: bool = False
) -> tuple[list[StagedCase], dict[int, tuple[Any, StagedCase]]]:
    """The new rows of a chunk, and the changed ones by case (the case itself, locked, with `hold`); all counted."""
    found = known.of(rows)
    new: list[StagedCase] = []
    changed: dict[int, StagedCase] = {}
    for row in rows:
        before = found.get((row.root_id, row.external_id))
        if before is None:
            new.append(row)
        elif before[1] == row.digest:
            counts.unchanged += 1
        else:
            changed[before[0]] = row
    counts.new += len(new)
    if not changed:
        return new, {}
    cases = lookups.locked(session, changed) if hold else {}
    worked_on = worked_on_here(session, changed)
    for case_id in sorted(worked_on, key=lambda case_id: changed[case_id].line):
        row = changed.pop(case_id)
        reason = "this case has been worked on here since; change it on the desk"
        counts.refuse([RowError(row.line, "external_id", row.external_id, reason)])
    counts.changed += len(changed)
    return new, {case_id: (cases.get(case_id), row) for case_id, row in changed.items()}


def _told(row: StagedCase, source_system: str, codes: Resolver) -> ToldCase:
    return ToldCase(
        row.root_id,
        source_system,
        row.external_id,
        row.kind,
        row.source,
        row.source_number,
        row.grid_id,
        row.grid_version_id,
        codes.campaign(row.root_id, row.campaign_code) if row.campaign_code else None,
        row.lon,
        row.lat,
        row.place,
        row.address,
        row.description,
        row.digest,
        _category(row, codes),
        codes.unit(row.root_id, row.unit_code) if row.unit_code else None,
        row.reworked_times,
        row.returned_upheld,
        row.times,
    )


def _category(row: StagedCase, codes: Resolver) -> int:
    on = date.fromisoformat(local_day(row.times[_REPORTED] or ""))
    return codes.category(row.root_id, row.category_list, Kind(row.kind), row.category_code, on)


def _given(row: StagedCase, codes: Resolver) -> dict[str, Any]:
    """The columns of a changed case that its row gives."""
    return {
        "grid_id": row.grid_id,
        "grid_version_id": row.grid_version_id,
        "kind": Kind(row.kind),
        "source": Source(row.source),
        "source_number": row.source_number,
        "campaign_id": codes.campaign(row.root_id, row.campaign_code) if row.campaign_code else None,
        "lon": row.lon,
        "lat": row.lat,
        "place": json.loads(row.place) if row.place else None,
        "address": row.address,
        "description": row.description,
        "import_digest": row.digest,
    }


def _events(row: StagedCase, codes: Resolver) -> list[Event]:
    times = {
        name: None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
        for name, text in zip(TIMES, row.times, strict=True)
    }
    return events_of(
        times,
        reworked_times=row.reworked_times,
        returned_upheld=row.returned_upheld,
        unit_id=codes.unit(row.root_id, row.unit_code) if row.unit_code else None,
        category_id=_category(row, codes),
    )
