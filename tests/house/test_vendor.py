"""Third-party files of the browser side: listed, checked, and there when a page asks for them."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import HOUSE, ROOT

VENDOR = ROOT / "static" / "vendor"


def listed() -> dict[str, str]:
    """The digests of static/vendor.sha256 by file."""
    lines = (ROOT / "static" / "vendor.sha256").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def pages() -> Iterator[Path]:
    """Templates, styles and scripts of our own."""
    for folder, ending in (
        (HOUSE, ".html"),
        (ROOT / "static", ".js"),
        (ROOT / "static", ".mjs"),
        (ROOT / "static", ".css"),
    ):
        yield from (p for p in sorted(folder.rglob(f"*{ending}")) if VENDOR not in p.parents)


def test_every_copied_file_is_the_one_that_was_looked_at() -> None:
    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file()
    }
    assert found == listed()


def test_every_file_that_package_json_names_is_listed() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert {*package["vendor"], "tabler/icons.svg"} == set(listed())


def test_every_third_party_file_that_a_page_asks_for_is_there() -> None:
    missing = []
    for page in pages():
        for name in re.findall(r"""vendor/([\w./-]+\.(?:css|m?js|svg|ttf|png))""", page.read_text(encoding="utf-8")):
            if name not in listed():
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing, "\n".join(missing)


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    icons = set(json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["icons"])
    missing = []
    for page in pages():
        for name in re.findall(r"icons\.svg[^#\n]{0,12}#([a-z0-9-]+)", page.read_text(encoding="utf-8")):
            if name not in icons:
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing, "\n".join(missing)


def test_nothing_of_a_style_is_fetched_from_elsewhere() -> None:
    for style in [*VENDOR.rglob("*.css"), *(page for page in pages() if page.suffix == ".css")]:
        outside = re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^"')\s]+""", style.read_text(encoding="utf-8"))
        assert not outside, f"{style.relative_to(ROOT)}: {outside}"
