"""Photos of a case as a phone and a worker leave them, without either."""

from __future__ import annotations

import io
from datetime import datetime

from gridops.cases.models import Case
from gridops.core.db import transaction
from gridops.evidence import derive, forms, service
from gridops.evidence.rules.types import Limits
from gridops.evidence.service import LinkIn
from gridops.evidence.store import LocalStore
from tests.evidence.pictures import picture, sha256
from tests.web.street import Street


def attach(
    street: Street,
    case: Case,
    role: str,
    who: str,
    *,
    content: bytes | None = None,
    seed: int = 1,
    at: datetime | None = None,
    place: tuple[float, float] | None = None,
    event_id: int | None = None,
    made: bool = True,
) -> str:
    """A photo of a case with its thumbnails (but for `made`); its SHA-256."""
    content = content or picture(size=(640, 480), seed=seed)
    store, name = LocalStore(street.app.config["GRIDOPS"].evidence_dir), sha256(content)
    arrival = forms.check(io.BytesIO(content), name, None, Limits(10**8, 10**8))
    store.put(name, io.BytesIO(content))
    found = derive.make(store, name, max_pixels=10**8) if made else None
    use = LinkIn(name, role, taken_at=at, lon=place and place[0], lat=place and place[1])
    with transaction() as session:
        service.receive(session, arrival, street.people[who])
        service.link(
            session,
            [use],
            root_id=street.root_id,
            subject_kind="case",
            subject_id=case.id,
            user_id=street.people[who],
            event_id=event_id,
        )
        if made:
            service.keep_derived(session, name, found)
    return name
