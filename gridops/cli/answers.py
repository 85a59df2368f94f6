"""What every import has in common: its options, the root it goes into, and its answer."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from gridops.core.errors import GridopsError, Invalid, NotFound
from gridops.grids import queries as grids
from gridops.intake.files import Counts, RowError

F = TypeVar("F", bound=Callable[..., Any])


class RolledBack(Exception):
    """Ends a transaction whose work shall not stay: a rehearsal, or a file that was refused."""


def common(command: F) -> F:
    """The options and the argument of every import."""
    for option in (
        click.option("--dry-run", is_flag=True, help="check everything, change nothing"),
        click.option("--json", "as_json", is_flag=True, help="print counts and errors as JSON"),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def root(session: Session, jurisdiction: str | None) -> int:
    """The root named, or the only one there is. Raises NotFound, or Invalid (field `--jurisdiction`)."""
    if jurisdiction:
        found = grids.by_code(session, jurisdiction)
        if found is None or found.root_id != found.id:
            raise NotFound(f"--jurisdiction: no root with the code {jurisdiction}")
        return found.id
    roots = grids.roots(session)
    if len(roots) != 1:
        raise Invalid(("--jurisdiction", "required when there is not exactly one root"))
    return roots[0].grid_id


def check_source_system(name: str) -> None:
    """Raises Invalid where a source system has no proper name."""
    if not (1 <= len(name) <= 40 and name.isprintable() and name.strip()):
        raise Invalid(("--source-system", "1 to 40 printable characters"))


def told(error: RowError) -> str:
    """One error as a line of words."""
    where = f"line {error.line}, " if error.line else ""
    value = f" {error.value!r}" if error.value else ""
    return f"{where}{error.column}{value}: {error.reason}"


def answer_refused(counts: Counts, refused: GridopsError, as_json: bool) -> None:
    """A file that is refused as a whole answers in the same form as refused lines."""
    if isinstance(refused, Invalid):
        counts.errors += [RowError(0, error.field, "", error.reason) for error in refused.errors]
    else:
        counts.errors.append(RowError(0, "", "", str(refused)))
    answer(counts, as_json)


def answer(counts: Counts, as_json: bool) -> None:
    """Print counts and errors; ends the command with 2 where there are errors."""
    if counts.errors:
        counts.new = counts.changed = 0
    if as_json:
        numbers = {name: getattr(counts, name) for name in ("read", "new", "unchanged", "changed", "refused")}
        errors = [dataclasses.asdict(error) for error in counts.errors]
        click.echo(json.dumps({**numbers, "errors": errors, "notes": counts.notes}, ensure_ascii=False))
    else:
        for error in counts.errors[:200]:
            click.echo(told(error), err=True)
        if len(counts.errors) > 200:
            click.echo(f"… {len(counts.errors) - 200} more (--json shows all)", err=True)
        for note in counts.notes:
            click.echo(note, err=True)
        click.echo(
            f"read {counts.read}, new {counts.new}, unchanged {counts.unchanged}, "
            f"changed {counts.changed}, refused {counts.refused}"
        )
    if counts.errors:
        raise click.exceptions.Exit(2)
