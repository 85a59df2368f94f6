"""Every room's models, imported once, for migrations and workers."""

from gridops.audit import models as audit
from gridops.bulletins import models as bulletins
from gridops.cases import models as cases
from gridops.catalogue import models as catalogue
from gridops.core import numbers, owed
from gridops.core.db import Base
from gridops.evidence import models as evidence
from gridops.figures import models as figures
from gridops.grids import models as grids
from gridops.intake import models as intake
from gridops.operations import models as operations
from gridops.people import models as people
from gridops.worktime import models as worktime

__all__ = [
    "Base",
    "audit",
    "bulletins",
    "cases",
    "catalogue",
    "evidence",
    "figures",
    "grids",
    "intake",
    "numbers",
    "operations",
    "owed",
    "people",
    "worktime",
]
