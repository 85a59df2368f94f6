"""Editing checklists and legal bases: one version ends, the next begins, and the audit trail tells who.

What was filled or decided keeps the version it was made by. A shipped version stays for the other jurisdictions; who
edits it gets a version of their own before it.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.forms import BasisForm, ChecklistForm
from gridops.catalogue.models import Checklist, ChecklistItem, LegalBasis
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound

OWN = "本地设置"
_V = TypeVar("_V", Checklist, LegalBasis)


def add_checklist(session: Session, root_id: int, form: ChecklistForm, *, actor_id: int | None = None) -> Checklist:
    """A further checklist of one root, from today or a later day on. Invalid where its code is taken. Audited."""
    code = form.code or ""
    lock_names(session, [f"checklist:{root_id}:{code}"])
    if any(row.code == code for row in queries.checklist_rows(session, root_id)):
        raise Invalid(("code", "编号已经使用"))
    return _write_checklist(session, root_id, code, form, "checklist.add", actor_id)


def edit_checklist(
    session: Session, checklist_id: int, root_id: int, form: ChecklistForm, *, actor_id: int | None = None
) -> Checklist:
    """What a checklist asks from today (or a later day) on; visits before keep the edition they answered.

    NotFound; Conflict where it was changed meanwhile. Audited.
    """
    standing = queries.checklist(session, checklist_id, root_id)
    if standing is None:
        raise NotFound("没有这份检查表")
    lock_names(session, [f"checklist:{root_id}:{standing.code}"])
    session.refresh(standing)
    _replace(standing, root_id, queries.checklist_rows(session, root_id), _begins(form.valid_from))
    return _write_checklist(session, root_id, standing.code, form, "checklist.edit", actor_id)


def end_checklist(session: Session, checklist_id: int, root_id: int, *, actor_id: int | None = None) -> None:
    """End a root's own checklist today; the shipped one of its code holds again, if there is one. Audited."""
    standing = queries.checklist(session, checklist_id, root_id)
    if standing is None:
        raise NotFound("没有这份检查表")
    _end(standing, root_id)
    session.flush()
    audit.record(session, "checklist.end", "checklist", standing.id, actor_id=actor_id, root_id=root_id)


def add_basis(session: Session, root_id: int, form: BasisForm, *, actor_id: int | None = None) -> LegalBasis:
    """A further legal basis of one root; it may have been in force before. Invalid where its code is taken. Audited."""
    code = form.code or ""
    lock_names(session, [f"legal basis:{root_id}:{code}"])
    if any(row.code == code for row in queries.basis_rows(session, root_id)):
        raise Invalid(("code", "编号已经使用"))
    return _write_basis(session, root_id, code, form, form.valid_from, "legal_basis.add", actor_id)


def edit_basis(
    session: Session, basis_id: int, root_id: int, form: BasisForm, *, actor_id: int | None = None
) -> LegalBasis:
    """What a legal basis says from today (or a later day) on; decisions before keep theirs.

    NotFound; Conflict where it was changed meanwhile. Audited.
    """
    standing = queries.basis(session, basis_id, root_id)
    if standing is None:
        raise NotFound("没有这条处罚依据")
    lock_names(session, [f"legal basis:{root_id}:{standing.code}"])
    session.refresh(standing)
    begins = _begins(form.valid_from)
    _replace(standing, root_id, queries.basis_rows(session, root_id), begins)
    return _write_basis(session, root_id, standing.code, form, begins, "legal_basis.edit", actor_id)


def end_basis(session: Session, basis_id: int, root_id: int, *, actor_id: int | None = None) -> None:
    """End a root's own legal basis today; the shipped one of its code holds again, if there is one. Audited."""
    standing = queries.basis(session, basis_id, root_id)
    if standing is None:
        raise NotFound("没有这条处罚依据")
    _end(standing, root_id)
    session.flush()
    audit.record(session, "legal_basis.end", "legal_basis", standing.id, actor_id=actor_id, root_id=root_id)


def _begins(wanted: date | None) -> date:
    today = clock.local_date(clock.now())
    if wanted is not None and wanted < today:
        raise Invalid(("valid_from", "不能早于今天：此前的记录沿用原内容"))
    return wanted or today


def _replace(standing: _V, root_id: int, rows: list[_V], begins: date) -> None:
    """End a root's own version the day the next begins; Conflict where it is not the last word on its code."""
    own = [row for row in rows if row.code == standing.code and row.root_id == root_id and row.valid_to is None]
    if standing.root_id == root_id:
        if standing not in own:
            raise Conflict("内容已被修改，请刷新后再试")
        if standing.valid_from is not None and begins < standing.valid_from:
            raise Invalid(("valid_from", f"早于现行内容的生效日期{standing.valid_from}"))
        standing.valid_to = begins
    elif own:
        raise Conflict("内容已被修改，请刷新后再试")


def _end(standing: Checklist | LegalBasis, root_id: int) -> None:
    if standing.root_id != root_id:
        raise NotAllowed("随产品下发的内容不能终止，可以修改为本地内容")
    if standing.valid_to is not None:
        raise Conflict("内容已被修改，请刷新后再试")
    today = clock.local_date(clock.now())
    standing.valid_to = max(today, standing.valid_from or today)


def _write_checklist(
    session: Session, root_id: int, code: str, form: ChecklistForm, act: str, actor_id: int | None
) -> Checklist:
    begins = _begins(form.valid_from)
    row = Checklist(
        root_id=root_id,
        code=code,
        edition=_edition(session, root_id, code, begins),
        name=form.name,
        premises_kind=form.premises_kind,
        theme=form.theme,
        source=OWN,
        valid_from=begins,
        valid_to=None,
    )
    session.add(row)
    session.flush()
    categories = {each.code: each.id for each in queries.findings(session, root_id)}
    wrong = [
        (f"items.{place}.category", "没有这个问题类别")
        for place, each in enumerate(form.items)
        if each.category and each.category not in categories
    ]
    if wrong:
        raise Invalid(*wrong)
    for position, each in enumerate(form.items, start=1):
        session.add(
            ChecklistItem(
                checklist_id=row.id,
                position=position,
                text=each.text,
                severity=each.severity,
                category_id=categories[each.category] if each.category else None,
            )
        )
    session.flush()
    audit.record(
        session, act, "checklist", row.id, actor_id=actor_id, root_id=root_id,
        code=code, edition=row.edition, items=len(form.items),
    )  # fmt: skip
    return row


def _edition(session: Session, root_id: int, code: str, begins: date) -> str:
    """The name of an edition: the day it begins, and a number from the second of that day on."""
    taken = {row.edition for row in queries.checklist_rows(session, root_id) if row.code == code}
    name, number = f"{begins}", 1
    while name in taken:
        number += 1
        name = f"{begins}-{number}"
    return name


def _write_basis(
    session: Session,
    root_id: int,
    code: str,
    form: BasisForm,
    begins: date | None,
    act: str,
    actor_id: int | None,
) -> LegalBasis:
    row = LegalBasis(
        root_id=root_id,
        code=code,
        law=form.law,
        article=form.article,
        matter=form.matter,
        max_fine_person=form.max_fine_person,
        max_fine_organisation=form.max_fine_organisation,
        source=form.source or OWN,
        valid_from=begins,
        valid_to=None,
        listed_from=form.listed_from,
        listed_to=form.listed_to,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, act, "legal_basis", row.id, actor_id=actor_id, root_id=root_id,
        code=code, law=form.law, article=form.article,
    )  # fmt: skip
    return row
