"""Contents come once, whole or in parts, and are linked to what they prove."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from gridops.core import clock, owed
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.evidence import queries, service
from gridops.evidence.forms import check
from gridops.evidence.models import Content, PartialUpload
from gridops.evidence.parts import PartFolder
from gridops.evidence.rules.types import Limits
from gridops.evidence.store import LocalStore
from tests.evidence.pictures import picture, sha256

LIMITS = Limits(1_000_000, 1_000_000)


def arrived(session: Session, content: bytes, user_id: int) -> bool:
    return service.receive(session, check(io.BytesIO(content), sha256(content), None, LIMITS), user_id)


def test_a_content_is_kept_once_and_known_by_each_who_sent_it(session: Session) -> None:
    content = picture(seed=1)
    name = sha256(content)
    assert arrived(session, content, 1) is True
    assert arrived(session, content, 1) is False
    assert queries.sent_by(session, 2, [name]) == {}, "knowing a hash is not holding the bytes"
    assert arrived(session, content, 2) is True
    assert queries.sent_by(session, 2, [name, "0" * 64]) == {name: (len(content), "image/jpeg")}
    assert [work.key for work in owed.pending(session, service.THUMBNAIL)] == [name]
    kept = queries.content(session, name)
    assert kept is not None
    assert (kept.width, kept.height, kept.derived, kept.received_from) == (64, 48, "owed", 1)


def test_a_paper_owes_no_thumbnail(session: Session, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    name = service.keep(session, store, b"%PDF-1.7 ours", "application/pdf")
    assert service.keep(session, store, b"%PDF-1.7 ours", "application/pdf") == name
    assert owed.pending(session, service.THUMBNAIL) == []
    with store.open(name) as file:
        assert file.read() == b"%PDF-1.7 ours"


def test_what_a_worker_made_is_noted(session: Session) -> None:
    content = picture(seed=2)
    arrived(session, content, 1)
    service.keep_derived(session, sha256(content), {"width": 48, "height": 64, "exif": {"make": "Maker"}})
    kept = session.get_one(Content, sha256(content))
    assert (kept.width, kept.derived, kept.exif) == (48, "made", {"make": "Maker"})
    service.keep_derived(session, sha256(content), None)
    assert kept.derived == "failed"
    service.keep_derived(session, "0" * 64, None)


def test_a_content_may_be_evidence_of_several_things(session: Session) -> None:
    content = picture(seed=3)
    arrived(session, content, 1)
    use = service.LinkIn(sha256(content), "near", album=True, lon=119.9, lat=31.8)
    about = {"root_id": 1, "subject_kind": "case", "subject_id": 7, "user_id": 1}
    service.link(session, [], **about, record_id="r0")
    service.link(session, [use], **about, record_id="r1")
    service.link(session, [use], **about, record_id="r2")
    found = queries.links_for(session, "case", 7)
    assert [(use.role, use.album, use.mime, use.lon) for use in found] == [("near", True, "image/jpeg", 119.9)] * 2
    assert queries.link(session, found[0].id) == found[0]
    assert queries.links_for(session, "case", [8]) == []
    with pytest.raises(NotFound):
        queries.link(session, 10**9)


def test_parts_grow_in_order(session: Session, tmp_path: Path) -> None:
    folder, content = PartFolder(tmp_path), picture(size=(300, 300))
    name, total = sha256(content), len(content)

    def send(start: int, end: int, total: int = total) -> int:
        part = service.Part(name, start, end - start, total)
        return service.take_part(session, folder, part, io.BytesIO(content[start:end]), 1, LIMITS)

    assert send(0, 100) == 100
    assert send(0, 100) == 100, "the same part again adds nothing"
    assert send(50, 150) == 150, "an overlap adds only what is new"
    with pytest.raises(Conflict):
        send(200, 300)
    with pytest.raises(Conflict):
        send(150, 200, total + 1)
    with pytest.raises(Invalid):
        send(0, 10, LIMITS.max_bytes + 1)
    with pytest.raises(Invalid):
        service.take_part(session, folder, service.Part(name, 0, 20, 10), io.BytesIO(b"x" * 20), 1, LIMITS)
    assert send(150, total) == total
    with folder.open(name, 1) as file:
        assert file.read() == content
    service.end_parts(session, folder, name, 1)
    assert folder.length(name, 1) == 0
    assert session.get(PartialUpload, (name, 1)) is None


def test_a_part_written_by_a_process_that_died_is_not_lost_and_not_doubled(session: Session, tmp_path: Path) -> None:
    folder, content = PartFolder(tmp_path), picture()
    name = sha256(content)
    folder.append(name, 1, 0, io.BytesIO(content[:70]))
    part = service.Part(name, 0, len(content), len(content))
    session.add(PartialUpload(sha256=name, user_id=1, received=0, total=len(content), touched_at=clock.now()))
    session.flush()
    assert service.take_part(session, folder, part, io.BytesIO(content), 1, LIMITS) == len(content)
    with folder.open(name, 1) as file:
        assert file.read() == content


def test_abandoned_parts_are_cleared(session: Session, tmp_path: Path) -> None:
    folder = PartFolder(tmp_path)
    part = service.Part("a" * 64, 0, 3, 9)
    with clock.set_to(clock.now() - timedelta(days=15)):
        service.take_part(session, folder, part, io.BytesIO(b"abc"), 1, LIMITS)
    service.take_part(session, folder, service.Part("b" * 64, 0, 3, 9), io.BytesIO(b"abc"), 1, LIMITS)
    assert service.clear_abandoned_parts(session, folder) == 1
    assert (folder.length("a" * 64, 1), folder.length("b" * 64, 1)) == (0, 3)


def test_the_store_takes_only_names_of_contents(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    for name in ("../../etc/passwd", "", "A" * 64, "a" * 64 + "/x", "a" * 64 + ".."):
        with pytest.raises(ValueError):
            store.open(name)
    assert not store.exists("a" * 64)
    store.delete("a" * 64)
    with pytest.raises(FileNotFoundError):
        store.open("a" * 64)
    store.put("a" * 64, io.BytesIO(b"1"))
    store.delete("a" * 64)
    assert not store.exists("a" * 64)
    assert not list((tmp_path / "aa" / "aa").iterdir()), "no leftovers"
