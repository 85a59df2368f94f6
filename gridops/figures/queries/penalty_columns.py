"""Penalties and payments of a period as columns: what `penalties.facts_of` tells, without an object for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.arrays import read_columns
from gridops.core.periods import Period
from gridops.figures.money import Payment as PaymentFact
from gridops.figures.money import Penalty as PenaltyFact
from gridops.figures.money_columns import Payments, Penalties, numbered
from gridops.figures.queries.penalties import OWN, PAUSED, heaviest_of, paid_in, party_of, told_of
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
    asked = select(
        Penalty.id, Penalty.root_id, Penalty.party, Penalty.decided_by, Penalty.own, Penalty.heaviest, Penalty.kinds
    ).where(
        Penalty.root_id == here.area.root_id,
        Penalty.decided_at >= period.start,
        Penalty.decided_at < period.end,
        or_(~Penalty.own, Penalty.premises_id.is_(None), Penalty.heaviest.is_(None)),
    )
    in_words = {row.id: row for row in session.execute(asked)}
    parties: list[Any] = []
    rows: list[str] = []
    columns = (found[name].tolist() for name in ("id", "premises_id", "organisation", "heaviest"))
    for penalty_id, premises_id, organisation, kind in zip(*columns, strict=True):
        words = in_words.get(penalty_id)
        party = premises_id if words is None or premises_id else party_of(words, None)
        parties.append((organisation, party))
        rows.append(_KINDS[kind - 1] if kind else "")
        if words is not None and not (words.own and kind):
            rows[-1] = str(heaviest_of(words) or "") if words.own else f"by:{words.decided_by}"
    return numbered(parties).codes, numbered(rows)


def _pauses(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for first in range(0, len(ids), _CHUNK):
        asked = select(Penalty.id, Penalty.pauses).where(Penalty.id.in_(ids[first : first + _CHUNK]))
        found |= {row.id: tuple(row.pauses) for row in session.execute(asked)}
    return found
