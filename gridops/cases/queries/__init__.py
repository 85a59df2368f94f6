"""Every select over cases.

lookups    by id, number, record; locked; with events
standing   what a person is to a case
listing    the queue: filters, sorts, keyset paging
pages      one case, tasks of an inspector and of a unit
places     windows of the map, what lies nearby
export     rows of the export
"""

from gridops.cases.queries.lookups import (
    Acted,
    History,
    by_number,
    by_record,
    by_reference,
    case,
    event_of_record,
    history,
)

__all__ = [
    "Acted",
    "History",
    "by_number",
    "by_record",
    "by_reference",
    "case",
    "event_of_record",
    "history",
]
