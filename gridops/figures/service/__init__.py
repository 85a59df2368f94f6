"""The verbs of the figures: count, lay out, freeze, recount, list, and keep daily totals."""

from gridops.figures.service.counting import CountedGrid, FigureSet, count, figures_of, grids_counted, merge, parts
from gridops.figures.service.days import drain, drain_all, prepare_freeze, rebuild_days
from gridops.figures.service.freezing import Changes, Recount, changed_since, freeze, mark_issued, recount
from gridops.figures.service.lists import Page, kept_records, records

__all__ = [
    "Changes",
    "CountedGrid",
    "FigureSet",
    "Page",
    "Recount",
    "changed_since",
    "count",
    "drain",
    "drain_all",
    "figures_of",
    "freeze",
    "grids_counted",
    "kept_records",
    "mark_issued",
    "merge",
    "parts",
    "prepare_freeze",
    "rebuild_days",
    "records",
    "recount",
]
