"""Every job has a name of its own, a queue that workers listen to, and stands in the calendar by that name."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import Config
from gridops.tasks import jobs, schedule
from gridops.tasks.app import celery, configure


@pytest.fixture(autouse=True)
def _configured(tmp_path: Path) -> None:
    configure(Config(data_dir=tmp_path))


def _named() -> set[str]:
    assert jobs
    return {name for name in celery.tasks if not name.startswith("celery.")}


def test_every_task_is_named_and_queued() -> None:
    assert _named() == set(schedule.ROUTES)


def test_every_queue_is_listened_to() -> None:
    assert {route["queue"] for route in schedule.ROUTES.values()} <= set(schedule.QUEUES)


def test_the_calendar_names_tasks_that_exist() -> None:
    assert {entry["task"] for entry in schedule.CALENDAR.values()} <= _named()


def test_tasks_speak_json_and_come_back_when_a_worker_is_lost() -> None:
    assert celery.conf.task_serializer == "json"
    assert celery.conf.accept_content == ["json"]
    assert celery.conf.task_acks_late
    assert celery.conf.task_reject_on_worker_lost
    assert celery.conf.broker_transport_options["visibility_timeout"] >= 300
