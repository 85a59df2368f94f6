"""Penalties and payments of a period as columns: what `penalties.facts_of` tells, without an object for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.arrays import read_columns
from gridops.core.periods import Period
from gridops.figures.money import Payment as PaymentFact
from gridops.figures.money import Penalty as PenaltyFact
from gridops.figures.money_columns import Payments, Penalties
from gridops.figures.queries.penalties import OWN, PAUSED, heaviest_of, paid_in, party_words, told_of
from gridops.figures.queries.where import Here
from gridops.figures.rules.facts import Bounds
from gridops.figures.rules.many import Keys, Many
from gridops.inspections.models import Round
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import PartyKind, PenaltyKind
from gridops.premises.models import Premises

_KINDS = tuple(PenaltyKind)
_COLUMNS = (
    Penalty.id, func.coalesce(Penalty.grid_id, Premises.grid_id).label("lies_in"), OWN.label("own"),
    Penalty.opened_at, Penalty.waived_at, Penalty.decided_at, Penalty.served_at, Penalty.revoked_at, Penalty.changed_at,
    Round.started_at.label("round_began_at"), Penalty.fine.label("fine_yuan"),
    Penalty.changed_fine.label("changed_fine_yuan"), Penalty.changed_fine.is_not(None).label("refined"),
    Penalty.confiscated.label("confiscated_yuan"), Penalty.surcharge_stated, PAUSED.label("paused"),
    (Penalty.party_kind == PartyKind.ORGANISATION).label("organisation"),
    case({kind.value: place for place, kind in enumerate(_KINDS, start=1)}, value=Penalty.heaviest, else_=0).label(
        "heaviest"
    ),
)  # fmt: skip
_CHUNK = 1000


def columns_of(
    session: Session, here: Here, period: Period, bounds: Bounds, survivors: Mapping[int, int]
) -> dict[str, Many]:
    """Penalties that anything of the period or the stocks at its end is told of, and its payments, by their kinds."""
    paid = read_columns(
        session, paid_in(here, period, Payment.id, Payment.paid_at, Payment.amount.label("amount_yuan"))
    )
    paid = _those(paid, here.among(paid["lies_in"], paid["paid_at"]))
    return {
        PenaltyFact.kind: _penalties(session, here, period, bounds, survivors),
        PaymentFact.kind: Payments(paid),
    }


def _penalties(session: Session, here: Here, period: Period, bounds: Bounds, survivors: Mapping[int, int]) -> Penalties:
    found = read_columns(session, told_of(here, period, bounds, *_COLUMNS))
    found = _those(found, here.among(found["lies_in"], found["opened_at"]))
    found["paid_yuan"] = found.pop("fen")
    found["ended_at"] = np.minimum(found["revoked_at"], found.pop("replaced_at"))
    found["premises_id"] = _followed(found.pop("at_premises"), survivors)
    found["party"], rows = _named(session, here, period, found)
    return Penalties(found, rows, _pauses(session, found["id"][found["paused"]].tolist()))


def _those(columns: Mapping[str, Any], mask: Any) -> dict[str, Any]:
    return {name: column[mask] for name, column in columns.items()}


def _followed(premises: Any, survivors: Mapping[int, int]) -> Any:
    ids, places = np.unique(premises, return_inverse=True)
    return np.array([survivors.get(each, each) for each in ids.tolist()], dtype=np.int64)[places]


def _named(session: Session, here: Here, period: Period, found: Mapping[str, Any]) -> tuple[Any, Keys]:
    """A number for the party of each decision of the period, and its row in the table by kind.

    Words are read only where nothing else tells parties, kinds or authorities apart.
    """
    parties, rows = found["premises_id"].copy(), found["heaviest"].copy()
    names = {name: place for place, name in enumerate(["", *_KINDS])}
    known: dict[str, int] = {}
    told = session.execute(_in_words(here, period)).all()
    for it, place in zip(told, _places(found["id"], [it.id for it in told]), strict=True):
        if place < 0:  # of another part of the street
            continue
        if not parties[place]:
            parties[place] = -1 - known.setdefault(party_words(it), len(known))
        if not it.own or it.kinds:
            name = f"by:{it.decided_by}" if not it.own else str(heaviest_of(it) or "")
            rows[place] = names.setdefault(name, len(names))
    return parties * 2 + found["organisation"], Keys(rows, list(names))


def _places(ids: Any, wanted: list[int]) -> list[int]:
    """Where some ids stand among others; -1 for one that is not among them."""
    if not len(ids):
        return [-1] * len(wanted)
    order = np.argsort(ids)
    sought = np.array(wanted, dtype=np.int64)
    at = order[np.minimum(np.searchsorted(ids, sought, sorter=order), len(ids) - 1)]
    found: list[int] = np.where(ids[at] == sought, at, -1).tolist()
    return found


def _in_words(here: Here, period: Period) -> Any:
    party = case((and_(Penalty.premises_id.is_(None), Penalty.own), Penalty.party), else_="")
    return select(
        Penalty.id,
        party.label("party"),
        Penalty.own,
        case((~Penalty.own, Penalty.decided_by)).label("decided_by"),
        Penalty.heaviest,
        case((Penalty.heaviest.is_(None), Penalty.kinds)).label("kinds"),
    ).where(
        Penalty.root_id == here.area.root_id,
        Penalty.decided_at >= period.start,
        Penalty.decided_at < period.end,
        or_(~Penalty.own, Penalty.premises_id.is_(None), Penalty.heaviest.is_(None)),
    )


def _pauses(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for first in range(0, len(ids), _CHUNK):
        asked = select(Penalty.id, Penalty.pauses).where(Penalty.id.in_(ids[first : first + _CHUNK]))
        found |= {row.id: tuple(row.pauses) for row in session.execute(asked)}
    return found
