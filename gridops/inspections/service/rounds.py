"""The verbs of night rounds: plan, start, end, cancel, grids seen, corrections."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock, numbers
from gridops.core.db import insert_or_skip
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.grids import queries as grids
from gridops.inspections import queries
from gridops.inspections.forms import PlanIn, Replan
from gridops.inspections.models import Round, RoundGrid
from gridops.inspections.rules import (
    DUTY_LEADERS,
    PLANNERS,
    check_cancel,
    check_end,
    check_record,
    check_replan,
    check_start,
    choose,
    draw,
)
from gridops.people.queries import grids_below, may_at
from gridops.people.rules import Person, Role
from gridops.squads import queries as squad_queries
from gridops.squads import service as squads
from gridops.squads.queries import Named
from gridops.squads.rules import Someone, moves_start

CHANGED_MEANWHILE = "有人先改动了这条记录，请刷新页面后再试"


def new_round(
    session: Session,
    root_id: int,
    when: datetime,
    *,
    theme: str = "",
    groups: int = 1,
    recorded_at: datetime | None = None,
    code: str | None = None,
) -> Round:
    """A round with a number of its own (`YC2017-0012`) and a squad; `when`: when it is or shall be.

    `code`: made by its leader's phone. Its other columns are the caller's to set. Audited by the caller's verb.
    """
    local = clock.local_date(when)
    number = numbers.take(session, root_id, "night_round", local.year)
    made = Round(
        root_id=root_id,
        number=f"YC{local.year}-{number:04d}",
        squad_id=squads.open_squad(session, root_id, local, code).id,
        theme=theme,
        groups=groups,
        recorded_at=recorded_at or clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def plan_round(session: Session, person: Person, form: PlanIn) -> Round:
    """Plan a round: premises by risk and by draw, officers by draw (双随机); seeds and populations are kept.

    NotAllowed for who plans none in these grids; Invalid for unknown people or grids, and where the draw asks for more
    officers than there are.
    """
    _check_planner(session, person, form.grids)
    if not set(form.grids) <= grids_below(session, [person.root_id]):
        raise Invalid(("grids", "没有这个网格"))
    leader = _leader(session, person.root_id, form.leader)
    members = squad_queries.all_named(session, person.root_id, form.people)
    seed = form.seed or secrets.token_hex(8)
    area = grids_below(session, form.grids) if form.grids else None
    chosen = choose(queries.candidates(session, person.root_id, area), form.by_risk, form.at_random, seed)
    officers = draw(
        "officer",
        seed,
        queries.officers(session, person.root_id, clock.local_date(form.planned_for)),
        form.officers_at_random,
    )
    if len(officers.drawn) < form.officers_at_random:
        raise Invalid(("officers_at_random", f"当日持有效执法证的只有{len(officers.population)}人"))
    night = new_round(session, person.root_id, form.planned_for, theme=form.theme, groups=form.groups)
    night.planned_for, night.leader_id = form.planned_for, leader.user_id
    night.inspection, night.approval = form.inspection, form.approval
    night.plan = {"risk": list(chosen.by_risk), "premises": chosen.draw.kept(), "officers": officers.kept()}
    squads.plan(session, night.squad_id, [*members, *_drawn(session, officers.drawn)], leader)
    _add_grids(session, night, form.grids, None)
    counts = {"risk": len(chosen.by_risk), "drawn": len(chosen.draw.drawn), "seed": seed}
    audit.record(session, "round.plan", "round", night.id, actor_id=person.user_id, root_id=night.root_id, **counts)
    return night


def change_plan(session: Session, person: Person, night: Round, form: Replan, *, version: int) -> None:
    """Change a plan before its round begins: when, what, who, whether approved as an inspection. Draws stay as drawn.

    NotAllowed, Conflict (stale, begun), Closed, Invalid (`leader`, `people`).
    """
    _check_version(night, version)
    check_replan(night)
    if not _may_for(session, person, PLANNERS, night):
        raise NotAllowed("只有值班长和派遣员可以更改计划")
    leader = _leader(session, night.root_id, form.leader)
    members = squad_queries.all_named(session, night.root_id, form.people)
    drawn = _drawn(session, ((night.plan or {}).get("officers") or {}).get("drawn", ()))
    said = {
        "planned_for": form.planned_for, "theme": form.theme, "groups": form.groups, "leader_id": leader.user_id,
        "inspection": form.inspection, "approval": form.approval,
    }  # fmt: skip
    changed = sorted(name for name, value in said.items() if getattr(night, name) != value)
    for name in changed:
        setattr(night, name, said[name])
    day = clock.local_date(form.planned_for)
    squads.replan(session, night.squad_id, day, [*members, *drawn], leader)
    night.version += 1
    told(session, "round.replan", night, person, changed=changed, reason=form.reason)


def start_round(session: Session, person: Person, night: Round, at: datetime) -> None:
    """Begin a round; the first who does leads it (with the one planned) and is checked in, later ones only come along.

    Begun on two phones it began at the earlier time (`squads.rules.moves_start`). Raises Closed for one that is over.
    """
    leads = night.started_at is None or queries.leads(session, night, person.user_id)
    check_start(night, at, leads=leads)
    if moves_start(night.started_at, night.ended_at, at, leads=leads):
        night.started_at = at
        night.leader_id = night.leader_id or person.user_id
        night.version += 1
    squads.begin(session, night.squad_id, person.user_id, at, leads=leads)
    told(session, "round.start", night, person)


def begin_by_record(session: Session, person: Person, night: Round, at: datetime) -> None:
    """A planned round of which something was recorded has begun, whoever forgot to say so. Its leader stays."""
    if night.started_at is None and night.cancelled_at is None:
        night.started_at = at
        night.version += 1
        told(session, "round.start", night, person, by_record=True)


def end_round(
    session: Session,
    person: Person,
    night: Round,
    at: datetime,
    *,
    reason: str | None = None,
    version: int | None = None,
) -> None:
    """End a round: its leader; the duty leader (值班长) in their place says why (`reason`), so that a period can close.

    Raises NotAllowed, Invalid (`reason`), Conflict (not begun, stale `version`), Closed (over already).
    """
    _check_version(night, version)
    leads = queries.leads(session, night, person.user_id)
    if not leads:
        if not _may_for(session, person, DUTY_LEADERS, night):
            raise NotAllowed("只有夜查负责人或者值班长可以结束夜查")
        if not reason:
            raise Invalid(("reason", "代为结束的须写明理由"))
    check_end(night, at)
    night.ended_at, night.ended_by, night.end_reason = at, person.user_id, reason
    night.version += 1
    told(session, "round.end", night, person, by_leader=leads)


def cancel_round(
    session: Session,
    person: Person,
    night: Round,
    reason: str,
    *,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Call a round off, which only holds while nothing was recorded on it. NotAllowed, Conflict, Closed."""
    _check_version(night, version)
    if not queries.leads(session, night, person.user_id) and not _may_for(session, person, PLANNERS, night):
        raise NotAllowed("只有夜查负责人，或者值班长、派遣员可以取消夜查")
    check_cancel(night, has_records=queries.has_records(session, night.id))
    night.cancelled_at, night.cancel_reason = at or clock.now(), reason
    night.version += 1
    told(session, "round.cancel", night, person)


def grids_checked(session: Session, person: Person, night: Round, codes: Sequence[str], at: datetime) -> None:
    """These grids were seen, also where nothing was found; seen twice, the first time stands. Closed, Invalid."""
    check_record(night)
    _add_grids(session, night, grid_ids(session, night.root_id, codes), at)
    told(session, "round.grid_checked", night, person, grids=len(codes))


def correct_round(
    session: Session,
    person: Person,
    night: Round,
    *,
    theme: str,
    groups: int,
    approval: str | None,
    reason: str,
    version: int,
) -> None:
    """Put right what the desk or a phone said of a round. NotAllowed, Conflict (stale), Closed, Invalid (`approval`).

    Whether it was an inspection is not changed afterwards: its visits and papers rest on it.
    """
    _check_version(night, version)
    check_record(night)
    if not _may_for(session, person, PLANNERS, night):
        raise NotAllowed("只有值班长和派遣员可以更正夜查")
    if night.inspection and not approval:
        raise Invalid(("approval", "行政检查须写明批准人和批准文号"))
    said = {"theme": theme, "groups": groups, "approval": approval}
    changed = sorted(name for name, value in said.items() if getattr(night, name) != value)
    for name in changed:
        setattr(night, name, said[name])
    night.version += bool(changed)
    told(session, "round.correct", night, person, changed=changed, reason=reason)


def add_people(session: Session, person: Person, night: Round, named: tuple[Someone, ...]) -> int:
    """Note at the desk who was there and had not checked in; returns how many. Invalid, NotAllowed, Conflict."""
    if not _may_for(session, person, PLANNERS, night):
        raise NotAllowed("只有值班长和派遣员可以补登人员")
    check_record(night)
    if night.started_at is None:
        raise Conflict("本次夜查还没有开始")
    known = squad_queries.all_named(session, night.root_id, named)
    count = squads.add_people(session, night.squad_id, known, night.started_at)
    told(session, "round.add_people", night, person, people=count)
    return count


def round_for(session: Session, person: Person, name: str) -> Round:
    """The round of the person's jurisdiction that a record names, locked against another change; NotFound."""
    night = queries.round_named(session, person.root_id, name)
    session.refresh(night, with_for_update=True)
    return night


def grid_ids(session: Session, root_id: int, codes: Iterable[str], field: str = "grids") -> list[int]:
    """The ids of grids of a root by code; Invalid names those there are not."""
    wanted = list(dict.fromkeys(codes))
    found = grids.by_codes(session, wanted)
    unknown = [code for code in wanted if code not in found or found[code].root_id != root_id]
    if unknown:
        raise Invalid((field, f"没有这个网格：{'、'.join(unknown[:5])}"))
    return [found[code].id for code in wanted]


def plan_grids(session: Session, night: Round, ids: Iterable[int]) -> None:
    """Grids that a round means to see."""
    _add_grids(session, night, ids, None)


def file_grids(session: Session, night: Round, ids: Sequence[int], at: datetime | None) -> None:
    """Grids as a file names them, seen at an instant; those it does not name any more were not seen."""
    _add_grids(session, night, ids, None)
    for row in queries.grids_of(session, night.id):
        row.checked_at = at if row.grid_id in ids else None
    session.flush()


def _add_grids(session: Session, night: Round, ids: Iterable[int], at: datetime | None) -> None:
    rows = [{"round_id": night.id, "grid_id": one, "checked_at": None} for one in ids]
    if rows:
        insert_or_skip(session, RoundGrid, rows, ["round_id", "grid_id"])
    if at is None:
        return
    wanted = {row["grid_id"] for row in rows}
    for row in queries.grids_of(session, night.id):
        if row.grid_id in wanted and (row.checked_at is None or at < row.checked_at):
            row.checked_at = at
    session.flush()


def _leader(session: Session, root_id: int, username: str) -> Named:
    """The leader of ours that a plan names; Invalid."""
    someone = Someone(username, username=username)
    found = squad_queries.named(session, root_id, [someone]).get(someone)
    if found is None:
        raise Invalid(("leader", "没有这个人员"))
    return found


def _drawn(session: Session, ids: Iterable[int]) -> list[Named]:
    own = [squad_queries.our_own(session, one) for one in ids]
    return [Named(one.someone(), one) for one in own]


def _check_version(night: Round, version: int | None) -> None:
    if version is not None and night.version != version:
        raise Conflict(CHANGED_MEANWHILE)


def _may_for(session: Session, person: Person, roles: tuple[Role, ...], night: Round) -> bool:
    """Whether the person holds a role for all the grids of a round (without grids: for the jurisdiction)."""
    ids = [row.grid_id for row in queries.grids_of(session, night.id)] or [night.root_id]
    return person.root_id == night.root_id and all(may_at(session, person, roles, one) for one in ids)


def _check_planner(session: Session, person: Person, ids: Sequence[int]) -> None:
    if not all(may_at(session, person, PLANNERS, one) for one in ids or (person.root_id,)):
        raise NotAllowed("只有值班长和派遣员可以计划夜查")


def told(session: Session, act: str, night: Round, person: Person, **details: object) -> None:
    """Note an act on a round in the audit trail."""
    session.flush()
    audit.record(session, act, "round", night.id, actor_id=person.user_id, root_id=night.root_id, **details)
