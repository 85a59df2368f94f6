"""/desk/cases/{number}: the case, its history, why it is due when, and the moves this person may make now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.cases import forms, service
from gridops.cases.models import Case
from gridops.cases.queries import listing
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.duplicates import told_apart
from gridops.cases.queries.merging import uses_with_merged
from gridops.cases.rules.faking import JUDGES, VERDICT_NAMES
from gridops.cases.rules.moves import ENDED, MOVES, Clock, Move
from gridops.cases.rules.names import CLOCK_NAMES, MOVE_NAMES, field_name
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import names_of_units
from gridops.supervision import queries as supervision
from gridops.supervision.rules import AGAINST_NAMES
from gridops.tasks.waking import wake
from gridops.web import choices, dispatch_words, explain, records, smallmap, steps
from gridops.web.desk import around, assessed, common, duplicates, flags, moving, orders, proposals
from gridops.web.desk.typed import written
from gridops.web.field import common as street
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_case", __name__, url_prefix="/desk/cases")

# Who is told that another unit would be likelier now.
_SENDING = MOVES[Move.DISPATCH].roles | MOVES[Move.FILE].roles

# Fields of which what was proposed stands in the form; anything else is given beside it.
_BESIDES = {"unit", "into"}

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """A move that was not made: what was typed, what is wrong with it, and why nothing was saved.

    `seen`: the version of the case that a form was shown at which came too late. `earlier`: no move, but a number that
    this case was not linked to as its recurrence, and why.
    """

    move: Move | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    seen: int | None = None
    earlier: tuple[str, str] | None = None

    @property
    def category(self) -> str:
        """The new category as it was chosen; empty where none was, or another move was tried."""
        return self.typed.get("category", "") if self.move is Move.RECATEGORISE else ""


@pages.get("/<number>")
@needs(*common.READERS)
def show(number: str) -> Answer:
    """The page of a case."""
    return page(number, Tried())


@pages.get("/<number>/<move>")
@needs(*common.READERS)
def back(number: str, move: str) -> Answer:
    """The address of a move, opened (after signing in anew, say): its form stands on the page of the case."""
    if move not in set(Move):
        raise NotFound("没有这个环节")
    return redirect(url_for(".show", number=number) + (f"?{urlencode(asked)}" if (asked := request.args) else ""))


@pages.post("/<number>/<move>")
@needs(*common.READERS)
def make(number: str, move: str) -> Answer:
    """Make a move; what cannot be made brings the page back with everything that was typed."""
    if move not in set(Move) or Move(move) is Move.REPORT:
        raise NotFound("没有这个环节")
    wanted, person, typed = Move(move), current_person(), request.form
    rule = MOVES[wanted]
    try:
        given = {name: typed.get(name) for name in (*rule.needs, *rule.takes)}
        for one in _BESIDES.intersection(given):
            given[one] = typed.get(f"{one}_other") or given[one]
        fields = forms.parse_move(wanted, given)
        version, scope, name = common.version_in(typed), current_scope(), records.name_in(typed)
        with transaction() as session:
            made = service.move_in_sight(
                session, scope, number, wanted, person, fields, expected_version=version, record_id=name
            )
            done = _done(session, wanted, made)
    except Invalid as wrong:
        return page(number, Tried(wanted, typed, moving.problems(wanted, wrong))), 422
    except (Conflict, Closed) as late:
        return page(number, Tried(wanted, typed, refused=str(late), seen=common.version_in(typed))), 409
    except NotAllowed as barred:
        return page(number, Tried(wanted, typed, refused=str(barred))), 403
    wake("figures.drain")
    way = _way()
    flash(Markup("%s %s") % (done, _onward(way.next_url)), "good")
    return redirect(url_for(".show", number=number, **way.kept))


def _done(session: Session, move: Move, case: Case) -> str:
    """What was done, in a sentence; of a dispatch also to whom, of a suspension which."""
    if move is Move.DISPATCH and case.unit_id is not None:
        unit = names_of_units(session, [case.unit_id])[case.unit_id]
        return _("已派遣：%(number)s，派往%(unit)s", number=case.number, unit=unit)
    if move is Move.SUSPEND and case.resume_at:
        return _("已缓办：%(number)s", number=case.number)
    if move is Move.SUSPEND:
        return _("已挂账：%(number)s", number=case.number)
    return _("已%(move)s：%(number)s", move=_(MOVE_NAMES[move]), number=case.number)


@dataclass(frozen=True, slots=True)
class Way:
    """The list one came from: as it stands in the address, the list itself, the case before and the one after."""

    kept: dict[str, Any] = field(default_factory=dict)
    list_url: str | None = None
    previous_url: str | None = None
    next_url: str | None = None


def _way() -> Way:
    """Where this page stands in the list of its address; empty where it was opened by itself."""
    if not (request.args.get("group") and request.args.get("at")):
        return Way()
    asked = common.asked(request.args)
    here = common.place(request.args["at"], "at")
    if here is None:
        return Way()
    with reading() as session:
        near = listing.neighbours(session, current_scope(), asked.wanted, asked.sort, here)
    before, after = (url_for(".show", number=row.number, **asked.way_to(row)) if row else None for row in near)
    return Way({**asked.way, "at": request.args["at"]}, url_for("desk.index", **asked.way), before, after)


def _onward(url: str | None) -> Markup:
    return Markup('<a class="btn btn-primary notice-next" href="%s">%s</a>') % (url, _("下一件")) if url else Markup()


def _family(file: case_pages.CaseFile) -> set[str]:
    """The numbers of the cases that one was split into, came from, went into or took in."""
    linked = (*file.parts, file.whole, file.lead)
    return {one.number for one in linked if one} | {one.number for one in file.absorbed}


def page(number: str, tried: Tried) -> str:
    """The page of a case, with what was tried and not made."""
    person, scope = current_person(), current_scope()
    with reading() as session:
        file = case_pages.case_file(session, person, number)
        uses = uses_with_merged(session, file.case.id, [one.id for one in file.absorbed])
        path = choices.path_of(session, file.case.grid_id)
        drawing = smallmap.draw(session, file.case)
        offered = moving.offered(session, scope, file, tried.category)
        moves = frozenset(file.moves)
        begun = duplicates.begun(moves, offered.same, request.args.get("duplicate_of"))
        tried = Tried(*begun) if begun and not tried.move else tried
        parted = told_apart(session, scope, file.case.id)
        reproposed = proposals.reproposed(session, file)
        why_sent = dispatch_words.why_sent(session, file)
        appeals = supervision.of_case(session, file.case.id)
        hotline = orders.of_case(session, person, file.case)
        assessment = assessed.of_case(session, person, file.case)
        suspected = flags.of_case(session, person, file.case.id)
        pictures = around.shots(session, file.case, uses, file.absorbed)
        near = around.around(session, person, scope, file, _family(file))
        appealable = supervision.appealable(session, person, file.case)
        named = bool(reproposed) or not person.roles & _SENDING
        instead = [] if named else proposals.instead(session, scope, file)
        said = written(session, file.case.root_id, tried.move, tried.typed) if tried.refused else []
    texts: dict[str, Any] = {"field_name": field_name, "clock_names": CLOCK_NAMES, "ended": ENDED}
    return render_template(
        "desk/case.html",
        file=file,
        case=file.case,
        path=path,
        pictures=pictures,
        around=near,
        flags=suspected,
        verdicts=VERDICT_NAMES,
        judges=not person.roles.isdisjoint(JUDGES),
        shows=street.shows,
        drawing=drawing,
        way=_way(),
        told=explain.timeline(file.timeline, file.steps, why_sent),
        since=explain.timeline(() if tried.seen is None else file.moved_since(tried.seen)),
        again=any(offer.move is tried.move for offer in offered.moves),
        press=explain.press(file.facts),
        lying=explain.lying(file),
        check_time=explain.check_time(file),
        asked=explain.asked(file.condition),
        clock_words=explain.clock_words(file),
        step_now=steps.present(file.steps),
        unit_clock=file.clock is Clock.UNIT,
        offered=offered,
        reproposed=reproposed,
        instead=instead,
        appeals=appeals,
        hotline=hotline,
        assessment=assessment,
        appealable=appealable,
        against_names=AGAINST_NAMES,
        tried=tried,
        said=said,
        local_input=common.local_input,
        today=clock.local_date(clock.now()),
        said_reason=records.said,
        same=duplicates.ends(file.case, moves, offered.same),
        parted=parted,
        **texts,
        **duplicates.texts(),
        **orders.words(),
        **assessed.words(),
        **common.words(),
    )
