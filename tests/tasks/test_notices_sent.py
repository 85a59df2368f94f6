"""A case is dispatched, and a real server gets the message: by the tasks themselves, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from config import load
from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.core import clock, owed
from gridops.core.db import reading, transaction
from gridops.notices import queries, service
from gridops.notices.forms import HookForm
from gridops.notices.models import Hook, Notice
from gridops.notices.rules import HookKind, Outcome
from gridops.tasks import app as tasks
from gridops.tasks import jobs
from tests.notices.hook_server import FINE, Robot, robot
from tests.web.street import Street, make_street

PERSONS = ("盘龙路口", "有垃圾", "inspector", "desk", "handler", "已清理")


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    """The group of the street's unit; no broker answers, as after Redis was lost."""
    settings = {
        "GRIDOPS_DATA_DIR": str(tmp_path),
        "GRIDOPS_REDIS_URL": "redis://127.0.0.1:1/0",
        "GRIDOPS_PUBLIC_URL": "https://grid.example.cn",
        "GRIDOPS_PRIVATE_HOOKS": "1",
    }
    tasks.configure(load(settings))
    with robot(tmp_path / "cert") as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca))
        yield running


@pytest.fixture
def street(database: Engine, group: Robot) -> Street:
    made = make_street(None)  # type: ignore[arg-type]  # no pages are opened
    hook(made, group, made.unit_id)
    return made


def hook(street: Street, group: Robot, unit_id: int | None, kind: HookKind = HookKind.WECOM) -> None:
    with transaction() as session:
        service.set_hook(session, street.root_id, HookForm(unit_id, kind, group.address), actor_id=1)


def outcomes() -> list[tuple[Outcome, int]]:
    with reading() as session:
        return [(one.outcome, one.tries) for one in session.scalars(select(Notice).order_by(Notice.id))]


def still_owed() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(owed.Owed).where(owed.Owed.kind == "notice")) or 0


def test_a_dispatched_case_is_told_to_its_unit_once_and_names_nobody(street: Street, group: Robot) -> None:
    case = street.dispatched()
    jobs.send_notices()
    jobs.send_notices()
    (text,) = group.texts
    head, link = text.split("\n")
    assert head.startswith(f"【新派遣】{case.number} · 暴露垃圾 · 西社区 · 还剩 ")
    assert link == f"https://grid.example.cn/field#/tasks/{case.number}"
    assert not [word for word in PERSONS if word in head]
    assert (outcomes(), still_owed()) == ([(Outcome.SENT, 1)], 0)


def test_a_failed_check_comes_back_to_the_unit_and_a_returned_case_to_the_centre(street: Street, group: Robot) -> None:
    hook(street, group, None, HookKind.JSON)
    group.answers = [FINE, (204, {}, b"")]
    case = street.checking()
    jobs.send_notices()
    assert group.posted == [], "it is not with the unit any more"
    street.move(case, Move.CHECK_FAILED, "inspector", reason="还有垃圾")
    jobs.send_notices()
    street.move(case, Move.RETURN, "handler", reason="不归我们管")
    jobs.send_notices()
    text = group.posted[0][1]["text"]["content"]
    assert text.startswith(f"【退回重办】{case.number}")
    assert "还有垃圾" not in text
    told = group.posted[1][1]
    assert told["text"].startswith(f"【单位退件】{case.number}")
    assert told["text"].endswith(f"https://grid.example.cn/desk/cases/{case.number}")
    assert (told["notices"][0]["number"], told["notices"][0]["due_at"]) == (case.number, None)
    assert [outcome for outcome, _ in outcomes()] == [Outcome.DROPPED, Outcome.SENT, Outcome.SENT]


def test_a_case_that_went_to_another_unit_meanwhile_is_not_told_to_the_first(street: Street, group: Robot) -> None:
    case = street.dispatched()
    street.move(case, Move.RETURN, "handler", reason="不归我们管")
    street.move(case, Move.DISPATCH, "desk", unit=street.other_unit_id)
    jobs.send_notices()
    assert group.posted == []
    assert (still_owed(), [one for one, _ in outcomes()]) == (0, [Outcome.DROPPED] * 3)


def test_the_unit_is_told_of_each_reminder_as_long_as_it_has_the_case(street: Street, group: Robot) -> None:
    case = street.dispatched()
    jobs.send_notices()
    group.posted.clear()
    for words in ("群众又来电", None):
        street.move(case, Move.REMIND, "desk", words=words)
        jobs.send_notices()
    assert [text.startswith(f"【催办】{case.number} · 暴露垃圾") for text in group.texts] == [True, True]
    assert not [text for text in group.texts if "群众" in text]
    street.move(case, Move.REMIND, "desk")
    street.move(case, Move.FEEDBACK, "handler", words="已清理")
    jobs.send_notices()
    assert (len(group.texts), still_owed()) == (2, 0)


def test_the_unit_is_told_of_a_press_and_when_its_answer_is_due_but_not_what_was_said(
    street: Street, group: Robot
) -> None:
    case, due = street.dispatched(), clock.now() + timedelta(hours=3)
    jobs.send_notices()
    group.posted.clear()
    street.move(case, Move.PRESS, "leader", words="群众反复来电", due=due)
    jobs.send_notices()
    (text,) = group.texts
    assert text.startswith(f"【督办】{case.number} · 暴露垃圾 · 西社区 · 还剩 ")
    assert text.split("\n")[0].endswith(f" · 答复期限 {clock.local(due):%Y-%m-%d %H:%M}")
    assert "群众" not in text
    street.move(case, Move.ANSWER_PRESS, "handler", words="马上办")
    street.move(case, Move.PRESS, "leader", words="再督", due=due)
    street.move(case, Move.ANSWER_PRESS, "handler", words="已在办")
    jobs.send_notices()  # answered before anybody was told
    assert (len(group.texts), still_owed()) == (1, 0)


def test_time_that_runs_out_is_told_once_for_a_deadline(street: Street, group: Robot) -> None:
    case = street.dispatched()
    jobs.send_notices()
    group.posted.clear()
    due = street.now(case).runs_out_at
    with clock.set_to(due - timedelta(hours=3)):
        jobs.look_ahead()
        jobs.send_notices()
    assert group.posted == []
    with clock.set_to(due - timedelta(minutes=100)):
        jobs.look_ahead()
        jobs.look_ahead()
        jobs.send_notices()
        jobs.look_ahead()
        jobs.send_notices()
    (text,) = group.texts
    assert text.startswith(f"【即将到期】{case.number} · 暴露垃圾 · 西社区 · 还剩 1 小时 40 分")
    with clock.set_to(due + timedelta(minutes=1)):
        jobs.look_ahead()
    assert still_owed() == 0


def test_a_case_just_dispatched_is_not_told_again_as_running_out(street: Street, group: Robot) -> None:
    case = street.dispatched()
    soon = clock.now() + timedelta(minutes=90)
    with transaction() as session:
        session.execute(update(Case).where(Case.id == case.id).values(runs_out_at=soon))
    jobs.look_ahead()
    assert still_owed() == 1, "only the dispatch"
    with clock.set_to(soon - timedelta(minutes=30)):
        jobs.look_ahead()
    assert still_owed() == 2


def test_what_the_robot_refuses_is_sent_later_and_once(street: Street, group: Robot) -> None:
    group.answers = [(200, {}, b'{"errcode": 45009, "errmsg": "api freq out of limit"}'), (502, {}, b"")]
    street.dispatched()
    jobs.send_notices()
    jobs.send_notices()
    assert (len(group.posted), still_owed()) == (1, 1), "it rests"
    for minutes in (3, 6, 9):
        with clock.set_to(clock.now() + timedelta(minutes=minutes)):
            jobs.send_notices()
    assert (len(group.posted), still_owed(), outcomes()) == (3, 0, [(Outcome.SENT, 3)])
    with reading() as session:
        (row,) = queries.hook_rows(session, street.root_id)
    assert (row.failures, row.last_error) == (0, None)


def test_two_workers_at_once_send_each_message_once(street: Street, group: Robot) -> None:
    group.slow = 0.2
    numbers = [street.dispatched().number for _ in range(3)]
    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(jobs.send_notices) for _ in range(4)]:
            done.result()
    assert sorted(number for text in group.texts for number in numbers if number in text) == sorted(numbers)
    assert still_owed() == 0


def test_a_group_that_is_away_is_told_later_by_the_calendar_alone(street: Street, group: Robot) -> None:
    with transaction() as session:
        session.execute(update(Hook).values(address="https://localhost:1/send?key=693a91f6"))
    street.dispatched()
    jobs.send_notices()
    with reading() as session:
        (row,) = queries.hook_rows(session, street.root_id)
    assert (row.failures, still_owed()) == (1, 1)
    assert row.last_error is not None
    assert "693a91f6" not in row.last_error
    with transaction() as session:
        session.execute(update(Hook).values(address=group.address))
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        jobs.send_notices()
    assert (len(group.posted), still_owed()) == (1, 0)


def test_no_private_address_is_posted_to_unless_a_setting_allows_it(
    street: Street, group: Robot, tmp_path: Path
) -> None:
    tasks.configure(load({"GRIDOPS_DATA_DIR": str(tmp_path), "GRIDOPS_REDIS_URL": "redis://127.0.0.1:1/0"}))
    street.dispatched()
    jobs.send_notices()
    assert (group.posted, still_owed()) == ([], 1)
