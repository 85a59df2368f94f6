"""Copy the browser's third-party files from an npm folder to static/vendor and check them against static/vendor.sha256.

Run by .ci/setup.sh. What is copied stands in package.json: "vendor" (target: source) and "icons" (drawn into one
sprite, used as `<svg><use href="…/tabler/icons.svg#map-pin">`). Standard library only: it runs before anything else.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
DIGESTS = ROOT / "static" / "vendor.sha256"
SPRITE = "tabler/icons.svg"
ICON_FOLDER = "@tabler/icons/icons/outline"


def sprite(modules: Path, names: list[str]) -> str:
    """Draw one SVG file with a symbol for each icon; stroke and fill come from the page (`currentColor`)."""
    symbols = []
    for name in sorted(names):
        svg = (modules / ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        body = " ".join(re.sub(r"<!--.*?-->|</?svg[^>]*>", " ", svg, flags=re.DOTALL).split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
            f' stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def collect(modules: Path, folder: Path) -> None:
    """Put every file that package.json names into an empty folder."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for target, source in package["vendor"].items():
        destination = folder / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, destination)
    (folder / SPRITE).write_text(sprite(modules, package["icons"]), encoding="utf-8")


def digests(folder: Path) -> str:
    """List the folder's files as sha256sum does."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n" for file in files
    )


def main() -> int:
    """Copy, check, and only then replace what was there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path, help="the node_modules folder to copy from")
    parser.add_argument("--write-digests", action="store_true", help="accept the files as they are now (.ci/lock)")
    arguments = parser.parse_args()

    fresh = arguments.modules.parent / "vendor.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    collect(arguments.modules, fresh)
    found = digests(fresh)
    if arguments.write_digests:
        DIGESTS.write_text(found, encoding="utf-8")
    expected = DIGESTS.read_text(encoding="utf-8")
    if found != expected:
        for line in sorted(set(found.splitlines()) ^ set(expected.splitlines())):
            print(f"  {'listed' if line in expected else 'found '} {line}", file=sys.stderr)
        print("static/vendor: files differ from static/vendor.sha256; nothing was replaced.", file=sys.stderr)
        return 1
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.move(fresh, TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
