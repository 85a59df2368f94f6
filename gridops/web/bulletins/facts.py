"""The list behind a figure of enforcement, supervision or penalties: each fact counted, in words, with its own page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import behind
from gridops.bulletins.models import Bulletin
from gridops.core import clock
from gridops.figures import service as figures
from gridops.inspections.rules import ORDER_NAMES, VISIT_NAMES
from gridops.operations.rules import INCIDENT_NAMES, MEASURES
from gridops.penalties.rules import KIND_NAMES
from gridops.squads.rules import AGENCY_NAMES
from gridops.web import list_files
from gridops.web.bulletins import common

PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact: what it is called, its own page, when it was, what else is told, and what it adds to the figure."""

    label: str
    href: str
    at: datetime | None
    words: tuple[str, ...]
    amount: str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """How facts of a kind are shown: their page, their time, and words that say the rest."""

    href: Callable[[Any], str]
    at: Callable[[Any], datetime | None]
    words: Callable[[Any], Iterable[str]] = lambda _it: ()


def _agencies(it: Any) -> str:
    names = {str(agency): name for agency, name in AGENCY_NAMES.items()}
    return "、".join(_(names.get(agency, agency)) for agency in it.agencies)


def _named(names: Any, key: str | None) -> str:
    return next((_(name) for one, name in names.items() if one == key), key or "")


def _on(words: str, instant: datetime | None) -> str:
    return f"{words} {clock.local(instant):%Y-%m-%d}" if instant else ""


KINDS: dict[str, Kind] = {
    "round": Kind(lambda it: f"/desk/rounds/{quote(it.label)}", lambda it: it.started_at, lambda it: (it.theme,)),
    "visit": Kind(
        lambda it: f"/desk/visits/{it.id}",
        lambda it: it.visited_at,
        lambda it: (_named(VISIT_NAMES, it.how), _("复查") if it.recheck else ""),
    ),
    "finding": Kind(
        lambda it: f"/desk/visits/{it.visit_id}",
        lambda it: it.began_at,
        lambda it: (_on(_("期限"), it.due_at), _on(_("已整改"), it.corrected_at)),
    ),
    "order": Kind(
        lambda it: f"/desk/visits/{it.visit_id}", lambda it: it.began_at, lambda it: (_named(ORDER_NAMES, it.paper),)
    ),
    "outing": Kind(
        lambda it: f"/desk/outings/{quote(it.number)}", lambda it: it.started_at, lambda it: (_agencies(it),)
    ),
    "tally": Kind(
        lambda it: f"/desk/outings/{quote(it.outing)}",
        lambda it: it.began_at,
        lambda it: (_(next(measure.name for kind, measure in MEASURES.items() if kind == it.counts)),),
    ),
    "incident": Kind(
        lambda it: f"/desk/incidents/{it.id}",
        lambda it: it.happened_at,
        lambda it: (_named(INCIDENT_NAMES, it.what), _on(_("已反馈"), it.answered_at)),
    ),
    "look": Kind(
        lambda it: f"/desk/supervision/checks/{it.id}",
        lambda it: it.at,
        lambda it: (it.source, _("查实") if it.verified else ""),
    ),
    "problem": Kind(
        lambda it: f"/desk/supervision/problems/{quote(it.number)}",
        lambda it: it.due_at,
        lambda it: (it.unit, _on(_("已整改"), it.accepted_at)),
    ),
    "matter": Kind(
        lambda it: f"/desk/supervision/matters/{quote(it.number)}",
        lambda it: it.opened_at,
        lambda it: (_on(_("期限"), it.due_at), _on(_("销号"), it.done_at)),
    ),
    "assessed": Kind(
        lambda it: f"/desk/cases/{quote(it.label)}", lambda it: it.filed_at, lambda it: (_on(_("结案"), it.closed_at),)
    ),
    "called": Kind(
        lambda it: f"/desk/cases/{quote(it.label)}#hotline",
        lambda it: it.contact_due_at,
        lambda it: (_on(_("联系"), it.contacted_at), _on(_("回访"), it.asked_at)),
    ),
    "upheld": Kind(lambda it: f"/desk/cases/{quote(it.label)}", lambda it: it.decided_at),
    "faked": Kind(lambda it: f"/desk/cases/{quote(it.label)}", lambda it: it.judged_at),
    "recurred": Kind(
        lambda it: f"/desk/cases/{quote(it.label)}",
        lambda it: it.reported_at,
        lambda it: (_on(_("前案结案"), it.closed_at),),
    ),
    "paper": Kind(lambda it: url_for("bulletin.show", bulletin_id=it.id), lambda it: it.issued_at),
    "penalty": Kind(
        lambda it: f"/desk/penalties/{it.id}",
        lambda it: it.decided_at or it.opened_at,
        lambda it: (it.decided_by, _named(KIND_NAMES, it.heaviest)),
    ),
    "payment": Kind(lambda it: f"/desk/penalties/{it.penalty_id}", lambda it: it.paid_at),
}


def page(session: Session, row: Bulletin, asked: behind.Asked, told: dict[str, Any], title: str) -> str | Response:
    """A page of the list, or the whole of it with `format=csv` or `xlsx`; Invalid where there is no such list."""
    if list_files.form_asked():
        return _file(behind.facts_of(session, row, asked, limit=figures.ALL), row, told, title)
    after = request.args.get("after", 0, type=int)
    after = after if 0 <= after < 2**63 else 0
    found = behind.facts_of(session, row, asked, after=after, limit=PAGE)
    kept: dict[str, Any] = {name: value for name in ("table", "row") if (value := request.args.get(name))}
    here = {"bulletin_id": row.id, "key": asked.figure, **kept}
    where = "bulletin_records.records"
    return render_template(
        "bulletins/fact_records.html",
        row=row,
        told=told,
        key=asked.figure,
        name=common.title_of(row, common.period(session, row), common.series_name(session, row)),
        span=common.span_of(common.period(session, row)),
        lines=shown(found),
        summed=found.figure.amount is not None,
        csv_url=url_for(where, format="csv", **here),
        next_url=url_for(where, after=found.after, **here) if found.after else None,
        first_url=url_for(where, **here) if after else None,
    )


def shown(found: figures.FactPage) -> list[Shown]:
    """The facts of a page in words."""
    return [
        Shown(
            label=it.label or str(it.id),
            href=KINDS[it.kind].href(it),
            at=KINDS[it.kind].at(it),
            words=tuple(word for word in KINDS[it.kind].words(it) if word),
            amount=str(found.figure.amount(it, found.bounds)) if found.figure.amount is not None else None,
        )
        for it in found.facts
    ]


def _file(found: figures.FactPage, row: Bulletin, told: dict[str, Any], title: str) -> Response:
    """The whole list; cells that a spreadsheet would run are escaped, the last line says how many rows of what."""
    lines = (
        [line.label, clock.local(line.at).isoformat() if line.at else "", "；".join(line.words), line.amount or ""]
        for line in shown(found)
    )
    about = "; ".join(part for part in (title, row.period, told["label"], told["cell"]) if part)
    header = [_("记录"), _("时间"), _("说明"), _("计入")]
    return list_files.answer(f"{title} {told['label']}", header, lines, about)
