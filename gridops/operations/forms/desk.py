"""What the desk hands in: campaigns, plans of outings, and what is noted about an incident later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gridops.core.fields import Read, Reader, T, day, instant, member, members, row_id, text, texts
from gridops.operations.forms.fields import MAX_TEXT, MAX_WORDS, by_last_instant
from gridops.squads.forms import people
from gridops.squads.rules import Agency, Someone


@dataclass(frozen=True, slots=True)
class CampaignIn:
    """A campaign: aim, period (both days count), area, categories by code, the agencies with the lead first."""

    code: str
    name: str
    aim: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    grid_id: int | None = None
    categories: tuple[str, ...] = ()
    agencies: tuple[Agency, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanIn:
    """A planned outing: of which campaign, when, where, by whom; `leader`: a user name of ours."""

    campaign: str
    planned_for: datetime
    agencies: tuple[Agency, ...] = ()
    grid_id: int | None = None
    leader: str | None = None
    people: tuple[Someone, ...] = ()


@dataclass(frozen=True, slots=True)
class Prolonging:
    """A longer term of a seizure: until when, approved by whom and when, why."""

    deadline: datetime
    approver: str
    approved_at: datetime
    reason: str


def campaign_form(raw: Mapping[str, object]) -> CampaignIn:
    """A campaign from a form; the lead agency must be one, its members the others."""
    read = Reader(raw)
    lead = read("lead", member(Agency), required=True)
    found = CampaignIn(
        code=read("code", text(60), required=True),
        name=read("name", text(120), required=True),
        aim=read("aim", text(MAX_TEXT)),
        first_day=read("first_day", day),
        last_day=read("last_day", day),
        grid_id=read("grid_id", row_id),
        categories=read("categories", texts(30)) or (),
        agencies=tuple(dict.fromkeys((*((lead,) if lead else ()), *(read("members", members(Agency)) or ())))),
    )
    if found.first_day and found.last_day and found.last_day < found.first_day:
        read.wrong("last_day", "结束日期不得早于开始日期")
    read.done(others=True)
    return found


def plan_form(raw: Mapping[str, object]) -> PlanIn:
    """A planned outing from a form."""
    read = Reader(raw)
    found = PlanIn(
        campaign=read("campaign", text(60), required=True),
        planned_for=read("planned_for", instant(), required=True),
        agencies=read("agencies", members(Agency)) or (),
        grid_id=read("grid_id", row_id),
        leader=read("leader", text(60)),
        people=read("people", people) or (),
    )
    read.done(others=True)
    return found


def prolonging_form(raw: Mapping[str, object]) -> Prolonging:
    """A longer term from a form."""
    read = Reader(raw)
    found = Prolonging(
        deadline=read("deadline", by_last_instant, required=True),
        approver=read("approver", text(80), required=True),
        approved_at=read("approved_at", instant(), required=True),
        reason=read("reason", text(MAX_WORDS), required=True),
    )
    read.done(others=True)
    return found


def words(raw: Mapping[str, object], name: str, *, longest: int = MAX_WORDS) -> str:
    """One text that must be given; Invalid names it."""
    found: str = one(raw, name, text(longest))
    return found


def one(raw: Mapping[str, object], name: str, read_it: Read[T]) -> T:
    """One value that must be given; Invalid names it."""
    read = Reader(raw)
    found: T = read(name, read_it, required=True)
    read.done(others=True)
    return found


def instant_of(raw: Mapping[str, object], name: str) -> datetime:
    """A time that must be given; Invalid names it."""
    found: datetime = one(raw, name, instant())
    return found
