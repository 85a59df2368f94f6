"""The verbs of campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.db import insert_or_skip
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.operations import queries
from gridops.operations.forms import CampaignIn
from gridops.operations.models import Campaign
from gridops.operations.rules import PLANNERS
from gridops.people.queries import grids_below, may_at
from gridops.people.rules import Person

MAX_CODE = 60
MAX_NAME = 120
CHANGED_MEANWHILE = "有人先改动了这条记录，请刷新页面后再试"


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


def save_campaign(
    session: Session, person: Person, form: CampaignIn, *, campaign_id: int | None = None, version: int = 0
) -> Campaign:
    """Make a campaign (no id) or change one that nobody has changed since `version`; NotAllowed, Invalid, Conflict.

    Its code stays as it is once made: cases, outings and files name it by that.
    """
    if not may_at(session, person, PLANNERS, form.grid_id or person.root_id):
        raise NotAllowed("只有值班长和派遣员可以制定专项整治")
    if form.grid_id is not None and form.grid_id not in grids_below(session, [person.root_id]):
        raise Invalid(("grid_id", "没有这个网格"))
    if campaign_id is None:
        if queries.campaign(session, person.root_id, form.code) is not None:
            raise Invalid(("code", "这个编号已经在用"))
        found = Campaign(root_id=person.root_id, code=form.code, name=form.name)
        session.add(found)
        changed = sorted(_columns(form))
    else:
        found = _to_change(session, person.root_id, campaign_id, version)
        changed = sorted(name for name, value in _columns(form).items() if getattr(found, name) != value)
        found.version += bool(changed)
    for name in changed:
        setattr(found, name, _columns(form)[name])
    session.flush()
    if changed:
        act = "campaign.open" if campaign_id is None else "campaign.change"
        told = {"actor_id": person.user_id, "root_id": person.root_id}
        audit.record(session, act, "campaign", found.id, code=found.code, changed=changed, **told)
    return found


def _to_change(session: Session, root_id: int, campaign_id: int, version: int) -> Campaign:
    found = session.get(Campaign, campaign_id, with_for_update=True)
    if found is None or found.root_id != root_id:
        raise NotFound("没有这项专项整治")
    if found.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return found


def _columns(form: CampaignIn) -> dict[str, Any]:
    return {
        "name": form.name,
        "aim": form.aim,
        "grid_id": form.grid_id,
        "categories": list(form.categories),
        "agencies": [agency.value for agency in form.agencies],
        "valid_from": form.first_day,
        "valid_to": form.last_day + timedelta(days=1) if form.last_day else None,
    }
