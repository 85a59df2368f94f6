"""The search of the audit trail: by time, person, act and subject; who may; and what a search itself leaves."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from gridops.audit import service as audit
from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.rules import Level
from gridops.people.models import User
from gridops.people.rules import Role
from gridops.web.admin import acts
from tests.factories import at, make_grid, make_user
from tests.house.source import HOUSE, python_files
from tests.web.bulletin_steps import signed_in
from tests.webapp import PASSWORD_HASH


@pytest.fixture(autouse=True)
def place(app: Flask) -> dict[str, int]:
    """A street with an admin, an auditor, an auditor of one community, and sixty entries of May 2017."""
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道")
        community = make_grid(session, "A", parent=street, level=Level.COMMUNITY)
        other = make_grid(session, "T")
        people = {
            name: make_user(session, street, role, grid=grid, username=name, password_hash=PASSWORD_HASH).id
            for name, role, grid in (
                ("keeper", Role.ADMIN, street),
                ("auditor", Role.AUDITOR, street),
                ("small", Role.AUDITOR, community),
                ("clerk", Role.INTAKE_CLERK, street),
            )
        }
        for number in range(60):
            with clock.set_to(at("2017-05-01 09:00") + timedelta(hours=number)):
                audit.record(
                    session, "case.file", "case", 1000 + number, actor_id=people["clerk"], root_id=street.id, seq=number
                )
        with clock.set_to(at("2017-05-09 09:00")):
            audit.record(session, "unit.create", "unit", 7, actor_id=people["keeper"], root_id=street.id)
            audit.record(session, "case.close", "case", 4242, root_id=other.id)
        return people


def subjects(page: str) -> list[str]:
    return re.findall(r"[?&;]subject=([^\"&]+)", page)


def test_entries_are_found_by_time_person_act_and_subject(app: Flask) -> None:
    auditor = signed_in(app, "auditor")
    assert set(subjects(auditor.get("/admin/audit?act=unit.").text)) == {"7"}
    assert set(subjects(auditor.get("/admin/audit?kind=case&subject=1005").text)) == {"1005"}
    by_person = auditor.get("/admin/audit?username=clerk&since=2017-05-01&until=2017-05-01").text
    assert set(subjects(by_person)) == {str(1000 + number) for number in range(15)}
    assert subjects(auditor.get("/admin/audit?username=keeper&act=case.").text) == []


def test_pages_follow_each_other_without_a_gap(app: Flask) -> None:
    auditor = signed_in(app, "auditor")
    found: list[str] = []
    path: str | None = "/admin/audit?act=case.file"
    while path:
        page = auditor.get(path).text
        found += subjects(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else None
    assert found == [str(1000 + number) for number in reversed(range(60))]


def test_another_streets_entries_and_parts_of_the_street_stay_out(app: Flask) -> None:
    assert "4242" not in signed_in(app, "keeper").get("/admin/audit?kind=case").text
    for name, status in (("keeper", 200), ("auditor", 200), ("small", 403), ("clerk", 403)):
        browser = signed_in(app, name)
        assert browser.get("/admin/audit").status_code == status, name
        assert browser.post("/admin/audit/verify").status_code == status, name
    assert "/admin/audit" in signed_in(app, "keeper").get("/admin").text


def test_a_search_leaves_an_entry_of_its_own(app: Flask, place: dict[str, int]) -> None:
    signed_in(app, "auditor").get("/admin/audit?act=unit.&username=keeper")
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "audit.read")).one()
    assert entry.actor_id == place["auditor"]
    assert entry.details == {"asked": {"act": "unit.", "actor_id": place["keeper"]}}


def test_the_chain_is_walked_on_request_and_a_change_is_found(app: Flask) -> None:
    with transaction() as session:
        audit.seal(session)
    auditor = signed_in(app, "auditor")
    assert "封存至" in auditor.get("/admin/audit").text
    assert "封存链完好" in auditor.post("/admin/audit/verify").text
    with transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.subject_id == "1003").values(act="case.close"))
    assert "封存链已断" in auditor.post("/admin/audit/verify").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2017-02-30", "应为日期"),
        ("since=2017-03-02&until=2017-03-01", "早于起始日期"),
        ("username=nobody", "没有这个人员"),
    ],
)
def test_a_wrong_question_is_shown_again_with_its_reason(app: Flask, query: str, words: str) -> None:
    answer = signed_in(app, "auditor").get(f"/admin/audit?{query}")
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999", "act=%00%27", "subject=%25"])
def test_hostile_questions_are_answered(app: Flask, query: str) -> None:
    assert signed_in(app, "auditor").get(f"/admin/audit?{query}").status_code in (200, 422)


def test_an_entry_is_told_in_the_words_of_its_reader(app: Flask, place: dict[str, int]) -> None:
    with transaction() as session:
        street = session.scalars(select(User.root_id).where(User.id == place["auditor"])).one()
        for act, kind, details in (
            ("role.grant", "user", {"role": "shift_leader", "grid_id": street, "unit_id": None}),
            ("series.change", "series", {"series": "monthly", "changed": {"month_day": [1, 26], "office": ["", "C"]}}),
            ("grids.change", "grid", {"before": {"name": "a<b", "level": "grid"}, "after": {"valid_to": None}}),
            ("condition.edit", "filing_condition", {"limit": 4, "limit_unit": "working_hour", "in_use": True}),
            ("audit.read", "audit", {"asked": {"act": "unit.create", "actor_id": place["clerk"]}}),
            ("user.change", "user", {"fields": ["name", "unit_id"]}),
            ("of.tomorrow", "thing", {"what": [1, 2]}),
        ):
            audit.record(session, act, kind, 77, actor_id=place["keeper"], root_id=street, **details)
    auditor = signed_in(app, "auditor")
    told = plain(auditor.get("/admin/audit?subject=77").text)
    for words in (
        "授予角色", "角色 值班长", "网格 龙虎塘街道", "每月起始日 1 → 26 · 编印单位 — → C", "系列 城市管理月报",
        "改前 名称 a&lt;b · 级别 网格", "改后 有效期至 —", "修改立案条件", "时限单位 工作时 在用 是",
        "查询条件 操作 添加单位 · 操作人", "改动项 名称、单位", "of.tomorrow", "what 1、2",
    ):  # fmt: skip
        assert words in told, words
    auditor.post("/language", {"language": "en"})
    told = plain(auditor.get("/admin/audit?subject=77").text)
    for words in (
        "Grant a role", "Change a person", "Role Shift leader", "Items changed Name, Unit",
        "Before Name a&lt;b · Level Grid",
    ):  # fmt: skip
        assert words in told, words


def plain(page: str) -> str:
    """The texts of the table, one space between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<tbody>")[2]).split())


def test_every_act_subject_and_detail_of_the_code_has_its_words() -> None:
    used = Recorded()
    for path in python_files(HOUSE):
        used.read(path)
    assert used.acts - acts.ACTS.keys() == set()
    assert used.subjects - acts.SUBJECTS.keys() == set()
    assert used.details - acts.DETAILS.keys() == set()
    assert {"case.", "bulletin.", "penalty."} == used.beginnings
    assert {"user.unlock", "condition.add", "intake.set_aside", "audit.read"} <= used.acts
    assert all(any(act.startswith(group) for group in acts.GROUPS) for act in acts.ACTS)


class Recorded:
    """What the code hands to `audit.record`, directly or through a helper of a module that takes the `act`."""

    def __init__(self) -> None:
        self.acts: set[str] = set()
        self.beginnings: set[str] = set()
        self.subjects: set[str] = set()
        self.details: set[str] = set()

    def read(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "gridops.audit" not in path.read_text(encoding="utf-8"):
            return
        helpers = {
            node.name: [each.arg for each in node.args.args]
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and "act" in {each.arg for each in node.args.args}
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            if name in ("audit.record", "service.record"):
                self._act(call.args[1])
                self.subjects |= {node.value for node in ast.walk(call.args[2]) if isinstance(node, ast.Constant)}
            elif name in helpers:
                self._act(call.args[helpers[name].index("act")])
            else:
                continue
            self.details |= {each.arg for each in call.keywords if each.arg} - {"actor_id", "root_id"}

    def _act(self, node: ast.expr) -> None:
        if isinstance(node, ast.JoinedStr):
            self.beginnings |= {ast.literal_eval(node.values[0])}
            return
        self.acts |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
