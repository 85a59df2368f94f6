"""Admin pages of the lists of categories, of local extensions and of version dates, through HTTP; who may open them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from gridops.catalogue import queries as catalogue
from gridops.catalogue import service as catalogue_service
from gridops.catalogue.rules import Kind
from gridops.core import db
from tests.web.catalogue_admin import CONDITION, category_id, root_of
from tests.webapp import Browser


def test_only_an_admin_opens_these_pages(seeded_app: Flask) -> None:
    inspector, nobody = Browser(seeded_app), Browser(seeded_app)
    inspector.sign_in("inspector")
    for path in ("/admin/categories", "/admin/calendar", f"/admin/categories/{category_id()}"):
        assert inspector.get(path).status_code == 403
        assert nobody.get(path).status_code == 302
    assert inspector.post("/admin/calendar/days", {"date": "2017-07-01", "is_workday": "1"}).status_code == 403


def test_the_list_shows_conditions_and_finds_by_word_and_class(admin: Browser) -> None:
    page = admin.get("/admin/categories").text
    assert "GB/T 30428.2-2013" in page
    assert "私搭乱建" in page
    assert "正在搭建未经批准的建筑物、构筑物" in page
    assert "示例" not in admin.get("/admin/categories?q=%25").text
    found = admin.get("/admin/categories?q=露天烧烤").text
    assert "占道或露天经营烧烤" in found
    assert "私搭乱建" not in found
    assert "路灯井盖" in admin.get("/admin/categories?class=component/01").text
    for hostile in ("?class=x/y", "?list=99999999999999999999", "?after=zzz"):
        assert admin.get(f"/admin/categories{hostile}").status_code == 200
    for hostile in ("?after=%00", "?q=%00"):
        assert admin.get(f"/admin/categories{hostile}").status_code == 422


def test_every_category_is_reached_by_turning_pages(admin: Browser) -> None:
    path, codes = "/admin/categories", []
    for _ in range(10):
        page = admin.get(path).text
        codes += re.findall(r"<code>(\d{4})</code></td>", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = following.group(1).replace("&amp;", "&")
    assert len(codes) == 116


def test_a_local_extension_is_added_from_99_down_and_stopped(admin: Browser) -> None:
    with db.reading() as session:
        listed = next(row.id for row in catalogue.lists(session) if row.code == "B")
    path = f"/admin/extensions/new/{listed}"
    assert "由99往下" in admin.get(path).text
    assert admin.post(path, {"class": "event/01", "code": "0110", "name_zh": "犬只扰民"}).status_code == 422
    made = admin.post(path, {"class": "event/02", "name_zh": "犬只扰民", "name_en": "Dogs"})
    assert made.status_code == 302
    page = admin.get(made.location).text
    assert "0299" in page
    assert "沿用大类的立案条件" in page
    assert "编码已经使用" in admin.post(path, {"class": "event/02", "code": "0299", "name_zh": "又一个"}).text
    end = re.search(r'action="([^"]+/end)"', page)
    assert end
    assert admin.post(end.group(1)).status_code == 302
    assert admin.post(end.group(1)).status_code == 409


def test_a_local_extension_gets_its_name_and_nobody_else_touches_it(admin: Browser, seeded_app: Flask) -> None:
    with db.transaction() as session:
        extension, _ = catalogue_service.find_or_extend(
            session, "B", Kind.EVENT, "0177", root_of("admin"), date(2017, 3, 8)
        )
    path = f"/admin/categories/{extension.id}"
    assert "沿用大类的立案条件" in admin.get(path).text
    assert admin.edit(f"{path}/name", {"name_zh": ""}, path).status_code == 422
    assert admin.edit(f"{path}/name", {"name_zh": "共享单车围栏"}, path).status_code == 302
    assert "共享单车围栏" in admin.get(path).text
    assert admin.post(f"/admin/categories/{category_id()}/name", {"name_zh": "x"}).status_code == 403
    neighbour = Browser(seeded_app)
    neighbour.sign_in("neighbour")
    assert neighbour.get(path).status_code == 404
    assert neighbour.post(f"{path}/name", {"name_zh": "x"}).status_code == 404
    assert neighbour.post(f"{path}/conditions/new", CONDITION).status_code == 404


def test_what_holds_in_the_whole_jurisdiction_is_kept_by_its_own_admin(seeded_app: Flask) -> None:
    small = Browser(seeded_app)
    small.sign_in("small")
    category = f"/admin/categories/{category_id()}"
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
        condition = catalogue.condition_rows(session, [category_id()], 0)[category_id()][0].id
    assert small.get(category).status_code == small.get("/admin/calendar").status_code == 200
    for path in (
        f"/admin/categories/lists/{edition}",
        f"{category}/name",
        f"{category}/conditions/new",
        f"{category}/conditions/{condition}",
        f"{category}/conditions/{condition}/end",
        "/admin/calendar/upload",
        "/admin/calendar/days",
        "/admin/calendar/days/drop",
        "/admin/calendar/hours",
    ):
        answer = small.post(path, CONDITION)
        assert answer.status_code == 403, path
        assert "整个辖区" in answer.text


def test_dates_that_several_jurisdictions_share_are_changed_by_none_of_them(admin: Browser) -> None:
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
    answer = admin.edit(f"/admin/categories/lists/{edition}", {"valid_from": "2014-01-01"})
    assert answer.status_code == 403
    assert "运行维护人员" in answer.text
    assert "2014-08-15" in admin.get(f"/admin/categories/lists/{edition}").text


@pytest.mark.parametrize("roots", [("admin",)])
def test_version_dates_are_seen_and_corrected(admin: Browser) -> None:
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
    path = f"/admin/categories/lists/{edition}"
    assert "2014-08-15" in admin.get(path).text
    assert admin.edit(path, {"valid_from": "2014-01-01", "valid_to": "2013-01-01"}).status_code == 422
    assert admin.edit(path, {"valid_from": "2014-01-01"}).status_code == 302
    assert "2014-01-01" in admin.get("/admin/categories").text
    assert admin.get("/admin/categories/lists/999999").status_code == 404
    assert admin.get("/admin/categories/999999").status_code == 404


@pytest.mark.parametrize("number", ["9" * 18, "9" * 25])
def test_an_absurd_number_in_the_address_is_not_found(admin: Browser, number: str) -> None:
    for path in (f"/admin/categories/{number}", f"/admin/categories/lists/{number}"):
        assert admin.get(path).status_code == 404
