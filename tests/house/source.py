"""How the tests of the house look at the source."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "gridops"
DOORS = ("web", "api", "tasks")
# Where things are plugged together; neither rooms nor doors.
PLUGS = ("__init__", "app", "cli", "tables")


def tracked_files() -> list[Path]:
    """Every file that is committed and not deleted in the working tree."""
    # A checkout may belong to someone other than who tests it, which git refuses unless told otherwise.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def python_files(*folders: Path) -> Iterator[Path]:
    """The Python files below some folders, in order; a folder that is not there yet has none."""
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def room_files() -> Iterator[Path]:
    """The Python files of every room."""
    for path in python_files(HOUSE):
        if path.relative_to(HOUSE).parts[0].removesuffix(".py") not in (*DOORS, *PLUGS):
            yield path


def tree(path: Path) -> ast.Module:
    """A file as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path, node: ast.stmt | ast.expr) -> str:
    """A place to click on."""
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def contracts() -> dict[str, dict[str, Any]]:
    """The import contracts of pyproject.toml by their id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
