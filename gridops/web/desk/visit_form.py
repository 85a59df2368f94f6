"""What the form of a late visit says, as the body of a record; which finding a photo of a phone shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gridops.squads.rules import FILMED

# As many findings have photos of their own; the form of the desk offers fewer.
FINDINGS = 5
# The role of a photo says which finding it shows: the letter is that of its number (roles hold no digits).
FINDING_ROLES = tuple(f"finding_{letter}" for letter in "abcde"[:FINDINGS])
_ANSWER = re.compile(r"answer_([0-9]{1,18})")


def visit_body(raw: Mapping[str, str], corrected: list[str] | None = None) -> dict[str, Any]:
    """The body of a `visit` record from the fields of a form; what was left empty is not said."""
    body: dict[str, Any] = {
        "premises": _premises(raw),
        "kind": raw.get("kind", ""),
        "complete": raw.get("complete") == "yes",
        "signed": raw.get("signed", ""),
        "findings": _findings(raw),
    }
    if raw.get("recheck") == "yes":
        body["recheck"] = True
    if corrected:
        body["corrected"] = [int(one) for one in corrected if one.isascii() and one.isdigit() and len(one) < 18]
    if (answers := _answers(raw)) and raw.get("checklist", "").isdigit():
        body |= {"checklist": int(raw["checklist"]), "answers": answers}
    if raw.get("paper"):
        paper = {"kind": raw["paper"], "number": raw.get("paper_number", ""), "due_on": raw.get("due_on", "")}
        body["order"] = {name: value.strip() for name, value in paper.items() if value.strip()}
    if seen_by := witness(raw):
        body["witness"] = seen_by
    if note := raw.get("note", "").strip():
        body["note"] = note
    return body


def witness(raw: Mapping[str, str]) -> str:
    """Who saw the refusal: the witness that was written, or the film where the box for it is ticked; empty for none."""
    return raw.get("witness", "").strip() or (FILMED if raw.get("filmed") == "yes" else "")


def finding_of_role(role: str) -> int | None:
    """The number of the finding that a photo shows, None for other photos."""
    return FINDING_ROLES.index(role) + 1 if role in FINDING_ROLES else None


def _premises(raw: Mapping[str, str]) -> dict[str, Any]:
    given = raw.get("premises_id", "")
    if given.isascii() and given.isdigit() and len(given) < 18:
        return {"id": int(given)}
    named = {"name": raw.get("premises_name", "").strip(), "credit_code": raw.get("credit_code", "").strip()}
    return {name: value for name, value in named.items() if value}


def _findings(raw: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for place in range(FINDINGS):
        told = {name: raw.get(f"finding_{place}_{name}", "").strip() for name in ("text", "severity", "category")}
        if told["text"]:
            found.append({name: value for name, value in told.items() if value})
    return found


def _answers(raw: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Questions that were answered; those not looked at are not said."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in raw.items():
        asked = _ANSWER.fullmatch(name)
        if asked and value in ("yes", "no"):
            note = raw.get(f"note_{asked[1]}", "").strip()
            found[asked[1]] = {"ok": value == "yes", **({"note": note} if note else {})}
    return found
