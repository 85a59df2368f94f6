"""The pages of premises: found, entered, changed, merged; everything that happened there; people masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.rules import Level
from gridops.inspections import service as inspections
from gridops.inspections.forms import parse_visit
from gridops.operations import service as operations
from gridops.operations.forms import parse_incident
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.premises import rules
from gridops.premises import service as premises
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk
from tests.factories import make_grid, make_unit, make_user
from tests.webapp import PASSWORD_HASH, Browser
from tests.workbooks import in_both_forms, text_of

CODE = "91350100M000100Y43"
OTHER = "91320411MA1000000" + rules.check_character("91320411MA1000000")


@dataclass
class Street:
    """A street of two communities, three premises, and browsers of its people."""

    app: Flask
    ids: dict[str, int]

    def __getitem__(self, who: str) -> Browser:
        browser = Browser(self.app)
        assert browser.sign_in(who).status_code == 302
        return browser


@pytest.fixture
def street(app: Flask) -> Street:
    with transaction() as session:
        root = make_grid(session, "S", west=119.95, south=31.85, side=0.02)
        west = make_grid(session, "W", parent=root, level=Level.COMMUNITY, west=119.95, south=31.85, side=0.01)
        east = make_grid(session, "E", parent=root, level=Level.COMMUNITY, west=119.96, south=31.85, side=0.01)
        unit, users = make_unit(session, root), {}
        for name, role, grid in (
            ("desk", Role.SHIFT_LEADER, root), ("westdesk", Role.SHIFT_LEADER, west),
            ("leader", Role.LEADER, root), ("handler", Role.HANDLER, root),
        ):  # fmt: skip
            users[name] = make_user(
                session, root, role, unit=unit, grid=grid, username=name, password_hash=PASSWORD_HASH
            ).id
        plant = premises.ensure(session, root.id, CODE, "天合（龙虎塘）有限公司", grid_id=west.id, risk=Risk.HIGH)
        plant.responsible, plant.phone = "张建国", "13812345678"
        shop = premises.ensure(session, root.id, None, "老王烧烤", grid_id=east.id, kind=PremisesKind.SHOP)
        nowhere = premises.ensure(session, root.id, None, "天合龙虎塘公司")
        return Street(app, {"plant": plant.id, "shop": shop.id, "nowhere": nowhere.id, "root": root.id} | users)


def named(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="/desk/premises/[0-9]+">([^<]+)<', page)


LISTS: list[tuple[str, str, list[str]]] = [
    ("desk", "", ["天合（龙虎塘）有限公司", "老王烧烤", "天合龙虎塘公司"]),
    ("westdesk", "", ["天合（龙虎塘）有限公司"]),  # neither the other community nor what has no grid
    ("desk", "q=天合(龙虎塘", ["天合（龙虎塘）有限公司"]),  # other brackets
    ("desk", f"q={CODE.lower()}", ["天合（龙虎塘）有限公司"]),
    ("desk", "q=%25", []),  # a percent sign is a letter like others
    ("desk", "kind=shop", ["老王烧烤"]),
    ("desk", "risk=high", ["天合（龙虎塘）有限公司"]),
    ("desk", "grid=E", ["老王烧烤"]),
    ("desk", "grid=S", ["天合（龙虎塘）有限公司", "老王烧烤"]),
    ("desk", "grid=X", []),  # no such grid
    ("westdesk", "grid=E", []),
]


def test_the_list_shows_what_is_asked_for_and_in_sight(street: Street) -> None:
    browsers = {who: street[who] for who in ("desk", "westdesk")}
    for who, asked, found in LISTS:
        answer = browsers[who].get(f"/desk/premises?{asked}")
        assert (answer.status_code, named(answer.text)) == (200, found), (who, asked)
        rows = in_both_forms(browsers[who], f"/desk/premises/list.csv?{asked}")
        assert [row[2] for row in rows[1:-1]] == found, (who, asked)
        assert rows[-1][0].startswith(f"# rows {len(found)}; {asked.partition('=')[0]}")


def test_people_are_masked_until_somebody_reads_them_and_is_noted(street: Street) -> None:
    page = f"/desk/premises/{street.ids['plant']}"
    leader = street["leader"]
    listed = (text_of(leader.get(f"/desk/premises/list.{form}")) for form in ("csv", "xlsx"))
    for text in (leader.get(page).text, *listed):
        assert "张**" in text
        assert "138****5678" in text
        assert "张建国" not in text
    answer = leader.post(f"{page}/read", {})
    assert "张建国" in answer.text
    assert "13812345678" in answer.text
    desk = street["desk"].get(f"{page}/edit")
    assert "张建国" in desk.text
    with reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "premises.read")).all()
        assert len(entries) == 2
        assert not any("张建国" in str(entry.details) for entry in entries)


def test_premises_are_entered_and_changed_and_a_stale_form_changes_nothing(street: Street) -> None:
    desk = street["desk"]
    form: dict[str, Any] = {"name": "常州新厂", "credit_code": OTHER, "kind": "site", "risk": "low", "grid_code": "W"}
    wrong = desk.post("/desk/premises/new", {**form, "credit_code": OTHER[:-1] + "I"})
    assert wrong.status_code == 422
    assert "credit_code-problem" in wrong.text
    assert desk.post("/desk/premises/new", {**form, "credit_code": CODE}).status_code == 422  # another's
    assert desk.post("/desk/premises/new", {**form, "credit_code": "", "name": "老王 烧烤"}).status_code == 422
    made = desk.post("/desk/premises/new", form)
    assert made.status_code == 302, made.text
    page = made.location
    version = re.search(r'name="version" value="([0-9]+)"', desk.get(f"{page}/edit").text)
    assert version
    changed = {**form, "name": "常州新厂二期", "version": version.group(1), "responsible": "李四"}
    assert desk.post(f"{page}/edit", changed).status_code == 302
    late = desk.post(f"{page}/edit", {**changed, "name": "常州新厂三期", "responsible": "王五", "risk": "high"})
    assert late.status_code == 409
    rows = re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*?)\s*<(/td|span)', late.text)
    differ = {label: (now, typed) for label, now, typed, mark in rows if mark == "span"}
    assert differ["名称"] == ("常州新厂二期", "常州新厂三期")
    assert ("李四", "王五") in differ.values()
    assert len(differ) == 3
    assert "常州新厂二期" in desk.get(page).text
    again = re.search(r'name="version" value="([0-9]+)"', late.text)
    assert again
    assert desk.post(f"{page}/edit", {**changed, "version": again.group(1)}).status_code == 302
    assert street["leader"].get("/desk/premises/new").status_code == 403
    west = street["westdesk"]
    assert west.post("/desk/premises/new", {"name": "东边的厂", "grid_code": "E"}).status_code == 403


def test_a_duplicate_is_merged_and_what_hangs_on_it_counts_for_the_one_that_stays(street: Street) -> None:
    ids, desk = street.ids, street["desk"]
    with transaction() as session:
        person = load_person(session, ids["desk"])
        assert person is not None
        night = inspections.new_round(session, ids["root"], clock.now())
        night.started_at = clock.now()
        body = {"round": night.number, "premises": {"id": ids["nowhere"]}, "kind": "patrol", "complete": True,
                "signed": "not_asked", "findings": [{"text": "通道堵塞", "severity": "serious"}]}  # fmt: skip
        inspections.add_visit(session, person, parse_visit(body), visited_at=clock.now())
        told = {"kind": "referred", "agency": "street", "to_agency": "区生态环境局",
                "premises": {"credit_code": CODE, "name": "天合（龙虎塘）有限公司"}}  # fmt: skip
        operations.add_incident(session, person, parse_incident(told), None, happened_at=clock.now())
    page = f"/desk/premises/{ids['nowhere']}/merge"
    assert f'value="{ids["plant"]}"' in desk.get(f"{page}?q=天合").text
    assert desk.post(page, {"into": str(ids["nowhere"]), "reason": "重复", "q": "天合"}).status_code == 422
    assert desk.post(page, {"into": str(ids["plant"]), "reason": " ", "q": "天合"}).status_code == 422
    assert desk.post(page, {"into": "x", "reason": "重复"}).status_code == 422
    answer = desk.post(page, {"into": str(ids["plant"]), "reason": "重复登记", "q": "天合"})
    assert (answer.status_code, answer.location) == (302, f"/desk/premises/{ids['plant']}")
    kept = desk.get(answer.location).text
    assert "/desk/visits/" in kept
    assert "/desk/incidents/" in kept
    assert "通道堵塞" in kept
    assert "天合龙虎塘公司" in kept  # what was merged into it
    assert "已并入" in desk.get(f"/desk/premises/{ids['nowhere']}").text
    assert named(desk.get("/desk/premises").text) == ["天合（龙虎塘）有限公司", "老王烧烤"]
    # back again would be a circle
    back = desk.post(f"/desk/premises/{ids['plant']}/merge", {"into": str(ids["nowhere"]), "reason": "反过来"})
    assert back.status_code == 422
    with reading() as session:
        assert session.get_one(Premises, ids["plant"]).merged_into_id is None


def test_a_long_list_goes_on_where_the_page_before_ended(street: Street) -> None:
    with transaction() as session:
        for number in range(55):
            premises.ensure(session, street.ids["root"], None, f"店铺{number:02}")
    desk = street["desk"]
    first = desk.get("/desk/premises?q=店铺").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = desk.get(following.group(1).replace("&amp;", "&")).text
    assert named(first) + named(second) == [f"店铺{number:02}" for number in range(55)]
    assert len(desk.get("/desk/premises/list.csv?q=店铺").text.splitlines()) == 57
    assert desk.get("/desk/premises?after=x").status_code in (400, 422)
    assert street["handler"].get("/desk/premises").status_code == 403
