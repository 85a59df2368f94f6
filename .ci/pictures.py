"""Take the README's pictures of a running demo: .ci/pictures.py ADDRESS DATA_DIR (needs chromium)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Geolocation, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Where the person of the field picture stands: in a grid of the demo that this inspector walks.
STANDING: Geolocation = {"longitude": 119.9482, "latitude": 31.8791, "accuracy": 12}


def people(data_dir: str) -> dict[str, dict[str, str]]:
    """The first demo account of each role."""
    told = subprocess.run(
        [ROOT / ".venv/bin/gridops", "demo", "--sign-ins"],
        env={**os.environ, "GRIDOPS_DATA_DIR": data_dir},
        capture_output=True,
        check=True,
    )
    found: dict[str, dict[str, str]] = {}
    for person in json.loads(told.stdout):
        found.setdefault(person["role"], person)
    return found


def signed_in(browser: Browser, address: str, person: dict[str, str], size: dict[str, int]) -> Page:
    """A page of someone who has signed in."""
    seen: dict[str, Any] = {"viewport": size, "locale": "zh-CN", "device_scale_factor": 1}
    page = browser.new_page(**seen, geolocation=STANDING, permissions=["geolocation"])
    page.goto(f"{address}/sign-in")
    page.fill("input[name=username]", person["username"])
    page.fill("input[name=password]", person["password"])
    page.click("form button[type=submit]:has-text('登录')")
    page.wait_for_load_state("networkidle")
    return page


def main() -> None:
    """Desk, phone and bulletin."""
    address, data_dir = sys.argv[1], sys.argv[2]
    known = people(data_dir)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        desk = signed_in(browser, address, known["dispatcher"], DESK)
        desk.goto(f"{address}/desk")
        desk.wait_for_load_state("networkidle")
        desk.screenshot(path=PICTURES / "desk.png")
        field = signed_in(browser, address, known["inspector"], PHONE)
        field.goto(f"{address}/field")
        field.click("text=以后再说")  # the first opening offers to check the phone
        field.wait_for_selector("text=在我的网格里")
        field.screenshot(path=PICTURES / "field.png")
        office = signed_in(browser, address, known["editor"], DESK)
        office.goto(f"{address}/bulletins")
        office.click("a:has-text('2017年3月'), a:has-text('3月份')")
        office.wait_for_load_state("networkidle")
        office.wait_for_timeout(1500)
        office.screenshot(path=PICTURES / "bulletin.png")
        browser.close()


if __name__ == "__main__":
    main()
