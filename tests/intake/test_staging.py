"""The staging area gives back what was put in, and finds what stands twice, however far apart."""

from __future__ import annotations

from gridops.intake.staging import StagedCase, Staging


def staged(line: int, external_id: str, root_id: int = 1) -> StagedCase:
    texts = {"kind": "event", "category_list": "B", "category_code": "0110", "source": "other", "source_number": ""}
    nothing = dict.fromkeys(
        ("unit_code", "campaign_code", "lon", "lat", "place", "reworked_times", "returned_upheld"), None
    )
    row = {
        "line": line,
        "digest": "d",
        "root_id": root_id,
        "external_id": external_id,
        "address": "路",
        "times": (None,),
    }
    return StagedCase(**row, **texts, **nothing, grid_id=2, grid_version_id=3, description="")  # type: ignore[arg-type]


def test_rows_come_back_in_their_chunks_as_often_as_asked() -> None:
    chunks = [[staged(2, "a"), staged(3, "b")], [], [staged(4, "c")]]
    with Staging() as area:
        for chunk in chunks:
            area.add(chunk)
        assert list(area.chunks()) == chunks
        assert area.doubled() == []
        assert list(area.chunks()) == chunks


def test_what_stands_twice_in_a_root_is_named_with_its_first_line() -> None:
    with Staging() as area:
        area.add([staged(2, "a"), staged(3, "b"), staged(4, "a", root_id=9)])
        area.add([staged(5, "c"), staged(6, "a")])
        area.add([staged(7, "b"), staged(8, "a")])
        assert area.doubled() == [(6, "a", 2), (7, "b", 3), (8, "a", 2)]


def test_an_empty_file_stages_nothing() -> None:
    with Staging() as area:
        assert (list(area.chunks()), area.doubled()) == ([], [])
