"""What phones captured against what the program holds: record by record, photo hash by photo hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.field.app import Captured
from tests.field.server import Held

# The table in which a record of a type makes one row, where its body says so.
_MAKES = {
    "report": ("case", None),
    "outing": ("outing", "start"),
    "round": ("night_round", "start"),
    "visit": ("visit", None),
    "tally": ("tally", None),
    "incident": ("incident", None),
    "handover": ("handover", None),
    "track": ("track", None),
}


def lost(held: Held, captured: Iterable[Captured]) -> list[str]:
    """What a phone captured and the program has not, or has otherwise."""
    found: list[str] = []
    for one in captured:
        row = held.records.get(one.id)
        if row is None:
            found.append(f"{one.type} {one.id} is not there")
            continue
        if (row["digest"], row["user_id"], str(row["type"])) != (one.digest, one.who, one.type):
            found.append(f"{one.type} {one.id} is not what was captured: {dict(row)}")
        if row["state"] != "applied":
            found.append(f"{one.type} {one.id} took no effect: {row['state']} {row['held_because']}")
        found += _photos_lost(held, one)
    return found


def _photos_lost(held: Held, one: Captured) -> list[str]:
    found = []
    for file in one.files:
        if held.stored.get(file.sha256) != file.sha256 or file.sha256 not in held.contents:
            found.append(f"photo {file.sha256[:8]} of {one.type} {one.id} is not there")
        elif not held.links.get((one.id, file.sha256, file.role)):
            found.append(f"photo {file.sha256[:8]} proves nothing for {one.type} {one.id}")
        if (file.sha256, one.id) in held.missing:
            found.append(f"photo {file.sha256[:8]} of {one.type} {one.id} is still waited for")
    return found


def doubled(held: Held, captured: Iterable[Captured]) -> list[str]:
    """What stands there more often than it was captured."""
    captured = tuple(captured)
    found = held.doubled()
    found += [f"record {name} was never captured" for name in held.records.keys() - {one.id for one in captured}]
    found += [f"{name} is disputed" for name, _ in held.disputed]
    wanted = Counter[str]()
    for one in captured:
        table, action = _MAKES.get(one.type, ("", None))
        if table and (action is None or one.body.get("action") == action):
            wanted[table] += 1
    found += [
        f"{held.rows[name]} rows of {name}, not {wanted[name]}" for name in held.rows if held.rows[name] > wanted[name]
    ]
    photos = {file.sha256 for one in captured for file in one.files}
    found += [f"content {name[:8]} was never captured" for name in held.stored.keys() - photos]
    return found
