"""/desk: the queue with its tabs, filters and pages; several cases dispatched at once; the list as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases import service
from gridops.cases.queries import listing, steps
from gridops.cases.queries.changes import version_of
from gridops.cases.queries.export import EXPORT_COLUMNS, export_rows
from gridops.cases.queries.kept import kept_filters
from gridops.cases.queries.rows import CasePage
from gridops.cases.rules.faking import JUDGES
from gridops.cases.rules.moves import Move
from gridops.cases.rules.queue import Group, Sort, written
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people.queries import helping_now
from gridops.people.queries.helping import helping_with
from gridops.people.rules import Person, Role
from gridops.tasks.waking import wake
from gridops.web import list_files
from gridops.web.desk import became, beside, common, many, proposals
from gridops.web.desk.rows import Rows
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import chosen_language
from gridops.web.own_notices import count_unread

pages = Blueprint("desk", __name__, url_prefix="/desk")

Answer = str | Response | tuple[str, int]
_TRAIL = 40
_DESKWORK = (Group.TO_ACCEPT, Group.TO_FILE, Group.TO_DISPATCH)
# Where a role's work begins.
_FIRST_TAB = (
    (Role.INTAKE_CLERK, Group.TO_ACCEPT),
    (Role.SHIFT_LEADER, Group.TO_FILE),
    (Role.DISPATCHER, Group.TO_DISPATCH),
    (Role.HANDLER, Group.HANDLING),
)


@pages.get("")
@needs(*common.READERS)
def index() -> Answer:
    """A page of the queue."""
    person, language = current_person(), chosen_language()
    default = next((tab for role, tab in _FIRST_TAB if role in person.roles), Group.ALL)
    asked = common.asked(request.args, default)
    after = common.place(request.args.get("after"), "after")
    with reading() as session:
        scope = helping_now(session, current_scope())
        page = listing.queue(session, scope, asked.wanted, sort=asked.sort, after=after)
        version = version_of(session, scope)
        counts = beside.counts(session, scope, version)
        limited = page.rows if beside.limits_steps(session, scope.root_id) else ()
        where = {row.id: (row.category_id, row.grid_id) for row in limited}
        in_steps = steps.present(session, scope.root_id, where)
        filters = kept_filters(session, person.user_id)
        helping = helping_with(session, [row.id for row in page.rows if row.helped])
        offered, areas = beside.offered(session, person.root_id), beside.areas(session, scope)
        waits = beside.waits(session, scope, person)
        count_unread(session)
    shown: dict[str, Any] = asked.kept
    words = common.words()
    bulk = many.offered(person, page.rows)
    trail = [mark for mark in request.args.get("trail", "")[:4000].split(".") if mark][-_TRAIL:]
    return render_template(
        "desk/queue.html",
        page=page,
        asked=asked,
        tab=asked.wanted.group,
        counts=counts,
        version=version.written(),
        filters=filters,
        chosen=beside.chosen,
        **offered,
        areas=areas,
        sort_options=[(sort.value, _(name)) for sort, name in common.sorts(asked.wanted.group).items()],
        sort_name=common.sorts(asked.wanted.group)[asked.sort],
        searched=_searched(page, asked.sort),
        bulk=bulk,
        rows=Rows(asked.addresses(), bulk.cases, helping, scope.helped, in_steps).drawn(page.rows),
        may_register=bool(person.roles.intersection(common.REGISTRARS)),
        judged=waits.judged,
        office_queues=waits.office_queues,
        doubted=waits.doubted,
        samples_cases=not person.roles.isdisjoint(JUDGES),
        answers_sheets=Role.HANDLER in person.roles,
        tabs=[
            (group, url_for(".index", **_tab(asked.kept, group))) for group in _tabs(person, counts, asked.wanted.group)
        ],
        next_url=_onward(asked.kept, page, after, trail),
        back_url=_backward(asked.kept, trail) if after else None,
        csv_url=url_for(".export", **{**shown, "group": asked.wanted.group.value}),
        here=request.full_path.rstrip("?"),
        keys_dialog=beside.keys(language, tuple(words["own_letters"].items())),
        **words,
    )


@pages.get("/cases.csv")
@pages.get("/cases.xlsx", endpoint="workbook")
@needs(*common.READERS)
def export() -> Answer:
    """The list as it is narrowed, as a file."""
    asked = common.asked(request.args)
    with reading() as session:
        found = export_rows(session, current_scope(), asked.wanted)
        rows = ([row[column] for column in EXPORT_COLUMNS] for row in found)
        return list_files.answer(list_files.dated("cases"), EXPORT_COLUMNS, rows, list_files.said(asked.kept))


@pages.get("/dispatch")
@needs(*common.DISPATCHERS)
def back() -> Answer:
    """The address of a dispatch, opened: it is made from the queue."""
    return redirect(url_for(".index"))


@pages.post("/dispatch")
@needs(*common.DISPATCHERS)
def dispatch() -> Answer:
    """Dispatch the ticked cases to one unit, or each as its rule proposes; each is judged and answered by itself."""
    person = current_person()
    seen = common.ticked()
    unit = request.form.get("unit", "")
    by_rule = unit == beside.BY_RULE
    if not by_rule and not (unit.isascii() and unit.isdigit() and len(unit) < 19):
        raise Invalid(("unit", _("请选择处置单位")))
    words = request.form.get("words", "").strip()[:2000] or None
    with transaction() as session:
        outcomes = service.dispatch_many(session, list(seen), None if by_rule else int(unit), person, words, seen)
        told = became.told(session, current_scope(), outcomes, seen, Move.DISPATCH)
        name = next((row.name for row in proposals.units_in_use(session, person.root_id) if str(row.id) == unit), "")
    wake("figures.drain")
    return render_template("desk/dispatched.html", unit=name, by_rule=by_rule, **told)


def _tabs(person: Person, counts: dict[Group, int], here: Group) -> list[Group]:
    """The tabs: those before dispatch only for who works there, or where something is."""
    deskwork = bool(person.roles.intersection((*common.REGISTRARS, *common.DISPATCHERS, Role.AUDITOR)))
    return [group for group in Group if deskwork or group is here or group not in _DESKWORK or counts.get(group)]


def _searched(page: CasePage, sort: Sort) -> str:
    """How far words were looked for, where the time was up before the end."""
    if not page.short or page.next is None:
        return ""
    day = clock.local_date(page.next.key)
    if sort is Sort.REPORTED:
        return _("已从新到旧查到 %(day)s，更早上报的还没有查。", day=day)
    if sort is Sort.OLDEST:
        return _("已从旧到新查到 %(day)s，之后上报的还没有查。", day=day)
    return _("本次已查 %(n)d 件，其余还没有查。", n=page.looked)


def _tab(kept: dict[str, Any], group: Group) -> dict[str, Any]:
    """Another tab keeps the filters, but the state that one tab may not have and another's order."""
    return {**{name: text for name, text in kept.items() if name not in ("state", "sort")}, "group": group.value}


def _onward(kept: dict[str, Any], page: CasePage, after: Any, trail: list[str]) -> str | None:
    """The next page; the way back is kept in the address."""
    if page.next is None:
        return None
    behind = [*trail, written(after) if after else "-"][-_TRAIL:]
    return url_for(".index", **kept, after=written(page.next), trail=".".join(behind))


def _backward(kept: dict[str, Any], trail: list[str]) -> str:
    if not trail or trail[-1] == "-":
        return url_for(".index", **kept)
    return url_for(".index", **kept, after=trail[-1], trail=".".join(trail[:-1]))
