"""The base map as it is configured: what a page is told, what its policy opens, and the file piece by piece."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from config import BaseMap, load
from tests.web.street import Street


@pytest.fixture
def configured(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the base map of the running program."""
    return lambda **more: monkeypatch.setitem(app.config, "GRIDOPS", replace(app.config["GRIDOPS"], **more))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, ""),
        ({"BASE_MAP": "pmtiles"}, ""),
        ({"BASE_MAP": "tianditu", "TIANDITU_KEY": "0a1b2c3d"}, ""),
        ({"BASE_MAP": "google"}, "GRIDOPS_BASE_MAP"),  # no such ground
        ({"BASE_MAP": "tianditu"}, "GRIDOPS_TIANDITU_KEY"),  # without its key
        ({"BASE_MAP": "tianditu", "TIANDITU_KEY": "a&b"}, "GRIDOPS_TIANDITU_KEY"),  # what would break an address
    ],
)
def test_a_base_map_is_checked_at_the_start(tmp_path, given: dict[str, str], wrong: str):
    environ = {"GRIDOPS_DATA_DIR": str(tmp_path), **{f"GRIDOPS_{name}": text for name, text in given.items()}}
    if not wrong:
        assert load(environ).base_map == given.get("BASE_MAP", "")
        return
    with pytest.raises(ValueError, match=wrong):
        load(environ)


def test_only_pages_with_a_map_may_fetch_and_only_what_is_configured(street: Street, configured):
    desk = street.browser("desk")
    closed = desk.get("/desk/map")
    assert "tianditu" not in closed.headers["Content-Security-Policy"] + closed.text.partition("data-base=")[2][:40]
    configured(base_map=BaseMap.TIANDITU, tianditu_key="0a1b2c3d")
    case = desk.get(f"/desk/cases/{street.report().number}")
    for page in (desk.get("/desk/map"), desk.get("/desk/report"), case):
        policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
        for name in ("img-src", "connect-src"):
            assert "https://t7.tianditu.gov.cn" in policy[name]
        assert "tianditu" not in policy["script-src"] + policy["style-src"] + policy["default-src"]
        assert "tk=0a1b2c3d" in page.text
    assert "tianditu" not in desk.get("/desk").headers["Content-Security-Policy"]


def test_the_file_is_given_piece_by_piece_to_the_desk_alone(street: Street, configured, tmp_path):
    desk = street.browser("desk")
    assert desk.get("/desk/map/base.pmtiles").status_code == 404
    configured(base_map=BaseMap.PMTILES, data_dir=tmp_path)
    assert desk.get("/desk/map/base.pmtiles").status_code == 404  # not put there yet
    (tmp_path / "base.pmtiles").write_bytes(bytes(range(200)))
    piece = desk.get("/desk/map/base.pmtiles", headers={"Range": "bytes=7-9"})
    assert (piece.status_code, piece.data, piece.headers["Content-Range"]) == (206, b"\x07\x08\x09", "bytes 7-9/200")
    assert piece.headers["Cache-Control"] == "private, max-age=3600"
    assert street.app.test_client().get("/desk/map/base.pmtiles").status_code == 302
    again = {"Range": "bytes=7-9", "If-None-Match": piece.headers["ETag"]}
    assert desk.get("/desk/map/base.pmtiles", headers=again).status_code == 304
    assert desk.get("/desk/map/base.pmtiles", headers={"Range": "bytes=-2"}).data == b"\xc6\xc7"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=200-"},  # beyond its end
        {"Range": "bytes=0-1", "If-Range": '"of before"'},
    ],
)
def test_no_thread_is_held_by_the_whole_file(
    street: Street, configured, tmp_path, monkeypatch, headers: dict[str, str]
):
    configured(base_map=BaseMap.PMTILES, data_dir=tmp_path)
    (tmp_path / "base.pmtiles").write_bytes(bytes(range(200)))
    desk = street.browser("desk")
    refused = desk.get("/desk/map/base.pmtiles", headers=headers)
    assert (refused.status_code, refused.headers["Content-Range"]) == (416, "bytes */200")
    monkeypatch.setattr("gridops.web.desk.ground._MOST", 50)
    piece = desk.get("/desk/map/base.pmtiles", headers={"Range": "bytes=10-"})
    assert (len(piece.data), piece.headers["Content-Range"]) == (50, "bytes 10-59/200")
