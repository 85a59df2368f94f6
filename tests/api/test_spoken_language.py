"""What is wrong is said in the language asked for: the phone asks for that of its person, programs for none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gridops.core.ids import uuid7
from gridops.intake import words
from tests.api.conftest import World, hand_in, record
from tests.evidence.pictures import picture

CHINESE = re.compile(r"[\u3400-\u9fff]")
ZH, EN = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, {"Accept-Language": "en"}
# Reasons that rooms and shapes give a phone.
REASONS = (
    "unknown",
    "unknown field",
    "Extra inputs are not permitted",
    "Field required",
    "required (or grid)",
    "longer than 500 characters",
    "String should have at most 2000 characters",
    "List should have at most 40 items after validation, not 41",
    "not a list of at most 60",
    "Input should be a valid boolean",
    "Input should be 'passed' or 'failed'",
    "none of event, component",
    "String should match pattern '^[0-9a-f]{64}$'",
    "Input should be greater than or equal to 1",
    "an ISO 8601 date and time, like 2017-03-05T21:40:00+08:00",
    "more than 10 minutes ahead of sent_at",
    "outside the jurisdiction, and no grid within 50 m",
    "no such grid in this jurisdiction on that day",
    "no case has this number",
    "no round has this number",
    "says why it failed",
    "says nothing",
    "a record cannot name itself",
    "a case seen again is not handled by the one who saw it",
    "only the desk registers what others reported",
    "only who walks the street handles on the spot",
    "more than the 300000 bytes allowed",
    "400000 bytes are more than the 300000 allowed",
    "the content has 17 bytes",
    "the content is image/png",
    "none of the media types taken",
    "the same as attachments[0]",
    "lon and lat belong together",
    "not 16 to 40 of A-Z a-z 0-9 - _",
    "before started_at",
    "not 0",
    "not a number",
    "not a whole number from 1 to 9",
    "a UUID",
)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence(reason: str) -> None:
    assert CHINESE.search(words.said(reason))


def refused(world: World, headers: dict[str, str], **body: Any) -> tuple[str, list[str]]:
    """Detail and reasons of a report that is not taken."""
    answer = world.inspector.put(f"records/{uuid7()}", json=record(**body), headers=headers)
    assert answer.status_code == 422, answer.text
    assert "Accept-Language" in answer.headers["Vary"]
    problem = answer.get_json()
    return problem["detail"], [error["reason"] for error in problem["errors"]]


def test_programs_are_told_as_ever(world: World) -> None:
    for headers in ({}, {"Accept-Language": "*"}, EN):
        detail, (reason,) = refused(world, headers, category="9999")
        assert (detail, reason.startswith("unknown event '9999'")) == (f"body.category: {reason}", True)


def test_people_are_told_in_chinese(world: World) -> None:
    assert refused(world, ZH, category="9999") == ("“类别”有误：没有这个类别。", ["没有这个类别"])
    detail, reasons = refused(world, ZH, category=1, address="长" * 9999)
    assert detail == "“类别”有误：格式不对。“地址”有误：太长了，最多300字。"
    assert all(map(CHINESE.search, reasons))
    photo = picture(seed=2)
    shown = world.inspector.upload(photo, mime="image/png", **ZH)
    assert (shown.status_code, shown.get_json()["detail"]) == (422, "“文件”有误：不支持的文件类型。")
    nothing = world.inspector.get("no-such-thing", headers=ZH)
    assert (nothing.status_code, nothing.get_json()["detail"]) == (404, "没有找到。")


def test_a_name_in_use_is_told_in_each_language(world: World) -> None:
    name = str(uuid7())
    hand_in(world.inspector, name=name)
    told = {}
    for lang, headers in (("", {}), ("zh", ZH), ("en", EN)):
        answer = world.inspector.put(f"records/{name}", json=record(description="别的"), headers=headers)
        assert answer.status_code == 409
        told[lang] = answer.get_json()
    assert told["zh"]["detail"] == told[""]["detail"]
    assert told["zh"]["errors"][0]["reason"] == "已由另一内容或另一人使用"
    assert not CHINESE.search(f"{told['en']['detail']}{told['en']['errors']}")


def test_what_a_room_says_is_english_where_that_is_asked_for(world: World) -> None:
    lost = f"records/{uuid7()}"
    assert world.inspector.get(lost).get_json()["detail"] == "没有这条记录。"
    assert world.inspector.get(lost, headers=ZH).get_json()["detail"] == "没有这条记录。"
    assert not CHINESE.search(world.inspector.get(lost, headers=EN).get_json()["detail"])
