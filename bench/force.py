"""A year of the joint force in bulk: premises, night rounds, outings, discipline checks, and penalties by the thousand.

Rounds and outings are a street's: one of each every night, whatever the scale. Penalties grow with the cases, one to
five (200 k beside 1 M): one in ten is not paid, one in a hundred is changed or revoked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bench.data import Ground
from bench.place import now
from gridops.core import clock
from gridops.core.bulk import insert_rows, reserve_ids
from gridops.core.db import transaction
from gridops.inspections.models import Finding, Order, Round, RoundGrid, Visit
from gridops.inspections.rules import OrderKind, Signed, VisitKind
from gridops.operations.models import Campaign, Incident, Outing, Tally
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import PartyKind, PenaltyKind
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk, name_key
from gridops.squads.models import Squad, SquadMember
from gridops.squads.rules import Agency, CheckedInBy
from gridops.supervision.models import DisciplineCheck

NIGHTS = 365
PREMISES = 3000
VISITS, MEMBERS = 20, 12
CAMPAIGNS = 5
PENALTIES_OF = 5
CHUNK = 20_000
_WORDS = ("废气处理设施没有运行", "危险化学品没有专库存放", "消防通道堆放杂物", "台账记录不全")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Grown:
    """What penalties refer to: ids of premises, and of rounds that ended."""

    premises: tuple[int, ...]
    rounds: tuple[int, ...]


PAGES = ("/desk/rounds", "/desk/outings", "/desk/incidents", "/desk/premises", "/desk/penalties")


def settle(land: Ground, nights: int = NIGHTS) -> Grown:
    """Write premises, and so many nights with a round and an outing each, the last of them yesterday."""
    chance = random.Random(nights)
    with transaction() as session:
        premises = _premises(session, land, chance)
        squads = reserve_ids(session, Squad, nights * 2)
        rounds = reserve_ids(session, Round, nights)
        today = clock.local_date(now())
        days = [today - timedelta(days=nights - place) for place in range(nights)]
        _squads(session, land, days, squads, chance)
        _rounds(session, land, days, rounds, squads[:nights], premises, chance)
        _outings(session, land, days, squads[nights:], premises, chance)
        _looks(session, land, days, chance)
    return Grown(tuple(premises), tuple(rounds))


def penalise(land: Ground, grown: Grown, count: int, seed: int) -> None:
    """Write so many proceedings with their payments, spread evenly over the year."""
    chance = random.Random(seed)
    lines = _proceedings(land, grown, count, seed, chance)
    left = count
    while left:
        some = min(left, CHUNK)
        left -= some
        with transaction() as session:
            ids = reserve_ids(session, Penalty, some)
            rows = [(each, *next(lines)) for each in ids]
            insert_rows(session, Penalty, ("id", *_PENALTY), rows)
            insert_rows(session, Payment, _PAYMENT, list(_payments(rows, chance)))


def _insert(session: Any, table: Any, rows: list[dict[str, Any]]) -> None:
    names = tuple(rows[0])
    insert_rows(session, table, names, [tuple(row[name] for name in names) for row in rows])


def _premises(session: Any, land: Ground, chance: random.Random) -> list[int]:
    ids = reserve_ids(session, Premises, PREMISES)
    at = now() - timedelta(days=NIGHTS + 30)
    rows = []
    for place, each in enumerate(ids):
        grid_id, _, lon, lat = land.grids[place % len(land.grids)]
        name = f"测速企业{place:05d}"
        rows.append(
            {
                "id": each, "root_id": land.root_id, "name": name, "name_key": name_key(name),
                "lon": lon, "lat": lat,
                "kind": chance.choice(list(PremisesKind)), "risk": chance.choice(list(Risk)),
                "grid_id": grid_id,
                "address": f"测速路{place % 900}号", "recorded_at": at, "version": 1,
            }
        )  # fmt: skip
    _insert(session, Premises, rows)
    return ids


def _squads(session: Any, land: Ground, days: list[date], squads: list[int], chance: random.Random) -> None:
    several = [*days, *days]
    _insert(
        session,
        Squad,
        [
            {"id": each, "root_id": land.root_id, "day": day, "code": f"bench-{each}"}
            for each, day in zip(squads, several, strict=True)
        ],
    )
    people = [
        {
            "squad_id": each, "person_key": f"name:{person}", "name": f"队员{person}",
            "agency": chance.choice(list(Agency)), "certificate_no": f"ZF{person:05d}",
            "certified": person % 3 != 0, "leads": person == 0,
            "checked_in_at": _night(day), "how": CheckedInBy.CERTIFICATE, "recorded_at": _night(day),
        }
        for each, day in zip(squads, several, strict=True)
        for person in range(MEMBERS)
    ]  # fmt: skip
    _insert(session, SquadMember, people)


def _rounds(
    session: Any, land: Ground, days: list[date], ids: list[int], squads: list[int], premises: list[int],
    chance: random.Random,
) -> None:  # fmt: skip
    rounds, grids, visits, findings, orders = [], [], [], [], []
    visit_ids = iter(reserve_ids(session, Visit, len(days) * VISITS))
    for each, squad_id, day in zip(ids, squads, days, strict=True):
        began = _night(day)
        rounds.append(
            {
                "id": each, "root_id": land.root_id, "number": f"测速夜查{each}", "squad_id": squad_id, "groups": 3,
                "theme": "涉气" if each % 2 else "安全", "inspection": True, "approval": "测速批准",
                "planned_for": began, "started_at": began, "ended_at": began + 4 * _HOUR, "recorded_at": began,
                "version": 1,
            }
        )  # fmt: skip
        seen = chance.sample(land.grids, 3)
        grids += [{"round_id": each, "grid_id": grid[0], "checked_at": began + _HOUR} for grid in seen]
        for at in chance.sample(premises, VISITS):
            visit = _visit(land, next(visit_ids), each, at, began, chance)
            visits.append(visit)
            found = chance.choice((0, 0, 1, 2))
            findings += [_finding(visit, seq, chance) for seq in range(1, found + 1)]
            if found:
                orders.append(_order(visit))
    for table, rows in ((Round, rounds), (RoundGrid, grids), (Visit, visits), (Finding, findings), (Order, orders)):
        _insert(session, table, rows)


def _visit(land: Ground, each: int, round_id: int, at: int, began: datetime, chance: random.Random) -> dict[str, Any]:
    when = began + chance.random() * 3 * _HOUR
    return {
        "id": each, "root_id": land.root_id, "round_id": round_id, "premises_id": at, "visited_at": when,
        "kind": VisitKind.INSPECTION, "complete": True, "recheck": chance.random() < 0.1, "signed": Signed.RECEIVED,
        "note": "", "recorded_at": when, "version": 1,
    }  # fmt: skip


def _finding(visit: dict[str, Any], seq: int, chance: random.Random) -> dict[str, Any]:
    corrected = visit["visited_at"] + timedelta(days=10) if chance.random() < 0.8 else None
    return {
        "visit_id": visit["id"], "seq": seq, "text": chance.choice(_WORDS), "severity": "general",
        "corrected_at": None if corrected is None or corrected > now() else corrected,
        "recorded_at": visit["visited_at"],
    }  # fmt: skip


def _order(visit: dict[str, Any]) -> dict[str, Any]:
    due_on = clock.local_date(visit["visited_at"]) + timedelta(days=15)
    return {
        "visit_id": visit["id"], "kind": OrderKind.ORDER, "number": f"责改{visit['id']}", "due_on": due_on,
        "served_at": visit["visited_at"], "due_at": clock.midnight(due_on + timedelta(days=1)),
        "recorded_at": visit["visited_at"],
    }  # fmt: skip


def _outings(
    session: Any, land: Ground, days: list[date], squads: list[int], premises: list[int], chance: random.Random
) -> None:
    campaigns = reserve_ids(session, Campaign, CAMPAIGNS)
    _insert(
        session,
        Campaign,
        [
            {"id": each, "root_id": land.root_id, "code": f"bench-{place}", "name": f"测速整治{place}", "version": 1}
            for place, each in enumerate(campaigns)
        ],
    )
    outings, tallies, incidents = [], [], []
    for each, squad_id, day in zip(reserve_ids(session, Outing, len(days)), squads, days, strict=True):
        began = _night(day) - 6 * _HOUR
        outings.append(
            {
                "id": each, "root_id": land.root_id, "number": f"测速行动{each}",
                "campaign_id": chance.choice(campaigns), "squad_id": squad_id,
                "grid_id": chance.choice(land.grids)[0],
                "agencies": [agency.value for agency in chance.sample(list(Agency), 2)], "started_at": began,
                "ended_at": began + 3 * _HOUR, "summary": "", "recorded_at": began, "version": 1,
            }
        )  # fmt: skip
        tallies += [
            {"outing_id": each, "kind": kind, "amount": chance.randint(1, 30), "at": began, "recorded_at": began}
            for kind in TallyKind
            for _ in range(5)
        ]
        incidents += [_incident(land, each, began, chance.choice(premises), chance) for _ in range(2)]
    for table, rows in ((Outing, outings), (Tally, tallies), (Incident, incidents)):
        _insert(session, table, rows)


def _incident(land: Ground, outing_id: int, began: datetime, at: int, chance: random.Random) -> dict[str, Any]:
    kind = chance.choice((IncidentKind.SEIZED, IncidentKind.IMPOUNDED, IncidentKind.PRESERVED, IncidentKind.REFERRED))
    return {
        "root_id": land.root_id, "outing_id": outing_id, "kind": kind, "agency": chance.choice(list(Agency)),
        "to_agency": "测速单位" if kind is IncidentKind.REFERRED else None, "basis": "测速依据",
        "approver": "测速批准人", "approved_at": began,
        "officers": [{"key": f"name:{person}", "name": f"队员{person}"} for person in (1, 2)],
        "happened_at": began + _HOUR, "premises_id": at, "items": "三轮车一辆", "deadline": began + timedelta(days=30),
        "recorded_at": began, "version": 1,
    }  # fmt: skip


def _looks(session: Any, land: Ground, days: list[date], chance: random.Random) -> None:
    """明察暗访 of five units on the tenth of each month; one in five is verified."""
    rows = [
        {
            "root_id": land.root_id, "unit_id": unit, "at": _night(day), "source": "测速", "fact": "工作时间无人在岗",
            "verified": chance.random() < 0.2, "recorded_at": _night(day), "version": 1,
        }
        for day in days
        if day.day == 10
        for unit in chance.sample(land.units, min(5, len(land.units)))
    ]  # fmt: skip
    if rows:
        _insert(session, DisciplineCheck, rows)


_PENALTY = (
    "root_id", "round_id", "premises_id", "party", "party_kind", "grid_id", "simple", "decision_no", "decided_by",
    "own", "kinds", "heaviest", "fine", "confiscated", "act_at", "opened_at", "grave", "told_rights_at", "hearing",
    "waived_at", "decided_at", "served_at", "changed_at", "changed_fine", "revoked_at", "surcharge_stated",
    "concluded_at", "pauses", "recorded_at", "version",
)  # fmt: skip
_PAYMENT = ("penalty_id", "paid_at", "amount", "receipt_no", "recorded_at")
_KINDS = (PenaltyKind.WARNING, PenaltyKind.FINE, PenaltyKind.FINE, PenaltyKind.FINE, PenaltyKind.CONFISCATION)


def _proceedings(land: Ground, grown: Grown, count: int, seed: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """Values in the order of _PENALTY, in the order in which the proceedings were opened."""
    end = now() - timedelta(minutes=10)
    begin, step = end - timedelta(days=NIGHTS), timedelta(days=NIGHTS) / max(count, 1)

    def by(when: datetime) -> datetime | None:
        return when if when < end else None

    for place in range(count):
        opened = begin + step * place
        waived = by(opened + 5 * 24 * _HOUR) if chance.random() < 0.02 else None
        decided = None if waived else by(opened + timedelta(days=chance.uniform(1, 40)))
        served = decided and by(decided + timedelta(days=chance.uniform(0, 6)))
        kind, own = chance.choice(_KINDS), chance.random() < 0.9
        fine = Decimal(chance.randint(1, 400) * 50) if kind is not PenaltyKind.WARNING else Decimal(0)
        fate = chance.random()
        changed = by(served + timedelta(days=20)) if served and fate < 0.01 else None
        revoked = by(served + timedelta(days=30)) if served and 0.01 <= fate < 0.02 else None
        person = chance.random() < 0.6
        yield (
            land.root_id,
            chance.choice(grown.rounds) if chance.random() < 0.1 else None,
            None if person else chance.choice(grown.premises),
            f"当事人{chance.randint(1, 100_000)}" if person else "",
            PartyKind.PERSON if person else PartyKind.ORGANISATION,
            chance.choice(land.grids)[0],
            False,
            f"测罚〔{seed}〕{place}号" if decided else None,
            ("测速街道办事处" if own else "市应急局") if decided else "",
            own and decided is not None,
            [kind.value],
            kind.value if decided else None,
            fine,
            Decimal(200) if kind is PenaltyKind.CONFISCATION else Decimal(0),
            opened - _HOUR,
            opened,
            False,
            by(opened + 24 * _HOUR),
            False,
            waived,
            decided,
            served,
            changed,
            fine / 2 if changed else None,
            revoked,
            True,
            None,
            _paused(chance, served),
            opened,
            1,
        )


def _paused(chance: random.Random, served: datetime | None) -> list[str]:
    """One in a hundred asked for reconsideration, which is over after a month."""
    if served is None or chance.random() >= 0.01:
        return []
    first = clock.local_date(served) + timedelta(days=10)
    return [f"remedy {first} {first + timedelta(days=30)}"]


def _payments(rows: list[tuple[Any, ...]], chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """Nine of ten decisions served are paid, some of them in two parts."""
    place = {name: number for number, name in enumerate(("id", *_PENALTY))}
    end = now() - timedelta(minutes=10)
    for row in rows:
        served, owed = row[place["served_at"]], row[place["fine"]] + row[place["confiscated"]]
        if served is None or not row[place["own"]] or not owed or chance.random() < 0.1:
            continue
        parts = (owed / 2, owed - owed / 2) if chance.random() < 0.1 else (owed,)
        for number, part in enumerate(parts):
            paid = served + timedelta(days=chance.uniform(0, 15) + 10 * number)
            if paid < end:
                yield row[0], paid, part, f"{row[0]}-{number}", paid


def _night(day: date) -> datetime:
    """Eight in the evening of a local day."""
    return datetime.combine(day, time(20), clock.local(now()).tzinfo).astimezone(now().tzinfo)
