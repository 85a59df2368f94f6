"""API tokens: shown once, kept as SHA-256."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.people.models import ApiToken
from gridops.people.queries.keeping import token_digest, token_row
from gridops.people.rules import Person
from gridops.people.service.authority import actor, require_manager, user_of

_NOTED_EVERY = timedelta(hours=1)


def create_token(session: Session, user_id: int, *, by: Person | None = None) -> str:
    """Make a token for a person and return it; it cannot be read again."""
    user = user_of(session, user_id)
    if by is None or by.user_id != user.id:
        require_manager(session, by, user)
    token = f"gridops_{secrets.token_urlsafe(32)}"
    kept = ApiToken(user_id=user.id, token_hash=token_digest(token), created_at=clock.now())
    session.add(kept)
    session.flush()
    audit.record(session, "token.create", "token", kept.id, actor_id=actor(by), root_id=user.root_id)
    return token


def revoke_token(session: Session, token_id: int, *, by: Person | None = None) -> None:
    """End a token; ending it twice is the same."""
    kept = session.get(ApiToken, token_id)
    if kept is None:
        raise NotFound("没有这个令牌")
    user = user_of(session, kept.user_id)
    if by is None or by.user_id != user.id:
        require_manager(session, by, user)
    if kept.revoked_at is None:
        kept.revoked_at = clock.now()
        audit.record(session, "token.revoke", "token", kept.id, actor_id=actor(by), root_id=user.root_id)


def note_token_use(session: Session, token: str) -> None:
    """Keep when a token was last used, to the hour: a reading request need not write each time."""
    kept = token_row(session, token)
    if kept is not None and (kept.last_used_at is None or clock.now() - kept.last_used_at > _NOTED_EVERY):
        kept.last_used_at = clock.now()
