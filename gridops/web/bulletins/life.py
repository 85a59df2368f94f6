"""The steps of a bulletin's life, each a form of its own: 数据锁定, 核稿, 签发, 退回修改, 印发, 更正说明."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import forms, service
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.life import Step
from gridops.bulletins.settling import Unsettled
from gridops.core.db import repeatable, transaction
from gridops.core.errors import NotFound
from gridops.people.rules import Person, Role
from gridops.web.bulletins import common
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_life", __name__, url_prefix="/bulletins/<int:bulletin_id>/steps")

Verb = Callable[[Session, int, Person, str], Bulletin]


@dataclass(frozen=True, slots=True)
class Asked:
    """A step as the page offers it: what it does in words, whether a reason is asked, what is said when it is done."""

    label: str
    icon: str
    explained: str
    done: str
    verb: Verb
    reason: str = ""
    reason_needed: bool = False
    main: bool = True
    explained_correction: str = ""


ASKED: dict[Step, Asked] = {
    Step.FREEZE: Asked(
        "数据锁定",
        "lock",
        "锁定后，各项数据以此刻为准，不再随新的记录变动；迟到的记录列为补报，计入下一期。"
        "逐件留存计数依据并生成校验码。锁定不能撤销，文稿仍可修改。",
        "数据已锁定。",
        lambda session, found, person, _reason: service.freeze(session, found, person),
        explained_correction="更正说明不另行统计，所列差异以建立时为准。锁定后转核稿，文稿仍可修改。",
    ),
    Step.REVIEW: Asked(
        "核稿",
        "eye-check",
        "核稿通过后，文稿不能再修改，转签发人签发；签发人可以退回修改。",
        "已核稿，待签发。",
        lambda session, found, person, _reason: service.review(session, found, person),
    ),
    Step.APPROVE: Asked(
        "签发",
        "writing-sign",
        "签发表示同意按此稿印发。签发后可以印发，也可以退回修改。",
        "已签发，可以印发。",
        lambda session, found, person, _reason: service.approve(session, found, person),
    ),
    Step.ISSUE: Asked(
        "印发",
        "rubber-stamp",
        "印发时编定期号和总期号，落款日期为今天。印发后不能修改或撤回，确有错误的，另行印发更正说明。",
        "已印发。",
        lambda session, found, person, _reason: service.issue(session, found, person),
    ),
    Step.SEND_BACK: Asked(
        "退回修改",
        "arrow-back-up",
        "退回编辑修改，理由写入办理经过。数据保持锁定。",
        "已退回修改。",
        service.send_back,
        reason="退回理由",
        reason_needed=True,
        main=False,
    ),
    Step.CORRECT: Asked(
        "更正说明",
        "replace",
        "另立一份更正说明，列出与已印发数据的差异，经核稿、签发后印发，与本期互相链接。本期原件保持不变。",
        "已建立更正说明。",
        service.correct,
        reason="更正原因",
        main=False,
    ),
}


@pages.post("/<step>")
@needs(Role.EDITOR, Role.APPROVER)
def take(bulletin_id: int, step: str) -> Response:
    """Take a step and owe the papers that it changes; the freeze reads everything in one consistent view."""
    asked = ASKED.get(step)  # type: ignore[call-overload]
    if asked is None:
        raise NotFound("没有这个步骤")
    reason, person = forms.reason(request.form), current_person()

    def work(session: Session) -> tuple[int, int]:
        common.seen(session, bulletin_id)
        found = asked.verb(session, bulletin_id, person, reason)
        return found.id, service.ask_build(session, found.id, person).id

    try:
        if step == Step.FREEZE:
            with transaction() as session:
                service.prepare_freeze(session, common.seen(session, bulletin_id).id)
            found_id, job_id = repeatable(work)
        else:
            with transaction() as session:
                found_id, job_id = work(session)
    except Unsettled as wrong:
        return _unsettled(bulletin_id, wrong)
    wake_build(job_id, _(asked.done))
    return redirect(url_for("bulletin.show", bulletin_id=found_id))


def _unsettled(bulletin_id: int, wrong: Unsettled) -> Response:
    """Nothing was done: the text says other numbers than the figures. The draft is counted anew to show them."""
    with transaction() as session:
        job = service.ask_build(session, common.seen(session, bulletin_id).id, current_person())
    flash(
        _("没有办理：文稿中有 %(n)d 处数字与数据不一致，请在“数字核对”中处理。", n=len(wrong.differences)),
        "wait",
    )
    wake_build(job.id)
    return redirect(url_for("bulletin.show", bulletin_id=bulletin_id, _anchor="numbers"))
