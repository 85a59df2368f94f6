"""From rows to papers: count by child territory, join, compose, render, keep. Only workers and commands come here.

A build is a row (`BuildJob`): every step may run twice, in any process, and a step that was lost is done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.bulletins.composing import Document, compose, corrections_of, document_of
from gridops.bulletins.models import BuildJob, BuildPart, Bulletin, BulletinPaper
from gridops.bulletins.rules.life import Status
from gridops.bulletins.series import period_of_paper
from gridops.bulletins.service import ask_build
from gridops.core import clock
from gridops.core.db import upsert
from gridops.core.errors import Closed, NotFound
from gridops.documents.service import render
from gridops.evidence import service as evidence
from gridops.evidence.store import Store
from gridops.figures import service as figures
from gridops.figures.rules.tally import Counted

MIME = {
    "json": "application/json",
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# Shares counted longer ago than this, by a build that was cut off, are counted anew.
FRESH = timedelta(seconds=60)
OpenTransaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where papers are kept, and where fonts are looked for beside the usual places."""

    store: Store
    font_dirs: Sequence[Path] = ()


def begin(session: Session, job_id: int) -> list[int]:
    """The territories still to be counted for a build; empty when the figures are locked, or all is counted."""
    job, bulletin = _job(session, job_id, lock=True)
    if job.state != "owed":
        return []
    if not _counts(bulletin):
        # Locked since the build was asked for: its figures are kept, nothing is counted any more.
        job.parts_total = 0
        return []
    period = period_of_paper(session, bulletin)
    parts = figures.parts(session, bulletin.grid_id, period)
    job.parts_total = len(parts)
    fresh = clock.now() - FRESH
    counted = {part.grid_id for part in queries.parts(session, job_id) if part.counted_at >= fresh}
    return [grid_id for grid_id in parts if grid_id not in counted]


def count_part(session: Session, job_id: int, grid_id: int) -> None:
    """Count one territory of a build and keep the result; counted again it is written over."""
    job, bulletin = _job(session, job_id)
    if job.state != "owed":
        return
    period = period_of_paper(session, bulletin)
    counted = figures.count(session, bulletin.grid_id, period, part=[grid_id])
    row = {"job_id": job_id, "grid_id": grid_id, "payload": counted.to_json(), "counted_at": clock.now()}
    upsert(session, BuildPart, [row], ["job_id", "grid_id"])


def is_counted(session: Session, job_id: int) -> bool:
    """Whether every territory of an owed build is counted."""
    job = queries.job(session, job_id)
    return job is not None and job.state == "owed" and queries.parts_done(session, job_id) >= job.parts_total


def join(session: Session, job_id: int, workshop: Workshop) -> bool:
    """Join the parts, compose, render and keep the papers; says whether this call did it. Twice is harmless.

    What is saved or locked while it is rendered leaves the build owed: whoever saved has woken it again.
    """
    job, bulletin = _job(session, job_id, lock=True)
    if job.state != "owed":
        return False
    parts = queries.parts(session, job_id) if _counts(bulletin) else []
    if _counts(bulletin) and (not parts or len(parts) < job.parts_total):
        return False
    counted = [Counted.from_json(part.payload) for part in parts]
    as_of = min((part.counted_at for part in parts), default=None)
    made_from = bulletin.version
    document = document_of(session, bulletin, counted, as_of=as_of)
    contents = _contents(session, bulletin, document, workshop)
    # Rendering takes seconds: a text saved in them is neither written over nor left without its papers.
    standing = queries.locked(session, bulletin.id)
    if standing is None or standing.version != made_from:
        return False
    _publish(session, standing, document, contents, workshop.store)
    job.state, job.finished_at, job.error = "done", clock.now(), None
    return True


def fail(session: Session, job_id: int, error: str, *, for_good: bool) -> None:
    """Note a failed try with its error; `for_good`: trying again cannot help (the figures contradict themselves)."""
    job, _ = _job(session, job_id, lock=True)
    if job.state != "owed":
        return
    job.tries += 1
    job.error = error[:2000]
    if for_good or job.tries >= 5:
        job.state, job.finished_at = "failed", clock.now()


def woken(session: Session, before: datetime) -> list[int]:
    """The builds owed for which nobody was woken since an instant, marked as woken now."""
    jobs = queries.owed_jobs(session, before)
    for job in jobs:
        job.woken_at = clock.now()
    return [job.id for job in jobs]


def build_in_place(
    open_transaction: OpenTransaction,
    bulletin_id: int,
    workshop: Workshop,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Do a whole build in this process, step by step as workers would; `progress` hears (done, total) parts."""
    with open_transaction() as session:
        job_id = ask_build(session, bulletin_id).id
    with open_transaction() as session:
        todo = begin(session, job_id)
    for place, grid_id in enumerate(todo, 1):
        with open_transaction() as session:
            count_part(session, job_id, grid_id)
        progress(place, len(todo))
    with open_transaction() as session:
        join(session, job_id, workshop)


def stored(session: Session, store: Store, bulletin_id: int) -> dict[str, bytes]:
    """The bytes of every rendered paper of a bulletin, by format."""
    found = {}
    for name, paper in queries.papers(session, bulletin_id).items():
        with store.open(paper.sha256) as file:
            found[name] = file.read()
    return found


def is_built(session: Session, bulletin: Bulletin) -> bool:
    """Whether the kept papers are those of the bulletin as it stands; a draft's never are, its figures move."""
    papers = queries.papers(session, bulletin.id)
    return (
        bulletin.status is not Status.DRAFT
        and len(papers) == len(MIME)
        and all(paper.version == bulletin.version for paper in papers.values())
    )


def _counts(bulletin: Bulletin) -> bool:
    """Whether a build of it counts: a draft's does, a locked one's figures are kept, a correction has none."""
    return bulletin.status is Status.DRAFT and bulletin.frozen_set_id is None and bulletin.corrects_id is None


def _contents(session: Session, bulletin: Bulletin, document: Document, workshop: Workshop) -> dict[str, bytes]:
    """The papers of a document by format: as issued, else rendered now."""
    issued = _issued(session, bulletin, workshop.store)
    if issued is not None:
        return issued
    rendered = render(compose(document), list(workshop.font_dirs) or None)
    return {"json": _json(document.contract), "html": rendered.html, "pdf": rendered.pdf, "docx": rendered.docx}


def _publish(
    session: Session, bulletin: Bulletin, document: Document, contents: dict[str, bytes], store: Store
) -> None:
    bulletin.draft, bulletin.text = document.kept, document.text
    made, now = queries.papers(session, bulletin.id), clock.now()
    for name, content in contents.items():
        sha256 = evidence.keep(session, store, content, MIME[name])
        same = name in made and made[name].sha256 == sha256
        row: dict[str, Any] = {
            "bulletin_id": bulletin.id,
            "format": name,
            "sha256": sha256,
            "size": len(content),
            "made_at": made[name].made_at if same else now,
            "status": bulletin.status,
            "version": bulletin.version,
        }
        upsert(session, BulletinPaper, [row], ["bulletin_id", "format"])


def _issued(session: Session, bulletin: Bulletin, store: Store) -> dict[str, bytes] | None:
    """The kept papers of an issued bulletin, which no later build changes; None where none were made at its issue.

    Only `bulletin.json` tells of what came after: the status, and the corrections it is linked to. Closed where a
    kept file is lost: a paper made anew might differ from the one that was handed out.
    """
    papers = queries.papers(session, bulletin.id)
    if set(papers) != set(MIME) or any(paper.status not in _ISSUED for paper in papers.values()):
        return None
    try:
        contents = stored(session, store, bulletin.id)
    except FileNotFoundError:
        raise Closed("已印发的文件在文件库中缺失，不能另行生成；请从备份恢复") from None
    told = json.loads(contents["json"])
    told |= {"status": bulletin.status.value, "corrections": corrections_of(session, bulletin)}
    return {**contents, "json": _json(told)}


_ISSUED = frozenset({Status.ISSUED, Status.CORRECTED})


def _json(contract: dict[str, Any]) -> bytes:
    return json.dumps(contract, ensure_ascii=False, indent=1).encode()


def _job(session: Session, job_id: int, *, lock: bool = False) -> tuple[BuildJob, Bulletin]:
    job = queries.job(session, job_id, lock=lock)
    if job is None:
        raise NotFound("没有这个生成任务")
    return job, session.get_one(Bulletin, job.bulletin_id)
