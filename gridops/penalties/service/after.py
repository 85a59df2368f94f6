"""After the decision: serve, pay, change, revoke, remedy, defer, conclude; and reading the party in clear."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Closed, Invalid
from gridops.penalties import queries
from gridops.penalties.forms import (
    ChangeIn,
    ConcludeIn,
    DeferIn,
    PayIn,
    RemedyIn,
    RevokeIn,
    ServeIn,
    UnpayIn,
)
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import Act, balance, cash_fault, change_fault
from gridops.penalties.rules.money import NOTHING
from gridops.penalties.service.base import begin, not_before, write
from gridops.people.rules import Person

_BEFORE_DECISION = "不得早于决定日期"


def serve(session: Session, person: Person, row: Penalty, form: ServeIn, version: int) -> None:
    """The decision reached the party; the days to pay begin. Noted again, the later note holds."""
    begin(session, person, row, Act.SERVE, version)
    not_before("at", form.at, row.decided_at, _BEFORE_DECISION)
    write(session, row, Act.SERVE, form.at, actor_id=person.user_id, how=form.how)


def pay(session: Session, person: Person, row: Penalty, form: PayIn, version: int) -> Payment:
    """Book a payment. Invalid: more than is owed, before the decision, or cash that may not be taken on the spot."""
    begin(session, person, row, Act.PAY, version)
    not_before("at", form.at, row.decided_at, _BEFORE_DECISION)
    wrong = cash_fault(form.amount, row.fine, row.simple, clock.local_date(form.at), form.reason) if form.cash else None
    if wrong:
        raise Invalid(wrong)
    owed = _owed(session, row)
    if form.amount > owed:
        raise Invalid(("amount", f"超过尚欠金额{owed}元"))
    made = Payment(
        penalty_id=row.id,
        paid_at=form.at,
        amount=form.amount,
        receipt_no=form.receipt_no,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    told = {"payment_id": made.id, "amount": form.amount, "cash": form.cash}
    write(session, row, Act.PAY, form.at, actor_id=person.user_id, reason=form.reason, **told)
    return made


def unpay(session: Session, person: Person, row: Penalty, form: UnpayIn, version: int) -> None:
    """Void a payment that was booked by mistake; it stays to be seen."""
    begin(session, person, row, Act.UNPAY, version)
    found = queries.payment(session, row.id, form.payment_id)
    if found.voided_at is not None:
        raise Closed("这笔缴款已作废")
    found.voided_at = clock.now()
    told = {"payment_id": found.id, "amount": found.amount}
    write(session, row, Act.UNPAY, found.voided_at, actor_id=person.user_id, reason=form.reason, **told)


def change(session: Session, person: Person, row: Penalty, form: ChangeIn, version: int) -> None:
    """Another fine since an instant (by reconsideration, a court, or the authority itself); never a higher one."""
    begin(session, person, row, Act.CHANGE, version)
    not_before("at", form.at, row.decided_at, _BEFORE_DECISION)
    wrong = change_fault(row.fine, form.changed_fine)
    if wrong:
        raise Invalid(wrong)
    told = {"changed_fine": form.changed_fine}
    write(session, row, Act.CHANGE, form.at, actor_id=person.user_id, reason=form.reason, **told)


def revoke(session: Session, person: Person, row: Penalty, form: RevokeIn, version: int) -> None:
    """The decision holds no more since an instant; what was paid is to go back."""
    begin(session, person, row, Act.REVOKE, version)
    not_before("at", form.at, row.decided_at, _BEFORE_DECISION)
    write(session, row, Act.REVOKE, form.at, actor_id=person.user_id, reason=form.reason)


def remedy(session: Session, person: Person, row: Penalty, form: RemedyIn, version: int) -> None:
    """Reconsideration or litigation: the surcharge stands still, execution does not (行政处罚法 art. 73)."""
    begin(session, person, row, Act.REMEDY, version)
    not_before("remedy_from", form.remedy_from, row.decided_at, _BEFORE_DECISION)
    told = {"remedy_from": form.remedy_from, "remedy_to": form.remedy_to}
    write(session, row, Act.REMEDY, form.remedy_from, actor_id=person.user_id, reason=form.note, **told)


def defer(session: Session, person: Person, row: Penalty, form: DeferIn, version: int) -> None:
    """Payment deferred or by instalments on the party's request (行政处罚法 art. 66)."""
    begin(session, person, row, Act.DEFER, version)
    if form.deferred_to < clock.local_date(form.at):
        raise Invalid(("deferred_to", "不得早于批准之日"))
    told = {"deferred_to": form.deferred_to}
    write(session, row, Act.DEFER, form.at, actor_id=person.user_id, reason=form.reason, **told)


def conclude(session: Session, person: Person, row: Penalty, form: ConcludeIn, version: int) -> None:
    """The proceeding is over (处罚结案); undecided, or with money still owed, only for a reason."""
    begin(session, person, row, Act.CONCLUDE, version)
    not_before("at", form.at, row.decided_at or row.waived_at or row.opened_at, "不得早于上一环节的日期")
    owed = _owed(session, row)
    decided = row.decided_at or row.waived_at
    if not form.reason and (decided is None or owed):
        said = "未作出决定即结案的，须写明理由" if decided is None else f"尚欠{owed}元，须写明结案理由"
        raise Invalid(("reason", said))
    write(session, row, Act.CONCLUDE, form.at, actor_id=person.user_id, reason=form.reason)


def _owed(session: Session, row: Penalty) -> Decimal:
    """What is outstanding now, in yuan."""
    paid = queries.paid_on(session, [row.id]).get(row.id, NOTHING)
    anew = queries.replaced_at(session, [row.id]).get(row.id)
    return balance(queries.terms_of(row, anew), paid, clock.now()).outstanding


def read_party(session: Session, person: Person, row: Penalty) -> str:
    """The party in clear, and a line in the audit trail that this person read it."""
    audit.record(session, "penalty.read", "penalty", row.id, actor_id=person.user_id, root_id=row.root_id)
    return row.party
