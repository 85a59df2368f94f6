"""/desk/spot-checks: samples of closed cases (抽查) by seed, their list for the printer, and what a person found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases.queries import samples
from gridops.cases.queries.samples import Population
from gridops.cases.rules.faking import JUDGES
from gridops.cases.rules.sampling import MOST
from gridops.cases.service import sampling
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.core.ids import row_id
from gridops.people import queries as people
from gridops.web import choices, list_files
from gridops.web.desk import columns, common, proposals
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_samples", __name__, url_prefix="/desk/spot-checks")

Answer = str | Response | tuple[str, int]
READERS = tuple(sorted(JUDGES))
SIZE = 20
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)  # at the very edges a day has no midnight


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The samples drawn, a form for another, and what reporters closed that is to be looked at again."""
    return _index({}, {})


@pages.post("")
@needs(*READERS)
def draw() -> Answer:
    """Draw a sample."""
    try:
        wanted, size, seed = _wanted(request.form)
        with reading() as session:
            drawn = sampling.draw_sample(session, current_scope(), wanted, size, seed)
    except Invalid as wrong:
        return _index(request.form, {error.field: error.reason for error in wrong.errors}), 422
    with transaction() as session:
        kept = sampling.keep_sample(session, current_person(), drawn).id
    return redirect(url_for(".show", sample_id=kept))


@pages.get("/<int:sample_id>")
@needs(*READERS)
def show(sample_id: int) -> Answer:
    """A sample with its seed and what was found; `again`: whether it is the same when drawn anew."""
    return _show(sample_id)


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*READERS)
def export() -> Answer:
    """The samples drawn, as a file."""
    with reading() as session:
        found = samples.checks(session, current_scope(), limit=None)
        return list_files.of_rows("spot-checks", columns.SAMPLES, found, {})


@pages.get("/own.csv")
@pages.get("/own.xlsx", endpoint="own_workbook")
@needs(*READERS)
def own() -> Answer:
    """What reporters closed that is to be looked at again, as a file."""
    return _drawn(None)


@pages.get("/<int:sample_id>/list.csv")
@pages.get("/<int:sample_id>/list.xlsx", endpoint="cases_workbook")
@needs(*READERS)
def cases(sample_id: int) -> Answer:
    """The cases of a sample with what was found, as a file."""
    return _drawn(sample_id)


def _drawn(sample_id: int | None) -> Response:
    with reading() as session:
        kept = {"sample": samples.check_in_sight(session, current_scope(), sample_id).id} if sample_id else {}
        found = enumerate(samples.drawn(session, current_scope(), sample_id, limit=None), start=1)
        return list_files.of_rows("spot-check-cases", columns.DRAWN, found, kept)


@pages.post("/cases/<int:entry_id>")
@needs(*READERS)
def judge(entry_id: int) -> Answer:
    """What was found at a drawn case; it stands."""
    given = request.form.get("result", "")
    try:
        if given not in ("passed", "failed"):
            raise Invalid(("result", "请选择抽查结果"))
        with transaction() as session:
            entry = sampling.judge(
                session, current_person(), entry_id, given == "passed", request.form.get("words")
            ).spot_check_id
    except Invalid as wrong:
        return _refused(entry_id, _(wrong.errors[0].reason)), 422
    except Conflict as late:
        return _refused(entry_id, _(str(late))), 409
    except NotAllowed as barred:
        return _refused(entry_id, _(str(barred))), 403
    flash(_("抽查结果已保存。"), "good")
    return redirect(url_for(".show", sample_id=entry) if entry else url_for(".index"))


def _wanted(given: Mapping[str, str]) -> tuple[Population, int, str]:
    """What the form asks for; Invalid naming what cannot be read."""
    wrong: list[tuple[str, str]] = []

    def day(name: str) -> date:
        try:
            found = date.fromisoformat(given.get(name, ""))
        except ValueError:
            found = date.min
        if not EARLIEST <= found <= LATEST:
            wrong.append((name, "请填写日期"))
        return found

    def number(name: str, words: str, default: int | None) -> int | None:
        text = given.get(name, "").strip()
        if not text and default is not None:
            return default
        try:
            return row_id(text) if text else None
        except ValueError:
            wrong.append((name, words))
            return None

    first, last = day("first_day"), day("last_day")
    size = number("size", "请填写抽查件数", 0) or 0
    unit, grid = number("unit", "请选择单位", None), number("grid", "请选择网格", current_scope().root_id)
    if wrong:
        raise Invalid(*wrong)
    return Population(first, last, grid or 0, unit), size, given.get("seed", "").strip()


def _index(typed: Mapping[str, str], errors: Mapping[str, str], refused: int = 0, problem: str = "") -> str:
    """`typed`, `errors`: of the form for a sample; `refused`, `problem`: of a drawn case, whose form is `judged`."""
    scope, person = current_scope(), current_person()
    today = clock.local_date(clock.now())
    month = today.replace(day=1) - timedelta(days=1)
    with reading() as session:
        done = samples.checks(session, scope)
        own = samples.drawn(session, scope, None)
        areas = choices.areas(session, person, READERS)
        units = proposals.units_in_use(session, scope.root_id)
    return render_template(
        "desk/samples.html",
        done=done,
        own=own,
        areas=areas,
        units=units,
        typed=typed,
        errors=errors,
        refused=refused,
        problem=problem,
        judged=request.form,
        whole=scope.grid_ids is None,
        default={"first_day": month.replace(day=1), "last_day": month, "size": SIZE},
        most=MOST,
        **common.words(),
    )


def _show(sample_id: int, refused: int = 0, problem: str = "") -> str:
    scope = current_scope()
    with reading() as session:
        check = samples.check_in_sight(session, scope, sample_id)
        drawn = samples.drawn(session, scope, check.id)
        same = sampling.drawn_again(session, scope, check) if request.args.get("again") else None
        drawer = people.names_of_users(session, [check.drawn_by])[check.drawn_by]
        unit = people.names_of_units(session, [check.unit_id])[check.unit_id] if check.unit_id else None
        place = choices.path_of(session, check.grid_id)
    return render_template(
        "desk/sample.html",
        check=check,
        drawn=drawn,
        same=same,
        drawer=drawer,
        unit=unit,
        place=place,
        refused=refused,
        problem=problem,
        typed=request.form,
        **common.words(),
    )


def _refused(entry_id: int, problem: str) -> str:
    """The page of the entry's sample again with what is wrong; NotFound where that is out of sight."""
    with reading() as session:
        sample_id = samples.sample_of(session, current_scope(), entry_id)
    return _show(sample_id, entry_id, problem) if sample_id else _index({}, {}, entry_id, problem)
