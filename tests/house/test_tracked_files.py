"""What is committed works on anyone's machine, and says nothing about ours."""

import json
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, tracked_files

# design/house.md fixes the top level; the locks and the settings of tools come with it.
TOP_LEVEL = {
    *("gridops", "static", "migrations", "tests", "bench", "docs", ".ci"),
    *("celery_worker.py", "config.py", "run", "test", ".gitignore", ".gitattributes", ".editorconfig", ".npmrc"),
    *("pyproject.toml", "alembic.ini", "babel.cfg", "package.json", "package-lock.json"),
    *("requirements.in", "requirements-dev.in", "requirements-node.in"),
    *("requirements.txt", "requirements-dev.txt", "requirements-node.txt"),
    *("README.md", "README", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
}
# Written in two parts, so that this file passes its own test.
REGISTRY_HOST = re.compile(
    "|".join(
        re.escape(host).replace("@", r"\.")
        for host in (
            *("pypi@org", "pythonhosted@org", "npmjs@org", "npmjs@com", "npmmirror@com", "yarnpkg@com"),
            *("deb@debian@org", "archive@ubuntu@com", "tuna@tsinghua@edu@cn", "mirrors@aliyun@com", "unpkg@com"),
            *("cdn@jsdelivr@net", "cdnjs@cloudflare@com", "fonts@googleapis@com", "proxy@golang@org", "crates@io"),
        )
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.~$}>\-/])/(?:root|work|workspace|opt/pypi[\w-]*|(?:home|Users)/[a-z][\w-]*)/[\w.]")


def readable(path: Path) -> str | None:
    """The text of a file, or None where it holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked_files():
        for number, line in enumerate((readable(path) or "").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}")
    return found


def test_no_file_names_the_host_of_a_registry() -> None:
    found = lines_with(REGISTRY_HOST)
    assert not found, "\n".join(found)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = lines_with(MACHINE_PATH)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("host", ["pypi", "files.pythonhosted", "registry.npmjs"])
def test_a_host_would_be_found(host: str) -> None:
    assert REGISTRY_HOST.search(f'"resolved": "https://{host}.org/x"')


@pytest.mark.parametrize("path", ["root/.cache", "work/main/run", "home/wang/gridops", "Users/li/x"])
def test_a_path_would_be_found(path: str) -> None:
    assert MACHINE_PATH.search(f"cd /{path}")
    assert not MACHINE_PATH.search(f"https://example.org/{path}")


def test_the_top_level_stays_as_the_house_has_it() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} <= TOP_LEVEL


def test_nothing_that_set_up_brings_is_committed() -> None:
    brought = (".venv", "node_modules", "static/vendor/", "data/", "uv.lock", "pylock.toml")
    found = [str(p.relative_to(ROOT)) for p in tracked_files() if str(p.relative_to(ROOT)).startswith(brought)]
    assert not found


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_every_python_package_is_locked_by_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text(encoding="utf-8").split("\n", 1)[1])
    assert entries
    bad = [
        e.splitlines()[0] for e in entries if not re.match(r"[\w.\-\[\]]+==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", e)
    ]
    assert not bad


def test_the_tests_run_on_what_the_program_runs_on() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\-\[\]]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


def test_every_npm_package_is_locked_by_its_digest() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    del packages[""]
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry]
