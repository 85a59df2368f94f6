"""From the codes of a file to ids; what is missing is made where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gridops.catalogue import queries as catalogue_queries
from gridops.catalogue import service as catalogue
from gridops.catalogue.rules import Kind, edition_on, in_force
from gridops.core.errors import Invalid
from gridops.operations import service as operations
from gridops.people.queries import listing as people
from gridops.people.service import units


class _Meaning(NamedTuple):
    """A category or an edition of a list, and the local days on which it holds."""

    id: int
    valid_from: date | None
    valid_to: date | None


@dataclass(slots=True)
class Resolver:
    """From codes of a file to ids, made where missing and allowed; each asked of the database once."""

    session: Session
    create_units: bool = False
    local_categories: set[str] = field(default_factory=set)
    _made: set[tuple[Any, ...]] = field(default_factory=set)
    _lists: dict[str, list[_Meaning]] = field(default_factory=dict)
    _editions: dict[tuple[str, date], int] = field(default_factory=dict)
    _categories: dict[tuple[Any, ...], _Meaning] = field(default_factory=dict)
    _refused: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict)
    _units: dict[tuple[int, str], int | None] = field(default_factory=dict)
    _campaigns: dict[tuple[int, str], int] = field(default_factory=dict)

    def on(self, session: Session) -> Resolver:
        """The same knowledge for another session, without what was made in one that is rolled back."""
        return replace(
            self,
            session=session,
            _made=set(),
            _categories=_without(self._categories, self._made),
            _units=_without(self._units, self._made),
            _campaigns=_without(self._campaigns, self._made),
        )

    def unit(self, root_id: int, code: str) -> int | None:
        """The id of a unit; None where it is unknown and may not be made."""
        key = (root_id, code)
        if key not in self._units:
            found = people.unit_by_code(self.session, root_id, code)
            if found is None and self.create_units:
                self._units[key] = units.ensure_unit(self.session, root_id, code).id
                self._made.add(key)
            else:
                self._units[key] = found.id if found else None
        return self._units[key]

    def campaign(self, root_id: int, code: str) -> int:
        """The id of a campaign, opened where it is new."""
        if (root_id, code) not in self._campaigns:
            self._campaigns[root_id, code] = operations.ensure_campaign(self.session, root_id, code).id
            self._made.add((root_id, code))
        return self._campaigns[root_id, code]

    def category(self, root_id: int, listed: str, kind: Kind, code: str, on: date) -> int:
        """The id of a category, a local extension made where its code is one. Raises Invalid naming the field."""
        refused = (root_id, listed, kind, code, on)
        if refused in self._refused:
            raise Invalid(self._refused[refused])
        try:
            return self._meaning(root_id, listed, kind, code, on).id
        except Invalid as unknown:
            self._refused[refused] = (unknown.errors[0].field, unknown.errors[0].reason)
            raise

    def _meaning(self, root_id: int, listed: str, kind: Kind, code: str, on: date) -> _Meaning:
        """What a code means on a local day: by the edition of that day, asked again where the known one has ended."""
        key = (root_id, self._edition(listed, on), kind, code)
        known = self._categories.get(key)
        if known is None or not in_force(known, on):
            found, new = catalogue.find_or_extend(self.session, listed, kind, code, root_id, on)
            known = self._categories[key] = _Meaning(found.id, found.valid_from, found.valid_to)
            if new:
                self._made.add(key)
                self.local_categories.add(f"{listed} {kind.value} {code}")
        return known

    def _edition(self, listed: str, on: date) -> int:
        """The id of the edition of a list on a local day. Raises Invalid where there is no such list."""
        known = self._editions.get((listed, on))
        if known is None:
            if listed not in self._lists:
                catalogue.list_on(self.session, listed, on)
                editions = catalogue_queries.editions(self.session, listed)
                self._lists[listed] = [_Meaning(row.id, row.valid_from, row.valid_to) for row in editions]
            found = edition_on(self._lists[listed], on)
            assert found is not None
            known = self._editions[listed, on] = found.id
        return known


def _without(known: Mapping[Any, Any], made: set[tuple[Any, ...]]) -> dict[Any, Any]:
    return {key: value for key, value in known.items() if key not in made}
