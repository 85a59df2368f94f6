"""A file of cases as another city writes it, read as ours by a mapping (TOML): columns, values, constants, copies."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridops.cases.rules.imported import TIMES
from gridops.core.errors import FieldError, Invalid
from gridops.intake.case_rows import COLUMNS, REQUIRED
from gridops.intake.files import Line, Table

_TABLES = ("columns", "values", "constants", "copies")
_WORDS = ("timezone", "default_grid", "default_category")
_MOST_BYTES = 1_000_000


@dataclass(slots=True)
class CaseMap:
    """How columns and values of another file become ours.

    `columns`, `copies`: ours -> theirs (copies also: ours -> ours); `values`: our column -> their value -> our value;
    `constants`: ours -> the same for each line. `zone`: of times without an offset (None: Asia/Shanghai).
    `default_grid`: for places in no grid of ours; `default_category`: for categories that `values` does not name.
    """

    columns: dict[str, str]
    values: dict[str, dict[str, str]]
    constants: dict[str, str]
    copies: dict[str, str]
    zone: ZoneInfo | None = None
    default_grid: str | None = None
    default_category: str | None = None
    used: Counter[str] = field(default_factory=Counter)

    def table(self, path: Path) -> Table:
        """The file, in whose header every column that this names must stand; others are left alone."""
        theirs = [*self.columns.values(), *(name for name in self.copies.values() if name not in self._ours)]
        return Table(path, None, tuple(dict.fromkeys(theirs)))

    def lines(self, table: Table) -> Iterator[Line]:
        """The lines of the file as a file of ours would have them."""
        return (Line(line.number, self._cells(line.cells)) for line in table)

    def notes(self) -> list[str]:
        """How often a default stood in."""
        return [f"{name} {getattr(self, name)} for {count} lines" for name, count in sorted(self.used.items())]

    @property
    def _ours(self) -> frozenset[str]:
        return frozenset((*self.columns, *self.constants))

    def _cells(self, theirs: Mapping[str, str]) -> dict[str, str]:
        ours = {name: self._value(name, theirs.get(column, "")) for name, column in self.columns.items()}
        ours |= self.constants
        for name, column in self.copies.items():
            # A column of theirs, else one of ours that is read already.
            ours[name] = self._value(name, theirs[column]) if column in theirs else ours.get(column, "")
        if self.default_category and not ours.get("category_code"):
            self.used["default_category"] += 1
            ours["category_code"] = self.default_category
        return ours

    def _value(self, name: str, text: str) -> str:
        known = self.values.get(name)
        if known is not None:
            found = known.get(text)
            if found is None and name == "category_code" and self.default_category:
                return ""
            text = text if found is None else found
        return self._local(text) if self.zone and name in TIMES and text else text

    def _local(self, text: str) -> str:
        """A time of their clock with its offset; what cannot be read is left for whoever names it."""
        assert self.zone is not None
        try:
            time = datetime.fromisoformat(text)
            return text if time.tzinfo else time.replace(tzinfo=self.zone).isoformat()
        except (ValueError, OverflowError):
            return text


def read_map(path: Path) -> CaseMap:
    """A mapping file. Raises Invalid naming its tables and keys (`--map: columns.kind`)."""
    told = _toml(path)
    wrong = [FieldError(f"--map: {name}", "unknown") for name in told if name not in (*_TABLES, *_WORDS)]
    tables = {name: _strings(told.get(name, {}), name, wrong) for name in ("columns", "constants", "copies")}
    for name, table in tables.items():
        wrong += [FieldError(f"--map: {name}.{ours}", "no column of ours") for ours in table if ours not in COLUMNS]
    values = _values(told.get("values", {}), wrong)
    given = [ours for table in tables.values() for ours in table]
    wrong += [FieldError(f"--map: {ours}", "told twice") for ours in sorted({n for n in given if given.count(n) > 1})]
    wrong += [FieldError(f"--map: values.{ours}", "its column is not told") for ours in values if ours not in given]
    words = {name: _word(told.get(name), name, wrong) for name in _WORDS}
    if words["default_category"]:
        given.append("category_code")
    wrong += [FieldError(f"--map: columns.{name}", "required") for name in REQUIRED if name not in given]
    zone = _zone(words["timezone"], wrong)
    if wrong:
        raise Invalid(*wrong)
    return CaseMap(
        tables["columns"],
        values,
        tables["constants"],
        tables["copies"],
        zone,
        words["default_grid"],
        words["default_category"],
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()[: _MOST_BYTES + 1]
        if len(raw) > _MOST_BYTES:
            raise Invalid(("--map", f"more than {_MOST_BYTES} bytes"))
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as lost:
        raise Invalid(("--map", f"cannot be read: {lost.strerror}")) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise Invalid(("--map", f"not TOML: {broken}")) from None


def _strings(table: Any, name: str, wrong: list[FieldError]) -> dict[str, str]:
    if not isinstance(table, dict):
        wrong.append(FieldError(f"--map: {name}", "not a table"))
        return {}
    found: dict[str, str] = {}
    for key, value in table.items():
        text = _text(value)
        if text is None:
            wrong.append(FieldError(f"--map: {name}.{key}", "not a plain value"))
        else:
            found[key] = text
    return found


def _values(table: Any, wrong: list[FieldError]) -> dict[str, dict[str, str]]:
    if not isinstance(table, dict):
        wrong.append(FieldError("--map: values", "not a table"))
        return {}
    return {ours: _strings(pairs, f"values.{ours}", wrong) for ours, pairs in table.items()}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip() if isinstance(value, str | int | float) else None


def _word(value: Any, name: str, wrong: list[FieldError]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        wrong.append(FieldError(f"--map: {name}", "not a text"))
        return None
    return value.strip()


def _zone(name: str | None, wrong: list[FieldError]) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        wrong.append(FieldError("--map: timezone", "no such time zone"))
        return None
