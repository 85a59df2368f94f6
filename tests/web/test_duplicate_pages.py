"""Possible duplicates through HTTP: the chips of the queue, the page of the case, the form it ends by, and 不是重复."""

from __future__ import annotations

import re

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.sources import Source
from tests.web.street import EAST_POINT, WEST_POINT, Street

METRE = 1 / 111_320
BORDER = ((WEST_POINT[0] + EAST_POINT[0]) / 2, WEST_POINT[1])


def called(street: Street, metres: float = 12.0, at: tuple[float, float] = WEST_POINT) -> Case:
    """A call about what lies there."""
    return street.report("desk", (at[0], at[1] + metres * METRE), source=Source.HOTLINE_12345)


def chips(page: str) -> dict[str, list[str]]:
    """Case -> the numbers its chip leads to."""
    parts = re.split(r'<details class="same" data-of="(\d+)">', page)[1:]
    found = zip(parts[::2], parts[1::2], strict=True)
    return {i: re.findall(r'class="num" href="/desk/cases/([\d-]+)"', part) for i, part in found}


def test_the_queue_is_told_which_rows_look_alike_and_why(street: Street) -> None:
    case, alone = street.filed(), street.report(at=EAST_POINT)
    other = called(street)
    asked = f"/desk/duplicates?case={case.id}&case={alone.id}&case=x&case={case.id}"
    page = street.browser("desk").get(asked).text
    assert chips(page) == {str(case.id): [other.number]}
    assert "相距 12 米 · 相隔 不到 1 分 · 同一小类" in page
    # Nothing is merged into what is not filed: the other one ends, from whichever row it is looked at.
    end = f'href="/desk/cases/{other.number}?duplicate_of={case.number}#move-decline"'
    assert end in page
    assert "此案按重复不予受理" in page
    assert end in street.browser("desk").get(f"/desk/duplicates?case={other.id}").text
    assert "data-apart" in page
    assert "data-apart" not in street.browser("handler").get(asked).text


def test_a_community_is_never_told_of_a_case_of_another_one(street: Street) -> None:
    west, east = (called(street, 0, (BORDER[0] + side * METRE, BORDER[1])) for side in (-5, 5))
    asked = f"/desk/duplicates?case={west.id}&case={east.id}"
    assert set(chips(street.browser("desk").get(asked).text)) == {str(west.id), str(east.id)}
    eastern = street.browser("eastern_desk")
    assert chips(eastern.get(asked).text) == {}
    page = eastern.get(f"/desk/cases/{east.number}").text
    assert west.number not in page
    assert "疑似重复" not in page
    assert eastern.post(f"/desk/duplicates/{east.number}", {"other": west.number}).status_code == 404


def test_the_page_of_a_case_says_so_and_begins_the_form_by_which_it_ends(street: Street) -> None:
    case, again, call = street.filed(), street.filed(), called(street)
    desk = street.browser("desk")
    page = desk.get(f"/desk/cases/{again.number}?duplicate_of={case.number}").text
    form = page[page.index('id="move-merge"') :]
    assert form[: form.index(">")].endswith(" open")
    assert f'name="into" value="{case.number}" checked' in form
    assert "相距 0 米 · 相隔 不到 1 分 · 同一小类 · 同一人上报" in form
    assert f'value="{call.number}"' not in form  # it is not filed, so nothing is merged into it
    declined = desk.get(f"/desk/cases/{call.number}?duplicate_of={case.number}").text
    assert f"与案件 {case.number} 重复</textarea>" in declined
    plain = desk.get(f"/desk/cases/{again.number}?duplicate_of=20170101-000001").text
    assert "checked" not in plain[plain.index('id="move-merge"') :].split("</form>")[0]
    version = str(street.now(again).version)
    chosen = {"version": version, "into": "20170101-000001", "into_other": case.number}
    assert desk.post(f"/desk/cases/{again.number}/merge", chosen).status_code == 302
    assert street.now(again).state is State.MERGED
    assert again.number not in desk.get(f"/desk/duplicates?case={case.id}").text


def test_no_duplicates_are_told_apart_once_and_not_suggested_again(street: Street) -> None:
    case, other = street.filed(), called(street)
    desk, answer = street.browser("desk"), f"/desk/duplicates/{case.number}"
    assert street.browser("leader").post(answer, {"other": other.number}).status_code == 403
    assert desk.post(answer, {"other": "20170101-000001"}).status_code == 404
    assert desk.post(answer, {"other": case.number}).status_code == 422
    assert desk.post(answer, {"other": other.number, "quiet": "yes"}).status_code == 204
    assert chips(desk.get(f"/desk/duplicates?case={case.id}&case={other.id}").text) == {}
    page = desk.get(f"/desk/cases/{other.number}").text
    assert "已认定不是重复" in page
    assert case.number in page
    assert "按重复" not in page
    assert desk.get(answer).headers["Location"] == f"/desk/cases/{case.number}"
    street.move(case, Move.DISPATCH, "desk", unit=street.unit_id)
    assert desk.post(answer, {"other": other.number}).status_code == 302


def test_that_two_are_no_duplicates_is_taken_back_on_the_page_of_either(street: Street) -> None:
    case, other = street.filed(), called(street)
    desk, page = street.browser("desk"), f"/desk/cases/{other.number}"
    assert desk.post(f"/desk/duplicates/{case.number}", {"other": other.number}).status_code == 302
    told, undo = desk.get(page).text, f"/desk/duplicates/{other.number}/undo"
    assert f'action="{undo}"' in told
    assert f'action="{undo}"' not in street.browser("leader").get(page).text
    assert street.browser("leader").post(undo, {"other": case.number}).status_code == 403
    assert desk.post(undo, {"other": "20170101-000001"}).status_code == 404
    assert chips(desk.get(f"/desk/duplicates?case={case.id}").text) == {}
    assert desk.post(undo, {"other": case.number}).location == page
    assert chips(desk.get(f"/desk/duplicates?case={case.id}").text) == {str(case.id): [other.number]}
    again = desk.get(page).text
    assert "已认定不是重复" not in again
    assert "按重复不予受理" in again


def test_before_a_merge_is_confirmed_it_says_which_case_that_is_and_what_sets_the_two_apart(street: Street) -> None:
    case, near = street.filed(), street.filed(at=(WEST_POINT[0], WEST_POINT[1] + 12 * METRE))
    far = street.report(at=EAST_POINT, address="东路 <3> 号", category="0111")
    desk, address = street.browser("desk"), f"/desk/cases/{case.number}/merge/into"
    assert f'data-ask="{address}"' in desk.get(f"/desk/cases/{case.number}").text
    asked = desk.get(f"{address}?into={near.number}")
    assert asked.mimetype == "text/plain"
    assert asked.text.split("\n") == [
        f"确定将 {case.number} 并入 {near.number}？",
        f"{near.number} · 暴露垃圾 · 盘龙路口 · 已立案",
        "相距 12 米",
    ]
    # The number typed beside those proposed counts first, as in the form itself.
    told = desk.get(f"{address}?into={near.number}&into_other=+{far.number}+").text
    assert f"{far.number} · 积存垃圾渣土 · 东路 <3> 号 · 待受理" in told
    assert "类别不同：暴露垃圾 / 积存垃圾渣土" in told
    assert "相距 946 米" in told
    for none in ("", f"?into={case.number}", "?into=20170101-000001"):
        answer = desk.get(address + none)
        assert (answer.status_code, answer.text) == (200, ""), none
    eastern = street.browser("eastern_desk")
    assert eastern.get(f"{address}?into={far.number}").status_code == 404
    assert eastern.get(f"/desk/cases/{far.number}/merge/into?into={near.number}").text == ""
    assert street.browser("inspector").get(f"{address}?into={near.number}").status_code == 403
