"""Verbs of the territory: check a file, import a file (all or nothing, twice is the same as once)."""

from gridops.grids.service.planning import Report
from gridops.grids.service.writing import check_file, check_grids, import_file, import_grids

__all__ = ["Report", "check_file", "check_grids", "import_file", "import_grids"]
