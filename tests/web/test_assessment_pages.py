"""The assessment from above on the desk: rules by the admin, what a problem costs, what is reported beforehand."""

from __future__ import annotations

from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.factories import make_user
from tests.page_forms import both_versions, forms_of
from tests.web.street import Street
from tests.webapp import PASSWORD_HASH

RULE = {"name": "市考市容", "assessor": "city", "about": "event/01", "found_points": "1.5", "overdue_points": "0.5"}


def test_points_and_early_reports_go_from_the_rule_to_the_judgement(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    admin, desk = street.browser("admin"), street.browser("desk")
    assert admin.post("/admin/assessment-rules", {**RULE, "found_points": "", "overdue_points": ""}).status_code == 422
    assert admin.post("/admin/assessment-rules", {**RULE, "about": "event/zz/9"}).status_code == 422
    assert admin.post("/admin/assessment-rules", RULE).status_code == 302
    assert "市考市容" in admin.get("/admin/assessment-rules").text
    assert desk.get("/admin/assessment-rules").status_code == 403
    ours = street.dispatched()
    early = desk.get("/desk/assessment/early").text
    assert ours.number in early
    assert ours.number not in street.browser("eastern_desk").get("/desk/assessment/early").text
    own = f"/desk/assessment/cases/{ours.number}"
    assert desk.post(f"{own}/early", {"assessor": "city"}).status_code == 422
    assert street.browser("handler").post(f"{own}/early", {"assessor": "city", "early_number": "1"}).status_code == 403
    assert desk.post(f"{own}/early", {"assessor": "city", "early_number": "SJ-9"}).status_code == 302
    assert "SJ-9" in desk.get(f"/desk/cases/{ours.number}").text
    theirs = street.move(
        street.report("desk", source=Source.ASSESSMENT), Move.FILE, "desk", condition=street.condition_id
    )
    page = f"/desk/assessment/cases/{theirs.number}"
    assert desk.post(f"{page}/level", {"assessor": "nobody"}).status_code == 422
    assert desk.post(f"{page}/level", {"assessor": "city"}).status_code == 302
    month = f"/desk/assessment?month={clock.local(clock.now()):%Y-%m}"
    assert "1.50" in desk.get(month).text
    case_page = desk.get(f"/desk/cases/{theirs.number}").text
    mark = case_page.partition('name="early" value="')[2].partition('"')[0]
    sent = {"early": mark, "same": "true", "words": "同一处"}
    assert desk.post(f"{page}/judge", {**sent, "words": ""}).status_code == 422
    assert street.browser("handler").post(f"{page}/judge", sent).status_code == 404
    assert desk.post(f"{page}/judge", sent).status_code == 302
    told = desk.get(month).text
    assert ours.number in told
    assert "1.50" not in told


def sent(page: str, action: str, **typed: str) -> dict[str, list[str]]:
    """The form of a page that goes to an address, with some values typed."""
    form = next(one for one in forms_of(page) if one.action == action)
    return {**form.fields, **{name: [value] for name, value in typed.items()}}


def test_what_others_said_of_a_problem_meanwhile_is_shown_beside_what_is_said(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    admin, desk, other = street.browser("admin"), street.browser("desk"), street.browser("desk")
    assert admin.post("/admin/assessment-rules", RULE).status_code == 302
    own = f"/desk/assessment/cases/{street.dispatched().number}"
    assert desk.post(f"{own}/early", {"assessor": "city", "early_number": "SJ-9"}).status_code == 302
    case = street.move(
        street.report("desk", source=Source.ASSESSMENT), Move.FILE, "desk", condition=street.condition_id
    )
    page = f"/desk/assessment/cases/{case.number}"
    early = f"{own}/early"
    words = {"words": "编号记错"}
    for at, action, first, typed, told in (
        (page, f"{page}/level", {"assessor": "district"}, {"assessor": "city"}, ("考核层级", "区级考核", "市级考核")),
        (page, f"{page}/judge", {"same": "true", "words": "同一处"}, {"same": "false", "words": "隔一条街"},
         ("结论", "同一问题，不扣分", "不是同一问题")),
        (own, early, {**words, "early_number": "SJ-10"}, {**words, "early_number": "SJ-11"},
         ("上级平台编号", "SJ-10", "SJ-11")),
    ):  # fmt: skip
        shown = desk.get(at).text
        assert other.post(action, sent(other.get(at).text, action, **first)).status_code == 302
        late = desk.post(action, sent(shown, action, **typed))
        assert late.status_code == 409
        assert told in both_versions(late.text)
        again = desk.post(action, sent(late.text, action, **typed))
        assert again.status_code == 302
        assert told[2] in desk.get(at).text


def test_a_refusal_for_another_reason_says_it(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        for role in (Role.ADMIN, Role.AUDITOR):
            make_user(session, root, role, username=role.value, password_hash=PASSWORD_HASH)
    desk, other = street.browser("desk"), street.browser("desk")
    assert street.browser("admin").post("/admin/assessment-rules", RULE).status_code == 302
    own = f"/desk/assessment/cases/{street.dispatched().number}"
    early = f"{own}/early"
    assert desk.post(early, {"assessor": "city", "early_number": "SJ-9"}).status_code == 302
    case = street.move(
        street.report("desk", source=Source.ASSESSMENT), Move.FILE, "desk", condition=street.condition_id
    )
    page = f"/desk/assessment/cases/{case.number}"
    barred = street.browser("auditor").post(f"{page}/level", {"assessor": "city"})
    assert (barred.status_code, "您的岗位或责任范围不能办理这件事" in barred.text) == (403, True)
    assert both_versions(barred.text) == []
    assert desk.post(f"{page}/level", {"assessor": "city"}).status_code == 302
    shown = desk.get(page).text
    withdrawn = sent(other.get(own).text, early, words="没有上报", withdrawn="true")
    assert other.post(early, withdrawn).status_code == 302
    late = desk.post(f"{page}/judge", sent(shown, f"{page}/judge", same="true", words="同一处"))
    assert (late.status_code, "这条提前上报与本案的类别、地点、层级或时间不符" in late.text) == (409, True)


def test_a_correction_that_two_others_came_before_is_set_beside_what_stands(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    desk, other = street.browser("desk"), street.browser("desk")
    assert street.browser("admin").post("/admin/assessment-rules", RULE).status_code == 302
    own = f"/desk/assessment/cases/{street.dispatched().number}"
    early = f"{own}/early"
    assert desk.post(early, {"assessor": "city", "early_number": "SJ-9"}).status_code == 302
    shown = desk.get(own).text
    for number in ("SJ-10", "SJ-11"):
        form = sent(other.get(own).text, early, early_number=number, words="编号记错")
        assert [other.post(early, form).status_code for _twice in range(2)] == [302, 302]
    late = desk.post(early, sent(shown, early, early_number="SJ-12", words="编号记错"))
    assert late.status_code == 409
    assert ("上级平台编号", "SJ-11", "SJ-12") in both_versions(late.text)
    assert desk.post(early, sent(late.text, early)).status_code == 302
    assert "SJ-12" in desk.get(own).text


def test_a_rule_that_has_ended_is_not_ended_again_and_the_page_says_so(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    admin, page = street.browser("admin"), "/admin/assessment-rules"
    assert admin.post(page, RULE).status_code == 302
    (ending,) = (form.action for form in forms_of(admin.get(page).text) if form.action.endswith("/end"))
    assert admin.post(ending).status_code == 302
    again = admin.post(ending)
    assert (again.status_code, "这条扣分规则已经终止" in again.text) == (409, True)
    assert "您填写期间" not in again.text
