from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import Config
from gridops.core import clock, db
from gridops.core.db import transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.people.rules import Role
from gridops.web.guards import public
from tests.factories import make_grid, make_user
from tests.webapp import PASSWORD_HASH, Browser, web_program


@pytest.fixture
def admin(app) -> Browser:
    with transaction() as session:
        make_user(session, make_grid(session, "S"), Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    browser = Browser(app)
    assert browser.sign_in("admin").status_code == 302
    return browser


def pages_of(app: Flask) -> list[str]:
    """Every page that a GET without arguments opens."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    )


def test_every_answer_carries_the_security_headers(app, admin):
    for browser in (Browser(app), admin):
        for path in [*pages_of(app), "/nowhere", "/static/app.css", "/api/v1/nowhere"]:
            answer = browser.get(path)
            assert answer.status_code < 500 or path == "/readyz", path
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for part in (
                "default-src 'self'",
                "object-src 'none'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "media-src 'self' blob:",
            ):
                assert part in policy, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "camera=(self)" in answer.headers["Permissions-Policy"]
            assert "Strict-Transport-Security" not in answer.headers


def test_no_page_needs_what_the_policy_forbids(app, admin):
    for path in pages_of(app):
        answer = admin.get(path)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for forbidden in (" style=", "<style", " onclick=", " onload=", "javascript:", "hx-on"):
            assert forbidden not in answer.text, (path, forbidden)
        nonce = answer.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        assert answer.text.count("<script nonce=") == answer.text.count(f'<script nonce="{nonce}"'), path
        assert "http://" not in answer.text.replace("http://www.w3.org", ""), path
        assert "https://" not in answer.text, path


def test_the_nonce_is_never_the_same(admin):
    first, second = (admin.get("/admin").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_pages_are_not_kept_by_caches_and_versioned_files_are(app, admin):
    assert admin.get("/admin").headers["Cache-Control"] == "no-store"
    page = admin.get("/admin").text
    href = page.split('rel="stylesheet" href="')[2].split('"')[0]
    assert "/static/app.css?v=" in href
    assert "immutable" in admin.get(href.replace("&amp;", "&")).headers["Cache-Control"]


def test_cookies_are_for_the_server_only(app):
    answer = Browser(app).get("/sign-in")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_cookies_are_secure_and_browsers_stay_on_it(database, tmp_path):
    with web_program(database, tmp_path, behind_tls=True, trusted_proxies=1) as app:
        told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "gridops.example"}
        answer = app.test_client().get("/sign-in", headers=told)
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-gridops=")
        assert "Secure" in cookie
        assert "Path=/" in cookie


def test_the_authority_of_trials_is_offered_only_where_it_is_served_with(database, tmp_path):
    (tmp_path / "cert").mkdir()
    (tmp_path / "cert" / "ca.crt").write_text("a certificate", "ascii")
    for settings, status in (({}, 404), ({"trial_tls": True, "behind_tls": True}, 200)):
        with web_program(database, tmp_path, **settings) as app:
            assert app.test_client().get("/ca.crt", base_url="https://10.0.0.1").status_code == status


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Invalid(("lon", "不在范围内")), 422, ["填写有误", "经度", "不在范围内"]),
        (NotFound("没有这个案件"), 404, ["没有找到", "没有这个案件"]),
        (NotAllowed("只有值班长可以结案"), 403, ["没有权限", "只有值班长可以结案"]),
        (Conflict("别人刚刚派遣了此案"), 409, ["别人刚刚派遣了此案", "没有保存任何内容"]),
        (Closed("通报已印发"), 409, ["通报已印发"]),
        (ValueError("a secret of ours"), 500, ["系统出错了"]),
    ],
)
def test_errors_become_pages_that_say_what_to_do(app, error, status, words):
    @public
    def fails():
        raise error

    app.add_url_rule("/fails", view_func=fails)
    answer = Browser(app).get("/fails")
    assert answer.status_code == status
    for word in words:
        assert word in answer.text
    assert "a secret of ours" not in answer.text
    assert "Traceback" not in answer.text


def test_unknown_pages_and_wrong_methods_are_answered(app, admin):
    assert admin.get("/nowhere").status_code == 404
    wrong = admin.get("/sign-out")
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]
    assert admin.get("/admin/people/999999999999999999999999").status_code == 404
    assert admin.get("/admin/people?after=~&unit=999999999999999999999&role=x&q=%25").status_code == 200
    assert admin.get("/admin/people?after=%00").status_code == 422


def test_paths_of_the_api_are_answered_in_problem_json(app):
    answer = Browser(app).get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_view_without_a_mark_answers_nobody(app):
    with transaction() as session:
        make_user(session, make_grid(session, "S"), Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    app.add_url_rule("/unmarked", view_func=lambda: "open")
    browser = Browser(app)
    assert browser.get("/unmarked").status_code == 302
    browser.sign_in("admin")
    assert browser.get("/unmarked").status_code == 403


def test_forms_that_are_too_large_are_refused(app, admin):
    assert admin.post("/admin/people/new", {"name": "x" * 2_000_000}).status_code == 413


def test_alive_and_ready(app):
    browser = Browser(app)
    assert browser.get("/healthz").status_code == 200
    answer = browser.get("/readyz")
    assert answer.json["database"] == "ok"
    assert answer.status_code == (200 if answer.json["broker"] == "ok" else 503)


def test_metrics_are_for_this_machine_and_admins(app, admin):
    assert Browser(app).get("/metrics").status_code == 403
    assert admin.get("/metrics").status_code == 200
    here = Browser(app, address="127.0.0.1")
    assert b"gridops_answers_total" in here.get("/metrics").data
    assert here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_the_web_program_is_light(tmp_path: Path):
    import subprocess
    import sys

    heavy = ("typst", "vl_convert", "pyogrio", "docx", "apiflask")
    code = (
        "import sys, config; from gridops.app import create_app\n"
        f"create_app(config.Config(data_dir=__import__('pathlib').Path({str(tmp_path)!r}), secret_key='x'))\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    loaded, megabytes = done.stdout.splitlines()[-2:]
    assert loaded == "[]"
    assert int(megabytes) <= 150


def test_making_the_program_binds_its_database(tmp_path: Path):
    from gridops.app import create_app

    before = db._engine
    try:
        create_app(Config(data_dir=tmp_path, secret_key="x"))
        assert str(tmp_path) in str(db.engine().url)
        db.engine().dispose()
    finally:
        if before is not None:
            db.use(before)


def test_a_plain_cookie_says_who_signed_in_last_until_they_sign_out(app, admin):
    browser = Browser(app)

    def told(answer):
        return [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("gridops_user=")]

    (cookie,) = told(browser.sign_in("admin"))
    assert cookie.split(";")[0].removeprefix("gridops_user=").isdigit()
    assert "HttpOnly" not in cookie
    assert "SameSite=Lax" in cookie
    assert told(browser.get("/account")) == []
    (cookie,) = told(browser.post("/sign-out"))
    assert cookie.startswith("gridops_user=left;"), "a phone forgets what it downloaded, without a network too"
    browser.sign_in("admin")
    (cookie,) = told(browser.post("/account/end-sessions"))
    assert cookie.startswith("gridops_user=left;")
    browser.sign_in("admin")
    admin.sign_in("admin")
    admin.post("/account/end-sessions")
    (cookie,) = told(browser.post("/sign-out"))
    assert cookie.startswith("gridops_user=left;"), "who leaves a page on which the sign-in has ended leaves too"


def test_signing_out_needs_a_token_unless_a_page_of_ours_says_so_after_the_session_has_ended(app, admin):
    ours, other = {"Origin": "http://localhost"}, {"Origin": "https://elsewhere.example"}

    def leaves(headers, **more):
        headers = {**admin.headers, **headers}
        answer = admin.client.post("/sign-out", headers=headers, environ_base=admin.environ, data=more)
        marks = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("gridops_user=left;")]
        return answer.status_code, answer.location, len(marks)

    for headers in (ours, other, {}):
        assert leaves(headers) == (400, None, 0), "somebody is signed in"
    assert admin.get("/account").status_code == 200
    token = admin.token
    with clock.set_to(clock.now() + app.config["IDLE_TIME"] + timedelta(minutes=1)):
        for headers in (other, {}):
            assert leaves(headers, csrf_token=token) == (400, None, 0)
        assert leaves(ours, csrf_token=token) == (302, "/sign-in", 1)
