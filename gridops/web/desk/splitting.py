"""/desk/cases/{number}/split: a case with several problems becomes several cases, each with its words and photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gridops.cases import forms, service
from gridops.cases.forms import FEWEST_PARTS, MOST_PARTS
from gridops.cases.models import Case
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.merging import uses_with_merged
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.standing import NO_CONDITION
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.tasks.waking import wake
from gridops.web import choices, explain, records
from gridops.web.desk import common, moving
from gridops.web.field import common as street
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_split", __name__, url_prefix="/desk/cases")

_SPLITTERS = tuple(sorted(MOVES[Move.SPLIT].roles))
_TEXTS = ("words", "category", "condition", "address", "lon", "lat")

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed for how many parts, what is wrong with it (`words_0`), and why nothing was saved.

    `seen`: the version of the case that a form was shown at which came too late.
    """

    size: int = FEWEST_PARTS
    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    seen: int | None = None


@pages.get("/<number>/split")
@needs(*_SPLITTERS)
def show(number: str) -> str:
    """The form, with two parts to begin with."""
    return _page(number, Tried())


@pages.post("/<number>/split")
@needs(*_SPLITTERS)
def make(number: str) -> Answer:
    """Split the case, or show the form with a part more or less; what cannot be done keeps all that was typed."""
    typed = request.form
    size = _size(typed)
    if "size_now" in typed:
        return _page(number, Tried(size, typed))
    try:
        fields = forms.parse_move(Move.SPLIT, {"parts": _parts(typed, size), "words": typed.get("words")})
        version, name = common.version_in(typed), records.name_in(typed)
        with transaction() as session:
            case_id = case_pages.id_in_sight(session, current_scope(), number)
            person = current_person()
            service.move(session, case_id, Move.SPLIT, person, fields, expected_version=version, record_id=name)
    except Invalid as wrong:
        return _page(number, Tried(size, typed, _problems(wrong))), 422
    except Conflict as late:
        return _page(number, Tried(size, typed, refused=str(late), seen=common.version_in(typed))), 409
    except NotAllowed as barred:
        return _page(number, Tried(size, typed, refused=str(barred))), 403
    wake("figures.drain")
    flash(_("已拆分为 %(n)d 件：%(number)s", n=size, number=number), "good")
    return redirect(url_for("desk_case.show", number=number))


@pages.get("/<number>/split/conditions")
@needs(*_SPLITTERS)
def conditions(number: str) -> str:
    """The filing conditions of the category that the form names for a part, as a piece of the form."""
    given = request.args.get("part", "")
    part = int(given) if given in set(map(str, range(MOST_PARTS))) else 0
    typed = {f"category_{part}": request.args.get("category", "")}
    with reading() as session:
        case = case_pages.case_in_sight(session, current_person(), number)
        found = _conditions(session, case, typed, part)
    return render_template(
        "desk/conditions_of_part.html",
        found=found,
        place=part,
        stands_under=case.condition_id,
        no_condition=NO_CONDITION,
    )


def _size(typed: Mapping[str, str]) -> int:
    """How many parts the form shall have: `size_now` where it is to grow or shrink."""
    wanted = typed.get("size_now") or typed.get("size", "")
    told = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else FEWEST_PARTS
    return min(max(told, FEWEST_PARTS), MOST_PARTS)


def _parts(typed: MultiDict[str, str], size: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place in range(size):
        one: dict[str, Any] = {name: typed.get(f"{name}_{place}") for name in _TEXTS}
        found.append({**one, "evidence": typed.getlist(f"use_{place}")})
    return found


def _problems(wrong: Invalid) -> dict[str, str]:
    """`parts.0.words` -> `words_0` -> a sentence for the page."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        _first, place, name = [*error.field.split("."), "", ""][:3]
        found[f"{name}_{place}" if name else error.field] = records.said(error.reason)
    return found


def _conditions(session: Session, case: Case, typed: Mapping[str, str], place: int) -> moving.Conditions | None:
    """What a part of another category may stand under; None where it is of the same."""
    wanted = typed.get(f"category_{place}", "")
    return None if wanted in ("", str(case.category_id)) else moving.conditions_of_new(session, case, wanted)


def _moved_along(typed: MultiDict[str, str], now: str | None) -> MultiDict[str, str]:
    """What was typed; where a part kept the address that the case had (`address_seen`), the one it has now."""
    found = MultiDict(typed)
    for name in [one for one in typed if one.startswith("address_") and typed[one] == typed.get("address_seen")]:
        found[name] = now or ""
    return found


def _page(number: str, tried: Tried) -> str:
    person = current_person()
    with reading() as session:
        file = case_pages.case_file(session, person, number)
        uses = uses_with_merged(session, file.case.id, [one.id for one in file.absorbed])
        path = choices.path_of(session, file.case.grid_id)
        classes = choices.classes(session, file.case.root_id)
        conditions = [_conditions(session, file.case, tried.typed, place) for place in range(tried.size)]
    typed = _moved_along(tried.typed, file.case.address) if tried.refused else tried.typed
    return render_template(
        "desk/split.html",
        file=file,
        case=file.case,
        path=path,
        uses=uses,
        shows=street.shows,
        classes=classes,
        conditions=conditions,
        since=explain.timeline(() if tried.seen is None else file.moved_since(tried.seen)),
        tried=tried,
        typed=typed,
        name=tried.typed.get("record_id") or records.new_name(),
        why_not=file.why_not(Move.SPLIT),
        most=MOST_PARTS,
        fewest=FEWEST_PARTS,
        **common.words(),
    )
