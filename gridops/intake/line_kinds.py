"""The kinds of files that `line_import` takes: columns, reader and verb of the room that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from gridops.core.outside import Told
from gridops.inspections import service as inspections_service
from gridops.inspections.forms import rounds, visits
from gridops.intake.line_import import Kind
from gridops.operations import service as operations_service
from gridops.operations.forms import incidents, operations
from gridops.penalties import forms as penalties
from gridops.penalties import service as penalties_service
from gridops.people import forms as people
from gridops.people import service as people_service
from gridops.premises import forms as premises
from gridops.premises import service as premises_service
from gridops.supervision import service as supervision_service
from gridops.supervision.forms import scores, supervision


def _people(
    session: Session, root_id: int, _source_system: str, lines: Sequence[tuple[int, people.PersonLine]]
) -> Told:
    done = people_service.import_people(session, root_id, lines)
    errors = [(error.line, error.column, error.value, error.reason) for error in done.errors]
    return Told(done.new, done.unchanged, done.changed, errors)


KINDS: tuple[Kind, ...] = (
    Kind(
        "premises",
        "Take in premises: enterprises, sites, shops, markets (CSV)",
        premises.COLUMNS,
        premises.REQUIRED,
        premises.line,
        premises_service.import_premises,
    ),
    Kind(
        "rounds",
        "Take in night rounds with their people and grids (CSV)",
        rounds.COLUMNS,
        rounds.REQUIRED,
        rounds.line,
        inspections_service.import_rounds,
    ),
    Kind(
        "visits",
        "Take in visits to premises, their findings and orders (CSV)",
        visits.COLUMNS,
        visits.REQUIRED,
        visits.line,
        inspections_service.import_visits,
    ),
    Kind(
        "operations",
        "Take in joint outings with their people and tallies (CSV)",
        operations.COLUMNS,
        operations.REQUIRED,
        operations.line,
        operations_service.import_operations,
    ),
    Kind(
        "incidents",
        "Take in seizures, impoundings, preservations and referrals (CSV)",
        incidents.COLUMNS,
        incidents.REQUIRED,
        incidents.line,
        operations_service.import_incidents,
    ),
    Kind(
        "penalties",
        "Take in penalties: decisions, payments, changes (CSV)",
        penalties.COLUMNS,
        penalties.REQUIRED,
        penalties.line,
        penalties_service.import_penalties,
    ),
    Kind(
        "supervision",
        "Take in discipline checks, problem items and supervised matters (CSV)",
        supervision.COLUMNS,
        supervision.REQUIRED,
        supervision.line,
        supervision_service.import_supervision,
    ),
    Kind(
        "scores",
        "Take in scores from above (CSV)",
        scores.COLUMNS,
        scores.REQUIRED,
        scores.line,
        supervision_service.import_scores,
        key=scores.KEY,
        source_system=False,
    ),
    Kind(
        "people",
        "Take in people with their units and roles (CSV)",
        people.COLUMNS,
        ("username", "name"),
        people.person_line,
        _people,
        key=("username",),
        source_system=False,
    ),
)
