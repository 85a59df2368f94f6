"""What hands do on the app's screens: choose, photograph, sign."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page

from tests.evidence.pictures import picture


def choose(page: Page, legend: str, words: str) -> None:
    """One of a few, by what stands over them."""
    page.get_by_role("group", name=legend).get_by_role("radio", name=words, exact=True).check()


def photograph(page: Page, part: str, seed: int) -> None:
    """A photo out of the album into that part of the form."""
    payload: FilePayload = {
        "name": f"{seed}.jpg",
        "mimeType": "image/jpeg",
        "buffer": picture(size=(640, 480), seed=seed),
    }
    section = page.get_by_label(part, exact=True)
    with page.expect_file_chooser() as chooser:
        section.get_by_role("button", name="相册").click()
    chooser.value.set_files(payload)
    section.locator(".photo[aria-busy=false] img").first.wait_for()


def sign(page: Page) -> None:
    """A signature on the glass."""
    glass = page.locator("canvas")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box is not None
    left, top = box["x"] + 30, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(left + 18 * step, top + (15 if step % 2 else -15))
    page.mouse.up()


def shoot(page: Page) -> None:
    """A photo with the camera that stands open, used as it came."""
    page.locator(".camera .shutter[aria-disabled=false]").click()
    dialog = page.locator("dialog.camera")
    for _ in range(4):  # whoever is quicker than the judge hears first what he says
        dialog.get_by_role("button", name=re.compile("用这张|仍用")).click()
        page.wait_for_timeout(400)
        if dialog.count() == 0:
            return
    raise AssertionError(dialog.inner_text())
