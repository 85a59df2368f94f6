"""A file of people: read line by line, handed to the people room as a whole."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.intake.case_import import Counts
from gridops.intake.files import RowError, Table
from gridops.people.forms import COLUMNS, PersonLine, person_line
from gridops.people.service import import_people

REQUIRED = ("username", "name")


def run(session: Session, root_id: int, file: Path) -> Counts:
    """Take a file of people into a root, in the caller's transaction; with errors nothing may be committed."""
    counts = Counts()
    table = Table(file, COLUMNS, REQUIRED)
    people: list[tuple[int, PersonLine]] = []
    names: dict[str, int] = {}
    for line in table:
        counts.read += 1
        try:
            person = person_line(line.cells)
        except Invalid as wrong:
            counts.refuse([RowError(line.number, e.field, line.cells.get(e.field, ""), e.reason) for e in wrong.errors])
            continue
        if person.username in names:
            reason = f"stands already in line {names[person.username]}"
            counts.refuse([RowError(line.number, "username", person.username, reason)])
            continue
        names[person.username] = line.number
        people.append((line.number, person))
    for error in table.errors:
        counts.read += 1
        counts.refuse([error])
    if counts.errors:
        return counts
    told = import_people(session, root_id, people)
    counts.new, counts.unchanged, counts.changed, counts.refused = told.new, told.unchanged, told.changed, told.refused
    counts.errors = [RowError(error.line, error.column, error.value, error.reason) for error in told.errors]
    return counts
