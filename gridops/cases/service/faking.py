"""Photos of the work done are compared by a worker; what looks wrong is kept, and a person judges it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, CaseFlag
from gridops.cases.queries import flags, lookups
from gridops.cases.queries.filters import sees
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.faking import JUDGES, AfterShot, Handled, Match, Suspect, Verdict, suspects
from gridops.core import clock, owed
from gridops.core.db import insert_or_skip
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.evidence.service import PRINT
from gridops.people.queries import scope_of
from gridops.people.rules import Person

COMPARE = "case_photos"
AFTER = "after"
WORDS = 500
_SUBJECT = "case"


def owe_comparison(session: Session, case_id: int) -> None:
    """Photos of the work done have come: they are to be compared."""
    owed.owe(session, COMPARE, [str(case_id)])


def compare(session: Session, case_id: int) -> int | None:
    """Flag the photos of a case's handling that look wrong; how many are new.

    None: their thumbnails are not made yet, or prints are owed, among which a like picture may be.
    Repeatable: a photo is flagged once for each reason.
    """
    case = lookups.case(session, case_id)
    if case is None or case.dispatched_at is None:
        return 0
    uses = [use for use in evidence.links_for(session, _SUBJECT, case_id) if use.picture and use.role == AFTER]
    if any(use.derived == "owed" for use in uses) or (uses and owed.pending(session, PRINT, limit=1)):
        return None
    handled = _handled(session, case)
    found = [one for use in uses for one in suspects(_shot(use), handled, _matches(session, case, use))]
    return _keep(session, case, found)


def judge(session: Session, flag_id: int, person: Person, verdict: Verdict, words: str | None) -> CaseFlag:
    """A person's verdict on a flag; it stands. Raises NotFound, NotAllowed (handlers never), Conflict, Invalid."""
    flag = flags.locked(session, flag_id)
    case = lookups.case(session, flag.case_id) if flag is not None else None
    if flag is None or case is None or not _sees(session, person, case):
        raise NotFound("没有这条疑点")
    history = lookups.history(session, case.id)
    standing = standing_of(session, person, case, history)
    if JUDGES.isdisjoint(standing.territory):
        raise NotAllowed("您的岗位或责任范围不能判定此疑点")
    if standing.handler or flags.gave_feedback(history, person):
        raise NotAllowed("疑点不能由本案处置人员判定")
    if flag.verdict is not None:
        raise Conflict("这条疑点已由他人判定")
    said = (words or "").strip()
    if len(said) > WORDS or (verdict is Verdict.FAKED and not said):
        raise Invalid(("words", "判定为虚假整改须写明依据（500 字以内）"))
    flag.verdict, flag.judged_at, flag.judged_by, flag.words = verdict, clock.now(), person.user_id, said or None
    audit.record(
        session, "case.flag_judged", "case", case.id, actor_id=person.user_id, root_id=case.root_id,
        flag=flag.id, kind=flag.kind.value, verdict=verdict.value,
    )  # fmt: skip
    session.flush()
    return flag


def _sees(session: Session, person: Person, case: Case) -> bool:
    return sees(scope_of(session, person), case)


def _handled(session: Session, case: Case) -> Handled:
    accuracy = (case.place or {}).get("accuracy_m") or 0.0
    return Handled(case.dispatched_at, case.lon, case.lat, float(accuracy), flags.merged_with(session, case))


def _shot(use: Use) -> AfterShot:
    """Where the phone says nothing of the place, the picture may."""
    said = use.exif or {}
    lon, lat = (use.lon, use.lat) if use.lon is not None else (said.get("lon"), said.get("lat"))
    return AfterShot(use.id, use.taken_at, lon, lat)


def _matches(session: Session, case: Case, use: Use) -> list[Match]:
    like = {use.sha256: 0, **evidence.alike(session, use.sha256)}
    others = evidence.uses_of(session, case.root_id, _SUBJECT, like)
    return [Match(one.id, one.subject_id, one.sha256 == use.sha256, like[one.sha256]) for one in others]


def _keep(session: Session, case: Case, found: list[Suspect]) -> int:
    now = clock.now()
    rows = [
        {
            "root_id": case.root_id,
            "case_id": case.id,
            "link_id": one.link_id,
            "kind": one.kind,
            "amount": one.amount,
            "other_case_id": one.other_case_id,
            "other_link_id": one.other_link_id,
            "found_at": now,
        }
        for one in found
    ]
    return insert_or_skip(session, CaseFlag, rows, ["link_id", "kind"]) if rows else 0
