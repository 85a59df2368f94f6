"""A finding of a night round becomes a case: reported as 夜查, at the premises, once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import Location, ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.sources import Source
from gridops.cases.service.reporting import report
from gridops.catalogue.rules import Kind
from gridops.core.errors import Invalid, NotFound
from gridops.grids import queries as grids
from gridops.inspections import queries as inspections
from gridops.inspections import service as visits
from gridops.people.rules import Person
from gridops.premises.models import Premises


def from_finding(
    session: Session,
    person: Person,
    finding_id: int,
    category: str,
    *,
    kind: Kind = Kind.EVENT,
    description: str = "",
    grid: str | None = None,
) -> Case:
    """The case of a finding, made where there is none yet; asked again it is the same.

    It lies at the premises; those without place and grid need the code of a `grid`. Raises as `report` does, NotFound
    for a finding of another jurisdiction.
    """
    finding, visit, place = inspections.finding(session, finding_id)
    if visit.root_id != person.root_id:
        raise NotFound("没有这个问题")
    session.refresh(finding, with_for_update=True)
    if finding.case_id is not None and (known := lookups.case(session, finding.case_id)) is not None:
        return known
    said = ReportIn(
        category=category,
        kind=kind,
        description=description or finding.text,
        location=_point(place),
        grid=_grid(session, place, grid),
        address=place.address or place.name,
        source=Source.NIGHT_INSPECTION,
    )
    # The problem was seen on the visit, however late somebody made a case of it.
    case = report(session, said, person, happened_at=visit.visited_at)
    visits.mark_case(session, finding, case.id)
    audit.record(session, "finding.case", "finding", finding.id, actor_id=person.user_id, root_id=visit.root_id)
    return case


def _point(place: Premises) -> Location | None:
    return Location(place.lon, place.lat) if place.lon is not None and place.lat is not None else None


def _grid(session: Session, place: Premises, given: str | None) -> str | None:
    if place.grid_id is not None:
        node = grids.tree(session).nodes.get(place.grid_id)
        return node.code if node is not None else given
    if given is None and place.lon is None:
        raise Invalid(("grid", "该场所没有位置，请选择网格"))
    return given
