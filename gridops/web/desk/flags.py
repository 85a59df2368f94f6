"""/desk/flags: photos of work done that look wrong, each with the picture it resembles, and the verdict of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.cases.queries import flags
from gridops.cases.queries.flags import FlagRow
from gridops.cases.rules.faking import JUDGES, SUSPICION_NAMES, VERDICT_NAMES, Suspicion, Verdict
from gridops.cases.service import faking
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.core.ids import row_id
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.people.rules import Person
from gridops.web import words
from gridops.web.desk import common
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_flags", __name__, url_prefix="/desk/flags")

Answer = str | Response | tuple[str, int]
READERS = tuple(sorted(JUDGES))


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as shown: what it says, the photo, and the one it resembles (None: there is none, or it is not seen)."""

    row: FlagRow
    title: str
    told: str
    own: Use
    other: Use | None


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """What waits for a verdict, and what was judged last."""
    return _page()


@pages.post("/<int:flag_id>")
@needs(*READERS)
def judge(flag_id: int) -> Answer:
    """A verdict; it stands."""
    given = request.form.get("verdict", "")
    if given not in set(Verdict):
        return _page(flag_id, _("请选择判定结果")), 422
    try:
        with transaction() as session:
            faking.judge(session, flag_id, current_person(), Verdict(given), request.form.get("words"))
    except Invalid as wrong:
        return _page(flag_id, _(wrong.errors[0].reason)), 422
    except Conflict as late:
        return _page(flag_id, _(str(late))), 409
    except NotAllowed as barred:
        return _page(flag_id, _(str(barred))), 403
    flash(_("已判定。"), "good")
    return redirect(url_for(".index"))


def of_case(session: Session, person: Person, case_id: int) -> list[Flag]:
    """The flags that the page of a case shows this person."""
    return seen(session, flags.of_case(session, current_scope(), person, case_id))


def seen(session: Session, rows: list[FlagRow]) -> list[Flag]:
    """Flags with their pictures; the other picture only where its case is in sight."""
    ids = [row.flag.link_id for row in rows] + [row.flag.other_link_id for row in rows if row.other]
    uses = evidence.by_ids(session, [link_id for link_id in ids if link_id is not None])
    return [
        Flag(
            row,
            _(SUSPICION_NAMES[row.flag.kind]),
            _told(row),
            uses[row.flag.link_id],
            uses.get(row.flag.other_link_id or 0),
        )
        for row in rows
    ]


def texts() -> dict[str, Any]:
    """The words that a flag is shown with."""
    return {"verdicts": VERDICT_NAMES, "shows": shows}


def _told(row: FlagRow) -> str:
    flag = row.flag
    if flag.kind is Suspicion.OLDER:
        return _("拍摄时间比派遣早 %(span)s。", span=words.span(timedelta(seconds=flag.amount)))
    if flag.kind is Suspicion.AWAY:
        return _("拍摄位置距案件位置 %(m)d 米，已扣除定位精度仍超过 100 米。", m=round(flag.amount))
    where = row.other.number if row.other else _("另一案件（不在您的责任范围）")
    if flag.kind is Suspicion.SAME:
        return _("与 %(number)s 的照片是同一文件。", number=where)
    return _("与 %(number)s 的照片画面几乎相同（64 位特征中相差 %(bits)d 位）。", number=where, bits=round(flag.amount))


def _page(refused: int = 0, problem: str = "") -> str:
    scope = current_scope()
    after = request.args.get("after", 0, type=row_id) or 0
    with reading() as session:
        found = flags.to_judge(session, scope, current_person(), after=after, limit=flags.LIST + 1)
        waiting = seen(session, found[: flags.LIST])
        done = seen(session, flags.judged(session, scope, 20)) if not after else []
    more = found[flags.LIST - 1].flag.id if len(found) > flags.LIST else None
    return render_template(
        "desk/flags.html",
        waiting=waiting,
        judged=done,
        refused=refused,
        problem=problem,
        typed=request.form,
        next_url=url_for(".index", after=more) if more else None,
        **texts(),
        **common.words(),
    )
