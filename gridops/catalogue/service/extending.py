"""Local extension categories of a jurisdiction: added under a class of a list, and stopped. Audited."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.forms import ExtensionForm
from gridops.catalogue.models import Category
from gridops.catalogue.rules import class_of, free_extension
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound


def add_extension(
    session: Session, list_id: int, root_id: int, form: ExtensionForm, *, actor_id: int | None = None
) -> Category:
    """A category of a root's own, from today on. Invalid where its class is unknown or its code is taken."""
    if queries.class_row(session, list_id, form.kind, form.class_code) is None:
        raise Invalid(("class", "清单里没有这个大类"))
    lock_names(session, [f"extension:{root_id}:{list_id}:{form.kind.value}"])
    taken = {code for kind, code, _name in queries.names(session, list_id, root_id) if kind is form.kind}
    code = form.code or free_extension(form.class_code, taken)
    if code is None:
        raise Invalid(("code", "该大类的本地扩展编码已用完"))
    if code in taken:
        raise Invalid(("code", "编码已经使用"))
    row = Category(
        list_id=list_id,
        root_id=root_id,
        kind=form.kind,
        code=code,
        level=2,
        parent_code=class_of(code),
        name_zh=form.name_zh,
        name_en=form.name_en,
        confidence="local",
        valid_from=clock.local_date(clock.now()),
        valid_to=None,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "category.extend", "category", row.id, actor_id=actor_id, root_id=root_id, code=code,
        kind=form.kind.value, name=form.name_zh,
    )  # fmt: skip
    return row


def end_extension(session: Session, category_id: int, root_id: int, *, actor_id: int | None = None) -> Category:
    """Stop a root's own category today: what was reported under it stays. NotFound, NotAllowed, Conflict."""
    row = queries.category(session, category_id, root_id)
    if row is None:
        raise NotFound("没有这个类别")
    if row.root_id != root_id:
        raise NotAllowed("只能停用本辖区的本地扩展类别")
    if row.valid_to is not None:
        raise Conflict("该类别已停用")
    row.valid_to = clock.local_date(clock.now())
    session.flush()
    audit.record(session, "category.end", "category", row.id, actor_id=actor_id, root_id=root_id, code=row.code)
    return row
