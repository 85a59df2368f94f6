"""The settings of a series: who may change them, and what a change moves (open drafts, never a locked paper)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.bulletins import queries
from gridops.bulletins.forms import SeriesForm
from gridops.bulletins.models import Series
from gridops.bulletins.series import period_of_paper, series_of
from gridops.bulletins.service import ask_build
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, NotAllowed
from gridops.people.rules import Person, Role, may

KEEPERS = frozenset({Role.EDITOR, Role.ADMIN})


def may_keep(person: Person) -> bool:
    """Whether a person keeps the settings of the root's series: an editor or administrator of all of it."""
    return may(person, KEEPERS, (person.root_id,))


def seen_as(found: Series | None) -> str:
    """Names the settings as they stand, to tell a stale form."""
    told = None if found is None else [found.name, found.month_day, found.week_day, found.settings]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def change_series(session: Session, key: str, form: SeriesForm, person: Person, seen: str) -> list[int]:
    """Set what a series says from now on; returns the builds owed for the drafts it changes.

    Papers that are locked keep what they had. Conflict where someone else changed it meanwhile.
    """
    if not may_keep(person):
        raise NotAllowed("系列设置适用于整个辖区，须由全辖区的通报编辑或者系统管理员办理")
    # Two editors at once where the row does not exist yet.
    lock_names(session, [f"series:{person.root_id}:{key}"])
    if seen != seen_as(queries.series(session, person.root_id, key, lock=True)):
        raise Conflict("别人已修改过这个系列的设置，请刷新后再试")
    found = series_of(session, person.root_id, key)
    before = _told(found)
    found.name, found.month_day, found.week_day = form.name, form.month_day, form.week_day
    found.settings = dict(form.settings)
    session.flush()
    after = _told(found)
    if before == after:
        return []
    changed = {name: [before.get(name), after.get(name)] for name in sorted({*before, *after})}
    audit.record(
        session, "series.change", "series", found.id, actor_id=person.user_id, root_id=person.root_id, series=key,
        changed={name: pair for name, pair in changed.items() if pair[0] != pair[1]},
    )  # fmt: skip
    drafts = queries.drafts(session, person.root_id, key)
    for draft in drafts:
        period = period_of_paper(session, draft)
        draft.starts_at, draft.ends_at = period.start, period.end
    return [ask_build(session, draft.id, person).id for draft in drafts]


def _told(found: Series) -> dict[str, Any]:
    return {"name": found.name, "month_day": found.month_day, "week_day": found.week_day, **found.settings}
