"""What a form of a 12345 order that came too late had asked for, beside what is kept now, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gridops.core import clock
from gridops.hotline.models import HotlineStep
from gridops.hotline.rules import STEP_NAMES, StepKind
from gridops.web.desk.orders import Panel
from gridops.web.desk.trying import Tried
from gridops.web.field_names import label_of
from gridops.web.language import say as _
from gridops.web.versions import Line

ORDER = "order"
_CORRECT = "correct-"
_YES_NO = {
    "reached": ("联系情况", "已联系上", "未联系上"),
    "solved": ("问题是否解决", "已解决", "未解决"),
    "satisfied": ("是否满意", "满意", "不满意"),
}


def beside(panel: Panel, tried: Tried, caller: tuple[str, str] | None) -> list[Line]:
    """Both versions of a form that came too late; empty for any other. `caller`: where read in clear."""
    if not _late(panel, tried):
        return []
    if tried.form == ORDER:
        return _of_order(panel, tried.typed, caller)
    return _of_step(_standing(panel, tried.form), tried.typed)


def anew(panel: Panel, tried: Tried) -> Tried:
    """A correction that came too late as the correction of what stands now, so that it can be sent again."""
    stands = _standing(panel, tried.form)
    return replace(tried, form=f"{_CORRECT}{stands.id}") if stands else tried


def _of_order(panel: Panel, typed: Mapping[str, str], caller: tuple[str, str] | None) -> list[Line]:
    order, counted = panel.order, _("按本辖区规定计算")
    if order is None:
        return [Line(label_of(name), None, said) for name in _FIELDS if (said := typed.get(name, "").strip())]
    given = panel.given
    name, phone = caller or panel.caller
    kept = {
        "order_number": order.number,
        "received_at": _minute(order.received_at),
        "contact_due_at": _minute(given[StepKind.CONTACT]) if StepKind.CONTACT in given else counted,
        "answer_due_at": _minute(given[StepKind.ANSWER]) if StepKind.ANSWER in given else counted,
        "caller": name or "—",
        "phone": phone or "—",
    }
    return [Line(label_of(name), kept[name], _typed(name, typed, counted)) for name in _FIELDS]


def _of_step(stands: HotlineStep | None, typed: Mapping[str, str]) -> list[Line]:
    found: list[Line] = []
    kind = typed.get("kind", "")
    if kind in set(StepKind):
        found.append(Line(_("环节"), None, _(STEP_NAMES[StepKind(kind)])))
    for name, (label, yes, no) in _YES_NO.items():
        if typed.get(name):
            now = {True: _(yes), False: _(no), None: "—"}[getattr(stands, name)] if stands else None
            found.append(Line(_(label), now, _(yes) if typed[name] == "true" else _(no)))
    if typed.get("withdrawn"):
        found.append(Line(_("这一步没有发生，撤回"), None, "✓"))
    if typed.get("at"):
        found.append(Line(label_of("at"), _minute(stands.at) if stands else None, typed["at"].replace("T", " ")))
    if typed.get("words", "").strip():
        said = stands.words or "—" if stands else None
        found.append(Line(_("更正原因") if typed.get("corrects") else _("情况"), said, typed["words"].strip()))
    return found


def _standing(panel: Panel, form: str) -> HotlineStep | None:
    """The step that holds now instead of the one that a form corrects; None where it was withdrawn, or is no form."""
    later, at, found = _later(panel), _corrects(form), None
    while at in later:
        found = later[at]
        at = found.id
    return None if found is None or found.withdrawn else found


def _late(panel: Panel, tried: Tried) -> bool:
    """Whether a form was refused as a whole, or corrects a step that others have corrected: its own form is gone."""
    return "version" in tried.errors or _corrects(tried.form) in _later(panel)


def _later(panel: Panel) -> dict[int | None, HotlineStep]:
    """Step -> the one that corrects it."""
    return {row.step.supersedes_id: row.step for row in panel.steps}


def _corrects(form: str) -> int:
    """The step that a form corrects; 0: none."""
    step_id = form.removeprefix(_CORRECT)
    return int(step_id) if form.startswith(_CORRECT) and step_id.isascii() and step_id.isdigit() else 0


_FIELDS = ("order_number", "received_at", "contact_due_at", "answer_due_at", "caller", "phone")


def _typed(name: str, typed: Mapping[str, str], counted: str) -> str:
    said = typed.get(name, "").strip()
    if name.endswith("_at"):
        said = said.replace("T", " ")
    return said or (counted if name.endswith("_due_at") else "—")


def _minute(at: datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"
