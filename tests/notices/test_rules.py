"""What a notice says, what fits together, when it was delivered, when it is tried again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gridops.notices.rules import HookKind, Occasion, Said, fits, left, masked, payload, refused, rest_after, too_old
from tests.factories import at

NOW = at("2026-11-29 21:40")
SAID = Said(1, 2, Occasion.DISPATCHED, "20261129-000001 · 暴露垃圾", "/field#/tasks/20261129-000001", {"number": "1"})


def test_a_group_reads_one_text_with_its_link() -> None:
    text = SAID.told("https://grid.example.cn/")
    assert text == "【新派遣】20261129-000001 · 暴露垃圾\nhttps://grid.example.cn/field#/tasks/20261129-000001"
    assert SAID.told("") == "【新派遣】20261129-000001 · 暴露垃圾"
    assert payload(HookKind.WECOM, [text, "二"], [SAID, SAID]) == {
        "msgtype": "text",
        "text": {"content": f"{text}\n\n二"},
    }


def test_a_gateway_gets_the_same_as_data() -> None:
    told = payload(HookKind.JSON, ["一"], [SAID])
    assert told["schema"] == "gridops/notices/1"
    assert told["notices"] == [{"occasion": "dispatched", "text": "一", "number": "1"}]


def test_a_message_keeps_within_what_the_robot_takes() -> None:
    assert fits(["短"] * 10)
    assert not fits(["短"] * 11)
    assert not fits(["长" * 400] * 2)
    long = payload(HookKind.WECOM, ["长" * 1000], [SAID])["text"]["content"]
    assert len(long.encode()) <= 2048
    assert long.endswith("长…")


@pytest.mark.parametrize(
    ("kind", "status", "body", "why"),
    [
        ("wecom", 200, b'{"errcode": 0}', None),
        ("wecom", 200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "errcode 93000"),
        ("wecom", 200, b'{"errcode": 45009}', "errcode 45009"),
        ("wecom", 200, b"<html>portal</html>", "errcode None"),
        ("wecom", 200, b'{"errcode": false}', "errcode False"),
        ("wecom", 200, b"[" * 60_000, "errcode None"),
        ("wecom", 302, b"", "HTTP 302"),
        ("json", 204, b"", None),
        ("json", 500, b"", "HTTP 500"),
    ],
)
def test_what_counts_as_delivered(kind: str, status: int, body: bytes, why: str | None) -> None:
    assert refused(HookKind(kind), status, body) == why


def test_a_hook_rests_longer_after_each_failure_up_to_an_hour() -> None:
    rests = [rest_after(failures).total_seconds() for failures in (1, 2, 3, 8, 500)]
    assert rests == [30, 60, 120, 3600, 3600]


def test_a_notice_of_days_ago_would_only_confuse() -> None:
    assert not too_old(NOW - timedelta(days=2), NOW)
    assert too_old(NOW - timedelta(days=4), NOW)


def test_time_left_is_said_in_two_units() -> None:
    told = {left(NOW + timedelta(minutes=minutes), NOW) for minutes in (190, 1600, 0, -130)}
    assert told == {"还剩 3 小时 10 分", "还剩 1 天 2 小时", "还剩 不到 1 分", "超期 2 小时 10 分"}


def test_a_hook_is_shown_by_its_end_only() -> None:
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    assert masked("qyapi.weixin.qq.com", address) == "qyapi.weixin.qq.com …5aaa"
    assert masked("a.cn", "https://a.cn/abc") == "a.cn …"
    assert json.dumps(masked("a.cn", "https://a.cn/abc")).count("abc") == 0
