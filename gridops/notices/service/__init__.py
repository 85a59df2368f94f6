"""The verbs: keep a hook, owe a notice, hand out what is to be posted now, note what came of it.

Twice-safe: a key is told once, and of several workers one gets it. What was posted but not noted (the process died in
between) is posted again after a while: better twice than never.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, tuple_, update
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock, owed
from gridops.core.db import insert_or_skip, lock_names
from gridops.core.errors import NotFound
from gridops.core.ids import uuid7
from gridops.notices import queries
from gridops.notices.forms import HookForm
from gridops.notices.models import Hook, Notice
from gridops.notices.rules import (
    COUNTED,
    LEASE,
    MOST_APART,
    HookKind,
    Occasion,
    Outcome,
    Said,
    fits,
    payload,
    refused,
    rest_after,
    together,
    too_old,
)
from gridops.people.service.authority import unit_of

NOTICE = "notice"
_TEST = "test"
# What keys say now, by key: whoever owed them knows; without those that are not so any more.
Tell = Callable[[Session, Collection[str], datetime], dict[str, Said]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message: notices to one hook, theirs who got it until the lease ends. The address stays out of every text.

    `tries`: which try this is of each key.
    """

    hook_id: int
    root_id: int
    kind: HookKind
    address: str
    keys: tuple[str, ...]
    tries: tuple[int, ...]
    works: tuple[owed.Work, ...]
    payload: dict[str, Any]

    def refused(self, status: int, body: bytes) -> str | None:
        """Why an answer means that nothing was delivered; None when it was."""
        return refused(self.kind, status, body)

    def __repr__(self) -> str:
        return f"Parcel({self.hook_id}, {len(self.keys)} notices)"


def set_hook(session: Session, root_id: int, form: HookForm, *, actor_id: int) -> Hook:
    """Keep the hook of a unit or of the centre, in the place of the one before. Raises NotFound."""
    if form.unit_id is not None:
        unit_of(session, root_id, form.unit_id)
    lock_names(session, [f"hooks of {root_id}"])
    found = queries.hook_at(session, root_id, form.unit_id)
    if found is None:
        found = Hook(root_id=root_id, unit_id=form.unit_id)
        session.add(found)
    found.kind, found.address, found.changed_at = form.kind, form.address, clock.now()
    found.failures, found.rest_until, found.last_error = 0, None, None
    session.flush()
    _note(session, "notices.set_hook", found, actor_id)
    return found


def remove_hook(session: Session, root_id: int, hook_id: int, *, actor_id: int) -> None:
    """Tell this unit (or the centre) nothing any more. Raises NotFound."""
    found = _hook(session, root_id, hook_id)
    _note(session, "notices.remove_hook", found, actor_id)
    session.execute(delete(Hook).where(Hook.id == hook_id))


def owe_test(session: Session, root_id: int, hook_id: int) -> None:
    """Owe a message that only shows whether it arrives; a resting hook is tried at once. Raises NotFound."""
    found = _hook(session, root_id, hook_id)
    found.rest_until = None
    owe(session, root_id, Occasion.TEST, f"{_TEST}:{hook_id}:{uuid7()}")


def owe(session: Session, root_id: int, occasion: Occasion, key: str) -> bool:
    """Owe a notice, in the transaction of its cause; once for a key, and only where somebody is told anything."""
    if not queries.has_hooks(session, root_id):
        return False
    row = {
        "root_id": root_id,
        "key": key,
        "occasion": occasion,
        "since": clock.now(),
        "outcome": Outcome.WAITING,
        "unit_id": None,
        "content": None,
        "tries": 0,
        "sent_at": None,
        "error": None,
    }
    if not insert_or_skip(session, Notice, [row], ["key"]):
        return False
    owed.owe(session, NOTICE, [key])
    return True


def next_parcel(session: Session, tell: Mapping[str, Tell], public_url: str = "") -> Parcel | None:
    """The next message to be posted; None when nothing is left that can be posted now.

    `tell`: who knows what a key says, by the word before its first colon. What is not so any more is dropped.
    """
    for found in _to_be_posted(session, {**tell, _TEST: _tell_tests}).values():
        texts = [one.said.told(public_url) for one in found]
        taken = _taken(session, found, texts)
        if taken:
            return _parcel(taken, public_url)
    return None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A notice that can be posted now, and where."""

    work: owed.Work
    row: Notice
    said: Said
    hook: Hook


def _to_be_posted(session: Session, tellers: Mapping[str, Tell]) -> dict[int, list[_Ready]]:
    """Hook -> what can be posted there now, the oldest first; the rest of what is owed is dropped or waits."""
    now = clock.now()
    works = owed.pending(session, NOTICE, until=now)
    if not works:
        return {}
    rows = queries.notices(session, [work.key for work in works])
    said = _said(session, tellers, rows.values(), now)
    hooks = _hooks_of(session, said)
    found: dict[int, list[_Ready]] = {}
    over: list[owed.Work] = []
    for work in works:
        row, one, hook = rows.get(work.key), said.get(work.key), hooks.get(work.key)
        if row is None or one is None or hook is None:
            if row is not None and row.outcome is Outcome.WAITING:
                row.outcome = Outcome.DROPPED
            over.append(work)
            continue
        if hook.rest_until is not None and hook.rest_until > now:
            owed.put_off(session, work, hook.rest_until)
            continue
        found.setdefault(hook.id, []).append(_Ready(work, row, one, hook))
    if over:
        owed.all_done(session, over)
    return found


def _taken(session: Session, ready: Sequence[_Ready], texts: Sequence[str]) -> list[_Ready]:
    """Of what can be posted to one hook what goes into the next message, ours by now: as much as fits, or a burst."""
    burst, until = len(ready) > MOST_APART, clock.now() + LEASE
    taken: list[_Ready] = []
    told: list[str] = []
    for one, text in zip(ready, texts, strict=True):
        if (burst or not told or fits([*told, text])) and owed.put_off(session, one.work, until):
            taken.append(one)
            told.append(text)
    return taken


def _parcel(taken: Sequence[_Ready], public_url: str) -> Parcel:
    """What was taken as one message, each notice with what is told of it."""
    hook, said = taken[0].hook, [one.said for one in taken]
    texts = [one.told(public_url) for one in said]
    content, listed = together(texts, said, public_url)
    if hook.kind is HookKind.JSON:
        listed = len(taken)  # beside the text a program gets each of them
    for place, one in enumerate(taken):
        told = texts[place] if place < listed else f"{COUNTED}{texts[place]}"
        one.row.unit_id, one.row.content, one.row.tries = hook.unit_id, told, one.row.tries + 1
    return Parcel(
        hook.id,
        hook.root_id,
        hook.kind,
        hook.address,
        tuple(one.work.key for one in taken),
        tuple(one.row.tries for one in taken),
        tuple(one.work for one in taken),
        payload(hook.kind, texts, said, content),
    )


def sent(session: Session, parcel: Parcel) -> None:
    """Note that a message was delivered."""
    now = clock.now()
    told = {"outcome": Outcome.SENT, "sent_at": now, "error": None}
    session.execute(update(Notice).where(Notice.key.in_(parcel.keys)).values(told))
    for work in parcel.works:
        owed.done(session, work)
    hook = queries.hook(session, parcel.root_id, parcel.hook_id)
    if hook is not None:
        hook.failures, hook.rest_until, hook.last_error, hook.sent_at = 0, None, None, now


def not_sent(session: Session, parcel: Parcel, why: str) -> None:
    """Note that a message was not delivered: the hook rests for a while, longer after each failure in a row.

    Nothing is noted by who had it no longer: after the lease another may be at it, or have posted it.
    """
    tried = zip(parcel.keys, parcel.tries, strict=True)
    mine = (tuple_(Notice.key, Notice.tries).in_(list(tried)), Notice.outcome == Outcome.WAITING)
    session.flush()
    noted = update(Notice).where(*mine).values(error=why[:200])
    if not session.connection().execute(noted, execution_options={"preserve_rowcount": True}).rowcount:
        return
    hook = queries.hook(session, parcel.root_id, parcel.hook_id)
    if hook is not None:
        hook.failures, hook.last_error = hook.failures + 1, why[:200]
        hook.rest_until = clock.now() + rest_after(hook.failures)


def _said(session: Session, tellers: Mapping[str, Tell], rows: Iterable[Notice], now: datetime) -> dict[str, Said]:
    """What keys say now; without what was told, is too old, or is not so any more."""
    asked: dict[str, list[str]] = {}
    for row in rows:
        if row.outcome is Outcome.WAITING and not too_old(row.since, now):
            asked.setdefault(row.key.partition(":")[0], []).append(row.key)
    told = [tellers[word](session, keys, now) for word, keys in asked.items() if word in tellers]
    return {key: said for each in told for key, said in each.items()}


def _hooks_of(session: Session, said: Mapping[str, Said]) -> dict[str, Hook]:
    """Where each is told; a test at the very hook that is tested."""
    places = {key: (one.root_id, one.unit_id) for key, one in said.items() if one.occasion is not Occasion.TEST}
    hooks = queries.hooks_for(session, set(places.values()))
    tested = {
        key: queries.hook(session, one.root_id, _tested(key))
        for key, one in said.items()
        if one.occasion is Occasion.TEST
    }
    found = {key: hooks.get(place) for key, place in places.items()} | tested
    return {key: hook for key, hook in found.items() if hook is not None}


def _tell_tests(session: Session, keys: Collection[str], _now: datetime) -> dict[str, Said]:
    words = "gridops 消息推送已接通，收到本条即可。"
    hooks = {key: session.get(Hook, _tested(key)) for key in keys}
    return {key: Said(hook.root_id, hook.unit_id, Occasion.TEST, words) for key, hook in hooks.items() if hook}


def _tested(key: str) -> int:
    return int(key.split(":")[1])


def _hook(session: Session, root_id: int, hook_id: int) -> Hook:
    found = queries.hook(session, root_id, hook_id)
    if found is None:
        raise NotFound("没有这项推送设置")
    return found


def _note(session: Session, act: str, hook: Hook, actor_id: int) -> None:
    audit.record(
        session, act, "notice_hook", hook.id, actor_id=actor_id, root_id=hook.root_id, unit=hook.unit_id,
        kind=hook.kind.value,
    )  # fmt: skip
