"""What an assessment from above makes of a case: what a problem costs and why, or what an own one would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from gridops.assessment import queries
from gridops.assessment.models import EarlyReport
from gridops.assessment.queries import MarkRow, OwnRow, ProblemRow
from gridops.assessment.rules import JUDGES, KEEPERS, LOSS_NAMES, OPEN, OWN, STANDING_NAMES
from gridops.cases.models import Case
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.people.queries import may_at, scope_of
from gridops.people.rules import Person
from gridops.supervision.rules import ASSESSOR_NAMES
from gridops.web.desk.trying import Tried
from gridops.web.versions import Edited, Late, Overtaken, Standing, version_of

_LEVEL = Edited("assessment level", {"assessor": "考核层级"}, {"assessor": ASSESSOR_NAMES})
_JUDGED = Edited(
    "early judgement",
    {"early": "提前上报", "same": "结论", "words": "理由"},
    {"same": {"true": "同一问题，不扣分", "false": "不是同一问题"}},
)

_MARK = Edited(
    "early report",
    {"assessor": "考核层级", "early_number": "上级平台编号", "at": "上报时间", "words": "更正原因"},
    {"assessor": ASSESSOR_NAMES},
)


@dataclass(frozen=True, slots=True)
class Panel:
    """`above`: the case is a problem from above; `own`: one of our own finding, with the marks that stand."""

    number: str
    keeps: bool
    judges: bool
    above: ProblemRow | None = None
    own: OwnRow | None = None
    marks: tuple[MarkRow, ...] = ()
    judge: str = ""

    def standing(self, form: str) -> dict[str, Standing]:
        """What a form of the panel changes, as it stands: the level, or the last word on a mark."""
        row = self.above
        if row is None:
            return {}
        if form == "level":
            return {"": {"assessor": row.assessor.value}} if row.assessor else {}
        last = row.judged
        if last is None:
            return {}
        return {"": {"early": str(last.early_report_id), "same": str(last.same).lower(), "words": last.words}}

    def version(self, form: str) -> str:
        """What a form of the panel carries of what it was shown."""
        return version_of(self.standing(form))

    def edited(self, form: str) -> Edited:
        """What a form of the panel is about, in words."""
        if form == "level":
            return _LEVEL
        row = self.above
        marks = [*row.maybe, *((row.early,) if row.early else ())] if row else []
        return replace(_JUDGED, words={**_JUDGED.words, "early": {str(one.row.id): one.row.number for one in marks}})


def of_case(session: Session, person: Person, case: Case) -> Panel | None:
    """The panel of a case; None where no level has anything to do with it."""
    keeps, judges = (may_at(session, person, roles, case.grid_id) for roles in (KEEPERS, JUDGES))
    if case.source is Source.ASSESSMENT:
        if case.filed_at is None or case.merged_at is not None:
            return None
        row = queries.problem_of(session, scope_of(session, person), case.id)
        if row.named.case.voided_at is not None and not row.parts:
            return None
        names = queries.names_of_judges(session, [row])
        judge = names.get(row.judged.judged_by, "") if row.judged else ""
        return Panel(case.number, keeps, judges, above=row, judge=judge)
    if case.source not in OWN or case.filed_at is None:
        return None
    marks = tuple(queries.marks_of_case(session, case.id))
    own = queries.own_case(session, queries.named_case(session, case.id)) if case.state in OPEN else None
    if not marks and (own is None or not own.risk):
        return None
    return Panel(case.number, keeps, judges, own=own, marks=marks)


def late(session: Session, case: Case, panel: Panel, tried: Tried) -> tuple[Overtaken | None, Tried]:
    """Both versions of a form that came too late, and the form as it can be sent again; any other as it is."""
    form, _mark, corrects = tried.form.partition("-")
    if isinstance(tried.late, Late) and panel.above:
        edited, each, typed = panel.edited(form), panel.standing(form), tried.typed
    elif tried.late is not None and form == "correct":
        after = {str(one): str(other) for one, other in queries.corrections(session, case.id).items()}
        while corrects in after:
            corrects = after[corrects]
        edited, stands = _MARK, next((one.row for one in panel.marks if str(one.row.id) == corrects), None)
        each, typed = _said(stands), {**tried.typed, "at": tried.typed.get("at", "").replace("T", " ")}
        tried = replace(tried, form=f"correct-{stands.id}" if stands else tried.form)
    else:
        return None, tried
    overtaken: Overtaken = edited.page(each, typed, tried.errors)["overtaken"]
    return overtaken, replace(tried, errors={})


def _said(mark: EarlyReport | None) -> dict[str, Standing]:
    """A mark as the form of its correction says it; none where it was withdrawn."""
    if mark is None:
        return {}
    at = f"{clock.local(mark.at):%Y-%m-%d %H:%M}"
    return {"": {"assessor": mark.assessor.value, "early_number": mark.number, "at": at, "words": mark.words}}


def words() -> dict[str, Any]:
    """What every page with such a panel says by name."""
    return {
        "assessor_names": ASSESSOR_NAMES,
        "loss_names": LOSS_NAMES,
        "standing_names": STANDING_NAMES,
        "assessed_tried": Tried(),
    }
