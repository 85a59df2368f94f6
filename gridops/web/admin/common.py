"""What the admin pages share: answers, problems by field, who may change what, and the last day that counts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, TypeVar

from flask import request
from werkzeug.wrappers import Response

from gridops.catalogue.models import Checklist, FilingCondition, LegalBasis
from gridops.core.errors import Conflict, Invalid
from gridops.people.rules import Role, may
from gridops.web import records
from gridops.web.guards import current_person
from gridops.web.versions import Late

V = TypeVar("V", Checklist, FilingCondition, LegalBasis)
Answer = str | Response | tuple[str, int]


def by_field(wrong: Invalid) -> dict[str, str]:
    """Field -> what is wrong with it, as the forms show it."""
    return {error.field: error.reason for error in wrong.errors}


def refusable(
    page: Callable[..., str], late: str = "version"
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A view that does what the form of a page asks: refused, the page comes back with what was typed.

    `page` takes what the view takes, `typed` and `errors`; `late`: the field that a Conflict is told at. What came too
    late is told as `version`: `Edited.page` shows it with both versions.
    """

    def kept(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(view)
        def tried(**given: Any) -> Answer:
            try:
                return view(**given)
            except Invalid as wrong:
                return page(**given, typed=request.form, errors=records.problems(wrong)), 422
            except Conflict as refused:
                field = "version" if isinstance(refused, Late) else late
                return page(**given, typed=request.form, errors={field: str(refused)}), 409

        return tried

    return kept


def last_word(rows: Iterable[V], root_id: int) -> V | None:
    """Of the versions of one thing, the one that its form is about now: a root's own before what is shipped."""
    last = (row for row in rows if row.valid_to is None)
    return max(last, key=lambda row: (row.root_id == root_id, row.id), default=None)


def keeps_all() -> bool:
    """Whether the signed-in person is admin of the whole jurisdiction: the rule of `needs_for_all`, asked by pages."""
    person = current_person()
    return may(person, (Role.ADMIN,), (person.root_id,))


def day_after(last: date | None) -> date | None:
    """The half-open end of a time whose last day is `last`; None stays open, and so does the end of the calendar.

    People say the last day that counts; rows keep the first day that does not.
    """
    return None if last is None or last == date.max else last + timedelta(days=1)
