"""What the admin pages share: answers, problems by field, who may change what, and the last day that counts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gridops.core.errors import Conflict, Invalid
from gridops.people.rules import Role, may
from gridops.web import records
from gridops.web.guards import current_person

Answer = str | Response | tuple[str, int]


def by_field(wrong: Invalid) -> dict[str, str]:
    """Field -> what is wrong with it, as the forms show it."""
    return {error.field: error.reason for error in wrong.errors}


def refusable(
    page: Callable[..., str], late: str = "version"
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A view that does what the form of a page asks: refused, the page comes back with what was typed.

    `page` takes what the view takes, `typed` and `errors`; `late`: the field that a Conflict is told at.
    """

    def kept(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(view)
        def tried(**given: Any) -> Answer:
            try:
                return view(**given)
            except Invalid as wrong:
                return page(**given, typed=request.form, errors=records.problems(wrong)), 422
            except Conflict as refused:
                return page(**given, typed=request.form, errors={late: str(refused)}), 409

        return tried

    return kept


def keeps_all() -> bool:
    """Whether the signed-in person is admin of the whole jurisdiction: the rule of `needs_for_all`, asked by pages."""
    person = current_person()
    return may(person, (Role.ADMIN,), (person.root_id,))


def day_after(last: date | None) -> date | None:
    """The half-open end of a time whose last day is `last`; None stays open, and so does the end of the calendar.

    People say the last day that counts; rows keep the first day that does not.
    """
    return None if last is None or last == date.max else last + timedelta(days=1)
