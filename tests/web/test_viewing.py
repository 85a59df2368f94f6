"""An admin sees the pages as somebody else does: everything they see, and nothing is done."""

from datetime import timedelta

from sqlalchemy import delete, select

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.people.models import RoleHolding, User
from gridops.people.queries import forget
from gridops.people.rules import Role
from gridops.people.rules.viewing import LASTS
from gridops.web.sessions import UNASKED
from tests.factories import make_grid, make_user
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
    assert admin.get("/desk/cases.csv").status_code == 403
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
    assert [page for act, page in told if act == "page"] == ["/desk", "/desk/cases.csv", "/desk/load"]
    assert told[-1] == ("end", None)


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
