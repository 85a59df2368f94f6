"""Kinds of penalties and of parties."""

from __future__ import annotations

from enum import StrEnum


class PenaltyKind(StrEnum):
    """Kinds in the order of 行政处罚法 art. 9, the lightest first."""

    WARNING = "warning"
    CRITICISM = "criticism"
    FINE = "fine"
    CONFISCATION = "confiscation"
    LICENCE_SUSPENSION = "licence_suspension"
    DOWNGRADE = "downgrade"
    LICENCE_REVOCATION = "licence_revocation"
    RESTRICTION = "restriction"
    STOP_PRODUCTION = "stop_production"
    CLOSURE = "closure"
    CAREER_BAN = "career_ban"
    DETENTION = "detention"


class PartyKind(StrEnum):
    """Who is penalised: a citizen (人) or a legal person or other organisation (家)."""

    PERSON = "person"
    ORGANISATION = "organisation"
