"""The verbs of premises: find or make, change, merge, import. What hangs on a merged one counts for the survivor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.core.outside import Told, digest_of
from gridops.grids import queries as grids
from gridops.people import queries as people
from gridops.people.rules import Person
from gridops.premises import queries
from gridops.premises.forms import PremisesIn, PremisesLine, PremisesRef
from gridops.premises.models import Premises
from gridops.premises.rules import KEEPERS, PremisesKind, Risk, credit_code, credit_code_fault, name_key

NEAREST_WITHIN_M = 200.0


def ensure(session: Session, root_id: int, code: str | None, name: str, **more: Any) -> Premises:
    """The premises of a credit code, else of a name within the street; made when there are none. Follows merges.

    `more`: columns of a new one (`kind`, `address`, `lon`, `lat`, `grid_id`). Invalid (`credit_code`, `premises_name`).
    """
    code = credit_code(code) if code and code.strip() else None
    if code and (fault := credit_code_fault(code)):
        raise Invalid(("credit_code", fault))
    if not name.strip() or len(name) > 200:
        raise Invalid(("premises_name", "1 to 200 characters"))
    # Two who meet the same new enterprise at once make one of it.
    lock_names(session, [f"premises:{root_id}:{code or name_key(name)}"])
    found = _known(session, root_id, code, name)
    if found is not None:
        found.credit_code = found.credit_code or code
        return found
    made = Premises(
        root_id=root_id,
        credit_code=code,
        name=name.strip(),
        name_key=name_key(name),
        kind=more.pop("kind", PremisesKind.ENTERPRISE),
        risk=more.pop("risk", Risk.UNKNOWN),
        recorded_at=clock.now(),
        version=1,
        **more,
    )
    session.add(made)
    session.flush()
    audit.record(session, "premises.enter", "premises", made.id, root_id=root_id)
    return made


def meant(session: Session, root_id: int, ref: PremisesRef, field: str = "premises") -> Premises:
    """The premises a record names, made where a code or a name is new; a duplicate leads to its survivor. Invalid."""
    if ref.id is not None:
        found = queries.premises(session, ref.id)
        if found is None or found.root_id != root_id:
            raise Invalid((f"{field}.id", "没有这个场所"))
        return survivor(session, found)
    try:
        # Premises that nobody knows yet and that have no name are called by their code.
        return ensure(session, root_id, ref.credit_code, ref.name or ref.credit_code or "")
    except Invalid as wrong:
        raise Invalid(*((f"{field}.{error.field}", error.reason) for error in wrong.errors)) from None


def survivor(session: Session, found: Premises) -> Premises:
    """These premises, or those they were merged into."""
    while found.merged_into_id is not None:
        found = session.get_one(Premises, found.merged_into_id)
    return found


def enter(session: Session, person: Person, given: PremisesIn) -> Premises:
    """Enter premises at the desk. NotAllowed; Invalid where the code or the name stands already."""
    grid_id = _grid(session, person.root_id, given.grid_code) if given.grid_code else None
    _check_keeper(session, person, grid_id)
    code = given.credit_code
    lock_names(session, [f"premises:{person.root_id}:{code or name_key(given.name)}"])
    if code and (other := queries.by_credit_code(session, person.root_id, code)) is not None:
        raise Invalid(("credit_code", _taken(session, person, other)))
    if _known(session, person.root_id, code, given.name) is not None:
        raise Invalid(("name", "已有同名场所"))
    more = {"kind": given.kind, "risk": given.risk, "address": given.address, "grid_id": grid_id}
    row = ensure(session, person.root_id, code, given.name, lon=given.lon, lat=given.lat, **more)
    row.responsible, row.phone = given.responsible, given.phone
    session.flush()
    return row


def read_contact(session: Session, person: Person, row: Premises) -> tuple[str, str]:
    """The responsible person and their telephone in clear, and a line in the audit trail that this person read it."""
    audit.record(session, "premises.read", "premises", row.id, actor_id=person.user_id, root_id=row.root_id)
    return row.responsible or "", row.phone or ""


def change(session: Session, person: Person, premises_id: int, given: PremisesIn) -> Premises:
    """Write what the desk says. NotFound; NotAllowed; Invalid; Conflict where somebody changed them since."""
    row = _own(session, person, premises_id)
    if row.version != given.version:
        raise Conflict("这条记录已被他人修改，请核对后重新提交。")
    if row.merged_into_id is not None:
        raise Conflict("该场所已并入其他记录。")
    if given.credit_code and given.credit_code != row.credit_code:
        other = queries.by_credit_code(session, person.root_id, given.credit_code)
        if other is not None and other.id != row.id:
            raise Invalid(("credit_code", _taken(session, person, other)))
    grid_id = _grid(session, person.root_id, given.grid_code) if given.grid_code else row.grid_id
    if grid_id != row.grid_id:
        _check_keeper(session, person, grid_id)
    row.credit_code, row.name, row.name_key = given.credit_code, given.name, name_key(given.name)
    row.kind, row.risk, row.address = given.kind, given.risk, given.address
    row.responsible, row.phone = given.responsible, given.phone
    row.grid_id = grid_id
    if given.lon is not None:
        row.lon, row.lat = given.lon, given.lat
    row.version += 1
    session.flush()
    audit.record(session, "premises.change", "premises", row.id, actor_id=person.user_id, root_id=row.root_id)
    return row


def merge(session: Session, person: Person, premises_id: int, into_id: int, reason: str) -> Premises:
    """Merge a duplicate into the premises that stay; what hangs on it counts for them. Twice is once.

    NotFound; NotAllowed; Invalid (`into`, `reason`); Conflict where it was merged into others already.
    """
    if not reason.strip():
        raise Invalid(("reason", "请填写理由"))
    lock_names(session, [f"premises merges:{person.root_id}"])
    row, into = _own(session, person, premises_id), survivor(session, _own(session, person, into_id))
    if into.id == row.id:
        raise Invalid(("into", "不能并入自身"))
    if row.merged_into_id is not None:
        if survivor(session, row).id == into.id:
            return into
        raise Conflict("该场所已并入其他记录。")
    row.merged_into_id, row.merged_at = into.id, clock.now()
    row.version += 1
    if into.credit_code is None and row.credit_code is not None:
        session.flush()  # the code leaves the duplicate before the survivor takes it
        into.credit_code = row.credit_code
    session.flush()
    audit.record(
        session,
        "premises.merge",
        "premises",
        row.id,
        actor_id=person.user_id,
        root_id=row.root_id,
        into=into.id,
        reason=reason.strip()[:500],
    )
    return into


def import_premises(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, PremisesLine]],
    actor_id: int | None = None,
) -> Told:
    """Take the lines of a file: new ones are entered, those told otherwise are changed, the same twice is nothing."""
    told = Told()
    known = queries.by_external_ids(session, root_id, source_system, [each.external_id for _, each in lines])
    ground = grids.Snapshot(session)
    for number, each in lines:
        digest = digest_of((each.name, each.credit_code, each.kind, each.address, each.lon, each.lat, each.grid_code,
                            each.responsible, each.risk))  # fmt: skip
        before = known.get(each.external_id)
        if before is not None and before.import_digest == digest:
            told.unchanged += 1
            continue
        grid_id = _place(ground, root_id, each)
        if each.grid_code and grid_id is None:
            told.refuse(number, "grid_code", each.grid_code, "no grid of this street has this code")
            continue
        row = before or _entered(session, root_id, source_system, each)
        known[each.external_id] = row
        other = queries.by_credit_code(session, root_id, each.credit_code) if each.credit_code else None
        if other is not None and other.id not in (row.id, survivor(session, row).id):
            told.refuse(number, "credit_code", each.credit_code, f"belongs to other premises: {other.name}")
            continue
        told.new, told.changed = told.new + (before is None), told.changed + (before is not None)
        _write(row, each, grid_id, digest)
        session.flush()
    if told.new or told.changed:
        audit.record(
            session, "premises.import", "root", root_id, actor_id=actor_id, root_id=root_id,
            new=told.new, changed=told.changed,
        )  # fmt: skip
    return told


def _entered(session: Session, root_id: int, source_system: str, each: PremisesLine) -> Premises:
    """The row that bears a line's name from now on: premises nobody named yet, else a duplicate merged into them.

    So one body may stand in two systems, or twice in one, and each keeps its own word.
    """
    found = _known(session, root_id, each.credit_code, each.name)
    found = survivor(session, found) if found else ensure(session, root_id, each.credit_code, each.name)
    if found.source_system is None:
        found.source_system, found.external_id = source_system, each.external_id
        return found
    made = Premises(
        root_id=root_id,
        source_system=source_system,
        external_id=each.external_id,
        name=each.name,
        name_key=name_key(each.name),
        kind=each.kind,
        risk=each.risk,
        merged_into_id=found.id,
        merged_at=clock.now(),
        recorded_at=clock.now(),
        version=1,
    )
    session.add(made)
    session.flush()
    audit.record(session, "premises.merge", "premises", made.id, root_id=root_id, into=found.id)
    return made


def _write(row: Premises, each: PremisesLine, grid_id: int | None, digest: str) -> None:
    row.name, row.name_key, row.credit_code = each.name, name_key(each.name), each.credit_code or row.credit_code
    row.kind, row.risk, row.address = each.kind, each.risk, each.address
    row.lon, row.lat, row.grid_id = each.lon, each.lat, grid_id
    row.responsible, row.import_digest = each.responsible or row.responsible, digest
    row.version += 1


def _place(ground: grids.Snapshot, root_id: int, each: PremisesLine) -> int | None:
    """The grid a line names by its code, else the one its point lies in."""
    if each.grid_code:
        node = ground.tree().by_code.get(each.grid_code)
        return node.grid_id if node is not None and node.root_id == root_id else None
    if each.lon is None or each.lat is None:
        return None
    found = ground.index(root_id=root_id).locate(each.lon, each.lat, within_m=NEAREST_WITHIN_M)
    return found.grid_id if found else None


def _known(session: Session, root_id: int, code: str | None, name: str) -> Premises | None:
    if code and (found := queries.by_credit_code(session, root_id, code)) is not None:
        return found
    found = queries.by_name(session, root_id, name)
    # A duplicate speaks for those it was merged into. Another code is another body, whatever its name.
    found = survivor(session, found) if found is not None else None
    if found is not None and code and found.credit_code not in (None, code):
        return None
    return found


def _own(session: Session, person: Person, premises_id: int) -> Premises:
    row = queries.premises(session, premises_id, lock=True)
    if row is None or row.root_id != person.root_id:
        raise NotFound("没有这处场所")
    _check_keeper(session, person, row.grid_id)
    return row


def _check_keeper(session: Session, person: Person, grid_id: int | None) -> None:
    """Premises without a grid are kept by who keeps the street."""
    if not people.may_at(session, person, KEEPERS, grid_id or person.root_id):
        raise NotAllowed("只有本辖区的受理、值班、派遣或督查人员可以维护场所信息")


def _taken(session: Session, person: Person, other: Premises) -> str:
    """Whose code it is; premises that the person does not keep are not named."""
    if people.may_at(session, person, KEEPERS, other.grid_id or other.root_id):
        return f"已用于：{other.name}"
    return "已用于本街道的另一处场所"


def _grid(session: Session, root_id: int, code: str) -> int:
    node = grids.tree(session).by_code.get(code)
    if node is None or node.root_id != root_id:
        raise Invalid(("grid_code", "没有这个网格"))
    return node.grid_id
