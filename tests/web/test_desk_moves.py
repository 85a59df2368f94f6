"""The moves of a case on its page: reminders, presses, corrections of its place; and forms that come too late."""

import re
from datetime import timedelta

from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.names import MOVE_NAMES
from gridops.core import clock
from tests.web.street import EAST_POINT, Street, hidden


def test_a_reminder_sent_twice_is_one_and_reminded_again_is_two(street: Street):
    case, desk = street.dispatched(), street.browser("desk")
    path = f"/desk/cases/{case.number}"
    for times in (1, 2):
        name = re.findall(r'id="move-remind".*?name="record_id" value="([0-9a-f-]{36})"', desk.get(path).text, re.S)[0]
        for _again in range(2):
            answer = desk.post(f"{path}/remind", {"version": str(street.now(case).version), "record_id": name})
            assert answer.status_code == 302
        assert desk.get(path).text.count("<strong>催办</strong>") == times
    assert desk.post(f"{path}/remind", {"version": "1", "record_id": "x"}).status_code == 422


def test_a_leader_presses_a_unit_and_the_page_says_how_the_press_stands(street: Street):
    case, leader, unit = street.dispatched(), street.browser("leader"), street.browser("handler")
    path, now = f"/desk/cases/{case.number}", clock.now()
    page = leader.get(path)
    assert re.findall(r'id="move-(\w+)"', page.text) == ["press"]
    assert "督办要求" in page.text
    assert "答复期限" in page.text
    assert "请抓紧处置，并在答复期限前说明进展。</textarea>" in page.text, "a text to begin with"
    version = hidden(page, "version")
    typed = {"version": version, "words": "今日办结并书面答复", "due": f"{clock.local(now):%Y-%m-%dT%H:%M}"}
    assert "须晚于现在" in leader.post(f"{path}/press", typed).text
    typed["due"] = f"{clock.local(now + timedelta(minutes=5)):%Y-%m-%dT%H:%M}"
    assert leader.post(f"{path}/press", typed).status_code == 302
    page = unit.get(path).text
    assert re.search(r'chip chip-wait">.{0,200}督办 · 答复期限 ', page, re.S)
    assert "今日办结并书面答复" in page
    with clock.set_to(now + timedelta(minutes=15)):
        assert re.search(r'chip chip-late">.{0,200}督办 · 答复期限 [^<]+ · 超期 ', unit.get(path).text, re.S)
    answer = {"version": version, "words": "已清理，明日再巡"}
    assert leader.post(f"{path}/answer_press", answer).status_code == 403
    assert unit.post(f"{path}/answer_press", answer).status_code == 302
    assert re.search(r'chip chip-good">.{0,200}督办 · 已答复 ', leader.get(path).text, re.S)
    assert str(street.now(case).version) == version


def test_a_dispatch_without_a_unit_is_told_which_field_is_missing(street: Street):
    case, desk = street.filed(), street.browser("desk")
    version = hidden(desk.get(f"/desk/cases/{case.number}"), "version")
    answer = desk.post(f"/desk/cases/{case.number}/dispatch", {"version": version})
    assert (answer.status_code, "请选择处置单位" in answer.text) == (422, True)


def test_a_wrong_field_of_a_form_that_is_late_too_does_not_make_it_one_of_today(street: Street):
    case, desk = street.filed(), street.browser("desk")
    path = f"/desk/cases/{case.number}"
    version = hidden(desk.get(path), "version")
    street.move(case, Move.RELOCATE, "second_desk", address="新桥北路9号", words="报错了地址")
    wrong = desk.post(f"{path}/dispatch", {"version": version})
    form = re.search(r'<form id="form-dispatch".*?</form>', wrong.text, re.S).group(0)
    kept = re.search(r'name="version" value="(\d+)"', form).group(1)
    assert (wrong.status_code, kept) == (422, version)
    late = desk.post(f"{path}/dispatch", {"version": kept, "unit": str(street.unit_id)})
    assert (late.status_code, "报错了地址" in late.text) == (409, True)


def test_a_place_is_corrected_on_the_page_and_another_unit_proposed_but_nothing_sent(street: Street):
    case, gardens = street.dispatched(), street.filed(at=EAST_POINT)
    street.move(gardens, Move.DISPATCH, "desk", unit=street.other_unit_id)
    street.move(gardens, Move.FEEDBACK, "gardener", words="已清理")
    desk, path = street.browser("desk"), f"/desk/cases/{case.number}"
    typed = {"version": hidden(desk.get(path), "version"), "address": "盘龙路口", "lon": "200", "lat": ""}
    wrong = desk.post(f"{path}/relocate", typed)
    assert wrong.status_code == 422
    assert 'id="lon-problem"' in wrong.text
    typed |= {"address": "飞龙路东侧", "lon": str(EAST_POINT[0]), "lat": str(EAST_POINT[1])}
    assert desk.post(f"{path}/relocate", typed).status_code == 302
    page = desk.get(path).text
    for words in ("地址由 盘龙路口 改为 飞龙路东侧", "网格由 西社区 改为 东社区", "坐标由 119.955000, 31.855000 改为"):
        assert words in page
    offered = re.search(r"案件仍在环卫所，没有改派.*?</ul>", page, re.S).group(0)
    assert "园林所" in offered
    now = street.now(case)
    assert (now.unit_id, now.state, now.address) == (street.unit_id, State.DISPATCHED, "飞龙路东侧")
    assert "没有改派" not in street.browser("handler").get(path).text
    assert desk.post(f"{path}/relocate", typed).status_code == 409


def test_the_table_of_moves_is_the_one_the_program_obeys(street: Street):
    page = street.browser("desk").get("/desk/moves")
    assert page.status_code == 200
    rows = [re.sub(r"<[^>]+>", " ", row) for row in re.split("<tr[^>]*>", page.text)[2:]]
    assert [row.split()[0] for row in rows] == [*MOVE_NAMES.values()]
    closing = next(row for row in rows if row.split()[0] == "结案").split()
    assert closing[:6] == ["结案", "核查中", "已结案", "值班长", "（案件所在网格）", "上报人本人"]
    assert {"处置人不得办理", "结案条件", "停止计时"} <= set(closing)


def test_of_two_dispatchers_one_wins_and_the_other_is_shown_both_versions(street: Street):
    case = street.filed()
    path = f"/desk/cases/{case.number}"
    slow, quick = street.browser("desk"), street.browser("second_desk")
    version = hidden(slow.get(path), "version")
    assert hidden(quick.get(path), "version") == version
    won = {"version": version, "unit": str(street.unit_id), "words": "环卫所先去"}
    assert quick.post(f"{path}/dispatch", won).status_code == 302
    typed = {"version": version, "unit_other": str(street.other_unit_id), "words": "请尽快处理，这是写好的说明"}
    answer = slow.post(f"{path}/dispatch", typed)
    assert answer.status_code == 409
    theirs, mine = re.findall(r'<section class="version">.*?</section>', answer.text, re.S)
    assert [word for word in ("派遣至 环卫所", "second_desk", "环卫所先去") if word not in theirs] == []
    assert "受理" not in theirs  # known when the form was shown
    assert [word for word in ("派遣", "园林所", "请尽快处理，这是写好的说明") if word not in mine] == []
    assert "不能办理此环节" in mine
    assert 'form="form-dispatch"' not in mine
    assert (street.now(case).unit_id, str(street.now(case).version)) == (street.unit_id, str(int(version) + 1))


def test_what_came_too_late_is_made_anew_on_the_case_as_it_is_where_it_still_may(street: Street):
    case = street.filed()
    path, desk = f"/desk/cases/{case.number}", street.browser("desk")
    typed = {"version": hidden(desk.get(path), "version"), "reason": "等苗木到货", "suspension": "outside"}
    street.move(case, Move.DISPATCH, "second_desk", unit=street.unit_id)
    street.move(case, Move.REMIND, "second_desk")
    answer = desk.post(f"{path}/suspend", typed)
    assert answer.status_code == 409
    theirs, mine = re.findall(r'<section class="version">.*?</section>', answer.text, re.S)
    assert theirs.count('<li class="line-step">') == 2
    assert [word for word in ("等苗木到货", "挂账（非处置单位原因）") if word not in mine] == []
    assert 'type="submit" form="form-suspend"' in mine
    form = re.search(r'<form id="form-suspend".*?</form>', answer.text, re.S).group(0)
    assert ">等苗木到货</textarea>" in form
    assert re.search(r'name="suspension" value="outside" required checked', form)
    again = {**typed, "version": re.search(r'name="version" value="(\d+)"', form).group(1)}
    assert desk.post(f"{path}/suspend", again).status_code == 302
    assert street.now(case).suspended_at is not None
    assert f"已挂账：{case.number}" in desk.get(path).text


def test_what_the_case_is_not_ready_for_keeps_what_was_typed_though_nothing_has_happened(street: Street):
    case, desk = street.filed(), street.browser("desk")
    typed = {"version": str(case.version), "reason": "查无此处", "words": "x"}
    answer = desk.post(f"/desk/cases/{case.number}/undo_void", typed)
    assert answer.status_code == 409
    assert "查无此处" in answer.text
    assert 'class="version"' not in answer.text
