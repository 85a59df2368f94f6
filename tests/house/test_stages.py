"""./test runs linters first and goes on when they fail; here their failure reaches pytest's last line."""

import os
import re
import shlex
from itertools import pairwise

import redis
import sqlalchemy.exc
from playwright import sync_api as playwright

from tests.conftest import ROOT


def test_the_stages_before_pytest_have_passed() -> None:
    assert not os.environ.get("GRIDOPS_FAILED_STAGES"), "see the output above pytest's"


def test_only_a_browser_that_was_waited_for_in_vain_is_tried_once_more() -> None:
    words = shlex.split((ROOT / "test").read_text(), comments=True)
    asked = [again for flag, again in pairwise(words) if flag == "--only-rerun"]
    assert asked
    found = {name: any(re.search(each, f"{type(fault).__name__}: {fault}") for each in asked) for name, fault in FAULTS}
    assert found == {name: name.startswith("browser") for name, _fault in FAULTS}


# As the plugin reads a fault: its type's own name, and what it says.
FAULTS = (
    ("browser: a page", playwright.TimeoutError("Page.goto: Timeout 30000ms exceeded.\nCall log:\n")),
    ("browser: an event", playwright.TimeoutError('Timeout 30000ms exceeded while waiting for event "download"')),
    ("browser: a phone", AssertionError("not so after 20.0 s: confirmed")),
    ("no connection was given back", sqlalchemy.exc.TimeoutError("QueuePool limit of size 5 overflow 20 reached")),
    ("a program hangs", TimeoutError("gridops demo still ran after 600 s")),
    ("the broker hangs", redis.TimeoutError("Timeout reading from 127.0.0.1:6379")),
    ("a page says something else", AssertionError("Locator expected to be visible")),
)
