"""A checked case file is swapped in: new cases in bulk, changed ones retold, unchanged ones left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.queries import lookups
from gridops.cases.queries.imported import imported_cases
from gridops.cases.rules.imported import events_of
from gridops.cases.rules.projection import Event
from gridops.cases.service import importing
from gridops.cases.service.writing import NewCase, write_cases
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict
from gridops.intake import staging
from gridops.intake.case_rows import UPHELD, Resolver, times_of
from gridops.intake.files import RowError

GIVEN = (
    "root_id", "grid_id", "grid_version_id", "source", "source_number", "lon", "lat", "place",
    "address", "description", "external_id",
)  # fmt: skip


@dataclass(slots=True)
class Counts:
    """The answer of every import."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, errors: Sequence[RowError]) -> None:
        """Count a line as refused, keeping what is wrong with it."""
        self.refused += 1
        self.errors += errors


def alone(session: Session, source_system: str) -> None:
    """Hold a source system to the end of the transaction: a second import of it waits, and then sees this one."""
    lock_names(session, [f"import:{source_system}"])


def compare(session: Session, run: str, source_system: str, counts: Counts) -> None:
    """Count what a swap would do, and refuse lines whose case has been worked on here."""
    for chunk in staging.chunks(session, run):
        known = _known(session, chunk, source_system)
        for line, _key, digest, data in chunk:
            found = known.get((data["root_id"], data["external_id"]))
            if found is None:
                counts.new += 1
            elif found[1] == digest:
                counts.unchanged += 1
            elif importing.worked_on_here(session, found[0]):
                reason = "this case has been worked on here since; change it on the desk"
                counts.refuse([RowError(line, "external_id", data["external_id"], reason)])
            else:
                counts.changed += 1


def swap(session: Session, run: str, source_system: str, codes: Resolver) -> None:
    """Write a whole staged run in the caller's transaction, which holds `alone`: all or nothing.

    Raises Conflict where a case has been worked on here since the comparison.
    """
    now = clock.now()
    for chunk in staging.chunks(session, run):
        known = _known(session, chunk, source_system)
        new, changed = [], {}
        for _line, _key, digest, data in chunk:
            found = known.get((data["root_id"], data["external_id"]))
            given = {name: data[name] for name in GIVEN}
            if found is not None and found[1] == digest:
                continue
            given |= {"kind": Kind(data["kind"]), "source_system": source_system, "import_digest": digest}
            campaign = data["campaign_code"]
            given["campaign_id"] = codes.campaign(data["root_id"], campaign) if campaign else None
            events = _events(data, codes)
            if found is None:
                new.append(NewCase({**given, "recorded_at": now}, events))
            else:
                changed[found[0]] = (given, events)
        if new:
            write_cases(session, new)
        for case_id, case in lookups.locked(session, changed).items() if changed else ():
            if importing.worked_on_here(session, case_id):
                raise Conflict(f"case {case.external_id} has just been worked on here; change it on the desk")
            importing.retell(session, case, *changed[case_id])
        session.flush()
        session.expire_all()
    staging.end(session, run)


def _known(
    session: Session, chunk: Sequence[tuple[int, str, str, dict[str, Any]]], source_system: str
) -> dict[tuple[int, str], tuple[int, str | None]]:
    """(root, external id) -> (case id, digest of what was told last), for the cases of a chunk that exist."""
    wanted: dict[int, list[str]] = {}
    for _line, _key, _digest, data in chunk:
        wanted.setdefault(data["root_id"], []).append(data["external_id"])
    return imported_cases(session, source_system, wanted)


def _events(data: dict[str, Any], codes: Resolver) -> list[Event]:
    times = times_of(data)
    reported = times["reported_at"] or clock.now()
    root_id, (listed, code) = data["root_id"], data["category"]
    return events_of(
        times,
        reworked_times=data["turns"],
        returned_upheld=UPHELD[data.get("upheld", "")],
        unit_id=codes.unit(root_id, data["unit_code"]) if data["unit_code"] else None,
        category_id=codes.category(root_id, listed, Kind(data["kind"]), code, clock.local_date(reported)),
    )
