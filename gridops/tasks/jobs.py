"""The jobs: explicit name, id as argument, one transaction and one service call each; safe to run twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config
from gridops.audit import service as audit
from gridops.bulletins import building, queries
from gridops.bulletins import service as bulletins
from gridops.bulletins.rules.series import default_series
from gridops.cases import service as cases
from gridops.cases.queries.noticing import in_sight_of
from gridops.cases.service import faking, noticing, recounting, renewing, telling, wording
from gridops.cases.service.writing import HOTLINE_ORDER
from gridops.core import clock, mailing, owed
from gridops.core.db import reading, transaction
from gridops.core.errors import GridopsError
from gridops.core.mailing import NotMailed
from gridops.core.periods import PeriodKind, containing
from gridops.core.posting import NotPosted, post_json
from gridops.evidence import derive
from gridops.evidence import service as evidence
from gridops.evidence.parts import PartFolder
from gridops.evidence.store import LocalStore
from gridops.figures import service as figures
from gridops.grids import queries as grids
from gridops.hotline import service as hotline
from gridops.intake import service as intake
from gridops.notices import service as notices
from gridops.notices.service import mails
from gridops.people import queries as people
from gridops.people.rules import OVERVIEW_ROLES
from gridops.tasks.app import celery, wake

log = structlog.get_logger()

RETRY = {"autoretry_for": (OperationalError,), "retry_backoff": 2, "retry_backoff_max": 60, "max_retries": 5}


def _config() -> Config:
    config: Config = celery.gridops_config
    return config


def workshop() -> building.Workshop:
    """Where this deployment keeps papers and finds fonts."""
    return building.Workshop(LocalStore(_config().evidence_dir), _config().font_dirs)


@celery.task(name="figures.drain", **RETRY)
def drain_totals() -> None:
    """Rebuild the daily totals that are owed, a batch a transaction."""
    while True:
        with transaction() as session:
            rebuilt = figures.drain(session)
        if not rebuilt:
            return
        log.info("totals_rebuilt", days=rebuilt)


@celery.task(name="figures.keep_running", **RETRY)
def keep_running() -> None:
    """Count the running month of every territory that someone leads; counted on a read, so that no writer waits."""
    month = containing(PeriodKind.MONTH, clock.local_date(clock.now()))
    series = default_series(month.kind)
    with reading() as session:
        led = people.grids_led(session, OVERVIEW_ROLES)
    for grid_id in led:
        try:
            with reading() as session:
                counted = figures.count_now(session, grid_id, month, series)
        except GridopsError as wrong:
            log.warning("running_month_not_counted", grid=grid_id, error=type(wrong).__name__)
            continue
        with transaction() as session:
            figures.keep(session, grid_id, month, series, counted)


@celery.task(name="evidence.derive", **RETRY)
def derive_pictures() -> None:
    """Read EXIF and make thumbnails of the pictures that are owed; one that fails keeps its error and its debt."""
    with reading() as session:
        todo = owed.pending(session, evidence.THUMBNAIL, limit=50)
    for work in todo:
        _derive(work)


def _derive(work: owed.Work) -> None:
    try:
        made = derive.make(LocalStore(_config().evidence_dir), work.key, max_pixels=_config().photo_max_pixels)
    except (OSError, ValueError, derive.CannotDerive) as wrong:
        with transaction() as session:
            owed.failed(session, work, f"{type(wrong).__name__}: {wrong}")
        log.warning("picture_failed", sha256=work.key, error=type(wrong).__name__)
        return
    with transaction() as session:
        evidence.keep_derived(session, work.key, made)
        owed.done(session, work)


@celery.task(name="evidence.prints", **RETRY)
def print_pictures() -> None:
    """Make the prints of pictures that came before prints were made, from their thumbnails, until none is left."""
    while True:
        with reading() as session:
            todo = owed.pending(session, evidence.PRINT, limit=200)
        if not sum(map(_print, todo)):
            return


def _print(work: owed.Work) -> bool:
    """Make one print; False where it failed and stays owed."""
    try:
        value = derive.print_again(LocalStore(_config().evidence_dir), work.key)
    except (OSError, ValueError) as wrong:
        with transaction() as session:
            owed.failed(session, work, f"{type(wrong).__name__}: {wrong}")
        return False
    with transaction() as session:
        evidence.keep_print(session, work.key, value)
        owed.done(session, work)
    return True


@celery.task(name="cases.words", **RETRY)
def index_words() -> None:
    """Write the words of the cases that are owed theirs, so many a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not wording.index_words(session):
                return


@celery.task(name="cases.ended_words", **RETRY)
def owe_words_of_ended() -> None:
    """Cases that have ended are no longer marked open among the words: so many a transaction, until all are owed."""
    while True:
        with transaction() as session:
            owing = wording.owe_ended(session)
        index_words()
        if not owing:
            return


@celery.task(name="cases.compare_photos", **RETRY)
def compare_photos() -> None:
    """Flag the photos of work done that look wrong; those without thumbnails yet wait for them."""
    with reading() as session:
        todo = owed.pending(session, faking.COMPARE, limit=200, until=clock.now())
    for work in todo:
        try:
            with transaction() as session:
                found = faking.compare(session, int(work.key))
                if found is None:
                    owed.put_off(session, work, clock.now() + timedelta(seconds=10))
                else:
                    owed.done(session, work)
        except (ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            with transaction() as session:
                owed.failed(session, work, f"{type(wrong).__name__}: {wrong}")
            continue
        if found:
            log.info("photos_flagged", case=work.key, flags=found)


@celery.task(name="hotline.open", **RETRY)
def open_orders() -> None:
    """Give the 12345 cases that came in without a form of the desk their orders."""
    with reading() as session:
        todo = owed.pending(session, HOTLINE_ORDER, limit=1000)
    opened = 0
    for work in todo:
        try:
            with transaction() as session:
                opened += hotline.open_owed(session, work.key)
                owed.done(session, work)
        except (GridopsError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            with transaction() as session:
                owed.failed(session, work, f"{type(wrong).__name__}: {wrong}")
    if todo:
        log.info("orders_opened", asked=len(todo), opened=opened)


@contextlib.contextmanager
def _errors_kept(job_id: int) -> Iterator[None]:
    """What goes wrong in a build is written to its row; a lost database is tried again by the task itself."""
    try:
        yield
    except OperationalError:
        raise
    except Exception as wrong:  # noqa: BLE001 - whatever it is, the row names it and the build does not hang
        with transaction() as session:
            building.fail(session, job_id, f"{type(wrong).__name__}: {wrong}", for_good=isinstance(wrong, GridopsError))
        log.warning("paper_failed", job=job_id, error=type(wrong).__name__)


@celery.task(name="bulletins.build", **RETRY)
def build(job_id: int) -> None:
    """Begin a build: fan out by child territory, or go straight to the join where nothing is left to count."""
    with _errors_kept(job_id):
        with transaction() as session:
            todo = building.begin(session, job_id)
        for grid_id in todo:
            wake("bulletins.count_part", job_id, grid_id)
        if not todo:
            wake("bulletins.join", job_id)


@celery.task(name="bulletins.count_part", **RETRY)
def count_part(job_id: int, grid_id: int) -> None:
    """Count one territory; whoever counts the last one wakes the join."""
    with _errors_kept(job_id):
        with transaction() as session:
            building.count_part(session, job_id, grid_id)
        with reading() as session:
            complete = building.is_counted(session, job_id)
        if complete:
            wake("bulletins.join", job_id)


@celery.task(name="bulletins.join", **RETRY)
def join(job_id: int) -> None:
    """Join the parts, compose and render."""
    with _errors_kept(job_id):
        with transaction() as session:
            done = building.join(session, job_id, workshop())
        log.info("paper_built", job=job_id, done=done)


@celery.task(name="bulletins.sweep", **RETRY)
def sweep() -> None:
    """Wake builds asked for some time ago: their message may be lost, and each step is safe to run twice."""
    before = clock.now() - timedelta(seconds=_config().stale_build_s)
    with transaction() as session:
        owed_jobs = building.woken(session, before)
    for job_id in owed_jobs:
        wake("bulletins.build", job_id)


@celery.task(name="bulletins.monthly_drafts", **RETRY)
def monthly_drafts() -> None:
    """Open and build last month's draft of every jurisdiction that has the monthly series and any matter."""
    with reading() as session:
        codes = [node.code for node in grids.roots(session)]
        codes = [code for code in codes if bulletins.wants_monthly(session, code)]
    for code in codes:
        try:
            _draft_of_last_month(code)
        except GridopsError as wrong:
            log.warning("draft_failed", jurisdiction=code, error=type(wrong).__name__)


def _draft_of_last_month(code: str) -> None:
    with transaction() as session:
        month = containing(PeriodKind.MONTH, clock.local_date(clock.now())).previous()
        if month is None:
            return
        made = bulletins.open_draft(session, code, month.label)
        if queries.newest_job(session, made.id) is not None:
            return
        job_id = bulletins.ask_build(session, made.id).id
    wake("bulletins.build", job_id)


@celery.task(name="cases.resume_due", **RETRY)
def resume_due() -> None:
    """Resume the cases that were suspended to a set date (缓办) that has come."""
    with transaction() as session:
        resumed = cases.resume_due(session)
    if resumed:
        log.info("cases_resumed", cases=resumed)


@celery.task(name="cases.recount", **RETRY)
def recount() -> None:
    """Count the deadlines anew that a change of the calendar or an admin's wish owes, a portion a transaction."""
    _recount_all("cases", recounting.recount_owed)
    _recount_all("orders", hotline.recount_owed)
    while True:
        with transaction() as session:
            renewed = renewing.renew_owed(session)
        if renewed is None:
            return
        log.info("deadlines_renewed", changed=renewed.changed)


def _recount_all(what: str, portion: Callable[[Session], recounting.Recounted | None]) -> None:
    """Every portion of one sort that changes of the calendar owe."""
    while True:
        with transaction() as session:
            done = portion(session)
        if done is None:
            return
        log.info("deadlines_recounted", **{what: done.seen}, changed=done.changed)
        if done.failed:
            log.warning("deadlines_not_recounted", **{what: done.failed})


@celery.task(name="notices.look_ahead", **RETRY)
def look_ahead() -> None:
    """Owe a notice for each case whose unit's time runs out soon."""
    with transaction() as session:
        owed_now = noticing.owe_running_out(session)
    if owed_now:
        log.info("notices_of_time_running_out", cases=owed_now)
    with transaction() as session:
        telling.owe_running_out(session)
    tell_people()


@celery.task(name="notices.tell", **RETRY)
def tell_people() -> None:
    """Write the notices to people that are owed, a portion a transaction."""
    while True:
        with transaction() as session:
            told = telling.tell_owed(session)
        if told is None:
            return
        if told.notices:
            log.info("people_told", notices=told.notices)


@celery.task(name="notices.send", **RETRY)
def send_notices() -> None:
    """Post the notices that are owed, a message at a time; outside any transaction: the other side may be slow."""
    while True:
        with transaction() as session:
            parcel = notices.next_parcel(session, {noticing.CASE: noticing.tell}, _config().public_url)
        if parcel is None:
            return
        try:
            answer = post_json(parcel.address, parcel.payload, private=_config().private_hooks)
            wrong = parcel.refused(answer.status, answer.body)
        except NotPosted as refused:
            wrong = str(refused)
        with transaction() as session:
            if wrong is None:
                notices.sent(session, parcel)
            else:
                notices.not_sent(session, parcel, wrong)
        log.info("notices_posted", hook=parcel.hook_id, notices=len(parcel.keys), error=wrong)


@celery.task(name="notices.mail", **RETRY)
def send_mails() -> None:
    """Make the mails whose time has come and hand in what is owed; outside any transaction: servers may be slow."""
    server = _config().mail_server
    if server is None:
        return
    with transaction() as session:
        mails.gather(session)
    while True:
        with transaction() as session:
            letter = mails.next_letter(session, in_sight_of, _config().public_url)
        if letter is None:
            return
        wrong: NotMailed | None = None
        try:
            mailing.send(server, letter.to, letter.subject, letter.body, letter.message_id)
        except NotMailed as refused:
            wrong = refused
        with transaction() as session:
            if wrong is None:
                mails.sent(session, letter)
            else:
                mails.not_sent(session, letter, str(wrong), for_good=wrong.for_good)
        log.info("mail_handed_in", mail=letter.mail_id, notices=letter.notices, error=str(wrong) if wrong else None)
        if wrong is not None and not wrong.for_good:
            return  # a server that is away must not hold the workers: one try each time the schedule comes round


@celery.task(name="audit.seal", **RETRY)
def seal() -> None:
    """Chain the seals of new audit entries."""
    with transaction() as session:
        audit.seal(session)


@celery.task(name="intake.tidy", **RETRY)
def tidy() -> None:
    """Clear uploads that nobody has gone on with, apply records whose turn was overlooked, forget old paths."""
    with transaction() as session:
        evidence.clear_abandoned_parts(session, PartFolder(_config().evidence_dir))
    with transaction() as session:
        intake.apply_overlooked(session, within_m=_config().nearest_grid_within_m)
    before, left = clock.now() - timedelta(days=_config().track_keep_days), True
    while left:
        with transaction() as session:
            left = intake.forget_paths(session, before) > 0
