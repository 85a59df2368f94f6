"""What the law asks of an incident of each kind on a day, told beforehand: by field, with the musts' sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridops.operations.rules.incidents import Facts, IncidentKind, Officer
from gridops.operations.rules.musts import MUSTS, Must, held
from gridops.squads.rules import Agency

_MOST_OFFICERS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: whether it must be filled at all, and the sentences of what may be wrong with it, that one first."""

    field: str
    required: bool
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asks:
    """Of one kind: its fields, the bodies that may do it (none named: any), how many officers at least."""

    fields: tuple[Asked, ...]
    agencies: tuple[Agency, ...]
    officers: int


def asks(kind: IncidentKind, at: datetime) -> Asks:
    """What is asked of a kind by the law of the local day."""
    musts = [must for must in MUSTS if kind in must.kinds and held(must, at)]
    allowed = tuple(agency for agency in Agency if not _broken(musts, "agency", _facts(kind, at, agency)))
    fields: dict[str, list[tuple[bool, str]]] = {}
    for must in musts:
        fields.setdefault(must.field, []).append((must.broken(_facts(kind, at, allowed[0])), must.says))
    if kind is IncidentKind.REFERRED:
        fields["to_agency"] = [(True, "须写明移送至哪个单位")]
    return Asks(
        tuple(
            Asked(
                name,
                any(missing for missing, _says in found),
                tuple(says for _missing, says in sorted(found, key=lambda one: not one[0])),
            )
            for name, found in fields.items()
        ),
        () if len(allowed) == len(Agency) else allowed,
        next(n for n in range(_MOST_OFFICERS) if not _broken(musts, "officers", _facts(kind, at, allowed[0], n))),
    )


def _facts(kind: IncidentKind, at: datetime, agency: Agency, officers: int = 0) -> Facts:
    return Facts(kind, agency, at, officers=tuple(Officer(str(one), None) for one in range(officers)))


def _broken(musts: list[Must], field: str, facts: Facts) -> bool:
    return any(must.broken(facts) for must in musts if must.field == field)
