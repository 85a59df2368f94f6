"""An admin sees the pages as somebody else does: everything they see, and nothing is done."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import delete, select

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.people.models import RoleHolding, User
from gridops.people.queries import forget
from gridops.people.rules import Role
from gridops.people.rules.viewing import LASTS
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk
from gridops.web import look_only
from gridops.web.sessions import UNASKED
from tests.factories import make_grid, make_user
from tests.web.shots import attach
from tests.webapp import PASSWORD_HASH, Browser


def people(*roles):
    with transaction() as session:
        street = make_grid(session, "S")
        made = {
            role: make_user(session, street, role, username=role.value, password_hash=PASSWORD_HASH) for role in roles
        }
        made[Role.SHIFT_LEADER].phone = "13800001234"
        return {role: user.id for role, user in made.items()}


def acts(user_id):
    with reading() as session:
        asked = select(AuditEntry.act, AuditEntry.details).where(AuditEntry.subject_id == str(user_id))
        return session.execute(asked.where(AuditEntry.act.like("viewing.%")).order_by(AuditEntry.id)).all()


def test_an_admin_sees_the_desk_as_the_shift_leader_does_and_can_do_nothing(app):
    ids = people(Role.ADMIN, Role.SHIFT_LEADER)
    admin, seen = Browser(app), ids[Role.SHIFT_LEADER]
    admin.sign_in("admin")
    assert admin.get("/desk").status_code == 403
    assert admin.post(f"/admin/people/{seen}/view", {"reason": " "}).location.endswith(f"/admin/people/{seen}")
    assert not acts(seen)
    admin.get(f"/admin/people/{seen}")
    assert admin.post(f"/admin/people/{seen}/view", {"reason": "查看范围"}).location.endswith("/desk")
    page = admin.get("/desk").text
    assert "结束查看" in page
    assert 'href="/admin"' not in page
    # Whatever is sent is refused, to the API too; so is another viewing from within this one.
    for path in ("/desk/reports", f"/admin/people/{ids[Role.ADMIN]}/view", "/notices/read"):
        refused = admin.post(path, {"reason": "x"})
        assert (refused.status_code, "只能看" in refused.text) == (403, True), path
        assert "请联系本单位的系统管理员" not in refused.text  # who looks is that admin
    sent = admin.client.put("/api/v1/records/018f0000-0000-7000-8000-000000000000", json={}, headers=admin.headers)
    assert sent.status_code == 403
    # What is the person's own, what would write on being opened, and files stay shut.
    assert admin.get("/account").status_code == admin.get("/account/password").status_code == 403
    assert admin.get("/desk/cases.csv").status_code == admin.get("/desk/cases.xlsx").status_code == 403
    # No header of theirs keeps a page out of the trail.
    assert admin.get("/desk/load", headers={UNASKED: "yes"}).status_code == 200
    assert admin.get("/desk", headers={UNASKED: "yes"}).status_code == 200
    with transaction() as session:
        assert not list(session.scalars(select(AuditEntry).where(AuditEntry.actor_id == seen)))
        assert session.get(User, seen).language is None
    assert admin.post("/viewing/end").location.endswith(f"/admin/people/{seen}")
    assert "结束查看" not in admin.get("/admin/people").text
    assert admin.get("/desk").status_code == 403
    told = [(act.removeprefix("viewing."), details.get("page")) for act, details in acts(seen)]
    assert told[:2] == [("begin", None), ("page", "/desk")]
    assert [page for act, page in told if act == "page"] == [
        "/desk", "/desk/cases.csv", "/desk/cases.xlsx", "/desk/load",
    ]  # fmt: skip
    assert told[-1] == ("end", None)


class Live(HTMLParser):
    """What of a page can be pressed: where links lead, and the forms that send something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[str] = []
        self._in: str | None = None
        self._shut = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.add(given["href"].partition("#")[0])
        elif tag == "form":
            self._in = given.get("action", "") if given.get("method") == "post" else None
        elif tag == "fieldset" and (self._shut or "disabled" in given):
            self._shut += 1
        elif tag == "button" and not self._shut and "disabled" not in given:
            if self._in is not None:
                self.forms.append(self._in)
            elif "data-traced" in given:
                self.forms.append("data-traced")

    def handle_endtag(self, tag):
        if tag == "form":
            self._in = None
        elif tag == "fieldset" and self._shut:
            self._shut -= 1


OWN = {"/viewing/end", "/sign-out", "/language"}


def test_what_would_be_refused_is_shown_shut_and_says_why(street):
    case, other = street.filed(), street.report("desk", source="hotline_12345", source_number="T1")
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
        shop = Premises(name="店", name_key="店", kind=PremisesKind.SHOP, risk=Risk.UNKNOWN, grid_id=root.id)
        shop.root_id, shop.recorded_at, shop.version = root.id, clock.now(), 1
        session.add(shop)
        session.flush()
        shop_id = shop.id
    attach(street, case, "before", "desk", content=b"%PDF-1.4\n%%EOF\n", made=False)
    desk, admin = street.browser("desk"), street.browser("admin")
    one = f"/desk/cases/{case.number}"
    paths = ["/desk", "/desk?group=to_dispatch&q=x", one, f"{one}/peek", f"{one}/split", "/desk/map", "/desk/report",
             f"/desk/duplicates?case={case.id}", f"/desk/cases/{other.number}", "/desk/hotline", "/desk/rounds",
             "/desk/premises", f"/desk/premises/{shop_id}", "/desk/outings", "/desk/moves", "/notices"]  # fmt: skip
    sends = {form for path in paths for form in Live(desk.get(path).text).forms} - OWN
    assert {f"{one}/dispatch", "/desk/dispatch", "data-traced", ""} <= sends  # of the person's own
    assert admin.post(f"/admin/people/{street.people['desk']}/view", {"reason": "查看"}).location.endswith("/desk")
    links = set()
    for path in paths:
        page = admin.get(path).text
        live = Live(page)
        assert set(live.forms) <= OWN, path
        links |= live.links
    assert len(links) > 30
    refused = [link for link in sorted(links) if admin.get(link).status_code == 403]
    assert refused == []
    page = admin.get(one).text
    assert re.search(r'<span[^>]+aria-disabled="true" title="以他人身份查看时不下载文件。">.*application/pdf', page)
    assert re.search(r'<a href="/api/v1/evidence/\d+/original" download>', desk.get(one).text)
    assert "以他人身份查看时不能办理。" in page
    assert "/account" not in page
    listed = admin.get("/desk").text
    assert not re.search(r"\.(csv|xlsx)", listed)
    assert 'title="以他人身份查看时不下载文件。"' in listed
    # To search is to look.
    search = re.search(r'<form method="get".*?</form>', listed, re.DOTALL)
    assert search
    assert "look-only" not in search[0]


@pytest.mark.parametrize(
    ("address", "why"),
    [("/account#mail", look_only.OWN_ALONE), ("/accounts", None), ("/desk/cases.csv?group=all", look_only.NO_FILES),
     ("/desk/cases.xlsx", look_only.NO_FILES), ("/bulletins/7/records/x?format=xlsx", look_only.NO_FILES),
     ("/bulletins/7/records/x?format=csv&amp;row=1", look_only.NO_FILES), ("/bulletins/7/records/x?row=1", None),
     ("/bulletins/7/papers/pdf", look_only.NO_FILES), ("/admin/audit?act=x", look_only.NO_TRACES),
     ("/desk/premises/7/edit", look_only.NO_TRACES), ("/desk/premises/7", None), ("/desk/incidents/new?outing=7", None),
     ("/desk/incidents/new?outing=&amp;instead=7", look_only.NO_TRACES)],
)  # fmt: skip
def test_a_link_stays_one_unless_it_leads_to_what_is_shut(app, address, why):
    link = f'<a class="btn" href="{address}"><b>打开</b></a>'
    with app.test_request_context():
        shown = look_only.shut(link, ())
    if why is None:
        assert shown == link
    else:
        assert shown == f'<span class="btn" role="link" aria-disabled="true" title="{why}"><b>打开</b></span>'


def test_the_field_pages_are_the_persons_and_numbers_in_them_are_masked(app):
    ids = people(Role.ADMIN, Role.SHIFT_LEADER, Role.INSPECTOR)
    own, admin = Browser(app), Browser(app)
    own.sign_in("inspector")
    assert own.get("/field/pack/phones").get_json()["people"][0]["phone"] == "13800001234"
    admin.sign_in("admin")
    admin.get("/admin/people")
    admin.post(f"/admin/people/{ids[Role.INSPECTOR]}/view", {"reason": "查看现场页面"})
    me = admin.get("/field/pack/me").get_json()
    assert (me["user_id"], bool(me["viewing"])) == (ids[Role.INSPECTOR], True)
    assert own.get("/field/pack/me").get_json()["viewing"] is None
    assert admin.get("/field/pack/phones").get_json()["people"][0]["phone"] == "138****1234"


def test_it_ends_with_its_half_hour_with_the_sign_out_and_with_the_account(app):
    seen = people(Role.ADMIN, Role.SHIFT_LEADER)[Role.SHIFT_LEADER]
    for how in ("time", "late sign-out", "sign-out", "locked"):
        admin = Browser(app)
        admin.sign_in("admin")
        admin.get("/admin/people")
        assert admin.post(f"/admin/people/{seen}/view", {"reason": how}).status_code == 302
        admin.get("/desk")
        if how in ("time", "late sign-out"):
            with clock.set_to(clock.now() + LASTS / 2):
                assert admin.get("/desk").status_code == 200
        if how == "late sign-out":
            with clock.set_to(clock.now() + LASTS + timedelta(seconds=1)):
                forget()
                assert admin.post("/sign-out").location == "/sign-in"
                assert admin.get("/admin").location.startswith("/sign-in")
        elif how == "time":
            with clock.set_to(clock.now() + LASTS + timedelta(seconds=1)):
                forget()
                # What is sent when the time is up is not done as the admin instead.
                assert admin.post("/desk/dispatch", {"name": "x"}).status_code == 403
                assert admin.get("/desk").status_code == 403
        elif how == "sign-out":
            admin.post("/sign-out")
            assert admin.get("/desk").location.startswith("/sign-in")
        else:
            with transaction() as session:
                session.get(User, seen).active = False
            assert admin.get("/desk").status_code == 302
            assert "已经结束" in admin.get("/admin").text
    ended = [details["ended"] for act, details in acts(seen) if act == "viewing.end"]
    assert ended == ["time_up", "time_up", "by_hand", "withdrawn"]


def test_without_a_role_there_is_nothing_to_see_and_a_viewing_ends_with_the_last_one(app):
    ids = people(Role.ADMIN, Role.SHIFT_LEADER)
    seen = ids[Role.SHIFT_LEADER]
    admin = Browser(app)
    admin.sign_in("admin")
    admin.get("/admin/people")
    assert admin.post(f"/admin/people/{seen}/view", {"reason": "查看"}).location.endswith("/desk")
    with transaction() as session:
        session.execute(delete(RoleHolding).where(RoleHolding.user_id == seen))
    assert admin.get("/desk").location == "/"
    assert "已经结束" in admin.get("/admin").text
    assert [details.get("ended") for _, details in acts(seen)] == [None, "withdrawn"]
    assert admin.post(f"/admin/people/{seen}/view", {"reason": "查看"}).location.endswith(f"/admin/people/{seen}")
    assert "没有任何角色" in admin.get(f"/admin/people/{seen}").text
    assert len(acts(seen)) == 2


def test_evidence_opened_by_its_address_leaves_a_trace_once(app):
    seen = people(Role.ADMIN, Role.SHIFT_LEADER)[Role.SHIFT_LEADER]
    admin = Browser(app)
    admin.sign_in("admin")
    admin.get("/admin/people")
    admin.post(f"/admin/people/{seen}/view", {"reason": "查看"})
    for path in ("7/original", "7/320", "8/1280"):
        admin.get(f"/api/v1/evidence/{path}")
    pages = [details["page"] for act, details in acts(seen) if act == "viewing.page"]
    assert pages == ["/api/v1/evidence/7/original", "/api/v1/evidence/8/1280"]
