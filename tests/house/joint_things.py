"""Joint enforcement for the test of scopes: an outing and an incident in each place."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.operations import service
from gridops.operations.forms import parse_incident
from gridops.people.rules import Person
from gridops.squads.rules import Agency

# GET route -> which thing it names.
THINGS = {
    "desk_outings.show": "outing",
    "desk_incidents.show": "incident",
}
ARGUMENTS = {"outing_number": "outing", "incident_id": "incident"}


def make_outing(session: Session, root: Grid, grid: Grid, sender: Person) -> tuple[str, int]:
    """(number of an outing there, id of a referral on it)."""
    campaign = service.ensure_campaign(session, root.id, "JOINT")
    # Each root numbers its outings by itself; another year, so that no two of the test bear one number.
    day = clock.now() - timedelta(days=400 * root.id)
    outing = service.new_outing(session, campaign, day, grid_id=grid.id, agencies=(Agency.STREET,))
    body = {"kind": "referred", "agency": "street", "to_agency": "区生态环境局"}
    incident = service.add_incident(session, sender, parse_incident(body), outing, happened_at=clock.now())
    return outing.number, incident.id
