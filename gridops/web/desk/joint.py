"""What the pages of joint enforcement share: who reads them, their words, versions and places in lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from gridops.core import clock, masking
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.operations.rules import INCIDENT_NAMES, MEASURES, STATE_NAMES, late, open_points, state_of
from gridops.people.rules import Role
from gridops.squads.rules import AGENCY_NAMES, SIGNED_NAMES
from gridops.web.navigation import DESK_ROLES

# A handler sees what is with their unit; outings are with nobody's.
READERS = tuple(role for role in DESK_ROLES if role is not Role.HANDLER)
Place = tuple[datetime, int]


def words() -> dict[str, Any]:
    """What the pages of joint enforcement say by name."""
    return {
        "state_names": STATE_NAMES,
        "incident_names": INCIDENT_NAMES,
        "agency_names": AGENCY_NAMES,
        "signed_names": SIGNED_NAMES,
        "measures": MEASURES,
        "state_of": state_of,
        "open_points": open_points,
        "late": late,
        "local_input": lambda at: f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else "",
        "masked": masking.name,
        "masked_number": masking.number,
    }


def raw_version(raw: Mapping[str, str]) -> int:
    """The version a form was made for; 0, which is nobody's, where it names none."""
    found = raw.get("version", "")
    return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else 0


def written(place: Place) -> str:
    """A place of a list as an address has it."""
    return f"{place[0].isoformat()}~{place[1]}"


def turning(kept: Mapping[str, Any], after: Place | None, following: Place | None) -> dict[str, str | None]:
    """Where the buttons of a list's page lead: to the next one, and to the first from any other."""
    return {
        "next_url": url_for(".index", **kept, after=written(following)) if following else None,
        "first_url": url_for(".index", **kept) if after else None,
    }


def place(given: str | None) -> Place | None:
    """Where the page of an address begins; Invalid for what is no place."""
    if not given:
        return None
    at, _mark, number = given[:80].partition("~")
    try:
        return clock.parse_instant(at.replace(" ", "+")), row_id(number)
    except ValueError:
        raise Invalid(("after", "无法识别的页码")) from None
