"""The verbs of the lists: bring in the shipped ones, find what a code means, edit conditions."""

from gridops.catalogue.service.editing import (
    add_condition,
    edit_condition,
    edit_list_dates,
    end_condition,
    rename_local_category,
)
from gridops.catalogue.service.finding import (
    conditions_for,
    ensure_local_extension,
    find_category,
    find_or_extend,
    list_on,
)
from gridops.catalogue.service.seeding import Seeded, seed

__all__ = [
    "Seeded",
    "add_condition",
    "conditions_for",
    "edit_condition",
    "edit_list_dates",
    "end_condition",
    "ensure_local_extension",
    "find_category",
    "find_or_extend",
    "list_on",
    "rename_local_category",
    "seed",
]
