"""The verbs of campaigns."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.db import insert_or_skip
from gridops.core.errors import Invalid
from gridops.operations import queries
from gridops.operations.models import Campaign

MAX_CODE = 60
MAX_NAME = 120


def ensure_campaign(session: Session, root_id: int, code: str, name: str | None = None) -> Campaign:
    """The campaign of a code in a root, made when missing; its name is the code until someone gives one.

    A name that is given and differs renames it. Invalid (`campaign_code`, `campaign_name`) for empty or too long ones.
    """
    code, name = code.strip(), (name or "").strip()
    if not code or len(code) > MAX_CODE:
        raise Invalid(("campaign_code", f"1 to {MAX_CODE} characters"))
    if len(name) > MAX_NAME:
        raise Invalid(("campaign_name", f"longer than {MAX_NAME} characters"))
    new = insert_or_skip(
        session, Campaign, [{"root_id": root_id, "code": code, "name": name or code}], ["root_id", "code"]
    )
    found = queries.campaign(session, root_id, code)
    assert found is not None
    if new:
        audit.record(session, "campaign.open", "campaign", found.id, root_id=root_id, code=code)
    elif name and found.name != name:
        audit.record(session, "campaign.rename", "campaign", found.id, root_id=root_id, code=code)
        found.name = name
    return found
