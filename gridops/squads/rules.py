"""Who may be out together: agencies, people as they are named, what tells them apart, whether they may enforce."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gridops.core.clock import local_date
from gridops.people.rules import UnitKind


class Agency(StrEnum):
    """The bodies of a joint force (城警联动) and others that come along."""

    URBAN_MANAGEMENT = "urban_management"
    POLICE_STATION = "police_station"
    TRAFFIC_POLICE = "traffic_police"
    TRANSPORT_ADMINISTRATION = "transport_administration"
    ENVIRONMENT = "environment"
    WORK_SAFETY = "work_safety"
    FIRE = "fire"
    MARKET = "market"
    STREET = "street"
    OTHER = "other"


AGENCY_NAMES: dict[Agency, str] = {
    Agency.URBAN_MANAGEMENT: "城管",
    Agency.POLICE_STATION: "派出所",
    Agency.TRAFFIC_POLICE: "交警",
    Agency.TRANSPORT_ADMINISTRATION: "运管",
    Agency.ENVIRONMENT: "环保",
    Agency.WORK_SAFETY: "安监",
    Agency.FIRE: "消防",
    Agency.MARKET: "市场监管",
    Agency.STREET: "街道",
    Agency.OTHER: "其他",
}


def agency_of(kind: UnitKind) -> Agency:
    """The body that a unit's people belong to; the street's own units are the street."""
    if kind is UnitKind.OTHER_AGENCY:
        return Agency.OTHER
    return Agency(kind.value) if kind.value in set(Agency) else Agency.STREET


class Signed(StrEnum):
    """What the signature on the glass proves: receipt; or that it was refused, with a witness or film."""

    RECEIVED = "received"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


# What stands for the witness where nobody saw the refusal but the film that comes with it.
FILMED = "已录像"
SIGNED_NAMES = {Signed.RECEIVED: "已签收", Signed.REFUSED: "拒签", Signed.NOT_ASKED: "未要求签收"}


class CheckedInBy(StrEnum):
    """How a member checked in: the leader's QR code, name and certificate, a file, or by the desk afterwards."""

    LEADER_QR = "leader_qr"
    CERTIFICATE = "certificate"
    IMPORT = "import"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as named: by user name (one of ours), or by name, agency and certificate."""

    name: str
    agency: Agency | None = None
    certificate_no: str | None = None
    username: str | None = None

    def key(self, user_id: int | None = None) -> str:
        """What tells people of a squad apart, however they were named: our account, else certificate, else name.

        The agency belongs to both of the latter: certificates are numbered by each authority.
        """
        if user_id is not None:
            return f"user:{user_id}"
        agency = self.agency or Agency.OTHER
        if self.certificate_no:
            return f"certificate:{agency}:{_plain(self.certificate_no)}"
        return f"name:{agency}:{_plain(self.name)}"


MOST_PEOPLE = 200


def parse_people(text: str) -> tuple[Someone, ...]:
    """People between `;`: `username`, or `name@agency#certificate_no` (the certificate may be missing).

    ValueError names the part that is wrong. Somebody named twice stands once.
    """
    found: dict[str, Someone] = {}
    for part in text.replace("；", ";").split(";"):
        if part.strip():
            someone = _someone(part.strip())
            found.setdefault(someone.username or someone.key(), someone)
    if len(found) > MOST_PEOPLE:
        raise ValueError(f"more than {MOST_PEOPLE} people")
    return tuple(found.values())


def _someone(part: str) -> Someone:
    name, at, rest = part.partition("@")
    if not at:
        if "#" in part or len(part) > 60:
            raise ValueError(f"not username or name@agency#certificate_no: {part[:60]!r}")
        return Someone(name=part, username=part)
    word, _, certificate = rest.partition("#")
    name, word, certificate = name.strip(), word.strip(), certificate.strip()
    if word not in {*Agency}:
        raise ValueError(f"not one of {', '.join(Agency)}: {word[:40]!r}")
    if not name or len(name) > 80 or len(certificate) > 60:
        raise ValueError(f"not username or name@agency#certificate_no: {part[:60]!r}")
    return Someone(name, Agency(word), certificate or None)


# A fix farther off says little of where somebody walked (metres).
WORST_M = 100.0


@dataclass(frozen=True, slots=True)
class Fix:
    """Where somebody was at an instant (degrees, WGS-84); `by_record`: told by what they recorded there."""

    at: datetime
    lon: float
    lat: float
    by_record: bool = False


def on_duty(
    started_at: datetime, points: Sequence[Sequence[float]], since: datetime, until: datetime | None
) -> list[Fix]:
    """The fixes of a kept track ([seconds, lon, lat, accuracy or nothing], …) from checking in to leaving."""
    found = [
        Fix(started_at + timedelta(seconds=second), lon, lat)
        for second, lon, lat, *accuracy in points
        if not accuracy or accuracy[0] <= WORST_M
    ]
    return [fix for fix in found if since <= fix.at and (until is None or fix.at <= until)]


def same_certificate(named: Someone, own: Someone) -> bool:
    """Whether a certificate that was named is that of one of ours: its number, with the agency or the name.

    Certificates are numbered by each authority, so the number alone says nothing.
    """
    if not named.certificate_no or not own.certificate_no:
        return False
    same = _plain(named.certificate_no) == _plain(own.certificate_no)
    return same and (named.agency in (None, own.agency) or _plain(named.name) == _plain(own.name))


def same_name(named: Someone, own: Someone) -> bool:
    """Whether a name of an agency is that of one of ours, whatever certificate was named with it."""
    return named.agency == own.agency and _plain(named.name) == _plain(own.name)


def certified_on(day: date, certificate_no: str | None, valid_to: date | None) -> bool:
    """Whether somebody may enforce on a day: with a certificate, up to and including its last day (empty: no end)."""
    return bool(certificate_no) and (valid_to is None or day <= valid_to)


# Of the code by which others join: nothing in it is taken for something else when it is said aloud or typed.
CODE_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
CODE_LENGTH = 20


def plain_code(text: str) -> str:
    """A code as it is kept and compared, however it was typed: in groups or not, in capitals, at full width."""
    return "".join(letter for letter in _plain(text) if unicodedata.category(letter) != "Pd")


# Phones without a net that begin the same thing on one evening differ by no more than this.
SAME_EVENING = timedelta(hours=2)


def moves_start(started_at: datetime | None, ended_at: datetime | None, at: datetime, *, leads: bool) -> bool:
    """Whether a start told later makes a round or an outing begin earlier than it is known to have begun.

    Its leaders know best, but what is over does not leave its month (a period may be counted already); others only
    where two phones were pressed on one evening.
    """
    if started_at is None:
        return True
    if at >= started_at:
        return False
    if ended_at is not None:
        return leads and local_date(at).replace(day=1) == local_date(started_at).replace(day=1)
    return leads or started_at - at <= SAME_EVENING


def left_at(checked_out_at: datetime | None, last_in_at: datetime | None) -> datetime | None:
    """When somebody left for good, as far as is known: whoever came back after it is there."""
    came_back = checked_out_at is not None and last_in_at is not None and last_in_at > checked_out_at
    return None if came_back else checked_out_at


def minutes(checked_in_at: datetime, left: datetime | None, ended_at: datetime | None) -> int:
    """Whole minutes out: up to leaving for good, else up to the end of the outing; 0 while neither is known."""
    until = left or ended_at
    return max(0, int((until - checked_in_at).total_seconds() // 60)) if until else 0


def _plain(text: str) -> str:
    """As compared: without blanks, half-width, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
