"""Editing filing conditions, local names and dates: one row ends, the next begins, and the audit trail tells who."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.forms import ConditionForm, DatesForm, NameForm
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.grids import queries as grids

# A root's additions are numbered from here, so that a later release may ship more conditions below.
_FIRST_OWN_POSITION = 101


def add_condition(
    session: Session, category_id: int, root_id: int, form: ConditionForm, *, actor_id: int | None = None
) -> FilingCondition:
    """A further condition of a category for one root, from today or a later day on. Audited."""
    category = _locked_category(session, category_id, root_id)
    begins = _begins(form)
    rows = queries.condition_rows(session, [category.id], root_id)[category.id]
    position = max((row.position for row in rows), default=0) + 1
    row = _row(category.id, root_id, max(position, _FIRST_OWN_POSITION), form, begins)
    session.add(row)
    session.flush()
    _tell(session, "condition.add", row, root_id, actor_id)
    return row


def edit_condition(
    session: Session, condition_id: int, root_id: int, form: ConditionForm, *, actor_id: int | None = None
) -> FilingCondition:
    """What a condition says for one root from today (or a later day) on; cases filed before keep the old row.

    A shipped condition stays for the others: the root gets a row of its own before it. `in_use` false does without
    it. Conflict when the row was ended or replaced meanwhile. Audited.
    """
    standing = _condition(session, condition_id, root_id)
    _locked_category(session, standing.category_id, root_id)
    session.refresh(standing)
    begins = _begins(form)
    _check_latest(session, standing, root_id)
    if standing.valid_from is not None and begins < standing.valid_from:
        raise Invalid(("valid_from", f"早于现行内容的生效日期{standing.valid_from}"))
    if standing.root_id == root_id:
        standing.valid_to = begins
    row = _row(standing.category_id, root_id, standing.position, form, begins)
    session.add(row)
    session.flush()
    _tell(session, "condition.edit", row, root_id, actor_id, before=standing.id)
    return row


def end_condition(session: Session, condition_id: int, root_id: int, *, actor_id: int | None = None) -> None:
    """End a root's own condition today: the shipped one at its position holds again, if there is one. Audited."""
    standing = _condition(session, condition_id, root_id)
    _locked_category(session, standing.category_id, root_id)
    session.refresh(standing)
    if standing.root_id != root_id:
        raise NotAllowed("随产品下发的立案条件不能删除，可以停用")
    _check_latest(session, standing, root_id)
    today = clock.local_date(clock.now())
    standing.valid_to = max(today, standing.valid_from or today)
    session.flush()
    _tell(session, "condition.end", standing, root_id, actor_id)


def rename_local_category(
    session: Session, category_id: int, root_id: int, form: NameForm, *, actor_id: int | None = None
) -> Category:
    """Give a root's own extension its names; shipped categories keep theirs. Audited."""
    category = _locked_category(session, category_id, root_id)
    if category.root_id != root_id:
        raise NotAllowed("只能修改本辖区的本地扩展类别名称")
    before = category.name_zh
    category.name_zh, category.name_en = form.name_zh, form.name_en
    session.flush()
    audit.record(
        session,
        "category.rename",
        "category",
        category.id,
        actor_id=actor_id,
        root_id=root_id,
        before=before,
        after=form.name_zh,
    )
    return category


def edit_list_dates(
    session: Session, list_id: int, form: DatesForm, *, actor_id: int | None = None, root_id: int | None = None
) -> CategoryList:
    """Since when and until when an edition is in force. Audited; NotFound for an unknown edition.

    All jurisdictions share the editions: where there are several, none changes them for the others (NotAllowed for
    an act from within one, `root_id`).
    """
    edition = session.get(CategoryList, list_id)
    if edition is None:
        raise NotFound("没有这个清单版本")
    if root_id is not None and grids.root_count(session) > 1:
        raise NotAllowed("清单版本由各辖区共用，有效日期由系统运行维护人员修改")
    before = (edition.valid_from, edition.valid_to)
    edition.valid_from, edition.valid_to = form.valid_from, form.valid_to
    session.flush()
    audit.record(
        session,
        "category_list.dates",
        "category_list",
        list_id,
        actor_id=actor_id,
        root_id=root_id,
        before=[_text(day) for day in before],
        after=[_text(form.valid_from), _text(form.valid_to)],
    )
    return edition


def _condition(session: Session, condition_id: int, root_id: int) -> FilingCondition:
    found = queries.condition(session, condition_id, root_id)
    if found is None:
        raise NotFound("没有这个立案条件")
    return found


def _locked_category(session: Session, category_id: int, root_id: int) -> Category:
    """The category, locked so that two edits of its conditions follow each other."""
    if queries.category(session, category_id, root_id) is None:
        raise NotFound("没有这个类别")
    found = session.get(Category, category_id, with_for_update=True)
    assert found is not None
    return found


def _check_latest(session: Session, standing: FilingCondition, root_id: int) -> None:
    """Refuse an edit of what is no longer the last word at its position."""
    rows = queries.condition_rows(session, [standing.category_id], root_id)[standing.category_id]
    own = [row for row in rows if row.position == standing.position and row.root_id == root_id and not row.valid_to]
    if standing.valid_to is not None or (standing.root_id == 0 and own):
        raise Conflict("该立案条件已被修改，请刷新后再试")


def _begins(form: ConditionForm) -> date:
    today = clock.local_date(clock.now())
    if form.valid_from is not None and form.valid_from < today:
        raise Invalid(("valid_from", "不能早于今天：已立案的案件按原条件计时"))
    return form.valid_from or today


def _row(category_id: int, root_id: int, position: int, form: ConditionForm, begins: date) -> FilingCondition:
    said = asdict(form)
    del said["valid_from"]
    return FilingCondition(
        category_id=category_id,
        root_id=root_id,
        position=position,
        valid_from=begins,
        valid_to=None,
        source="本地设置",
        **said,
    )


def _tell(
    session: Session, act: str, row: FilingCondition, root_id: int, actor_id: int | None, **details: object
) -> None:
    audit.record(
        session,
        act,
        "filing_condition",
        row.id,
        actor_id=actor_id,
        root_id=root_id,
        category_id=row.category_id,
        position=row.position,
        limit=row.limit,
        limit_unit=row.limit_unit.value if row.limit_unit else None,
        in_use=row.in_use,
        **_asked(row),
        valid_from=_text(row.valid_from),
        **details,
    )


def _asked(row: FilingCondition) -> dict[str, object]:
    """What a condition asks beside its limit, as far as it does."""
    said = {
        "class_limits": ", ".join(f"{area} {whole}" for area, (whole, _own) in sorted(row.class_limits.items())),
        "photos": sum(row.photo_needs.values()),
        "check_rule": row.check_rule.value if row.check_rule else None,
    }
    return {name: value for name, value in said.items() if value}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
