"""Contents through HTTP: whole, in parts, lying, and who may look at them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from config import Config
from gridops.cases.queries import lookups
from gridops.core import owed
from gridops.core.db import reading, transaction
from gridops.evidence import derive, queries, service
from gridops.evidence.models import Content, ContentSent
from gridops.evidence.parts import PartFolder
from gridops.evidence.store import LocalStore
from tests.api.conftest import Caller, World, hand_in, record
from tests.evidence.pictures import picture, sha256
from tests.evidence.test_rules import FILM, M4A, WEBM_FILM, bomb


def link_of(number: str) -> int:
    with reading() as session:
        case = lookups.by_number(session, number)
        assert case is not None
        return queries.links_for(session, "case", case.id)[-1].id


def reported(world: World, content: bytes, mime: str = "image/jpeg") -> int:
    """The link of a content that came with a report."""
    assert world.inspector.upload(content, mime).status_code == 201
    payload = record(files=(content,))
    payload["attachments"][0]["mime"] = mime
    return link_of(hand_in(world.inspector, payload)["number"])


def store(world: World) -> LocalStore:
    config: Config = world.app.config["GRIDOPS"]
    return LocalStore(config.evidence_dir)


def derive_all(world: World) -> None:
    """What the worker does."""
    with reading() as session:
        work = owed.pending(session, service.THUMBNAIL)
    for piece in work:
        made = derive.make(store(world), piece.key, max_pixels=4_000_000)
        with transaction() as session:
            service.keep_derived(session, piece.key, made)
            owed.done(session, piece)


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (picture("JPEG", seed=1, place=(119.95, 31.85)), "image/jpeg"),
        (picture("HEIF", (600, 400), seed=2), "image/heic"),
        (picture("PNG", seed=3), "image/png"),
        (picture("WEBP", seed=4), "image/webp"),
        (M4A, "audio/x-m4a"),
        (FILM, "video/mp4"),
        (WEBM_FILM, "video/webm"),
        (b"%PDF-1.7\n", "application/pdf"),
        (picture("JPEG", seed=5), "application/octet-stream"),
    ],
)
def test_a_content_is_taken_once(world: World, content: bytes, mime: str) -> None:
    first, again = world.inspector.upload(content, mime), world.inspector.upload(content, mime)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json() == {
        "sha256": sha256(content),
        "size": len(content),
        "mime": first.get_json()["mime"],
        "received": len(content),
        "complete": True,
    }
    with store(world).open(sha256(content)) as kept:
        assert kept.read() == content


def test_what_lies_or_is_too_much_is_refused_by_field_and_not_kept(world: World) -> None:
    photo = picture(seed=6)
    wrong = [
        (photo, "a" * 64, "image/jpeg", 422, "sha256"),
        (photo, sha256(photo).upper(), "image/jpeg", 422, "sha256"),
        (photo, sha256(photo), "image/png", 422, "content_type"),
        (photo, sha256(photo), "text/html", 415, "Content-Type"),
        (b"", sha256(b""), "image/jpeg", 422, "size"),
        (b"<svg/>", sha256(b"<svg/>"), "image/png", 422, "content"),
        (FILM, sha256(FILM), "audio/mp4", 422, "content_type"),
        (bomb(), sha256(bomb()), "image/png", 422, "content"),
        (b"\xff\xd8\xff" + b"0" * 2_000_000, "b" * 64, "image/jpeg", 413, "body"),
    ]
    for content, name, mime, status, field in wrong:
        answer = world.inspector.put(f"attachments/{name}", data=content, headers={"Content-Type": mime})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
        assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Content)) == 0
    assert not any(path.is_file() for path in Path(store(world).folder).rglob("*"))


def test_a_content_may_come_in_parts(world: World) -> None:
    content = picture("PNG", (300, 200), seed=7)
    name, total = sha256(content), len(content)
    path = f"attachments/{name}"

    def send(start: int, end: int, caller: Caller = world.inspector, data: bytes = content) -> tuple[int, int]:
        headers = {"Content-Type": "image/png", "Content-Range": f"bytes {start}-{end - 1}/{total}"}
        answer = caller.put(path, data=data[start:end], headers=headers)
        return answer.status_code, answer.get_json().get("received", -1)

    def offset(caller: Caller = world.inspector) -> tuple[int, str | None, str | None]:
        answer = caller.ask("HEAD", path)
        return answer.status_code, answer.headers.get("Upload-Offset"), answer.headers.get("Upload-Complete")

    assert offset() == (404, "0", "?0")
    assert send(0, 100) == (202, 100)
    assert offset() == (200, "100", "?0")
    assert offset(world.desk) == (404, "0", "?0"), "parts belong to who sends them"
    assert send(0, 100) == (202, 100)
    assert send(200, 300)[0] == 409
    assert send(100, total) == (201, total)
    assert offset() == (200, str(total), "?1")
    assert send(100, total) == (200, total), "the last part again"
    assert send(0, total, world.desk) == (201, total), "the same bytes by another person"


def test_parts_are_forgotten_once_the_whole_has_come_another_way(world: World) -> None:
    content = picture("PNG", seed=8)
    path, span = f"attachments/{sha256(content)}", f"bytes 0-99/{len(content)}"
    head = {"Content-Type": "image/png", "Content-Range": span}
    parts = store(world).folder / "incoming"
    assert world.inspector.put(path, data=content[:100], headers=head).status_code == 202
    assert len(list(parts.iterdir())) == 1
    assert world.inspector.upload(content, "image/png").status_code == 201
    assert not list(parts.iterdir())
    # One more came while the whole was on its way.
    name = next(iter(store(world).files()))[0]
    with reading() as session:
        sender = session.scalars(select(ContentSent.user_id).where(ContentSent.sha256 == name)).one()
    PartFolder(store(world).folder).append(name, sender, 0, io.BytesIO(content[:100]))
    assert world.inspector.put(path, data=content[:100], headers=head).status_code == 200
    assert not list(parts.iterdir())


def test_parts_of_other_bytes_are_discarded(world: World) -> None:
    content = picture(seed=8)
    name = sha256(content)
    head = {"Content-Type": "image/jpeg"}

    def send(data: bytes, start: int) -> int:
        span = f"bytes {start}-{start + len(data) - 1}/{len(content)}"
        return world.inspector.put(
            f"attachments/{name}", data=data, headers={**head, "Content-Range": span}
        ).status_code

    assert send(b"x" * 50, 0) == 202
    assert send(content[50:], 50) == 422
    assert world.inspector.ask("HEAD", f"attachments/{name}").headers["Upload-Offset"] == "0"
    assert send(content[:50], 0) == 202
    assert send(content[50:], 50) == 201


@pytest.mark.parametrize(
    "span",
    [
        "bytes 0-9/10",
        "bytes 5-0/10",
        "bytes 0-3/3",
        "bytes */10",
        "bytes 0-3/*",
        "lines 0-3/10",
        "bytes 0-3/9999999999999",
    ],
)
def test_a_range_that_does_not_fit_is_refused(world: World, span: str) -> None:
    answer = world.inspector.put(
        "attachments/" + "a" * 64, data=b"1234", headers={"Content-Type": "image/jpeg", "Content-Range": span}
    )
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "Content-Range"
    large = {"Content-Type": "image/jpeg", "Content-Range": "bytes 0-3/9999999"}
    assert world.inspector.put("attachments/" + "a" * 64, data=b"1234", headers=large).status_code == 422


def test_evidence_is_seen_by_those_who_see_the_case(world: World) -> None:
    content = picture("JPEG", (800, 600), seed=10)
    link = reported(world, content)
    seen = {
        name: getattr(world, name).get(f"evidence/{link}/original").status_code
        for name in ("inspector", "desk", "other_inspector", "handler", "stranger")
    }
    assert seen == {"inspector": 200, "desk": 200, "other_inspector": 404, "handler": 404, "stranger": 404}
    assert world.app.test_client().get(f"/api/v1/evidence/{link}/original").status_code == 401


def test_evidence_comes_as_it_was_sent_and_as_made_from_it(world: World) -> None:
    content = picture("HEIF", (1600, 1000), seed=11)
    link = reported(world, content, "image/heic")
    assert world.inspector.get(f"evidence/{link}/320").status_code == 404, "no browser shows HEIC"
    original = world.inspector.get(f"evidence/{link}/original")
    assert (original.data, original.mimetype) == (content, "image/heic")
    derive_all(world)
    for side in (320, 1280):
        answer = world.inspector.get(f"evidence/{link}/{side}")
        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["Cache-Control"].startswith("private")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        with Image.open(io.BytesIO(answer.data)) as small:
            assert max(small.size) == side
        again = world.inspector.get(f"evidence/{link}/{side}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    part = world.inspector.get(f"evidence/{link}/original", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, content[:10])
    assert world.inspector.get(f"evidence/{link}/original", headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_photo_is_shown_before_its_thumbnails_are_made(world: World) -> None:
    content = picture(seed=12)
    answer = world.inspector.get(f"evidence/{reported(world, content)}/320")
    assert (answer.status_code, answer.data) == (200, content)
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_paper_is_handed_out_to_be_saved_never_shown(world: World) -> None:
    content = b"%PDF-1.7\n<script>"
    assert world.inspector.upload(content, "application/pdf").status_code == 201
    payload = record(files=(content,))
    payload["attachments"][0]["mime"] = "application/pdf"
    link = link_of(hand_in(world.inspector, payload)["number"])
    answer = world.inspector.get(f"evidence/{link}/original")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert world.inspector.get(f"evidence/{link}/320").status_code == 404


def test_a_content_lost_from_the_store_is_a_clear_answer_and_healed_by_sending_it_again(world: World) -> None:
    content = picture(seed=13)
    link = reported(world, content)
    store(world).delete(sha256(content))
    assert world.inspector.get(f"evidence/{link}/original").status_code == 404
    assert world.inspector.upload(content).status_code == 200
    assert world.inspector.get(f"evidence/{link}/original").data == content
