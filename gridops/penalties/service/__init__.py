"""The verbs of penalties, from opening to the end, and the files that tell of them."""

from gridops.penalties.service.after import (
    change,
    conclude,
    defer,
    pay,
    read_party,
    remedy,
    revoke,
    serve,
    unpay,
)
from gridops.penalties.service.base import offered
from gridops.penalties.service.deciding import decide, open_proceedings, replace, tell, waive
from gridops.penalties.service.importing import import_penalties
from gridops.penalties.service.looking import Look, look

__all__ = [
    "Look",
    "change",
    "conclude",
    "decide",
    "defer",
    "import_penalties",
    "look",
    "offered",
    "open_proceedings",
    "pay",
    "read_party",
    "remedy",
    "replace",
    "revoke",
    "serve",
    "tell",
    "unpay",
    "waive",
]
