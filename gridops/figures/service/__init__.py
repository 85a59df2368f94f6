"""The verbs of the figures: count, lay out, freeze, recount, list, and keep daily totals."""

from gridops.figures.queries.facts import Given
from gridops.figures.service.counting import CountedGrid, FigureSet, count, figures_of, grids_counted, merge, parts
from gridops.figures.service.days import drain, drain_all, prepare_freeze, rebuild_days
from gridops.figures.service.fact_lists import (
    FactPage,
    fact_records,
    kept_fact_records,
    lists_facts,
    parts_of_rates,
)
from gridops.figures.service.freezing import Changes, Recount, changed_since, freeze, mark_issued, recount
from gridops.figures.service.lists import ALL, Page, kept_records, records
from gridops.figures.service.running import Told, count_now, keep, told
from gridops.figures.service.territories import TERRITORIAL, ByTerritory, Line, adds_up, by_territory, lists_cases

__all__ = [
    "ALL",
    "TERRITORIAL",
    "ByTerritory",
    "Changes",
    "CountedGrid",
    "FactPage",
    "FigureSet",
    "Given",
    "Line",
    "Page",
    "Recount",
    "Told",
    "adds_up",
    "by_territory",
    "changed_since",
    "count",
    "count_now",
    "drain",
    "drain_all",
    "fact_records",
    "figures_of",
    "freeze",
    "grids_counted",
    "keep",
    "kept_fact_records",
    "kept_records",
    "lists_cases",
    "lists_facts",
    "mark_issued",
    "merge",
    "parts",
    "parts_of_rates",
    "prepare_freeze",
    "rebuild_days",
    "records",
    "recount",
    "told",
]
