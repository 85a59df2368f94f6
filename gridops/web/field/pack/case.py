"""One case as the phone shows it: what, where, photos, what happened, what I may do now; and what I reported."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.cases.queries import listing
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.merging import uses_with_merged
from gridops.cases.queries.pages import CaseFile
from gridops.cases.rules.deadlines import limit_of
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import Move
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.cases.rules.queue import QueueFilter, Sort
from gridops.catalogue import queries as catalogue
from gridops.grids import queries as grids
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web import choices, explain
from gridops.web.field import common
from gridops.web.field.common import shows
from gridops.web.field.pack import units
from gridops.web.field.pack.shapes import Json, degrees, grid, instant, photo, said

_REPORTS = 60


def build(session: Session, person: Person, number: str) -> Json:
    """The case of a number; NotFound where the person does not see it. Shapes: those of `tasks` (the package)."""
    file = case_pages.case_file(session, person, number)
    case = file.case
    row = catalogue.category(session, case.category_id, case.root_id)
    due, due_name = limit_of(case)
    unit = units.named(session, [case.unit_id]).get(case.unit_id) if case.unit_id else None
    closings = choices.conditions(session, case, file.condition) if Move.CLOSE in file.moves else []
    return {
        "number": case.number,
        "record": case.record_id,
        "state": case.state.value,
        "state_name": said("挂账" if case.suspended_at else STATE_NAMES[case.state]),
        "version": case.version,
        "category": f"{case.kind.value}/{file.category_code}",
        "category_name": file.category,
        "category_name_en": row.name_en if row else file.category,
        "note": case.description or None,
        "address": case.address or None,
        "lon": degrees(case.lon),
        "lat": degrees(case.lat),
        "grid": grid(grids.tree(session), case.grid_id),
        "source_name": said(SOURCE_NAMES[case.source]),
        "reported_at": instant(case.reported_at),
        "due_at": instant(due) if due < FAR else None,
        "due_name": said(due_name),
        # Where the unit's own limit comes first, the clock tells of the other.
        "case_due_at": instant(case.due_at) if case.due_at and case.due_at != due else None,
        "clock": explain.clock_words(file),
        "closing_condition": file.condition.closing_condition if file.condition else None,
        "asked": explain.asked(file.condition),
        "closings": [{"id": one.id, "words": one.closing_condition} for one in closings],
        "unit": unit,
        "helpers": [
            {"name": one.asked.unit, "task": one.asked.reason, "told": not one.helper.open} for one in file.helpers
        ],
        **_photos(session, file),
        "timeline": _timeline(file),
        "may": [move.value for move in file.moves],
    }


def reports(session: Session, _person: Person, scope: Scope) -> Json:
    """`reports`: what I reported, the newest first, ended or not."""
    rows = listing.queue(session, scope, QueueFilter(mine=True), sort=Sort.REPORTED, limit=_REPORTS).rows
    english = catalogue.english_names(session) if rows else {}
    return {
        "reports": [
            {
                "number": row.number,
                "state": row.state.value,
                "state_name": said("挂账" if row.suspended_at else STATE_NAMES[row.state]),
                "category_name": row.category,
                "category_name_en": english.get(row.category, row.category),
                "address": row.address or row.grid,
                "reported_at": instant(row.reported_at),
            }
            for row in rows
        ]
    }


def _photos(session: Session, file: CaseFile) -> Json:
    """The pictures by the part they play, those that a browser can show."""
    found = common.pictures(uses_with_merged(session, file.case.id, [one.id for one in file.absorbed]))
    groups = {"before": found.before, "after": found.after, "check": found.check}
    return {name: [photo(use) for use in uses if shows(use)] for name, uses in groups.items()}


def _timeline(file: CaseFile) -> list[Json]:
    return [
        {
            "name": told.title,
            "at": instant(told.entry.happened_at),
            "who": told.entry.actor,
            "words": told.entry.reason,
            "facts": list(told.facts),
            "lay_s": told.entry.lay,
        }
        for told in explain.timeline(file.timeline)
    ]
