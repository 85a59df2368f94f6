"""People from a file: all or nothing, and twice is the same as once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.people.forms import NewUser, PersonLine, RoleLine, UserChange
from gridops.people.models import RoleHolding, Unit, User
from gridops.people.queries.keeping import grids_by_code, roles_of_user, units_of_root, users_by_name
from gridops.people.service.accounts import change_user, create_user
from gridops.people.service.roles import end_role, grant_role
from gridops.people.service.units import ensure_path


@dataclass(frozen=True, slots=True)
class LineError:
    """A refused value of a file."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did; with errors it did nothing and everything read is refused."""

    read: int
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: tuple[LineError, ...] = ()


def import_people(session: Session, root_id: int, lines: Sequence[tuple[int, PersonLine]]) -> ImportCounts:
    """Take (line number, person) into a root: people, the units they name, the roles they hold from now on.

    Nothing is written when any line is refused. A known user name is changed in place; roles the file does not name end
    today. New people have no password until an admin sets one.
    """
    grids = grids_by_code(session, root_id)
    known = users_by_name(session, sorted({person.username for _, person in lines}))
    errors = _refused(session, root_id, lines, grids, known)
    if errors:
        return ImportCounts(read=len(lines), refused=len({error.line for error in errors}), errors=tuple(errors))
    new = unchanged = changed = 0
    units = {unit.code: unit for unit in units_of_root(session, root_id)}
    for _, person in lines:
        unit = _unit(session, root_id, person, units)
        user = known.get(person.username)
        is_new = user is None
        if user is None:
            user = create_user(session, root_id, NewUser(person.username, person.name, unit.id))
        differs = _brought_up_to(session, user, person, unit)
        differs = _roles_brought_up_to(session, user, person.roles, grids) or differs
        new, changed, unchanged = (
            new + is_new,
            changed + (differs and not is_new),
            unchanged + (not differs and not is_new),
        )
    counts = ImportCounts(read=len(lines), new=new, unchanged=unchanged, changed=changed)
    audit.record(session, "people.import", "root", root_id, root_id=root_id, read=len(lines), new=new, changed=changed)
    return counts


def _refused(
    session: Session,
    root_id: int,
    lines: Sequence[tuple[int, PersonLine]],
    grids: dict[str, int],
    known: dict[str, User],
) -> list[LineError]:
    errors: list[LineError] = []
    first_at: dict[str, int] = {}
    paths = _paths(units_of_root(session, root_id))
    for line, person in lines:
        if person.username in first_at:
            earlier = first_at[person.username]
            errors.append(LineError(line, "username", person.username, f"already on line {earlier}"))
        first_at.setdefault(person.username, line)
        user = known.get(person.username)
        if user is not None and user.root_id != root_id:
            errors.append(LineError(line, "username", person.username, "taken in another jurisdiction"))
        for role in person.roles or ():
            if role.grid_code is not None and role.grid_code not in grids:
                errors.append(LineError(line, "roles", role.grid_code, "unknown grid of this jurisdiction"))
        reason = _refused_unit(person, paths)
        if reason:
            errors.append(LineError(line, "unit_code", person.unit_code or "", reason))
        elif person.unit_code and person.unit_path:
            paths.setdefault(person.unit_code, person.unit_path)
    return errors


def _refused_unit(person: PersonLine, paths: dict[str, tuple[str, ...]]) -> str | None:
    """A code is known, or its path says where it is to be made; both must agree with what is there."""
    if person.unit_code is None:
        return None
    known = paths.get(person.unit_code)
    if known is None:
        if not person.unit_path:
            return "unknown unit; give unit_path to make it"
        same_place = [code for code, path in paths.items() if path == person.unit_path]
        return f"the unit at this path has the code {same_place[0]!r}" if same_place else None
    if person.unit_path and person.unit_path != known:
        return f"this unit is at {'/'.join(known)}"
    return None


def _paths(units: list[Unit]) -> dict[str, tuple[str, ...]]:
    """Code -> names from level 1 down."""
    by_id = {unit.id: unit for unit in units}
    paths: dict[str, tuple[str, ...]] = {}
    for unit in units:
        names, at = [unit.name], unit
        while at.parent_id is not None:
            at = by_id[at.parent_id]
            names.append(at.name)
        paths[unit.code] = tuple(reversed(names))
    return paths


def _unit(session: Session, root_id: int, person: PersonLine, units: dict[str, Unit]) -> Unit:
    if person.unit_code is not None and person.unit_code in units:
        return units[person.unit_code]
    made = ensure_path(session, root_id, person.unit_path, person.unit_code)
    units[made.code] = made
    return made


def _brought_up_to(session: Session, user: User, person: PersonLine, unit: Unit) -> bool:
    wanted = UserChange(person.name, unit.id, user.staff_no, person.certificate_no, person.certificate_valid_to)
    before = UserChange(user.name, user.unit_id, user.staff_no, user.certificate_no, user.certificate_valid_to)
    if wanted == before:
        return False
    change_user(session, user.id, wanted)
    return True


def _roles_brought_up_to(
    session: Session, user: User, roles: tuple[RoleLine, ...] | None, grids: dict[str, int]
) -> bool:
    if roles is None:
        return False
    today = clock.local_date(clock.now())
    held = [role for role in roles_of_user(session, user.id) if _holds_later(role, today)]
    wanted = {(line.role, grids[line.grid_code] if line.grid_code else user.root_id) for line in roles}
    ended = [role for role in held if (role.role, role.grid_id) not in wanted or role.unit_id != user.unit_id]
    for role in ended:
        end_role(session, role.id, on=today)
    kept = {(role.role, role.grid_id) for role in held if role not in ended}
    for name, grid_id in sorted(wanted - kept):
        grant_role(session, user.id, name, grid_id=grid_id, valid_from=today)
    return bool(ended) or bool(wanted - kept)


def _holds_later(role: RoleHolding, today: date) -> bool:
    return role.valid_to is None or role.valid_to > today
