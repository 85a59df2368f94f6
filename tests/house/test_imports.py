"""Import downward only (design/house.md). The contracts stand in pyproject.toml; here they are run, and tried out."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import HOUSE, ROOT, contracts, tree


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def layers() -> set[str]:
    return set(re.findall(r"\w+", " ".join(contracts()["stack"]["layers"])))


def test_every_import_goes_downward() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contracts_name_only_what_stands_in_the_stack() -> None:
    """A slip in a name would switch a contract off without a word."""
    names = [
        name
        for contract in contracts().values()
        for option in ("source_modules", "forbidden_modules")
        for name in contract.get(option, [])
        if name.startswith("gridops.")
    ]
    assert {name.split(".")[1] for name in names} - {"*"} <= layers()


def test_no_room_is_left_out_of_the_contract_about_rooms() -> None:
    rooms = {name.removeprefix("gridops.") for name in contracts()["rooms"]["source_modules"]}
    assert rooms == layers() - {"app", "cli", "web", "api", "tasks"}


def test_the_map_of_the_house_imports_nothing() -> None:
    imports = [n for n in ast.walk(tree(HOUSE / "__init__.py")) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not imports


@pytest.fixture(scope="module")
def small_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real contracts around rooms that hold one line each."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "tests" / "house").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "tests" / "house" / "contract_types.py", folder / "tests" / "house")
    for name in (
        "", "core", "penalties", "cases", "figures", "figures/rules", "assessment", "supervision", "web", "api",
    ):  # fmt: skip
        (folder / "gridops" / name).mkdir(parents=True)
        (folder / "gridops" / name / "__init__.py").touch()
    for name in ("cases/rules", "cases/service", "cases/models", "core/db", "figures/counts", "figures/money"):
        (folder / "gridops" / f"{name}.py").touch()
    (folder / "gridops" / "penalties" / "rules.py").touch()
    (folder / "gridops" / "core" / "db.py").write_text("import sqlalchemy\n")
    return folder


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("core/clock.py", "import gridops.cases.rules", "1."),
        ("web/desk.py", "import gridops.api", "1."),
        ("utils.py", "X = 1", "1."),
        ("cases/rules.py", "import gridops.cases.models", "2."),
        ("cases/queries.py", "import gridops.cases.service", "2."),
        ("cases/rules.py", "import sqlalchemy", "3."),
        ("cases/rules.py", "import gridops.core.db", "3."),
        ("cases/views.py", "from flask import request", "4."),
        ("core/queue.py", "import celery", "4."),
        ("assessment/queries.py", "import gridops.figures.money", "5a."),
        ("assessment/queries.py", "import gridops.figures", "5a."),
        ("figures/counts.py", "from gridops.figures import money", "5b."),
        ("figures/counts.py", "import gridops.penalties.rules", "5b."),
        ("figures/rules/ranks.py", "from gridops.figures import money", "5b."),
        ("supervision/queries.py", "from gridops.penalties import rules", "5b."),
    ],
)
def test_a_forbidden_import_is_found(small_house: Path, file: str, line: str, broken: str) -> None:
    path = small_house / "gridops" / file
    before = path.read_text() if path.exists() else None
    path.write_text(line + "\n")
    try:
        result = lint_imports(small_house)
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert result.returncode == 1, result.stdout + result.stderr
    assert re.search(rf"^{re.escape(broken)} .* BROKEN$", result.stdout, re.MULTILINE), result.stdout


def test_the_imports_that_the_house_is_made_for_are_allowed(small_house: Path) -> None:
    allowed = {
        "assessment/service.py": "from gridops.figures import counts",
        "figures/money.py": "from gridops.penalties import rules",
        "cases/service.py": "from gridops.cases import models, rules\nfrom gridops.core import db",
        "web/desk.py": "import flask\nfrom gridops.cases import service",
    }
    for file, text in allowed.items():
        (small_house / "gridops" / file).write_text(text + "\n")
    result = lint_imports(small_house)
    assert result.returncode == 0, result.stdout + result.stderr
