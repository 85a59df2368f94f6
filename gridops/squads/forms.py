"""What may be handed in about who is out, on a round or an outing: check-ins, tracks, people named in a field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridops.core.fields import Read, Reader, flag, instant, member, number, text
from gridops.squads.rules import Agency, Someone, parse_people, plain_code

MAX_POINTS = 5000


@dataclass(frozen=True, slots=True)
class CheckInIn:
    """Somebody joins (or leaves: `out`): the sender by the leader's code, others by name and certificate.

    The `round` or the `outing` by number; by the code alone it is the one whose squad bears it.
    """

    round: str | None = None
    outing: str | None = None
    code: str | None = None
    name: str | None = None
    agency: Agency | None = None
    certificate_no: str | None = None
    out: bool = False


@dataclass(frozen=True, slots=True)
class TrackIn:
    """Where a phone was while its page was open: [seconds since the start, lon, lat, accuracy in metres], WGS-84."""

    started_at: datetime
    ended_at: datetime
    points: tuple[tuple[float, ...], ...]
    round: str | None = None
    outing: str | None = None


def parse_check_in(body: Mapping[str, Any]) -> CheckInIn:
    """Body of a `check_in` record; Invalid names what is wrong."""
    read = Reader(body, "body")
    found = CheckInIn(
        **_where(read),
        code=read("code", text(40)),
        name=read("name", text(80)),
        agency=read("agency", member(Agency)),
        certificate_no=read("certificate_no", text(60)),
        out=read("out", flag) or False,
    )
    if found.round is None and found.outing is None and found.code is None:
        read.wrong("round" if "round" in body else "outing", "required")
    if found.name is not None and found.agency is None:
        read.wrong("agency", "required with a name")
    if found.name is None and found.certificate_no is not None:
        read.wrong("name", "required with a certificate")
    read.done()
    return found


def parse_track(body: Mapping[str, Any]) -> TrackIn:
    """Body of a `track` record; Invalid names what is wrong."""
    read = Reader(body, "body")
    found = TrackIn(
        **_where(read),
        started_at=read("started_at", instant(), required=True),
        ended_at=read("ended_at", instant(), required=True),
        points=read("points", _points, required=True) or (),
    )
    if found.round is None and found.outing is None:
        read.wrong("round" if "round" in body else "outing", "required")
    if not read.errors and found.ended_at < found.started_at:
        read.wrong("ended_at", "before started_at")
    read.done()
    return found


def own_code(value: object) -> str:
    """A code of checking in as a phone makes it: long enough that nobody guesses it."""
    code = plain_code(value) if isinstance(value, str) else ""
    if not re.fullmatch(r"[a-z0-9_]{16,40}", code):
        raise ValueError("not 16 to 40 of a-z 0-9 _")
    return code


def people(value: object) -> tuple[Someone, ...]:
    """People between `;`, or in a list: `username`, or `name@agency#certificate_no`."""
    listed = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    given: Any = ";".join(value) if listed else value  # type: ignore[arg-type]
    if not isinstance(given, str):
        raise ValueError("not a text")
    return parse_people(given)


def _where(read: Reader) -> dict[str, str | None]:
    found = {"round": read("round", text(40)), "outing": read("outing", text(40))}
    if found["round"] and found["outing"]:
        read.wrong("outing", "not together with round")
    return found


_POINT: tuple[Read[float], ...] = (number(0, 86_400), number(-180, 180), number(-90, 90), number(0, 1_000_000))


def _points(value: object) -> tuple[tuple[float, ...], ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_POINTS:
        raise ValueError(f"not a list of at most {MAX_POINTS}")
    if not all(isinstance(one, list | tuple) and 3 <= len(one) <= 4 for one in value):
        raise ValueError("not points of [seconds, lon, lat, accuracy]")
    return tuple(tuple(read(part) for read, part in zip(_POINT, one, strict=False)) for one in value)
