"""The same record, its content and what waits for it, all at once: committed for real, on both databases."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from gridops.cases.models import Case, CaseEvent
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.evidence import service as evidence
from gridops.evidence.forms import check
from gridops.evidence.models import EvidenceLink, PartialUpload
from gridops.evidence.parts import PartFolder
from gridops.evidence.rules.types import Limits
from gridops.evidence.service import Part
from gridops.intake import service
from gridops.intake.forms import parse_record
from gridops.intake.models import MissingAttachment, Record
from gridops.intake.rules import RecordState
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.evidence.pictures import picture, sha256
from tests.factories import make_category, make_grid, make_user

LIMITS = Limits(10_000_000, 10_000_000)


def inspector() -> Person:
    with transaction() as session:
        make_category(session)
        user_id = make_user(session, make_grid(session), Role.INSPECTOR).id
    with reading() as session:
        found = load_person(session, user_id)
    assert found is not None
    return found


def payload(files: tuple[bytes, ...] = (), **body: Any) -> dict[str, Any]:
    now = clock.now().isoformat()
    return {
        "type": "report",
        "captured_at": now,
        "sent_at": now,
        "body": {"category": "0110", "location": {"lon": 119.955, "lat": 31.855}, **body},
        "attachments": [
            {"sha256": sha256(file), "size": len(file), "mime": "image/jpeg", "role": "near"} for file in files
        ],
    }


def take(person: Person, name: str, content: dict[str, Any]) -> int:
    with transaction() as session:
        return service.take(session, person, name, parse_record(content, name, LIMITS), content).status


def send(person: Person, content: bytes) -> int:
    arrival = check(io.BytesIO(content), sha256(content), None, LIMITS)
    with transaction() as session:
        return 201 if service.attachment(session, arrival, person.user_id) else 200


def at_once(jobs: list[Callable[[], int]]) -> list[int]:
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result(60) for done in [pool.submit(job) for job in jobs]]


def count(what: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_eight_phones_sending_one_record_make_one_case(database: Engine) -> None:
    person, name, content = inspector(), str(uuid7()), payload()
    answers = at_once([lambda: take(person, name, content)] * 8)
    assert sorted(answers) == [200] * 7 + [201]
    assert (count(Record), count(Case), count(CaseEvent)) == (1, 1, 1)


def test_eight_contents_under_one_name_leave_one_case_and_seven_disputes(database: Engine) -> None:
    person, name = inspector(), str(uuid7())
    contents = [payload(description=f"第{number}句") for number in range(8)]
    answers = at_once([lambda content=content: take(person, name, content) for content in contents])  # type: ignore[misc]
    assert sorted(answers) == [201] + [409] * 7
    assert count(Case) == 1


def test_a_record_and_its_photo_never_overlook_each_other(database: Engine) -> None:
    person = inspector()
    for round_ in range(4):
        photo, name = picture(seed=round_ + 100), str(uuid7())
        content = payload((photo,))
        at_once([lambda: take(person, name, content), lambda: send(person, photo)] * 2)  # noqa: B023 - joined before the next round
    assert count(MissingAttachment) == 0
    assert count(EvidenceLink) == 4


def test_parts_that_come_while_their_upload_ends_begin_anew(database: Engine, tmp_path: Path) -> None:
    folder, content = PartFolder(tmp_path), b"x" * 100
    part = Part(sha256(content), 0, 50, 100)

    def come() -> int:
        with transaction() as session:
            return evidence.take_part(session, folder, part, io.BytesIO(content[:50]), 1, LIMITS)

    def end() -> int:
        with transaction() as session:
            evidence.end_parts(session, folder, part.sha256, 1)
        return 0

    for _ in range(5):
        assert sorted(at_once([come, end] * 4)) == [0] * 4 + [50] * 4
        rows, file = count(PartialUpload), folder.length(part.sha256, 1)
        assert (rows, file) in ((0, 0), (1, 50)), "a row without its file, or a file without its row"


def test_a_record_and_what_waits_for_it_never_overlook_each_other(database: Engine) -> None:
    person = inspector()
    for _ in range(4):
        first, second = str(uuid7()), str(uuid7())
        one, two = payload(), payload(same_as=first)
        at_once([lambda: take(person, first, one), lambda: take(person, second, two)])  # noqa: B023 - as above
    with reading() as session:
        states = session.scalars(select(Record.state)).all()
    assert states == [RecordState.APPLIED] * 8
    assert count(Case) == 4


def test_a_photo_that_comes_while_its_record_takes_effect_hangs_on_the_case(database: Engine) -> None:
    person, rounds = inspector(), 12
    for round_ in range(rounds):
        photo, first, second = picture(seed=round_ + 300), str(uuid7()), str(uuid7())
        assert take(person, second, payload((photo,), same_as=first)) == 201  # it waits, and lacks its photo
        at_once([lambda: take(person, first, payload()), lambda: send(person, photo)])  # noqa: B023 - as above
    assert count(MissingAttachment) == 0
    assert count(EvidenceLink) == rounds


def test_records_naming_each_other_at_once_do_not_lock_each_other_out(database: Engine) -> None:
    person = inspector()
    one, two = str(uuid7()), str(uuid7())
    answers = at_once(
        [lambda: take(person, one, payload(same_as=two)), lambda: take(person, two, payload(same_as=one))]
    )
    assert answers == [201, 201]
    with reading() as session:
        assert sorted(session.scalars(select(Record.state))) == [RecordState.HELD, RecordState.WAITING]
