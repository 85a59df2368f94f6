"""The moves of a case as forms: which fields each asks for, what they offer, and how a refused one is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import duplicates
from gridops.cases.queries.duplicates import Other
from gridops.cases.queries.pages import CaseFile
from gridops.cases.rules.likeness import Verdict
from gridops.cases.rules.moves import ENDED, MOVES, Move, Suspension
from gridops.cases.rules.names import SUSPENSION_NAMES, field_name
from gridops.cases.rules.standing import may_be_merged_into
from gridops.catalogue.models import FilingCondition
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.people.queries import Scope, UnitRow
from gridops.web import choices
from gridops.web.desk import proposals
from gridops.web.language import chosen_language
from gridops.web.records import new_name, said
from gridops.worktime.rules.words import limit_en, limit_zh

# Answered on site, with photos: the page of the street takes them.
ON_SITE = (Move.VERIFY, Move.CHECK_PASSED, Move.CHECK_FAILED, Move.FEEDBACK)
# The answer is what comes next, unless this may still be made: a unit receives a case before it says what it did.
BEFORE_ANSWER = Move.RECEIVE
# Icon of each move; the first offered one of LEADING is what the case waits for.
ICONS: dict[Move, str] = {
    Move.SEND_TO_VERIFY: "map-pin-check",
    Move.ACCEPT: "clipboard-check",
    Move.DECLINE: "ban",
    Move.SELF_HANDLE: "checks",
    Move.FILE: "file-certificate",
    Move.NOT_FILE: "file-x",
    Move.DISPATCH: "send",
    Move.RECEIVE: "clipboard-check",
    Move.SEND_TO_CHECK: "eye-check",
    Move.CLOSE: "circle-check",
    Move.UNDO_CLOSING: "arrow-back-up",
    Move.RETURN: "arrow-back-up",
    Move.ASK_EXTENSION: "clock-play",
    Move.EXTEND: "clock-play",
    Move.REFUSE_EXTENSION: "clock-pause",
    Move.REMIND: "bell",
    Move.PRESS: "urgent",
    Move.ANSWER_PRESS: "message",
    Move.SUSPEND: "player-pause",
    Move.RESUME: "player-play",
    Move.VOID: "circle-x",
    Move.UNDO_VOID: "arrow-back-up",
    Move.MERGE: "git-merge",
    Move.UNDO_MERGE: "arrow-back-up",
    Move.SPLIT: "sitemap",
    Move.UNDO_SPLIT: "arrow-back-up",
    Move.JOIN: "users-group",
    Move.HELP_DONE: "message",
    Move.HELP_RETURN: "arrow-back-up",
    Move.END_HELP: "circle-minus",
    Move.RECATEGORISE: "replace",
    Move.RELOCATE: "map-pins",
    Move.ADD_EVIDENCE: "note",
}
LEADING = (
    Move.RESUME,
    Move.EXTEND,
    Move.CLOSE,
    Move.SEND_TO_CHECK,
    Move.DISPATCH,
    Move.RECEIVE,
    Move.FILE,
    Move.ACCEPT,
    Move.SEND_TO_VERIFY,
)
# Too large for a form among others: pages of their own.
PAGES = {Move.SPLIT: "desk_split.show"}
# Chosen, not written.
CHOSEN = frozenset({"unit", "condition", "closing_condition", "suspension", "category", "outcome"})
# What cannot be taken back by a click asks once more.
GRAVE = frozenset({Move.VOID, Move.MERGE, Move.UNDO_CLOSING, Move.DECLINE, Move.NOT_FILE})


# Filing conditions to choose from, each with its limit in words.
Conditions = tuple[tuple[FilingCondition, str], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One move this person may make now: fields it must and may be given, and whether it is what comes next.

    `name`: that of its form, where the move makes no other form stale and the same one could come twice. `page`: the
    endpoint of the page that asks for its fields, where that is not a form among others.
    """

    move: Move
    icon: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    leading: bool
    grave: bool
    name: str | None
    page: str | None


@dataclass(frozen=True, slots=True)
class Offers:
    """The moves, and what their fields offer.

    `answers`: it waits for an answer that this person gives on site, after the move `answer_after` or before all.
    `new_conditions`: those of the category that was chosen in the form of 改类; None: none was chosen yet.
    `same`: the open cases of which this one is suspected to be a duplicate; `into`: what it may be merged into, of
    those and of others nearby.
    """

    answers: bool
    answer_after: Move | None

    moves: tuple[Offer, ...]
    conditions: Conditions
    new_conditions: Conditions | None
    proposals: tuple[proposals.Proposal, ...]
    passed: tuple[str, ...]
    unsure: str
    units: tuple[UnitRow, ...]
    suspensions: Mapping[Suspension, str]
    same: tuple[Other, ...]
    into: tuple[Other, ...]
    classes: tuple[choices.Class, ...]


def offered(session: Session, scope: Scope, file: CaseFile, category: str = "") -> Offers:
    """What the page offers; each list is read only where a move asks for it. `category`: chosen in the form of 改类."""
    moves = [move for move in file.moves if move not in ON_SITE]
    asked = {name for move in moves for name in (*MOVES[move].needs, *MOVES[move].takes)}
    leading = next((move for move in LEADING if move in moves), None)
    filed = file.facts.filed_at is not None
    case = file.case
    conditions: Conditions = ()
    if asked & {"condition", "closing_condition"}:
        conditions = _with_limits(choices.conditions(session, case, file.condition))
    proposed = proposals.propose(session, scope, file) if Move.DISPATCH in moves else proposals.Proposals()
    alike = duplicates.alike(session, scope, case.id) if case.state not in ENDED else ()
    return Offers(
        any(move in ON_SITE for move in file.moves),
        BEFORE_ANSWER if BEFORE_ANSWER in moves else None,
        tuple(
            _offer(move, move is leading, filed=filed) for move in sorted(moves, key=lambda move: move is not leading)
        ),
        conditions,
        conditions_of_new(session, case, category) if Move.RECATEGORISE in moves else None,
        proposed.units,
        proposed.passed,
        proposed.unsure,
        tuple(proposals.units_in_use(session, case.root_id)) if "unit" in asked else (),
        SUSPENSION_NAMES,
        tuple(one for one in alike if one.likeness.verdict is Verdict.LIKELY),
        tuple(one for one in alike if "into" in asked and may_be_merged_into(one.state)),
        tuple(choices.classes(session, case.root_id)) if "category" in asked else (),
    )


def conditions_of_new(session: Session, case: Case, category: str) -> Conditions | None:
    """The conditions of a category as the form of 改类 names it; None where it names none."""
    try:
        return _with_limits(choices.conditions_of(session, row_id(category), case.root_id))
    except ValueError:
        return None


def _with_limits(rows: Iterable[FilingCondition]) -> Conditions:
    return tuple((row, limit_words(row)) for row in rows)


def limit_words(row: FilingCondition) -> str:
    """`4 工作时`, and the unit's own where there is one."""
    if row.limit is None or row.limit_unit is None:
        return _("无时限")
    say = limit_en if chosen_language() == "en" else limit_zh
    whole = say(row.limit, row.limit_unit)
    return (
        whole
        if row.handle_limit is None
        else whole + _("（其中处置 %(limit)s）", limit=say(row.handle_limit, row.limit_unit))
    )


def problems(move: Move, wrong: Invalid) -> dict[str, str]:
    """Field -> sentence for the page; of one that is missing by its name."""
    return {(name := error.field.partition(".")[0]): _problem(move, name, error.reason) for error in wrong.errors}


def _problem(move: Move, name: str, reason: str) -> str:
    if reason != "required":
        return said(reason)
    called = _(field_name(move, name))
    return _("请选择%(name)s", name=called) if name in CHOSEN else _("请填写%(name)s", name=called)


def _offer(move: Move, leading: bool, *, filed: bool) -> Offer:
    rule = MOVES[move]
    needs, takes, icon = rule.needed(filed=filed), rule.may_take(), ICONS.get(move, "circle")
    name = None if rule.changes else new_name()
    return Offer(move, icon, needs, takes, leading, move in GRAVE, name, PAGES.get(move))
