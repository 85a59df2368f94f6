"""No form of the administration overwrites what others changed since it was shown.

Every form that is posted there is in one of two tables: it edits what stands, and then a late one is refused, both
versions are shown, nothing is changed, what was typed is still in the form, and from there it can be sent again; or it
overwrites nothing, and the table says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Engine

from gridops.core import clock
from tests.house.admin_things import HOOK, RULE, everything, filled, form_in, signed_in, street_of_two, world
from tests.page_forms import both_versions
from tests.web.catalogue_admin import TODAY

# Whoever adds to these says what a late one does instead of overwriting.
OVERWRITE_NOTHING = {
    "admin_areas.withdraw": "takes back the row it names; one that holds by now is refused",
    "admin_assessment.end": "ends the row it names; one that was replaced is refused",
    "admin_audit.verify": "reads",
    "admin_bases.add": "a further one; a code that is taken is refused",
    "admin_bases.end": "ends the row it names; one that was replaced is refused",
    "admin_calendar.upload": "a file for whole years: it says how many days it changed",
    "admin_categories.add_condition": "a further one",
    "admin_categories.end_condition": "ends the row it names; one that was replaced is refused",
    "admin_checklists.add": "a further one; a code that is taken is refused",
    "admin_checklists.end": "ends the row it names; one that was replaced is refused",
    "admin_dispatching.add": "a further one",
    "admin_dispatching.end": "ends the row it names; one that was replaced is refused",
    "admin_duties.assign": "a further one: several may answer together",
    "admin_duties.end": "ends the row it names",
    "admin_extensions.add": "a further one; a code that is taken is refused",
    "admin_extensions.end": "ends the row it names",
    "admin_notices.test": "sends a message",
    "admin_people.active": "says which of two it shall be, and nothing else of the person",
    "admin_people.end_role": "ends the row it names",
    "admin_people.end_token": "ends the row it names",
    "admin_people.grant": "a further one",
    "admin_people.new_post": "a further one; a name that is taken is refused",
    "admin_people.password": "a new password, shown once",
    "admin_people.token": "a further one",
    "admin_running.follow": "cases follow what is set now, whatever was set before",
    "admin_steps.withdraw": "takes back the row it names; one that holds by now is refused",
    "admin_units.new": "a further one; a code that is taken is refused",
    "viewing.begin": "begins a look that changes nothing",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A form that edits what stands: the page it is on, what is typed first and, too late, by another.

    `told`: of the field that both changed, what stands now and what was typed. `before`: another form by which the
    first change is made: its endpoint. `secret`: fields that are never shown again.
    """

    page: str
    goes: str
    first: dict[str, str]
    late: dict[str, str]
    told: tuple[str, str]
    before: str = ""
    secret: frozenset[str] = frozenset()


EDITS = {
    "admin_areas.put": Edit(
        "/admin/areas", "/admin/areas",
        {"grid": "{root}", "area": "B"}, {"grid": "{root}", "area": "C"}, ("B类区域", "C类区域"),
    ),
    "admin_assessment.add": Edit(
        "/admin/assessment-rules", "/admin/assessment-rules",
        {**RULE, "name": "每件扣分", "valid_from": "2017-03-01"}, {**RULE, "name": "事件扣分", "found_points": "2"},
        ("每件扣分", "事件扣分"),
    ),
    "admin_bases.change": Edit(
        "/admin/bases/{basis}", "/admin/bases/{basis}",
        {"max_fine_person": "300"}, {"max_fine_person": "350"}, ("300.00", "350"),
    ),
    "admin_calendar.drop": Edit(
        "/admin/calendar?year=2017&day=2017-07-02", "/admin/calendar/days/drop",
        {"date": "2017-07-02", "is_workday": "1", "name": "抗旱"}, {}, ("抗旱", "—"),
        before="admin_calendar.override",
    ),
    "admin_calendar.hours": Edit(
        "/admin/calendar", "/admin/calendar/hours",
        {"hours": "08:00-12:00", "valid_from": "2017-06-01"}, {"hours": "09:00-12:00", "valid_from": "2017-06-01"},
        ("08:00-12:00", "09:00-12:00"),
    ),
    "admin_calendar.override": Edit(
        "/admin/calendar?year=2017&day=2017-07-02", "/admin/calendar/days",
        {"is_workday": "1", "name": "抗旱"}, {"is_workday": "1", "name": "迎检"}, ("抗旱", "迎检"),
    ),
    "admin_categories.dates_post": Edit(
        "/admin/categories/lists/{list}", "/admin/categories/lists/{list}",
        {"valid_from": "2014-01-01"}, {"valid_from": "2014-02-01"}, ("2014-01-01", "2014-02-01"),
    ),
    "admin_categories.edit_condition": Edit(
        "/admin/categories/{category}/conditions/{condition}", "/admin/categories/{category}/conditions/{condition}",
        {"closing_condition": "清扫干净"}, {"closing_condition": "不留痕迹"}, ("清扫干净", "不留痕迹"),
    ),
    "admin_categories.rename": Edit(
        "/admin/categories/{extension}", "/admin/categories/{extension}/name",
        {"name_zh": "单车围栏"}, {"name_zh": "单车停放"}, ("单车围栏", "单车停放"),
    ),
    "admin_checklists.change": Edit(
        "/admin/checklists/{checklist}/edit", "/admin/checklists/{checklist}/edit",
        {"theme": "冬季"}, {"theme": "夏季"}, ("冬季", "夏季"),
    ),
    "admin_closing.keep": Edit(
        "/admin/closing", "/admin/closing",
        {"recheck_percent": "20"}, {"recheck_percent": "30"}, ("20", "30"),
    ),
    "admin_dispatching.change": Edit(
        "/admin/dispatch-rules/{rule}", "/admin/dispatch-rules/{rule}",
        {"name": "夜间"}, {"name": "夜里"}, ("夜间", "夜里"),
    ),
    "admin_dispatching.move": Edit(
        "/admin/dispatch-rules", "/admin/dispatch-rules/{rule}/move",
        {}, {}, ("1 其余、2 夜间派环卫", "夜间派环卫 下移"),
    ),
    "admin_hotline.keep": Edit(
        "/admin/hotline", "/admin/hotline",
        {"contact_limit": "2"}, {"contact_limit": "3"}, ("2", "3"),
    ),
    "admin_notices.keep": Edit(
        "/admin/notices", "/admin/notices",
        {"address": f"{HOOK}first-of-them-0001"}, {"address": f"{HOOK}second-of-them-0002"},
        ("qyapi.weixin.qq.com …0001", "qyapi.weixin.qq.com …0002"), secret=frozenset({"address"}),
    ),
    "admin_notices.remove": Edit(
        "/admin/notices", "/admin/notices/{hook}/remove",
        {"address": f"{HOOK}first-of-them-0001"}, {}, ("qyapi.weixin.qq.com …0001", "删除"),
        before="admin_notices.keep",
    ),
    "admin_people.change": Edit(
        "/admin/people/{person}", "/admin/people/{person}",
        {"phone": "13800001234"}, {"phone": "13900004321"}, ("138****1234", "13900004321"),
    ),
    "admin_steps.put": Edit(
        "/admin/steps", "/admin/steps",
        {"step": "dispatch", "limit": "4", "limit_unit": "working_hour"},
        {"step": "dispatch", "limit": "2", "limit_unit": "working_hour"}, ("4", "2"),
    ),
    "admin_units.change": Edit(
        "/admin/units?at={unit}", "/admin/units/{unit}",
        {"name": "环卫一所"}, {"name": "环卫二所"}, ("环卫一所", "环卫二所"),
    ),
}  # fmt: skip


@pytest.fixture
def app(database: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The program as delivered, with a street and two admins."""
    with street_of_two(database, tmp_path) as opened:
        yield opened


def test_every_form_of_the_administration_is_in_one_of_the_tables(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    found = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    assert found == EDITS.keys() | OVERWRITE_NOTHING.keys(), "a late form of it must be shown: `web.versions.Edited`"
    assert not EDITS.keys() & OVERWRITE_NOTHING.keys()


@pytest.mark.parametrize("endpoint", EDITS)
def test_a_late_form_shows_both_versions_and_changes_nothing(app: Flask, endpoint: str) -> None:
    edit, admin, colleague = EDITS[endpoint], signed_in(app, "admin"), signed_in(app, "colleague")
    ids = world(admin)
    page, goes = edit.page.format(**ids), edit.goes.format(**ids)
    shown = form_in(app, admin.get(page).text, page, endpoint, goes)
    others = edit.before or endpoint
    first = form_in(app, colleague.get(page).text, page, others, EDITS[others].goes.format(**ids))
    assert colleague.post(first.action, filled(first, edit.first, ids)).status_code == 302
    stands = everything()

    late = admin.post(goes, filled(shown, edit.late, ids))
    assert late.status_code == 409
    assert everything() == stands
    assert edit.told in [(now, typed) for _label, now, typed in both_versions(late.text)]
    again = form_in(app, late.text, goes, endpoint)
    kept = {name: [value.format(**ids)] for name, value in edit.late.items() if name not in edit.secret}
    assert {name: again.fields.get(name) for name in kept} == kept

    secrets = {name: edit.late[name] for name in edit.secret}
    assert admin.post(again.action, filled(again, secrets, ids)).status_code == 302
    assert everything() != stands


@pytest.mark.parametrize(
    ("change", "end", "page", "changed_at"),
    [
        ("admin_bases.change", "admin_bases.end", "/admin/bases", ""),
        ("admin_categories.edit_condition", "admin_categories.end_condition", "/admin/categories/{category}", ""),
        ("admin_checklists.change", "admin_checklists.end", "/admin/checklists/{own}", "/edit"),
        ("admin_dispatching.change", "admin_dispatching.end", "/admin/dispatch-rules", ""),
    ],
)
def test_what_was_replaced_meanwhile_is_not_ended(
    app: Flask, change: str, end: str, page: str, changed_at: str
) -> None:
    admin, colleague = signed_in(app, "admin"), signed_in(app, "colleague")
    ids = world(admin)
    at = EDITS[change].page.format(**ids)
    made = admin.post(at, filled(form_in(app, admin.get(at).text, at, change), EDITS[change].first, ids))
    at = page.format(**ids, own=made.location.rpartition("/")[2])
    ending = form_in(app, admin.get(at).text, at, end)
    at = ending.action.removesuffix("/end") + changed_at
    replaced = filled(form_in(app, colleague.get(at).text, at, change), EDITS[change].late, ids)
    assert colleague.post(at, replaced).status_code == 302
    stands = everything()
    assert admin.post(ending.action, ending.fields).status_code == 409
    assert everything() == stands


def test_of_two_forms_sent_at_the_same_instant_one_is_late(app: Flask) -> None:
    both, start = [signed_in(app, name) for name in ("admin", "colleague")], Barrier(2)
    forms = [form_in(app, one.get("/admin/hotline").text, "/admin/hotline", "admin_hotline.keep") for one in both]

    def send(number: int) -> int:
        form = filled(forms[number], {"contact_limit": f"{number + 2}"}, {})
        start.wait()
        with clock.set_to(TODAY):
            return both[number].post("/admin/hotline", form).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, range(2))) == [302, 409]
