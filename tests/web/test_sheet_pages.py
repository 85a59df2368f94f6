"""核对单 on its pages: sent by an editor, answered at the desk, settled, and told to the approver."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from gridops.bulletins import service
from gridops.bulletins.models import Bulletin
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.models import Unit
from gridops.people.queries import load_person
from gridops.people.rules import Role
from tests.factories import make_user
from tests.web.bulletin_steps import id_of, open_march, signed_in
from tests.web.office import Office, work
from tests.webapp import PASSWORD_HASH

SENTENCE = "城管科办理不力。"


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def _reviewed(app: Flask, office: Office, folder: Path) -> str:
    """March, its text naming the unit, reviewed; and a handler of that unit."""
    editor = signed_in(app, "editor")
    page = open_march(editor)
    with transaction() as session:
        unit = session.query(Unit).filter_by(code="CG").one()
        street = session.get_one(Grid, office.street)
        make_user(session, street, Role.HANDLER, unit=unit, username="handler", password_hash=PASSWORD_HASH)
        row = session.get_one(Bulletin, id_of(page))
        person = load_person(session, make_user(session, street, Role.EDITOR, unit=unit).id)
        assert person is not None
        text = [{"level": 1, "heading": "总体情况", "paragraphs": [SENTENCE]}]
        service.edit(session, row.id, text, person, row.version)
    for step in ("freeze", "review"):
        assert editor.post(f"{page}/steps/{step}").status_code == 302
    work(folder, id_of(page))
    return page


def test_a_sheet_is_sent_disputed_settled_and_told_to_the_approver(app: Flask, office: Office, folder: Path) -> None:
    page = _reviewed(app, office, folder)
    editor, handler, approver = (signed_in(app, name) for name in ("editor", "handler", "approver"))
    assert "还没有发出核对单" in approver.get(page).text
    assert editor.post(f"{page}/sheets").status_code == 302
    assert "1 个单位未答复，0 个单位有异议" in approver.get(page).text
    assert approver.get(page).text.count(f'href="{page}/sheets"') == 2  # on the page and in the dialog of 签发
    assert 'href="/desk/fact-sheets"' in handler.get("/desk").text
    desk = handler.get("/desk/fact-sheets").text
    assert SENTENCE in desk
    action = re.search(r'action="(/desk/fact-sheets/\d+)"', desk)
    assert action
    said = {"version": _version(desk), "answer": "dispute"}
    refused = handler.post(action[1], said)
    assert (refused.status_code, "请选择" in refused.text, "请写明不符之处" in refused.text) == (422, False, True)
    assert handler.post(action[1], {**said, "words": "实为2件"}).status_code == 302
    assert SENTENCE not in handler.get("/desk/fact-sheets").text
    assert handler.post(action[1], {**said, "words": "实为2件"}).status_code == 409
    assert "0 个单位未答复，1 个单位有异议" in approver.get(page).text
    sheets = editor.get(f"{page}/sheets").text
    assert "实为2件" in sheets
    settle = re.search(rf'action="({page}/sheets/\d+)"', sheets)
    assert settle
    version = _version(sheets)
    assert editor.post(settle[1], {"version": version, "words": " "}).status_code == 422
    assert editor.post(settle[1], {"version": version, "words": "已核实"}).status_code == 302
    assert "0 个单位未答复，0 个单位有异议" in approver.get(page).text
    assert "已核实" in approver.get(f"{page}/sheets").text


def test_a_draft_sends_no_sheets(app: Flask, office: Office, folder: Path) -> None:
    editor = signed_in(app, "editor")
    page = open_march(editor)
    assert editor.post(f"{page}/sheets").status_code == 409
    assert "发出核对单" not in re.sub(r"<p>.*?</p>", "", editor.get(f"{page}/sheets").text)
    assert signed_in(app, "approver").post(f"{page}/sheets").status_code == 403
