"""/desk/premises: the list, one body with everything that happened there, entering, changing and merging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import masking
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid
from gridops.core.fields import row_id
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.people import queries as people
from gridops.people.queries.lately import Lately
from gridops.premises import forms, queries, service
from gridops.premises.models import Premises
from gridops.premises.rules import KEEPERS, KIND_NAMES, RISK_NAMES, PremisesKind, Risk, label_of
from gridops.web import choices, happened, list_files, records
from gridops.web.desk import beside
from gridops.web.desk.joint import READERS
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.own_notices import count_unread
from gridops.web.versions import Line, side_by_side

pages = Blueprint("desk_premises", __name__, url_prefix="/desk/premises")

Answer = str | Response | tuple[str, int]
EXPORT_COLUMNS = (
    "id", "credit_code", "name", "kind", "risk", "address", "grid_code", "lon", "lat", "responsible", "phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to, and the same as an address keeps it."""

    wanted: queries.PremisesFilter
    kept: dict[str, Any]


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The premises in sight, in order of entry; merged ones stand with those they were merged into."""
    after = _place(request.args.get("after"))
    with reading() as session:
        tree = beside.tree(session)
        asked = _asked(tree, request.args)
        rows, following = queries.page(session, current_scope(), asked.wanted, after=after)
        areas = _areas.get(str(current_person().user_id), lambda: _drawn_areas(session))
        count_unread(session)
    return render_template(
        "desk/premises_list.html",
        rows=rows,
        nodes=tree.nodes,
        areas=areas,
        chosen=beside.chosen,
        kept=asked.kept,
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        csv_url=url_for(".export", **asked.kept),
        next_url=url_for(".index", **asked.kept, after=following) if following else None,
        first_url=url_for(".index", **asked.kept) if after else None,
        **_words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*READERS)
def export() -> Answer:
    """The list as it is narrowed, as a file; people in it are masked."""
    with reading() as session:
        tree = grids.tree(session)
        asked = _asked(tree, request.args)
        lines = (_line(row, tree.nodes) for row in queries.export(session, current_scope(), asked.wanted))
        return list_files.answer(list_files.dated("premises"), EXPORT_COLUMNS, lines, list_files.said(asked.kept))


@pages.get("/new")
@needs(*KEEPERS)
def new() -> Answer:
    """An empty form."""
    return _form(None, {}, {})


@pages.post("/new")
@needs(*KEEPERS)
def enter() -> Answer:
    """Enter premises."""
    try:
        given = forms.form(request.form)
        with transaction() as session:
            made = service.enter(session, current_person(), given).id
    except Invalid as wrong:
        return _form(None, request.form, records.problems(wrong)), 422
    flash(_("已登记。"), "good")
    return redirect(url_for(".show", premises_id=made))


@pages.get("/<int:premises_id>")
@needs(*READERS)
def show(premises_id: int) -> Answer:
    """One body: who and where, and everything that happened there; people are masked."""
    return _page(premises_id)


@pages.post("/<int:premises_id>/read")
@needs(*READERS)
def read(premises_id: int) -> Answer:
    """The same with the responsible person in clear; who read it is kept."""
    with transaction() as session:
        row = queries.in_sight(session, current_scope(), premises_id)
        contact = service.read_contact(session, current_person(), row)
    return _page(premises_id, contact)


@pages.get("/<int:premises_id>/edit")
@needs(*KEEPERS)
def edit(premises_id: int) -> Answer:
    """The form of one body; it shows the responsible person in clear, which is a reading like any other."""
    return _form(premises_id, _as_typed(premises_id), {})


def _as_typed(premises_id: int) -> dict[str, Any]:
    """What is kept, as the form holds it; the responsible person is read in clear, and that is kept."""
    with transaction() as session:
        row = queries.in_sight(session, current_scope(), premises_id)
        responsible, phone = service.read_contact(session, current_person(), row)
        node = grids.tree(session).nodes.get(row.grid_id) if row.grid_id else None
        typed = {name: getattr(row, name) or "" for name in ("name", "credit_code", "kind", "risk", "address")}
        typed |= {"responsible": responsible, "phone": phone, "grid_code": node.code if node else ""}
        typed |= {name: "" if (at := getattr(row, name)) is None else f"{at:.6f}" for name in ("lon", "lat")}
        typed["version"] = row.version
    return typed


@pages.post("/<int:premises_id>/edit")
@needs(*KEEPERS)
def change(premises_id: int) -> Answer:
    """Write what the form says."""
    try:
        given = forms.form(request.form)
        with transaction() as session:
            queries.in_sight(session, current_scope(), premises_id)
            service.change(session, current_person(), premises_id, given)
    except Invalid as wrong:
        return _form(premises_id, request.form, records.problems(wrong)), 422
    except Conflict as refused:
        now = _as_typed(premises_id)
        both = side_by_side(now, request.form, {name: _(called) for name, called in _FIELDS.items()}, _in_words)
        typed = {**request.form.to_dict(), "version": now["version"]}
        return _form(premises_id, typed, {"version": str(refused)}, both), 409
    flash(_("已保存。"), "good")
    return redirect(url_for(".show", premises_id=premises_id))


@pages.get("/<int:premises_id>/merge")
@needs(*KEEPERS)
def into(premises_id: int) -> Answer:
    """What these premises may be merged into: those whose name or credit code says so."""
    return _merge_page(premises_id, {})


@pages.post("/<int:premises_id>/merge")
@needs(*KEEPERS)
def merge(premises_id: int) -> Answer:
    """Merge a duplicate; what hangs on it counts for those that stay."""
    try:
        with transaction() as session:
            queries.in_sight(session, current_scope(), premises_id)
            wanted = queries.in_sight(session, current_scope(), _chosen(request.form.get("into")))
            kept = service.merge(session, current_person(), premises_id, wanted.id, request.form.get("reason", "")).id
    except Invalid as wrong:
        return _merge_page(premises_id, records.problems(wrong)), 422
    except Conflict as refused:
        return _merge_page(premises_id, {"into": str(refused)}), 409
    flash(_("已并入。"), "good")
    return redirect(url_for(".show", premises_id=kept))


def _page(premises_id: int, contact: tuple[str, str] | None = None) -> str:
    person, scope = current_person(), current_scope()
    with reading() as session:
        row = queries.in_sight(session, scope, premises_id)
        into = service.survivor(session, row) if row.merged_into_id else None
        body = queries.same_body(session, row)
        return render_template(
            "desk/premises.html",
            row=row,
            into=into,
            merged=queries.merged_into(session, row.id),
            events=happened.at_premises(session, person, body, row.grid_id or row.root_id),
            open=happened.open_findings(session, body),
            place=choices.path_of(session, row.grid_id) if row.grid_id else "",
            keeps=into is None and people.may_at(session, person, KEEPERS, row.grid_id or row.root_id),
            contact=contact,
            label=label_of(row.id),
            **_words(),
        )


_FIELDS = {
    "name": "名称", "credit_code": "统一社会信用代码", "kind": "种类", "risk": "风险", "address": "地址",
    "grid_code": "网格", "lon": "经度", "lat": "纬度", "responsible": "场所负责人", "phone": "电话",
}  # fmt: skip


def _in_words(name: str, given: Any) -> str:
    if name == "kind":
        return _(KIND_NAMES[PremisesKind(given)]) if given in set(PremisesKind) else ""
    if name == "risk":
        return _(RISK_NAMES[Risk(given)]) if given in set(Risk) else ""
    return str(given or "")


def _form(
    premises_id: int | None, typed: Mapping[str, Any], errors: Mapping[str, str], both: Sequence[Line] = ()
) -> str:
    with reading() as session:
        areas = choices.areas(session, current_person(), KEEPERS)
    return render_template(
        "desk/premises_form.html",
        premises_id=premises_id,
        typed=typed,
        errors=errors,
        both=both,
        areas=areas,
        **_words(),
    )


def _merge_page(premises_id: int, errors: Mapping[str, str]) -> str:
    with reading() as session:
        row = queries.in_sight(session, current_scope(), premises_id)
        said = request.values.get("q", "").replace("\x00", "").strip()[:200] or row.name[:6]
        found, _following = queries.page(session, current_scope(), queries.PremisesFilter(said))
    return render_template(
        "desk/premises_merge.html",
        row=row,
        q=said,
        found=[other for other in found if other.id != row.id],
        typed=request.form,
        errors=errors,
        **_words(),
    )


# The parts of the territory where a person works, as choices (see `people.queries.lately`).
_areas: Lately[Markup] = Lately()


def _drawn_areas(session: Session) -> Markup:
    nodes = choices.areas(session, current_person(), READERS)
    return beside.pairs((node.code, node.name) for node in nodes)


def _asked(tree: Tree, raw: Mapping[str, str]) -> Asked:
    names = ("q", "kind", "risk", "grid")
    kept = {name: said for name in names if (said := raw.get(name, "").replace("\x00", "").strip()[:200])}
    kind, risk, code = kept.get("kind"), kept.get("risk"), kept.get("grid")
    node = tree.by_code.get(code) if code else None
    within = (tree.descendants(node.grid_id) if node else frozenset()) if code else None
    wanted = queries.PremisesFilter(
        kept.get("q", ""),
        PremisesKind(kind) if kind in set(PremisesKind) else None,
        Risk(risk) if risk in set(Risk) else None,
        within,
    )
    return Asked(wanted, kept)


def _line(row: Premises, nodes: Mapping[int, Any]) -> tuple[Any, ...]:
    node = nodes.get(row.grid_id) if row.grid_id else None
    return (
        row.id, row.credit_code, row.name, row.kind.value, row.risk.value, row.address, node.code if node else "",
        row.lon, row.lat, masking.name(row.responsible), masking.number(row.phone),
    )  # fmt: skip


def _place(given: str | None) -> int:
    return _number(given, "after", _("无法识别的页码")) if given else 0


def _chosen(given: str | None) -> int:
    return _number(given, "into", _("请选择并入的场所"))


def _number(given: str | None, name: str, reason: str) -> int:
    try:
        return row_id(given)
    except ValueError:
        raise Invalid((name, reason)) from None


def _words() -> dict[str, Any]:
    return {
        "kind_names": KIND_NAMES,
        "risk_names": RISK_NAMES,
        "masked": masking.name,
        "masked_number": masking.number,
    }
