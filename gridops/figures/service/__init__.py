"""The verbs of the figures: count, lay out, freeze, recount, list, and keep daily totals."""

from gridops.figures.service.counting import FigureSet, count, figures_of, merge, parts

__all__ = ["FigureSet", "count", "figures_of", "merge", "parts"]
