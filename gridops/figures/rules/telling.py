"""A figure as plain data: which facts it counts, and how; told, listed and recounted by the same definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gridops.core.money import from_fen
from gridops.core.percent import percent, printed
from gridops.figures.rules.facts import Bounds, Facts
from gridops.figures.rules.many import Chosen, Many, chosen
from gridops.figures.rules.tables import figure as laid_out

Test = Callable[[Any, Bounds], bool]
Amount = Callable[[Any, Bounds], int | Decimal]


@dataclass(frozen=True, slots=True)
class Figure:
    """Facts of one `kind` for which `counts` holds: how many, how many distinct `of`, or the sum of `amount`.

    `unit`: of `bulletin.json`; `yuan` is printed with two places. `stock`: a state at E, or what follows the period,
    so months do not add up (不可加); distinct counts never do.
    """

    key: str
    name: str
    unit: str
    definition: str
    kind: str
    counts: Test
    of: Callable[[Any], Any] | None = None
    amount: Amount | None = None
    stock: bool = False

    @property
    def additive(self) -> bool:
        """Whether parts of a year add up to it."""
        return not self.stock and self.of is None

    def counted(self, facts: Facts, bounds: Bounds) -> Sequence[Any]:
        """The facts it counts: what its list shows."""
        some = facts.get(self.kind, ())
        if isinstance(some, Many):
            return chosen(some, self.counts, bounds)
        return [fact for fact in some if self.counts(fact, bounds)]

    def total(self, counted: Iterable[Any], bounds: Bounds) -> int | Decimal:
        """What some of the facts it counts come to."""
        if isinstance(counted, Chosen):
            return self._total(counted, bounds)
        if self.of is not None:
            return len({self.of(fact) for fact in counted})
        if self.amount is None:
            return sum(1 for _ in counted)
        return sum((self.amount(fact, bounds) for fact in counted), Decimal(0) if self.unit == "yuan" else 0)

    def _total(self, counted: Chosen, bounds: Bounds) -> int | Decimal:
        if self.of is not None:
            return counted.distinct(self.of)
        if self.amount is None:
            return len(counted)
        amount = counted.sum(self.amount, bounds)
        return from_fen(amount) if self.unit == "yuan" else amount


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in percent of two figures by their keys."""

    key: str
    name: str
    numerator: str
    denominator: str
    definition: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A set of figures and the rates of them."""

    figures: tuple[Figure, ...]
    rates: tuple[Rate, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """Key -> Chinese name of every figure and rate."""
        return {**{each.key: each.name for each in self.figures}, **{rate.key: rate.name for rate in self.rates}}

    def laid_out(self, facts: Facts, bounds: Bounds) -> dict[str, dict[str, Any]]:
        """Every figure in the shape of the contract, without comparisons."""
        found: dict[str, dict[str, Any]] = {}
        for each in self.figures:
            value = shown(each, each.total(each.counted(facts, bounds), bounds))
            found[each.key] = laid_out(value, each.unit, each.definition, additive=each.additive)
        for rate in self.rates:
            above, below = found[rate.numerator]["value"], found[rate.denominator]["value"]
            made = laid_out(printed(percent(above, below)), "percent", rate.definition, additive=False)
            found[rate.key] = {**made, "numerator": above, "denominator": below}
        return found

    def find(self, key: str) -> Figure | None:
        """The figure whose facts are listed behind a key: of a rate its denominator; None for a key of others."""
        key = next((rate.denominator for rate in self.rates if rate.key == key), key)
        return next((each for each in self.figures if each.key == key), None)

    def only(self, key: str) -> Telling:
        """The figure of a key, or its rate with the two figures it is of; figures of a rate stand first."""
        rates = tuple(rate for rate in self.rates if rate.key == key)
        wanted = {key, *(part for rate in rates for part in (rate.numerator, rate.denominator))}
        return Telling(tuple(each for each in self.figures if each.key in wanted), rates)

    def counted_in(self, facts: Facts, bounds: Bounds) -> dict[tuple[str, int], tuple[str, ...]]:
        """(kind, id) of every fact that counts in anything -> the keys of the figures."""
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for each in self.figures:
            for fact in each.counted(facts, bounds):
                found[each.kind, fact.id] = (*found.get((each.kind, fact.id), ()), each.key)
        return found


def grouped(
    figures: Mapping[str, Figure], facts: Facts, bounds: Bounds, by: Callable[[Any], Any]
) -> dict[Any, dict[str, Any]]:
    """Group -> column -> value as printed, for some figures under the names of columns, by a property of the facts."""
    found: dict[Any, dict[str, Any]] = {}
    for column, each in figures.items():
        for group, some in _groups(each.counted(facts, bounds), by):
            found.setdefault(group, {})[column] = shown(each, each.total(some, bounds))
    return found


def _groups(counted: Sequence[Any], by: Callable[[Any], Any]) -> Iterable[tuple[Any, Sequence[Any]]]:
    if isinstance(counted, Chosen):
        return counted.groups(by)
    groups: dict[Any, list[Any]] = {}
    for fact in counted:
        groups.setdefault(by(fact), []).append(fact)
    return groups.items()


def shown(figure: Figure, value: int | Decimal) -> int | str:
    """A value as the contract has it: counts are integers, money is text with two places."""
    return f"{value:.2f}" if figure.unit == "yuan" else int(value)


def columns(telling: Telling, named: Sequence[tuple[str, str]]) -> dict[str, Figure]:
    """Columns of a table: (name of the column, key of the figure)."""
    by_key = {each.key: each for each in telling.figures}
    return {column: by_key[key] for column, key in named}
