"""Rounds, outings, penalties and what the supervision office keeps, straight into the tables: a row per call."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.inspections.models import Finding, Order, Round, RoundGrid, Visit
from gridops.inspections.rules import OrderKind, Signed, VisitKind
from gridops.operations.models import Campaign, Incident, Outing, Tally
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import PartyKind
from gridops.people.models import Unit
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk
from gridops.squads.models import Squad, SquadMember
from gridops.squads.rules import Agency, CheckedInBy
from gridops.supervision.models import DisciplineCheck, Matter, MatterLine, Problem
from gridops.supervision.rules import Light
from tests.factories import at, make_unit

_serial = itertools.count(1)


@dataclass
class Street:
    """A root whose nights and papers a test writes down."""

    session: Session
    root: Grid
    unit: Unit
    campaigns: dict[str, Campaign] = field(default_factory=dict)

    def put(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def premises(self, name: str | None = None, grid: Grid | None = None, into: Premises | None = None) -> Premises:
        name = name or f"企业{next(_serial)}"
        return self.put(
            Premises(
                root_id=self.root.id, name=name, name_key=name, kind=PremisesKind.ENTERPRISE, risk=Risk.UNKNOWN,
                grid_id=grid.id if grid else None, merged_into_id=into.id if into else None, recorded_at=clock.now(),
            )
        )  # fmt: skip

    def squad(self, people: int, officers: int, since: datetime, planned: int = 0) -> Squad:
        squad = self.put(Squad(root_id=self.root.id, day=clock.local_date(since), code=f"S{next(_serial)}"))
        for number in range(people + planned):
            here = number < people
            self.session.add(
                SquadMember(
                    squad_id=squad.id, person_key=f"p{number}", name=f"人{number}", agency=Agency.ENVIRONMENT,
                    certified=number < officers or not here, checked_in_at=since if here else None,
                    how=CheckedInBy.DESK if here else None, recorded_at=since,
                )
            )  # fmt: skip
        return squad

    def round(
        self, began: datetime | str, ended: datetime | str | None = "", *, people: int = 4, officers: int = 2,
        grid: Grid | None = None, checked: bool = False, planned: int = 0, **more: Any,
    ) -> Round:  # fmt: skip
        """A round that lasts three hours; `ended` None: still open."""
        start = at(began) if isinstance(began, str) else began
        end = start + timedelta(hours=3) if ended == "" else at(ended) if isinstance(ended, str) else ended
        squad = self.squad(people, officers, start, planned)
        made = self.put(
            Round(
                root_id=self.root.id, number=f"YC{next(_serial)}", squad_id=squad.id, theme="涉气", inspection=True,
                started_at=start, ended_at=end, recorded_at=start, **more,
            )
        )  # fmt: skip
        if grid or checked:
            self.put(RoundGrid(round_id=made.id, grid_id=(grid or self.root).id, checked_at=start if checked else None))
        return made

    def visit(
        self, of: Round | None, premises: Premises, when: datetime | str | None = None, *, findings: int = 0,
        corrected: tuple[datetime | None, ...] = (), order: OrderKind | None = None, due: datetime | str | None = None,
        kind: VisitKind = VisitKind.INSPECTION, complete: bool = True, recheck: bool = False, **more: Any,
    ) -> Visit:  # fmt: skip
        """A visit with as many findings, some of them mended at the times of `corrected`."""
        when = at(when) if isinstance(when, str) else when
        when = when or (of.started_at if of and of.started_at else clock.now())
        visit = self.put(
            Visit(
                root_id=self.root.id, round_id=of.id if of else None, premises_id=premises.id, visited_at=when,
                kind=kind, complete=complete, recheck=recheck, signed=Signed.RECEIVED, recorded_at=when, **more,
            )
        )  # fmt: skip
        for seq in range(findings):
            mended = corrected[seq] if seq < len(corrected) else None
            self.session.add(Finding(visit_id=visit.id, seq=seq, corrected_at=mended, recorded_at=when))
        if order:
            due = at(due) if isinstance(due, str) else due
            self.session.add(Order(visit_id=visit.id, kind=order, served_at=when, due_at=due, recorded_at=when))
        self.session.flush()
        return visit

    def outing(
        self, began: datetime | str, ended: datetime | str | None = "", *, campaign: str = "C1", people: int = 6,
        agencies: tuple[Agency, ...] = (Agency.URBAN_MANAGEMENT, Agency.TRAFFIC_POLICE), grid: Grid | None = None,
        tallies: tuple[tuple[TallyKind, int], ...] = (), **more: Any,
    ) -> Outing:  # fmt: skip
        start = at(began) if isinstance(began, str) else began
        end = start + timedelta(hours=2) if ended == "" else at(ended) if isinstance(ended, str) else ended
        if campaign not in self.campaigns:
            self.campaigns[campaign] = self.put(Campaign(root_id=self.root.id, code=campaign, name=f"{campaign}整治"))
        made = self.put(
            Outing(
                root_id=self.root.id, number=f"XD{next(_serial)}", campaign_id=self.campaigns[campaign].id,
                squad_id=self.squad(people, 2, start).id, agencies=[str(agency) for agency in agencies],
                started_at=start, ended_at=end, grid_id=grid.id if grid else None, recorded_at=start, **more,
            )
        )  # fmt: skip
        for kind, amount in tallies:
            self.session.add(Tally(outing_id=made.id, kind=kind, amount=amount, at=start, recorded_at=start))
        self.session.flush()
        return made

    def incident(self, kind: IncidentKind, when: datetime | str, of: Outing | None = None, **more: Any) -> Incident:
        """With all that the law asks; give `approver=""` and the like to leave it out."""
        when = at(when) if isinstance(when, str) else when
        told = {
            "agency": Agency.TRAFFIC_POLICE, "basis": "依据", "approver": "某局长", "officers": ["甲", "乙"],
            "items": "清单", "deadline": when + timedelta(days=30),
        }  # fmt: skip
        return self.put(
            Incident(
                root_id=self.root.id, outing_id=of.id if of else None, kind=kind, happened_at=when, recorded_at=when,
                **(told | more),
            )
        )  # fmt: skip

    def penalty(
        self,
        decided: datetime | str | None,
        fine: int | str = 0,
        *,
        own: bool = True,
        paid: dict[str, int] | None = None,
        kinds: tuple[str, ...] = ("fine",),
        by: str = "",
        premises: Premises | None = None,
        **more: Any,
    ) -> Penalty:
        decided = at(decided) if isinstance(decided, str) else decided
        told: dict[str, Any] = {
            "opened_at": (decided or at("2017-03-02 09:00")) - timedelta(days=5), "party_kind": PartyKind.ORGANISATION,
            "confiscated": Decimal(0),
        }  # fmt: skip
        made = self.put(
            Penalty(
                root_id=self.root.id, own=own, decided_by=by or ("本街道" if own else "区环保局"), decided_at=decided,
                fine=Decimal(fine), kinds=list(kinds), premises_id=premises.id if premises else None,
                recorded_at=clock.now(), **(told | more),
            )
        )  # fmt: skip
        for when, amount in (paid or {}).items():
            self.pay(made, when, amount)
        return made

    def pay(self, of: Penalty, when: datetime | str, amount: int | Decimal, **more: Any) -> Payment:
        when = at(when) if isinstance(when, str) else when
        return self.put(Payment(penalty_id=of.id, paid_at=when, amount=Decimal(amount), recorded_at=when, **more))

    def look(self, when: datetime | str, source: str = "", unit: Unit | None = None, **more: Any) -> DisciplineCheck:
        when = at(when) if isinstance(when, str) else when
        return self.put(
            DisciplineCheck(
                root_id=self.root.id, unit_id=(unit or self.unit).id, at=when, source=source, recorded_at=when, **more
            )
        )

    def problem(
        self, period: str | None, series: str = "monthly", when: str = "2017-03-05 09:00", **more: Any
    ) -> Problem:
        return self.put(
            Problem(
                root_id=self.root.id, series=series, period=period, number=f"P{next(_serial)}", unit_id=self.unit.id,
                at=at(when), fact="楼道堆物", recorded_at=at(when), **({"grid_id": self.root.id} | more),
            )
        )  # fmt: skip

    def matter(self, opened: datetime | str, light: Light | None = None, **more: Any) -> Matter:
        opened = at(opened) if isinstance(opened, str) else opened
        made = self.put(
            Matter(
                root_id=self.root.id, number=f"M{next(_serial)}", title="重点项目", lead_unit_id=self.unit.id,
                opened_at=opened, recorded_at=opened, **more,
            )
        )  # fmt: skip
        if light:
            self.put(MatterLine(matter_id=made.id, at=opened, text="推进", light=light, recorded_at=opened))
        return made


def street_of(session: Session, root: Grid) -> Street:
    """A street with one unit."""
    return Street(session, root, make_unit(session, root))
