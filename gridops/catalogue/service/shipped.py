"""The shipped checklists and legal bases, from data files beside this room."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.catalogue import queries
from gridops.catalogue.models import Checklist, ChecklistItem, LegalBasis

_FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many rows are new, and how many say something else now."""

    new: int = 0
    changed: int = 0

    def __add__(self, other: Seeded) -> Seeded:
        return Seeded(self.new + other.new, self.changed + other.changed)


def lines(name: str) -> Iterator[dict[str, str]]:
    """The lines of a shipped file."""
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def seed_checklists(session: Session) -> Seeded:
    """Bring in shipped checklists that are missing, with their questions.

    An edition that stands is left as it is: answers refer to its questions, so a release that asks otherwise ships
    another edition. Where it ships one of a code, the edition before ends the day it begins.
    """
    shipped = [row for row in queries.checklist_rows(session, 0) if row.root_id == 0]
    standing = {(row.code, row.edition) for row in shipped}
    categories = {row.code: row.id for row in queries.findings(session, 0)}
    made: dict[tuple[str, str], Checklist] = {}
    changed = 0
    for line in lines("checklists.csv"):
        key = (line["code"], line["edition"])
        if key in standing:
            continue
        if key not in made:
            made[key] = _checklist(line)
            for before in shipped:
                if before.code == key[0] and before.valid_to is None:
                    before.valid_to = made[key].valid_from
                    changed += 1
            session.add(made[key])
            session.flush()
        session.add(
            ChecklistItem(
                checklist_id=made[key].id,
                position=int(line["position"]),
                text=line["text"],
                severity=line["severity"],
                category_id=categories[line["category"]] if line["category"] else None,
            )
        )
    return Seeded(len(made), changed)


def seed_bases(session: Session) -> Seeded:
    """Bring in shipped legal bases; one that stands follows the release, for it says the same clause better."""
    standing = {(row.code, row.valid_from): row for row in queries.basis_rows(session, 0) if row.root_id == 0}
    new = changed = 0
    for line in lines("legal_bases.csv"):
        said = _basis(line)
        row = standing.get((line["code"], _day(line["valid_from"])))
        if row is None:
            session.add(LegalBasis(root_id=0, code=line["code"], valid_from=_day(line["valid_from"]), **said))
            new += 1
        elif any(getattr(row, name) != value for name, value in said.items()):
            changed += 1
            for name, value in said.items():
                setattr(row, name, value)
    session.flush()
    return Seeded(new, changed)


def _checklist(line: dict[str, str]) -> Checklist:
    return Checklist(
        root_id=0,
        code=line["code"],
        edition=line["edition"],
        name=line["name"],
        premises_kind=line["premises_kind"] or None,
        theme=line["theme"],
        source=line["source"],
        valid_from=_day(line["valid_from"]),
        valid_to=None,
    )


def _basis(line: dict[str, str]) -> dict[str, object]:
    return {
        "law": line["law"],
        "article": line["article"],
        "matter": line["matter"],
        "max_fine_person": _yuan(line["max_fine_person"]),
        "max_fine_organisation": _yuan(line["max_fine_organisation"]),
        "valid_to": _day(line["valid_to"]),
        "source": line["source"],
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _yuan(text: str) -> Decimal | None:
    return Decimal(text) if text else None
