"""One line of a people file -> a dataclass, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridops.core.errors import FieldError, Invalid
from gridops.people.rules.sign_in import is_username, normal_username
from gridops.people.rules.units import LEVELS, PATH_MARK
from gridops.people.rules.words import Role

COLUMNS = (
    "username",
    "name",
    "unit_code",
    "unit_path",
    "roles",
    "certificate_no",
    "certificate_valid_to",
    "note",
)
_LONGEST = {"name": 60, "unit_code": 60, "certificate_no": 60}


@dataclass(frozen=True, slots=True)
class RoleLine:
    """`role@grid`: a role for a grid by its code; without a grid for the whole root."""

    role: Role
    grid_code: str | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A checked line. `roles` None: the file has no such column, roles stay as they are."""

    username: str
    name: str
    unit_code: str | None
    unit_path: tuple[str, ...]
    roles: tuple[RoleLine, ...] | None
    certificate_no: str | None
    certificate_valid_to: date | None


def person_line(values: Mapping[str, str]) -> PersonLine:
    """Read one line (`username, name, unit_code, unit_path, roles, certificate_no, certificate_valid_to, note`).

    Missing columns are empty; `note` and unknown columns are ignored. Invalid names every wrong column.
    """
    text = {name: (values.get(name) or "").strip() for name in COLUMNS}
    errors: list[FieldError] = []
    username = normal_username(text["username"])
    if not is_username(username):
        errors.append(FieldError("username", "1 to 60 letters, digits or . _ - + @"))
    if not text["name"]:
        errors.append(FieldError("name", "required"))
    for column, longest in _LONGEST.items():
        if len(text[column]) > longest:
            errors.append(FieldError(column, f"longer than {longest} characters"))
    path = tuple(part.strip() for part in text["unit_path"].split(PATH_MARK)) if text["unit_path"] else ()
    errors.extend(_path_errors(path, text["unit_code"]))
    roles = _roles(text["roles"], errors) if "roles" in values else None
    valid_to = _date("certificate_valid_to", text["certificate_valid_to"], errors)
    if errors:
        raise Invalid(*errors)
    return PersonLine(
        username=username,
        name=text["name"],
        unit_code=text["unit_code"] or None,
        unit_path=path,
        roles=roles,
        certificate_no=text["certificate_no"] or None,
        certificate_valid_to=valid_to,
    )


def _path_errors(path: tuple[str, ...], unit_code: str) -> list[FieldError]:
    if not path:
        return [] if unit_code else [FieldError("unit_code", "unit_code or unit_path is required")]
    if len(path) > LEVELS:
        return [FieldError("unit_path", f"more than {LEVELS} levels")]
    if not all(path):
        return [FieldError("unit_path", "an empty level")]
    if any(len(part) > 120 for part in path) or (len(PATH_MARK.join(path)) > 60 and len(path) > 1):
        return [FieldError("unit_path", "longer than 60 characters")]
    return []


def _roles(text: str, errors: list[FieldError]) -> tuple[RoleLine, ...]:
    found: dict[RoleLine, None] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, _, grid = part.partition("@")
        try:
            found[RoleLine(Role(name.strip()), grid.strip() or None)] = None
        except ValueError:
            errors.append(FieldError("roles", f"unknown role {name.strip()!r}; one of {', '.join(Role)}"))
    return tuple(found)


def _date(column: str, text: str, errors: list[FieldError]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.append(FieldError(column, "not a date (YYYY-MM-DD)"))
        return None
