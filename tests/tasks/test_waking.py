"""Workers are woken a few times a second at most, and never too early for what asked last."""

import itertools
import time
from pathlib import Path

import pytest

from config import load
from gridops.tasks import app as tasks
from gridops.tasks import waking


def test_many_are_woken_together_and_the_last_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[float] = []
    monkeypatch.setattr(waking, "_SECONDS_BETWEEN", 0.2)
    monkeypatch.setattr("gridops.tasks.app.wake", lambda task: sent.append(time.monotonic()))
    asked = 0.0
    for _ in range(20):
        asked = time.monotonic()
        waking.wake("figures.of_this_test")
        time.sleep(0.01)
    end = time.monotonic() + 5
    while (not sent or sent[-1] < asked) and time.monotonic() < end:
        time.sleep(0.01)
    assert sent[-1] >= asked
    assert len(sent) < 10
    assert all(later - earlier >= 0.19 for earlier, later in itertools.pairwise(sent))


def test_a_broker_that_is_away_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridops.tasks.app.wake", lambda task: time.sleep(0.5))
    begun = time.monotonic()
    for _ in range(50):
        waking.wake("figures.of_that_test")
    assert time.monotonic() - begun < 0.4


def test_a_broker_that_refuses_is_told_at_once(tmp_path: Path) -> None:
    tasks.configure(load({"GRIDOPS_DATA_DIR": str(tmp_path), "GRIDOPS_REDIS_URL": "redis://127.0.0.1:1/0"}))
    begun = time.monotonic()
    assert tasks.wake("bulletins.build", 1) is False
    assert time.monotonic() - begun < 2  # the library's own rule is to try for six seconds
