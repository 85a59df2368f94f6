import re

import pytest

from gridops.core.db import reading, transaction
from gridops.grids.rules import Level
from gridops.people import queries
from gridops.people.rules import Role, UnitKind
from tests import page_forms
from tests.factories import make_category, make_condition, make_grid, make_unit, make_user
from tests.web.street import hidden
from tests.webapp import PASSWORD_HASH, Browser


@pytest.fixture
def place(app):
    """Ids by name: a street with a community, a grid and people; a second street."""
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道")
        community = make_grid(session, "A", parent=street, level=Level.COMMUNITY, name="盘龙社区")
        grid = make_grid(session, "A1", parent=community, level=Level.GRID, name="盘龙第1网格")
        other = make_grid(session, "T")
        hall = make_unit(session, street, "hall", name="街道办", kind=UnitKind.STREET, level=1)
        made = {
            "admin": make_user(session, street, Role.ADMIN, unit=hall, username="admin", password_hash=PASSWORD_HASH),
            "small": make_user(
                session, street, Role.ADMIN, unit=hall, grid=community, username="small", password_hash=PASSWORD_HASH
            ),
            "jd": make_user(
                session, street, Role.INSPECTOR, unit=hall, grid=grid, username="jd", password_hash=PASSWORD_HASH
            ),
            "foreign": make_user(session, other, Role.ADMIN, username="foreign", password_hash=PASSWORD_HASH),
        }
        found = {name: user.id for name, user in made.items()}
        return {**found, "street": street.id, "community": community.id, "grid": grid.id, "hall": hall.id}


@pytest.fixture
def admin(app, place) -> Browser:
    browser = Browser(app)
    browser.sign_in("admin")
    return browser


def details(place, name):
    with reading() as session:
        return queries.person_details(session, place["street"], place[name])


def test_a_role_held_for_two_grids_is_one_badge_that_names_both(admin, place):
    admin.post(f"/admin/people/{place['jd']}/roles", {"role": "inspector", "grid_code": "A"})
    page = admin.get("/admin/people?q=jd").text
    (badge,) = re.findall(r'<span class="chip" title="([^"]*)">(网格监督员[^<]*)<', page)
    assert badge == ("街道办 · 盘龙第1网格\n街道办 · 盘龙社区", "网格监督员 ×2")


def test_the_whole_life_of_an_account(app, admin, place):
    assert "jd" in admin.get("/admin/people?role=inspector").text
    form = {"username": "Wang", "name": "王丽华", "unit_id": str(place["hall"])}
    assert admin.post("/admin/people/new", {**form, "username": "jd"}).status_code == 422
    made = admin.post("/admin/people/new", form)
    one = made.location
    assert "已添加 王丽华" in admin.get(one).text
    granted = admin.post(f"{one}/roles", {"role": "editor", "grid_code": "A", "last_day": "2099-12-31"})
    assert granted.location == one
    assert "盘龙社区" in admin.get(one).text
    assert "2099-12-31" in admin.get(one).text
    shown = admin.post(f"{one}/password")
    secret = re.search(r'class="secret">([^<]+)<', shown.text).group(1)
    assert secret not in admin.get(one).text, "shown once"
    wang = Browser(app)
    wang.sign_in("wang", secret)
    assert wang.get("/").location == "/account/password"
    admin.get(one)
    admin.post(f"{one}/active", {"active": "no"})
    assert wang.get("/account/password").status_code == 302
    assert "停用" in admin.get(one).text
    admin.post(f"{one}/active", {"active": "yes"})
    token = admin.post(f"{one}/tokens")
    assert "gridops_" in token.text
    end = re.search(rf'action="({one}/tokens/\d+/end)"', token.text).group(1)
    assert admin.post(end).location == one
    role = re.search(rf'action="({one}/roles/\d+/end)"', admin.get(one).text).group(1)
    assert admin.post(role).location == one
    assert "已终止" in admin.get(one).text


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("/admin/people/new", {"username": "", "name": "", "unit_id": ""}, "必填"),
        ("/admin/people/new", {"username": "x1", "name": "王", "unit_id": "abc"}, "请从列表中选择"),
        ("/admin/people/{jd}", {"name": "王", "unit_id": "{hall}", "certificate_valid_to": "2017-02-30"}, "日期"),
        ("/admin/people/{jd}/roles", {"role": "king"}, "请从列表中选择"),
        ("/admin/people/{jd}/roles", {"role": "editor", "grid_code": "nowhere"}, "没有这个网格"),
        ("/admin/people/{jd}/roles", {"role": "editor", "valid_from": "2017-02-01", "last_day": "2017-01-01"}, "截止"),
        ("/admin/units", {"code": "hall", "name": "又一个", "kind": "street"}, "已被使用"),
        ("/admin/units", {"code": "x", "name": "x", "kind": "section"}, "不能是第1级"),
        ("/admin/units/{hall}", {"name": "", "kind": "street"}, "必填"),
        ("/admin/duties/{grid}", {"line": "visits"}, "只能填一项"),
        ("/admin/duties/{grid}", {"line": "visits", "username": "foreign"}, "没有这个人员"),
        ("/admin/duties/{grid}", {"line": "x", "username": "jd"}, "请从列表中选择"),
    ],
)
def test_a_wrong_form_is_shown_again_with_its_reason(admin, place, path, form, field):
    filled = {name: value.format(**place) for name, value in form.items()}
    answer = admin.post(path.format(**place), filled)
    assert answer.status_code == 422
    assert field in answer.text


def test_units_are_made_and_renamed(admin, place):
    made = admin.post(
        "/admin/units", {"code": "d", "name": "综合执法局", "kind": "urban_management", "parent_id": str(place["hall"])}
    )
    assert "综合执法局" in admin.get(made.location).text
    unit_id = made.location.split("at=")[1]
    admin.edit(f"/admin/units/{unit_id}", {"name": "执法局", "kind": "department"}, f"/admin/units?at={unit_id}")
    page = admin.get(f"/admin/units?at={unit_id}").text
    assert "执法局" in page
    assert "综合执法局" not in page


def test_who_changes_a_unit_after_another_is_told_and_what_was_typed_stays(admin, place):
    path = f"/admin/units/{place['hall']}"
    shown = admin.get(f"/admin/units?at={place['hall']}")
    form = {"version": hidden(shown, "version"), "kind": "street"}
    assert admin.post(path, {**form, "name": "甲名", "phone": ""}).status_code == 302
    late = admin.post(path, {**form, "name": "乙名", "phone": "0519-85551234"})
    assert late.status_code == 409
    told = ("他人已先作修改", "甲名", 'value="乙名"', 'value="0519-85551234"')
    assert [word for word in told if word not in late.text] == []
    assert "乙名" not in admin.get(f"/admin/units?at={place['hall']}").text
    again = {**form, "version": hidden(late, "version")}
    wrong = admin.post(path, {**again, "name": "乙名", "phone": "call me"})
    assert (wrong.status_code, 'value="乙名"' in wrong.text) == (422, True)
    assert admin.post(path, {**again, "name": "乙名", "phone": ""}).status_code == 302


def test_the_telephone_of_a_person_is_masked_kept_by_an_empty_field_and_taken_away_by_a_tick(admin, place):
    form = {"name": "监督员", "unit_id": str(place["hall"])}
    assert admin.post(f"/admin/people/{place['jd']}", {**form, "phone": "call me"}).status_code == 422
    admin.edit(f"/admin/people/{place['jd']}", {**form, "phone": "13800001234"})
    for page in ("/admin/people?q=jd", f"/admin/people/{place['jd']}"):
        assert "138****1234" in admin.get(page).text
        assert "13800001234" not in admin.get(page).text
    admin.edit(f"/admin/people/{place['jd']}", form)
    assert details(place, "jd").phone == "13800001234"
    assert "13800001234" not in admin.get("/admin/audit").text
    admin.edit(f"/admin/people/{place['jd']}", {**form, "no_phone": "yes"})
    assert details(place, "jd").phone is None


def test_the_form_of_a_role_stays_whole_beside_details_that_were_refused(admin, place):
    path = f"/admin/people/{place['jd']}"
    for answer in (admin.get(path), admin.post(path, {"name": "", "unit_id": str(place["hall"])})):
        (form,) = [one for one in page_forms.forms_of(answer.text) if one.action == f"{path}/roles"]
        assert form.fields.keys() >= {"role", "unit_id", "grid_code", "valid_from", "last_day"}


def test_the_office_telephone_of_a_unit_is_plain(admin, place):
    path, page = f"/admin/units/{place['hall']}", f"/admin/units?at={place['hall']}"
    admin.edit(path, {"name": "街道办", "kind": "street", "phone": "0519-85551234"}, page)
    assert "0519-85551234" in admin.get(page).text
    admin.edit(path, {"name": "街道办", "kind": "street", "phone": ""}, page)
    assert "0519-85551234" not in admin.get(page).text


def test_responsibilities_are_assigned_and_coverage_follows(admin, place):
    assert "空缺" in admin.get("/admin/duties").text
    for line in ("visits", "upkeep", "civility", "public_order", "environment_safety"):
        answer = admin.post(f"/admin/duties/{place['grid']}", {"line": line, "username": "jd"})
        assert answer.status_code == 302
    assert admin.post(f"/admin/duties/{place['grid']}", {"line": "visits", "username": "jd"}).status_code == 409
    page = admin.get(f"/admin/duties?below={place['community']}").text
    assert "100.00%" in page
    assert "空缺" not in page
    end = re.search(r'action="(/admin/duties/\d+/\d+/end)"', admin.get(f"/admin/duties/{place['grid']}").text).group(1)
    admin.post(end)
    assert "空缺" in admin.get("/admin/duties").text


FORMS = ["/admin/people/{jd}/password", "/admin/people/{jd}/active", "/admin/people/{jd}/tokens"]


@pytest.mark.parametrize("path", ["/admin/people/{jd}", "/admin/duties/{grid}"])
def test_pages_of_another_root_do_not_exist(app, place, path):
    stranger = Browser(app)
    stranger.sign_in("foreign")
    assert stranger.get(path.format(**place)).status_code == 404


@pytest.mark.parametrize("path", [*FORMS, "/admin/duties/{grid}", "/admin/people/{jd}/roles"])
def test_forms_of_another_root_do_nothing(app, place, path):
    stranger = Browser(app)
    stranger.sign_in("foreign")
    before = details(place, "jd")
    answer = stranger.post(path.format(**place), {"role": "admin", "line": "visits", "username": "jd"})
    assert answer.status_code in {403, 404}
    assert details(place, "jd") == before


@pytest.mark.parametrize("path", [*FORMS, "/admin/people/{admin}/password", "/admin/units"])
def test_who_is_no_admin_there_is_refused(app, place, path):
    inspector = Browser(app)
    inspector.sign_in("jd")
    assert inspector.post(path.format(**place)).status_code == 403


def test_an_admin_of_a_part_manages_that_part_only(app, place):
    small = Browser(app)
    small.sign_in("small")
    assert small.post(f"/admin/people/{place['admin']}/password").status_code == 403
    assert small.post(f"/admin/people/{place['jd']}/roles", {"role": "editor"}).status_code == 403
    assert small.post(f"/admin/people/{place['jd']}/roles", {"role": "editor", "grid_code": "A"}).status_code == 302
    assert small.post(f"/admin/duties/{place['grid']}", {"line": "visits", "username": "jd"}).status_code == 302


def test_text_that_looks_like_markup_stays_text(admin, place):
    name = "<script>alert(1)</script>"
    admin.edit(f"/admin/people/{place['jd']}", {"name": name, "unit_id": str(place["hall"])})
    for path in (f"/admin/people/{place['jd']}", "/admin/people", f"/admin/units?at={place['hall']}"):
        assert name not in admin.get(path).text
        assert "&lt;script&gt;" in admin.get(path).text


def forms_of(page: str) -> set[str]:
    """Where the forms of a page go, but for signing out."""
    main = page[page.index("<main") :]
    return set(re.findall(r'<form[^>]* method="post"(?: action="([^"]*)")?', main))


@pytest.mark.parametrize(
    "path", ["/admin/units", "/admin/units?at={hall}", "/admin/calendar", "/admin/calendar?day=2017-05-01"]
)
def test_what_holds_for_the_whole_street_is_shown_to_an_admin_of_a_part_without_forms(app, admin, place, path):
    small = Browser(app)
    small.sign_in("small")
    path = path.format(**place)
    assert forms_of(admin.get(path).text)
    assert small.get(path).status_code == 200
    assert not forms_of(small.get(path).text)


def test_an_admin_of_a_part_is_offered_just_what_he_may_do(app, admin, place):
    small = Browser(app)
    small.sign_in("small")
    mine, other = small.get(f"/admin/people/{place['jd']}").text, small.get(f"/admin/people/{place['admin']}").text
    assert f"/admin/people/{place['jd']}/password" in forms_of(mine)
    assert forms_of(other) == {f"/admin/people/{place['admin']}/roles"}  # a role within the part may be granted
    codes = set(re.findall(r'<option value="([^"]+)">(?:盘龙|龙虎)', other))
    assert codes == {"A", "A1"}
    for action in forms_of(mine):
        assert small.post(action, {"role": "editor", "grid_code": "A", "active": "yes"}).status_code != 403, action
    assert small.post(f"/admin/people/{place['admin']}/password").status_code == 403
    assert small.post(f"/admin/people/{place['admin']}/roles", {"role": "editor", "grid_code": ""}).status_code == 403
    assert forms_of(small.get(f"/admin/duties/{place['grid']}").text) == {""}
    assert not forms_of(small.get(f"/admin/duties/{place['street']}").text)
    assert small.post(f"/admin/duties/{place['street']}", {"line": "x"}).status_code in (403, 422)
    assert "/admin/audit" not in small.get("/admin").text


def test_forms_that_are_a_page_of_their_own_are_not_opened_either(app, admin, place):
    with transaction() as session:
        category = make_category(session)
        condition = make_condition(session, category)
        paths = [
            f"/admin/categories/lists/{category.list_id}",
            f"/admin/categories/{category.id}/conditions/new",
            f"/admin/categories/{category.id}/conditions/{condition.id}",
        ]
        page = f"/admin/categories/{category.id}"
    small = Browser(app)
    small.sign_in("small")
    for path in paths:
        assert admin.get(path).status_code == 200, path
        assert small.get(path).status_code == 403, path
        assert path not in small.get("/admin/categories").text + small.get(page).text
