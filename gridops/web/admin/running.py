"""Running cases under settings that have changed: shown with old and new deadline, made to follow if asked."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import renewing as queries
from gridops.cases.queries.renewing import Moved
from gridops.cases.rules.deadlines import UNIT_LIMIT, WHOLE_LIMIT
from gridops.cases.rules.renewing import Wish
from gridops.cases.service import renewing
from gridops.catalogue import queries as catalogue
from gridops.catalogue.rules import AREA_NAMES
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import NotFound
from gridops.core.ids import row_id
from gridops.grids import queries as grids
from gridops.hotline import queries as hotline
from gridops.hotline.rules import StepKind
from gridops.people.queries import names_of_users
from gridops.people.rules import Role
from gridops.tasks.waking import wake
from gridops.web import choices, list_files
from gridops.web.admin import columns
from gridops.web.admin.common import Answer
from gridops.web.guards import current_person, needs_for_all
from gridops.web.navigation import DESK_ROLES
from gridops.worktime.rules.changes import What

pages = Blueprint("admin_running", __name__, url_prefix="/admin/running")

PAGE = 50
# From where the list goes on, for each of the two it is made of; the first is the name it had when there was only one.
CASES, ORDERS = "before", "orders"


@dataclass(frozen=True, slots=True)
class Line:
    """Deadlines of one case or order that moved together, as the list shows them.

    `source`, `id`: where the list goes on below it; `order`: the number of the 12345 order that they are of; `moves`:
    the name of each with before and after.
    """

    source: str
    id: int
    at: datetime
    number: str
    moves: tuple[tuple[str, datetime | None, datetime], ...]
    why: str
    category: str = ""
    order: str = ""
    actor_id: int | None = None


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """The cases that a changed condition (`?condition=`) or class of area (`?grid=`) did not touch."""
    wish = _wish()
    with reading() as session:
        title = _title(session, wish)
        found = renewing.offered(session, wish)
    return render_template(
        "admin/running.html",
        wish=wish,
        csv_url=url_for(".export", condition=wish.condition_id, grid=wish.grid_id),
        title=title,
        found=found,
        most=renewing.MANY,
        area_names=AREA_NAMES,
        opens=not current_person().roles.isdisjoint(DESK_ROLES),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs_for_all(Role.ADMIN)
def export() -> Answer:
    """The same cases as a file."""
    wish = _wish()
    with reading() as session:
        kept = {"setting": _title(session, wish)}
        return list_files.of_rows("running", columns.RUNNING, renewing.each_offered(session, wish), kept)


@pages.post("")
@needs_for_all(Role.ADMIN)
def follow() -> Answer:
    """Let them follow the settings of today."""
    wish = _wish()
    with transaction() as session:
        _title(session, wish)
        done = renewing.renew(session, wish)
    if done.more:
        wake("cases.recount")
        flash(_("已重算 %(n)d 件，其余在后台继续。", n=done.changed), "good")
    else:
        flash(_("已重算 %(n)d 件在办案件的时限，并记入办理经过。", n=done.changed), "good")
    return redirect(url_for(".moved"))


@pages.get("/moved")
@needs_for_all(Role.ADMIN)
def moved() -> Answer:
    """The deadlines that were counted anew, the newest first: from what to what, and why."""
    places = {name: place for name in (CASES, ORDERS) if (place := request.args.get(name, type=row_id))}
    with reading() as session:
        lines, following = _moved(session, after=places, limit=PAGE)
        people = _people(session, lines)
    return render_template(
        "admin/moved.html",
        lines=lines,
        people=people,
        opens=not current_person().roles.isdisjoint(DESK_ROLES),
        csv_url=url_for(".moved_file"),
        next_url=url_for(".moved", **following) if following else None,
        first_url=url_for(".moved") if places else None,
    )


@pages.get("/moved.csv")
@pages.get("/moved.xlsx", endpoint="moved_workbook")
@needs_for_all(Role.ADMIN)
def moved_file() -> Answer:
    """All deadlines that were counted anew, as a file; people in it are masked."""
    with reading() as session:
        lines = list(list_files.all_rows(partial(_moved, session)))
        return list_files.of_rows("moved-deadlines", columns.moved(_people(session, lines)), lines, {})


def _moved(session: Session, *, after: dict[str, int] | None, limit: int) -> tuple[list[Line], dict[str, Any] | None]:
    """A page of deadlines that moved, and where each of the two lists it is made of goes on; None: it is the last."""
    root_id, places = current_person().root_id, after or {}
    rows = queries.moved(session, root_id, before=places.get(CASES), limit=limit + 1)
    recounts = hotline.moved(session, root_id, before=places.get(ORDERS), limit=limit + 1)
    both = heapq.merge(map(_line, rows), map(_order_line, recounts), key=lambda line: line.at, reverse=True)
    lines = list(islice(both, limit))
    if len(rows) + len(recounts) <= limit:
        return lines, None
    return lines, {**places, **{line.source: line.id for line in lines}}  # the last of each that was shown


def _people(session: Session, lines: Iterable[Line]) -> dict[int, str]:
    return names_of_users(session, {line.actor_id for line in lines if line.actor_id is not None})


def _wish() -> Wish:
    person = current_person()
    condition, grid = (request.args.get(name, type=row_id) for name in ("condition", "grid"))
    if (condition is None) is (grid is None):
        raise NotFound(_("没有这项设置"))
    return Wish(person.root_id, person.user_id, condition_id=condition, grid_id=grid)


def _title(session: Session, wish: Wish) -> str:
    """What changed, by its name; NotFound where it is not of this jurisdiction."""
    if wish.condition_id is not None:
        condition = catalogue.condition(session, wish.condition_id, wish.root_id)
        category = catalogue.category(session, condition.category_id, wish.root_id) if condition else None
        if condition is None or category is None:
            raise NotFound(_("没有这个立案条件"))
        return f"{category.name_zh} · {condition.condition}"
    node = grids.tree(session).nodes.get(wish.grid_id or 0)
    if node is None or node.root_id != wish.root_id:
        raise NotFound(_("没有这个网格"))
    return choices.path_of(session, node.grid_id)


def _line(row: Moved) -> Line:
    told = row.details
    whole = (_(WHOLE_LIMIT), _instant(told.get("due_before")), row.due_at)
    unit = (_(UNIT_LIMIT), _instant(told.get("handle_due_before")), _instant(told.get("handle_due")))
    return Line(
        CASES, row.event_id, row.at, row.number,
        tuple((name, before, after) for name, before, after in (whole, unit) if after is not None),
        _why(str(told.get("changed")), str(told.get("first", ""))),
        category=row.category, actor_id=row.actor_id,
    )  # fmt: skip


def _order_line(found: hotline.Moved) -> Line:
    row = found.recount
    move = (_("联系时限") if row.kind is StepKind.CONTACT else _("答复时限"), row.before, row.after)
    why = _why(row.changed, str(row.first)) if row.changed else _("办理记录更正后重新计时")
    return Line(ORDERS, row.id, row.recorded_at, found.case_number, (move,), why, order=found.order_number)


def _why(changed: str, first: str) -> str:
    """What changed, so that deadlines were counted anew."""
    if changed == renewing.SETTINGS:
        return _("改按现行立案条件和区域类别")
    if changed == What.HOURS:
        return _("因办公时间调整")
    return _("因%(year)s年工作日历公布或调整", year=first[:4])


def _instant(text: str | None) -> datetime | None:
    return clock.parse_instant(text) if text else None
