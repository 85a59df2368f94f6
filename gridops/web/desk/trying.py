"""A form among several of a page: done, or the page comes back with what was typed and why nothing was saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core.db import transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed
from gridops.web import records

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """A form of the page that was refused: which, what was typed, what is wrong; `late`: where others were quicker."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    late: Conflict | None = None


def attempt(
    page: Callable[[Tried], str], form: str, act: Callable[[Session, Mapping[str, str]], object], said: str, back: str
) -> Answer:
    """Do what a form of a page asks, in one transaction, and go `back`; refused, the page comes back.

    `form`: its name on the page. `version` among the errors: what concerns no single field.
    """
    typed = request.form
    try:
        with transaction() as session:
            act(session, typed)
    except Invalid as wrong:
        return page(Tried(form, typed, records.problems(wrong))), 422
    except Conflict as late:
        return page(Tried(form, typed, {"version": str(late)}, late)), 409
    except Closed as over:
        return page(Tried(form, typed, {"version": str(over)})), 409
    except NotAllowed as barred:
        return page(Tried(form, typed, {"version": str(barred)})), 403
    flash(said, "good")
    return redirect(back)
