"""What becomes of a record: it takes effect, waits for one that it names, or is held for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.service import faking
from gridops.cases.service.placing import NEAREST_WITHIN_M
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.evidence import service as evidence
from gridops.intake import effects, queries, words
from gridops.intake.forms import Attachment, Meaning, Reference, WorkIn, read_kept, references, work_meaning
from gridops.intake.models import Record
from gridops.intake.queries import subjects
from gridops.intake.rules import RecordState, RecordType
from gridops.people.queries import load_person
from gridops.people.rules import Person

# What a room answers when a record is well-formed but does not fit: it is kept for a person, never refused.
DOES_NOT_FIT = (NotAllowed, NotFound, Conflict, Closed)


def apply(
    session: Session,
    person: Person,
    row: Record,
    meaning: Meaning,
    files: tuple[Attachment, ...],
    missing: Sequence[str],
    within_m: float = NEAREST_WITHIN_M,
    *,
    refuse: bool,
) -> Case | None:
    """Let a record take effect, wait or be held; returns the case it is about, once it took effect.

    With `refuse`, what the room refuses is refused (Invalid).
    """
    if isinstance(meaning, WorkIn):
        _apply_work(session, person, row, meaning, files, missing, refuse)
        return None
    case_id, named = None, next(iter(references(meaning)), None)
    if named is not None:
        case_id = _named_case(session, row, named, refuse)
        if case_id is None:
            return None
    try:
        with session.begin_nested():
            done = effects.apply(session, person, row, meaning, case_id, within_m)
    except DOES_NOT_FIT as misfit:
        if refuse and named and isinstance(misfit, NotFound) and not named.record:
            # A number out of sight is answered like one that nobody bears.
            raise _no_such_number(named) from None
        hold(row, str(misfit))
        return None
    except Invalid as wrong:
        if refuse:
            raise of_body(wrong) from None
        hold(row, words.told(wrong))
        return None
    took_effect(session, row, done, files, missing)
    return done.case


def took_effect(
    session: Session, row: Record, done: effects.Done, files: tuple[Attachment, ...], missing: Sequence[str]
) -> None:
    """Note what case and event a record led to, and link those of its contents that are here."""
    _applied(row)
    row.case_id, row.event_id = done.case.id, done.event_id
    link(session, row, done.case.root_id, [file for file in files if file.sha256 not in missing])


def try_again(session: Session, row: Record, within_m: float = NEAREST_WITHIN_M) -> None:
    """Apply a waiting or held record once more, in the name of its sender; what still does not fit stays held."""
    _apply_kept(session, row, within_m)
    follow(session, row, within_m)
    session.flush()


def follow(session: Session, row: Record, within_m: float = NEAREST_WITHIN_M) -> None:
    """Records that waited for this one take effect or are held now, and those that waited for them.

    Also those that were held until somebody joined (`rules.lets_others_fit`): phones of one night arrive in any order.
    """
    ready = [row]
    while ready:
        done = ready.pop(0)
        session.flush()
        if done.state not in (RecordState.APPLIED, RecordState.DISMISSED):
            continue
        held = subjects.held_until_joined(session, done) if done.state is RecordState.APPLIED else []
        for next_row in [*queries.waiting_for(session, done.id), *held]:
            _apply_kept(session, next_row, within_m)
            ready.append(next_row)


def hold(row: Record, reason: str) -> None:
    """Keep a record for a person to judge, with the reason."""
    row.state, row.waiting_for, row.held_because = RecordState.HELD, None, reason[:500]


def of_body(wrong: Invalid) -> Invalid:
    """What a room refuses, with its fields named below `body`."""
    return Invalid(*((f"body.{error.field.removeprefix('body.')}", error.reason) for error in wrong.errors))


def link(session: Session, row: Record, root_id: int, files: list[Attachment]) -> None:
    """Link contents to what the record led to."""
    kind, subject_id = effects.subject_of(row)
    uses = [
        evidence.LinkIn(file.sha256, file.role, file.album, _taken_at(row, file), file.lon, file.lat) for file in files
    ]
    evidence.link(
        session,
        uses,
        root_id=root_id,
        subject_kind=kind,
        subject_id=subject_id,
        user_id=row.user_id,
        event_id=row.event_id,
        record_id=row.id,
    )
    if kind == effects.SUBJECT and any(file.role == faking.AFTER for file in files):
        faking.owe_comparison(session, subject_id)


def _applied(row: Record) -> None:
    row.state, row.waiting_for, row.held_because = RecordState.APPLIED, None, None


def _apply_work(
    session: Session,
    person: Person,
    row: Record,
    work: WorkIn,
    files: tuple[Attachment, ...],
    missing: Sequence[str],
    refuse: bool,
) -> None:
    """A record of rounds, outings and supervision, once all it names is here."""
    known: dict[str, str] = {}
    for named in references(work):
        name = _named_work(session, person, row, named, refuse)
        if name is None:
            return
        known[named.field] = name
    if not known and work.type is RecordType.CHECK_IN and work.body.get("code"):
        # Whoever scanned the leader's code need not know what it belongs to.
        known |= dict([found] if (found := subjects.by_code(session, person.root_id, work.body["code"])) else ())
    # By what its room calls it: the phone may have named a later record about the same thing.
    said = work_meaning(work.type, {**work.body, **known})
    try:
        with session.begin_nested():
            row.subject_kind, row.subject_id = effects.work(session, person, row, said)
    except DOES_NOT_FIT as misfit:
        hold(row, str(misfit))
        return
    except Invalid as wrong:
        if refuse and not effects.may_fit_later(session, person, row, said):
            raise of_body(wrong) from None
        hold(row, words.told(wrong))
        return
    _applied(row)
    link(session, row, person.root_id, [file for file in files if file.sha256 not in missing])


def _named_work(session: Session, person: Person, row: Record, named: Reference, refuse: bool) -> str | None:
    """How its room calls a thing that a record names; None when the record now waits or is held instead."""
    found = None
    if named.record is None:
        found = subjects.by_number(session, person.root_id, named.kind, named.name)
        if found is None and refuse:
            raise _no_such_number(named)
    else:
        found = subjects.by_record(session, named.kind, named.record)
        if found is None:
            found = _led_to(session, row, named)
            if found is None:
                return None
    name = subjects.name_of(session, person.root_id, named.kind, found) if found is not None else None
    if name is None:
        hold(row, "所指的对象不存在。")
    return name


def _led_to(session: Session, row: Record, named: Reference) -> int | None:
    """What the record named led to; None when this one now waits or is held instead."""
    other = queries.record(session, named.name)
    if other is None or other.state in (RecordState.WAITING, RecordState.HELD):
        _wait(session, row, named.name)
        return None
    if other.state is RecordState.APPLIED and other.subject_kind == named.kind:
        return other.subject_id
    hold(row, "所指记录没有形成相应的对象。")
    return None


def _named_case(session: Session, row: Record, named: Reference, refuse: bool) -> int | None:
    """The case a record names; None when the record now waits or is held instead."""
    if named.record is None:
        case_id = effects.case_by_number(session, named.name)
        if case_id is None and refuse:
            raise _no_such_number(named)
        if case_id is None:
            hold(row, "所指案件不存在。")
        return case_id
    if (case_id := effects.case_by_record(session, named.name)) is not None:
        return case_id
    other = queries.record(session, named.name)
    if other is None or other.state in (RecordState.WAITING, RecordState.HELD):
        _wait(session, row, named.name)
    elif other.state is RecordState.APPLIED and other.type is RecordType.REPORT:
        return other.case_id
    else:
        hold(row, "所指记录没有形成案件。")
    return None


def _no_such_number(named: Reference) -> Invalid:
    return Invalid((f"body.{named.field}", f"no {named.kind} has this number"))


def _wait(session: Session, row: Record, name: str) -> None:
    seen = {row.id}
    following: Record | None = queries.record(session, name)
    while following is not None and following.state is RecordState.WAITING and following.waiting_for:
        seen.add(following.id)
        if following.waiting_for in seen:
            hold(row, "几条记录互相等待，须由人判定。")
            return
        following = queries.record(session, following.waiting_for)
    row.state, row.waiting_for, row.held_because = RecordState.WAITING, name, None


def _apply_kept(session: Session, row: Record, within_m: float) -> None:
    """Apply a record of the ledger in the name of its sender, with the roles held now."""
    sender = load_person(session, row.user_id)
    if sender is None:
        hold(row, "发送人已停用。")
        return
    meaning, files = read_kept(row.type, row.body, row.attachments)
    missing = queries.missing(session, row.id)
    apply(session, sender, row, meaning, files, missing, within_m, refuse=False)


def _taken_at(row: Record, file: Attachment) -> datetime:
    """By the corrected clock of the phone; a photo without a time of its own was taken with the record.

    The time of an album photo was written once by a clock of which nothing is known now: it stays as it is.
    """
    if file.taken_at is None:
        return row.happened_at
    if file.album:
        return file.taken_at
    try:
        return file.taken_at + (row.happened_at - row.captured_at)
    except OverflowError:
        return row.happened_at
