"""The verbs of the lists: bring in the shipped ones, find what a code means, edit conditions."""

from gridops.catalogue.service.areas import set_area
from gridops.catalogue.service.checks import (
    add_basis,
    add_checklist,
    edit_basis,
    edit_checklist,
    end_basis,
    end_checklist,
)
from gridops.catalogue.service.editing import (
    add_condition,
    edit_condition,
    edit_list_dates,
    end_condition,
    rename_local_category,
)
from gridops.catalogue.service.extending import add_extension, end_extension
from gridops.catalogue.service.finding import (
    conditions_for,
    ensure_local_extension,
    find_category,
    find_or_extend,
    list_on,
    needing_pictures,
)
from gridops.catalogue.service.plans import withdraw_area, withdraw_step
from gridops.catalogue.service.seeding import seed
from gridops.catalogue.service.shipped import Seeded
from gridops.catalogue.service.steps import set_step

__all__ = [
    "Seeded",
    "add_basis",
    "add_checklist",
    "add_condition",
    "add_extension",
    "conditions_for",
    "edit_basis",
    "edit_checklist",
    "edit_condition",
    "edit_list_dates",
    "end_basis",
    "end_checklist",
    "end_condition",
    "end_extension",
    "ensure_local_extension",
    "find_category",
    "find_or_extend",
    "list_on",
    "needing_pictures",
    "rename_local_category",
    "seed",
    "set_area",
    "set_step",
    "withdraw_area",
    "withdraw_step",
]
