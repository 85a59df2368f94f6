"""Many facts of one kind as columns (`core.columns`): a rule is asked once of all of them. Pure.

A rule is written once, for one fact and for many: it joins what `Bounds` and the properties of facts answer by `&` and
`|`, never by `and` or `not`. One fact answers with a truth, many with an array of truths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, overload

import numpy as np

from gridops.core import columns
from gridops.figures.rules.facts import Bounds

Rule = Callable[[Any, Any], Any]
Key = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ColumnBounds(Bounds):
    """Bounds that columns are compared with; `told`: as one fact is."""

    told: Any = None

    @classmethod
    def of(cls, bounds: Bounds) -> ColumnBounds:
        """The same bounds for columns."""
        own: dict[str, Any] = {field.name: getattr(bounds, field.name) for field in fields(bounds)}
        instants = {name: columns.micros(own[name]) for name in ("start", "end", "due_by", "as_of", "in_force_at")}
        return cls(**{**own, **instants}, told=bounds)


@dataclass(frozen=True, slots=True)
class Keys:
    """What facts are grouped by: the place of each one's name in `names`."""

    codes: Any
    names: Sequence[Any]


class Many(Sequence[Any]):
    """Facts of one kind: columns by the names of their values and, where they are needed, the facts themselves.

    Columns come from the database and bring no facts along, or are made of facts. Answers are kept: many figures ask
    the same.
    """

    def __init__(self, columns: Mapping[str, Any], listed: Sequence[Any] | None = None) -> None:
        self._columns, self._listed = columns, listed
        self._answers: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """A column by its name."""
        try:
            return self.__dict__["_columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __len__(self) -> int:
        """How many they are."""
        return len(self._columns["id"])

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """A fact by its place; LookupError where only columns were read."""
        if self._listed is None:
            raise LookupError("only the columns of these facts were read")
        return self._listed[place]

    def ask(self, rule: Rule, bounds: Bounds) -> Any:
        """The answer of a rule for each fact, as a column."""
        key = (rule, bounds)
        if key not in self._answers:
            self._answers[key] = np.broadcast_to(rule(self, ColumnBounds.of(bounds)), (len(self),))
        return self._answers[key]

    def keys_by(self, by: Key) -> Keys:
        """What each fact is grouped or told apart by."""
        if by not in self._answers:
            found = by(self)
            if not isinstance(found, Keys):
                names, codes = np.unique(found, return_inverse=True)
                found = Keys(codes, names.tolist())
            self._answers[by] = found
        keys: Keys = self._answers[by]
        return keys


class Chosen(Sequence[Any]):
    """Some of many facts: those that count in a figure."""

    def __init__(self, many: Many, places: Any) -> None:
        self._many, self._places = many, places

    def __len__(self) -> int:
        """How many they are."""
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """A fact by its place; LookupError where only columns were read."""
        found = self._places[place]
        return [self._many[each] for each in found] if isinstance(place, slice) else self._many[found]

    def distinct(self, of: Key) -> int:
        """How many different ones a property has."""
        return len(np.unique(self._many.keys_by(of).codes[self._places]))

    def sum(self, amount: Rule, bounds: Bounds) -> int:
        """The sum of an amount, as columns have it."""
        return int(self._many.ask(amount, bounds)[self._places].sum())

    def groups(self, by: Key) -> Iterator[tuple[Any, Chosen]]:
        """The same facts in groups of one property."""
        keys = self._many.keys_by(by)
        codes = keys.codes[self._places]
        for code in np.unique(codes).tolist():
            yield keys.names[code], Chosen(self._many, self._places[codes == code])


def chosen(many: Many, rule: Rule, bounds: Bounds) -> Chosen:
    """The facts for which a rule holds."""
    return Chosen(many, np.flatnonzero(many.ask(rule, bounds)))
