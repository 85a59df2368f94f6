"""The verbs of a bulletin's life: open, edit, freeze, review, approve, issue, correct; each step is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.bulletins import queries
from gridops.bulletins.composing import FIGURE_NAMES, differences_of, document_of, keep_wording
from gridops.bulletins.issues import given_of
from gridops.bulletins.models import BuildJob, Bulletin, BulletinStep
from gridops.bulletins.naming import name_all
from gridops.bulletins.rules.life import EDITING, STEPS, Status, Step, refusal
from gridops.bulletins.rules.numbers import sentence_of_place
from gridops.bulletins.series import period_of, period_of_paper, series_of
from gridops.bulletins.settling import demand_settled
from gridops.core import clock, numbers
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.figures import service as figures
from gridops.figures.models import FrozenSet
from gridops.grids import queries as grids
from gridops.people.queries import grid_path
from gridops.people.rules import Person, Role, roles_of


def open_draft(
    session: Session, jurisdiction: str, label: str, series: str | None = None, *, person: Person | None = None
) -> Bulletin:
    """The bulletin of a period, begun as a draft when there is none yet; asked twice it is the same one.

    `person` None: the calendar, or a command on the machine itself.
    """
    grid = grids.by_code(session, jurisdiction)
    if grid is None or grid.root_id is None:
        raise NotFound(f"没有编码为{jurisdiction}的辖区")
    period, key = period_of(session, grid.root_id, label, series)
    series_of(session, grid.root_id, key)
    found = queries.bulletin(session, grid.id, key, period.label)
    if found is not None:
        return found
    if period.start > clock.now():
        raise Invalid(("period", "该时段尚未开始"))
    if person is not None:
        _demand(session, Step.OPEN, grid.id, person)
    # Asked twice at once: the second waits, and then finds the draft of the first.
    lock_names(session, [f"bulletin:{grid.id}:{key}:{period.label}"])
    if (found := queries.bulletin(session, grid.id, key, period.label)) is not None:
        return found
    made = Bulletin(
        root_id=grid.root_id,
        grid_id=grid.id,
        series=key,
        period=period.label,
        starts_at=period.start,
        ends_at=period.end,
        status=Status.DRAFT,
        version=1,
    )
    session.add(made)
    session.flush()
    _note(session, made, Step.OPEN, person)
    return made


def wants_monthly(session: Session, jurisdiction: str) -> bool:
    """Whether the calendar drafts a monthly for a jurisdiction: one that keeps the series."""
    grid = grids.by_code(session, jurisdiction)
    return (
        grid is not None and grid.root_id is not None and queries.series(session, grid.root_id, "monthly") is not None
    )


def edit(
    session: Session, bulletin_id: int, text: Sequence[Mapping[str, Any]], person: Person, expected_version: int
) -> Bulletin:
    """Replace the text of a draft or frozen bulletin; Conflict where someone else saved meanwhile."""
    found = _step(session, bulletin_id, Step.EDIT, person, expected_version)
    found.text = [dict(chapter) for chapter in text]
    found.edited = True
    return found


def recompose(session: Session, bulletin_id: int, person: Person, expected_version: int) -> Bulletin:
    """Throw the edited text away, so that the next build writes it from the figures again."""
    found = _step(session, bulletin_id, Step.EDIT, person, expected_version, note="重新生成文稿")
    found.text, found.edited = None, False
    return found


def take_composed(
    session: Session, bulletin_id: int, chapter: int, paragraph: int, person: Person, expected_version: int
) -> Bulletin:
    """Put the sentence that the figures write today in the place of a typed paragraph; Invalid where there is none."""
    found = _step(session, bulletin_id, Step.EDIT, person, expected_version, note="采用自动文稿")
    document = document_of(session, found, None)
    text = [{**each, "paragraphs": list(each["paragraphs"])} for each in document.text]
    try:
        lines, heading = text[chapter]["paragraphs"], text[chapter]["heading"]
        sentence = sentence_of_place(heading, lines[paragraph], document.composed)
    except IndexError:
        raise NotFound("文稿中没有这一段") from None
    if sentence is None:
        raise Invalid(("text", "数据没有生成与这一段对应的文字，请直接修改文稿"))
    lines[paragraph] = sentence
    found.text, found.edited = text, True
    return found


def confirm_number(session: Session, bulletin_id: int, key: str, reason: str, person: Person) -> Bulletin:
    """Let a number stay that differs from the figures, with a reason; kept, audited, and shown to the approver."""
    if not reason.strip():
        raise Invalid(("reason", "请写明保留这个数字的理由"))
    found = _allowed(session, bulletin_id, Step.CONFIRM, person)
    told = next((each for each in differences_of(document_of(session, found, None)) if each.key == key), None)
    if told is None:
        raise Conflict("文稿或者数据已有变化，请刷新后再核对")
    row = {
        "key": key,
        "said": told.said,
        "locked": list(told.locked),
        "reason": reason.strip(),
        "by": person.user_id,
        "at": clock.now().isoformat(),
    }
    found.confirmed = [*(each for each in found.confirmed or () if each["key"] != key), row]
    # The version stays: it guards the text, and of that no word has changed.
    _note(session, found, Step.CONFIRM, person, f"{told.words}：{reason.strip()}")
    return found


def prepare_freeze(session: Session, bulletin_id: int) -> None:
    """Bring the daily totals of a bulletin's period up to date, in a transaction before that of the freeze.

    The freeze itself reads one consistent view and must not meet a worker that drains the same rows.
    """
    found = session.get(Bulletin, bulletin_id)
    if found is not None and found.corrects_id is None:
        figures.prepare_freeze(session, found.grid_id, period_of_paper(session, found))


def freeze(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    """Lock the figures as of now (数据锁定). The caller's transaction must be repeatable: one consistent read.

    From here on the paper keeps its figures and the series' settings. Unsettled where the text says other numbers.
    """
    found = _step(session, bulletin_id, Step.FREEZE, person)
    if found.corrects_id is None:
        given = given_of(session, found.root_id, found.grid_id, found.series)
        period = period_of_paper(session, found)
        frozen = figures.freeze(session, found.grid_id, period, found.series, clock.now(), given=given)
        found.frozen_set_id, found.as_of = frozen.id, frozen.as_of
    keep_wording(session, found)
    if not found.edited:
        found.text = None
    demand_settled(session, found)
    return found


def review(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    """核稿: nothing passes whose text says other numbers than the figures, unless confirmed (Unsettled)."""
    found = _step(session, bulletin_id, Step.REVIEW, person)
    demand_settled(session, found)
    return found


def approve(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    """签发: never by someone who edited this paper; its numbers are asked for once more."""
    found = _step(session, bulletin_id, Step.APPROVE, person)
    demand_settled(session, found)
    return found


def send_back(session: Session, bulletin_id: int, person: Person, reason: str) -> Bulletin:
    """Back to the editors with a reason; the figures stay locked."""
    if not reason.strip():
        raise Invalid(("reason", "请写明退回修改的理由"))
    return _step(session, bulletin_id, Step.SEND_BACK, person, note=reason.strip())


def issue(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    """印发: take the next number of the series and year, and the running total; closes the figures for ever.

    An issue of a series that follows up what it names makes its problem items.
    """
    found = _step(session, bulletin_id, Step.ISSUE, person)
    kind = f"bulletin:{found.grid_id}:{found.series}" + (":correction" if found.corrects_id is not None else "")
    found.issue_no = numbers.take(session, found.root_id, kind, period_of_paper(session, found).year)
    found.total_no = numbers.take(session, found.root_id, kind)
    found.issued_on = clock.local_date(clock.now())
    if found.frozen_set_id is not None:
        figures.mark_issued(session, session.get_one(FrozenSet, found.frozen_set_id))
    if found.corrects_id is not None:
        corrected = queries.locked(session, found.corrects_id)
        if corrected is not None:
            corrected.status, corrected.corrected_by_id = Status.CORRECTED, found.id
            corrected.version += 1
    name_all(session, found, person)
    return found


def correct(session: Session, bulletin_id: int, person: Person, reason: str) -> Bulletin:
    """Begin a correction (更正说明) of an issued bulletin: a new paper linked both ways; the old one is never edited.

    It lists what would differ today, and the reason; then it goes through the same life. Conflict while one is open.
    """
    original = _step(session, bulletin_id, Step.CORRECT, person, note=reason.strip() or None)
    newest = queries.newest_of_period(session, original.grid_id, original.series, original.period)
    if newest is not None and newest.correction_no and newest.status is not Status.ISSUED:
        raise Conflict("该期已有一份更正说明尚未印发")
    differences = changes_since(session, original)
    if not differences and not reason.strip():
        raise Invalid(("reason", "数据没有变化；请写明更正的内容"))
    made = Bulletin(
        root_id=original.root_id,
        grid_id=original.grid_id,
        series=original.series,
        period=original.period,
        starts_at=original.starts_at,
        ends_at=original.ends_at,
        status=Status.DRAFT,
        corrects_id=original.id,
        correction_no=(newest.correction_no if newest else 0) + 1,
        as_of=clock.now(),
        draft={"corrections": differences, "reason": reason.strip()},
        version=1,
    )
    session.add(made)
    session.flush()
    _note(session, made, Step.OPEN, person)
    return made


def changes_since(session: Session, found: Bulletin) -> list[dict[str, Any]]:
    """What a locked bulletin would say otherwise today: rows of key, name, was, now, in the order of the figures."""
    if found.frozen_set_id is None:
        return []
    cut = period_of_paper(session, found).cut
    given = given_of(session, found.root_id, found.grid_id, found.series)
    changes = figures.changed_since(session, session.get_one(FrozenSet, found.frozen_set_id), cut=cut, given=given)
    return [
        {"key": key, "name": FIGURE_NAMES.get(key, key), "was": was, "now": now} for key, was, now in changes.figures
    ]


def verify(session: Session, found: Bulletin) -> figures.Recount:
    """Recount a locked bulletin from its kept rows alone; NotFound for a draft."""
    if found.frozen_set_id is None:
        raise NotFound("这份通报的数据尚未锁定")
    return figures.recount(session, session.get_one(FrozenSet, found.frozen_set_id))


def ask_build(session: Session, bulletin_id: int, person: Person | None = None) -> BuildJob:
    """Owe a build of a bulletin as things stand now; a build that is owed already serves."""
    found = queries.locked(session, bulletin_id)
    if found is None:
        raise NotFound("没有这份通报")
    owed = queries.newest_job(session, bulletin_id)
    if owed is not None and owed.state == "owed":
        return owed
    job = BuildJob(
        bulletin_id=bulletin_id,
        asked_at=clock.now(),
        asked_by=person.user_id if person else None,
        as_of=found.as_of or clock.now(),
        state="owed",
    )
    session.add(job)
    session.flush()
    return job


def editors_of(session: Session, bulletin_id: int) -> set[int]:
    """Who took part in writing a bulletin."""
    return {
        step.actor_id
        for step in queries.steps(session, bulletin_id)
        if step.actor_id is not None and Step(step.step) in EDITING
    }


def open_steps(session: Session, found: Bulletin, person: Person) -> list[Step]:
    """The steps a person may take now, for the buttons of the page."""
    roles = roles_of(person, grid_path(session, found.grid_id))
    editors = editors_of(session, found.id)
    return [step for step in STEPS if refusal(step, found.status, roles, editors, person.user_id) is None]


def _step(
    session: Session,
    bulletin_id: int,
    step: Step,
    person: Person,
    expected_version: int | None = None,
    *,
    note: str | None = None,
) -> Bulletin:
    found = _allowed(session, bulletin_id, step, person)
    if expected_version is not None and found.version != expected_version:
        raise Conflict("别人已修改过这份通报，请刷新后再试")
    found.status = STEPS[step].to or found.status
    found.version += 1
    _note(session, found, step, person, note)
    return found


def _allowed(session: Session, bulletin_id: int, step: Step, person: Person) -> Bulletin:
    """The bulletin, locked, where the person may take the step now."""
    found = queries.locked(session, bulletin_id)
    if found is None or found.root_id != person.root_id:
        raise NotFound("没有这份通报")
    roles = roles_of(person, grid_path(session, found.grid_id))
    if refused := refusal(step, found.status, roles, editors_of(session, found.id), person.user_id):
        raise (NotAllowed if STEPS[step].from_status and found.status in STEPS[step].from_status else Conflict)(refused)
    return found


def _demand(session: Session, step: Step, grid_id: int, person: Person) -> None:
    if not roles_of(person, grid_path(session, grid_id)) & STEPS[step].roles:
        raise NotAllowed(f"只有{Role.EDITOR.value}可以拟稿")


def _note(session: Session, found: Bulletin, step: Step, person: Person | None, note: str | None = None) -> None:
    actor = person.user_id if person else None
    session.add(BulletinStep(bulletin_id=found.id, step=step.value, at=clock.now(), actor_id=actor, note=note))
    audit.record(
        session, f"bulletin.{step.value}", "bulletin", found.id, actor_id=actor, root_id=found.root_id,
        period=found.period, series=found.series,
    )  # fmt: skip
