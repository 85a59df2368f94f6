"""Every select over cases.

lookups    by id, number, record; locked; with events
standing   what a person is to a case
listing    the queue: filters, sorts, keyset paging
rows       a case as listed, and the statement of a page
searching  cases looked for by words or in an area
words      which cases may hold some words, by their index
pages      one case, tasks of an inspector and of a unit
changes    what is new in a scope since a version
filters    the filter as conditions, and the scope every list obeys
places     windows of the map
duplicates open cases that look like one problem reported twice
export     rows of the export
"""

from gridops.cases.queries.export import EXPORT_COLUMNS, export_rows
from gridops.cases.queries.filters import visible
from gridops.cases.queries.listing import count_up_to, group_counts, queue
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
from gridops.cases.queries.pages import (
    CaseFile,
    Task,
    TaskKind,
    TimelineEntry,
    case_file,
    case_in_sight,
    tasks_of,
    timeline,
)
from gridops.cases.queries.places import Cluster, MapWindow, Point, Window, features, map_window
from gridops.cases.queries.rows import CasePage, CaseRow

__all__ = [
    "EXPORT_COLUMNS",
    "Acted",
    "CaseFile",
    "CasePage",
    "CaseRow",
    "Cluster",
    "History",
    "MapWindow",
    "Point",
    "Task",
    "TaskKind",
    "TimelineEntry",
    "Window",
    "by_number",
    "by_record",
    "by_reference",
    "case",
    "case_file",
    "case_in_sight",
    "count_up_to",
    "event_of_record",
    "export_rows",
    "features",
    "group_counts",
    "history",
    "map_window",
    "queue",
    "tasks_of",
    "timeline",
    "visible",
]
