"""Puts drawn pictures to cases of the demo street through the evidence room, as a phone would send them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.demo_street import queries
from gridops.demo_street.acting import Actors, record_id
from gridops.demo_street.course import Act
from gridops.demo_street.fresh import FIRST_NUMBER
from gridops.demo_street.pictures import picture
from gridops.evidence import forms, service
from gridops.evidence.rules.types import Limits
from gridops.evidence.store import LocalStore

# How many cases of the year have pictures, counted from its end.
OF_THE_YEAR = 8
SUBJECT = "case"
_LIMITS = Limits(max_bytes=2_000_000, max_pixels=2_000_000)


@dataclass(frozen=True)
class Shown:
    """A picture to be made: the report it belongs to, and the act it was taken for."""

    report: Act
    act: Act
    after: bool


def chosen(acts: Sequence[Act], limit: int | None = None) -> list[Shown]:
    """A picture before for each report by an inspector, and one after for each answer; newest cases first."""
    reports = {act.case: act for act in acts if act.move is Move.REPORT and act.actor and act.actor.startswith("wg")}
    answers: dict[int, Act] = {}
    for act in acts:
        if act.move is Move.FEEDBACK and act.case in reports:
            answers[act.case] = act
    wanted = [
        case
        for case in sorted(reports, reverse=True)
        if "same_as" not in reports[case].fields and (case >= FIRST_NUMBER or case in answers)
    ][:limit]
    found = []
    for case in wanted:
        report = reports[case]
        found.append(Shown(report, report, after=False))
        if case in answers or report.fields["self_handled"]:
            found.append(Shown(report, answers.get(case, report), after=True))
    return found


def show(
    session: Session, shown: Iterable[Shown], actors: Actors, root: int, store: Path, font_dirs: tuple[Path, ...]
) -> int:
    """Draw, keep and link the pictures; returns how many."""
    count = 0
    for each in shown:
        _show(session, each, actors, root, LocalStore(store), font_dirs)
        count += 1
    return count


def _show(
    session: Session, shown: Shown, actors: Actors, root: int, store: LocalStore, font_dirs: tuple[Path, ...]
) -> None:
    report, act = shown.report, shown.act
    told = report.fields
    problem = f"{told['kind'].value[0].upper()}{told['category']}"
    content = picture(problem, told["address"], after=shown.after, seed=report.case, font_dirs=font_dirs)
    sha256 = hashlib.sha256(content).hexdigest()
    case_id = actors.case_id(report.case)
    user = actors.people[act.actor or ""].user_id
    with clock.set_to(act.at):
        source = io.BytesIO(content)
        arrival = forms.check(source, sha256, "image/jpeg", _LIMITS)
        if not store.exists(sha256):
            store.put(sha256, source)
        service.receive(session, arrival, user)
        use = service.LinkIn(
            sha256,
            "after" if shown.after else "before",
            taken_at=act.at - timedelta(seconds=50),
            lon=told["lon"],
            lat=told["lat"],
        )
        move = Move.SELF_HANDLE if shown.after and told["self_handled"] else act.move
        service.link(
            session,
            [use],
            root_id=root,
            subject_kind=SUBJECT,
            subject_id=case_id,
            user_id=user,
            event_id=queries.newest_event(session, case_id, move),
            record_id=record_id(report.case, report.at) if act is report else None,
        )
