"""The audit trail: who did what when, searched by time, person, act and subject; every search leaves an entry too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from gridops.audit import forms, queries, service
from gridops.audit.queries import Page, Wanted
from gridops.audit.rules import ChainReport
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people import queries as people
from gridops.people.rules import Role
from gridops.web.admin import acts
from gridops.web.admin.common import Answer, by_field
from gridops.web.guards import current_person, needs_for_all

pages = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

_FIELDS = ("since", "until", "username", "act", "kind", "subject")


@pages.get("")
@needs_for_all(Role.ADMIN, Role.AUDITOR)
def index() -> Answer:
    """A page of entries, newest first, as filtered."""
    person = current_person()
    try:
        search = forms.parse_search(request.args)
        with transaction() as session:
            wanted = _wanted(session, search)
            found = queries.entries(session, person.root_id, wanted, before=search.before)
            asked = {name: value for name, value in asdict(wanted).items() if value and name not in ("since", "until")}
            service.record(
                session,
                "audit.read",
                "audit",
                person.root_id,
                actor_id=person.user_id,
                root_id=person.root_id,
                asked=asked,
            )
    except Invalid as wrong:
        return _page(Page([], None), errors=by_field(wrong)), 422
    return _page(found)


@pages.post("/verify")
@needs_for_all(Role.ADMIN, Role.AUDITOR)
def verify() -> Answer:
    """Walk along the whole chain of seals and say whether it holds."""
    person = current_person()
    with reading() as session:
        report = service.verify_chain(session)
    with transaction() as session:
        service.record(
            session,
            "audit.verify",
            "audit",
            person.root_id,
            actor_id=person.user_id,
            root_id=person.root_id,
            sealed=report.sealed,
            sound=report.sound,
        )
        found = queries.entries(session, person.root_id)
    return _page(found, report=report)


def _wanted(session: Session, search: forms.Search) -> Wanted:
    if not search.username:
        return search.wanted
    return replace(search.wanted, actor_id=people.user_id_of(session, current_person().root_id, search.username))


def _page(found: Page, *, errors: Mapping[str, str] | None = None, report: ChainReport | None = None) -> str:
    typed: dict[str, Any] = {name: request.args.get(name, "").replace("\x00", "")[:80] for name in _FIELDS}
    kept = {name: value for name, value in typed.items() if value}
    with reading() as session:
        names = people.names_of_users(session, {entry.actor_id for entry in found.entries if entry.actor_id})
        called = acts.names_in(session, current_person().root_id, found.entries)
        end = queries.chain_end(session)
    return render_template(
        "admin/audit.html",
        entries=found.entries,
        names=names,
        end=end,
        report=report,
        typed=typed,
        errors=errors or {},
        groups=acts.GROUPS,
        acts_of=acts.acts_of,
        act_words=acts.act_words,
        subjects=acts.SUBJECTS,
        subject_words=acts.subject_words,
        details={entry.id: acts.details(entry, called) for entry in found.entries},
        next_url=url_for(".index", before=found.next_before, **kept) if found.next_before else None,
        first_url=url_for(".index", **kept) if request.args.get("before") else None,
    )
