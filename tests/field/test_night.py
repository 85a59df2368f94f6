"""A whole night, and no record or photo lost or doubled. Short here; `.ci/night` plays 300 records, 600 photos."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.field.app import App
from tests.field.comparing import doubled, lost
from tests.field.line import Line
from tests.field.night import LONG, SHORT, Night, Officer
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.both]

SIZE = LONG if os.environ.get("GRIDOPS_TEST_NIGHT") == "long" else SHORT
SEED = int(os.environ.get("GRIDOPS_TEST_NIGHT_SEED", "4"))


def test_a_night_of_two_phones_loses_nothing_and_doubles_nothing(
    playwright: Playwright, each_server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, begun = each_server, time.monotonic()
    with (
        Line(server.port) as first,
        Line(server.port) as second,
        Phone(playwright, tmp_path / "first", first.address) as one,
        Phone(playwright, tmp_path / "second", second.address) as two,
    ):
        officers = (
            Officer(App(one, server.people["officer"], "officer"), first),
            Officer(App(two, server.people["second"], "second"), second),
        )
        night = Night(server, officers, SIZE, SEED)
        try:
            night.go_out()
            night.work()
            night.come_home()
            held = server.held()
            assert (lost(held, night.captured), doubled(held, night.captured), held.damaged()) == ([], [], [])
            assert len(held.records) == 2 * SIZE.records
            assert night.told["photos"] == 2 * SIZE.photos
            assert [one.faults, two.faults] == [[], []]
        except BaseException:
            with capsys.disabled():
                sys.stdout.write(f"\nnight of seed {SEED}: {dict(night.told)}\n{first.report()}\n{second.report()}\n")
            raise
    bad = sum(str(told.fate.kind) != "pass" for line in (first, second) for told in line.told())
    took = f"{time.monotonic() - begun:.0f} s, {len(first.told()) + len(second.told())} requests, {bad} of them bad"
    with capsys.disabled():
        sys.stdout.write(
            f"\n  night on {server.engine.dialect.name}: {took}; slowest capture {night.slowest_ms:.0f} ms\n"
        )
        sys.stdout.write(f"  {dict(night.told)}\n")
