"""Every question to the campaigns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridops.operations.models import Campaign


def campaign(session: Session, root_id: int, code: str) -> Campaign | None:
    """The campaign of a code in a root, or None."""
    return session.scalar(select(Campaign).where(Campaign.root_id == root_id, Campaign.code == code))


def campaigns(session: Session, root_id: int) -> list[Campaign]:
    """The campaigns of a root, in order of code."""
    return list(session.scalars(select(Campaign).where(Campaign.root_id == root_id).order_by(Campaign.code)))


def campaigns_on(session: Session, root_id: int, day: date) -> list[Campaign]:
    """The campaigns that run on a local day, in order of code; both days of their period count."""
    rows = session.scalars(
        select(Campaign)
        .where(
            Campaign.root_id == root_id,
            or_(Campaign.valid_from.is_(None), Campaign.valid_from <= day),
            or_(Campaign.valid_to.is_(None), Campaign.valid_to > day),
        )
        .order_by(Campaign.code)
    )
    return list(rows)


def names(session: Session, campaign_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Campaign id -> (code, name)."""
    rows = session.execute(
        select(Campaign.id, Campaign.code, Campaign.name).where(Campaign.id.in_(sorted(set(campaign_ids))))
    )
    return {campaign_id: (code, name) for campaign_id, code, name in rows}
