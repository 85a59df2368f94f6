"""Where the time of a missed target goes: the same work once more, in one process, under cProfile."""

from __future__ import annotations

import cProfile
import io
import pstats
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import asks, batch, months
from bench.clients import Ask, in_processes
from bench.data import Ground, dispatched
from bench.people import PASSWORD, Worker
from bench.place import Place
from config import ROOT, Config
from gridops.people.rules import Role

FOLDER = Path(__file__).resolve().parent / "profiles"
TOP = 30
TIMES = 60


def write(key: str, where: Place, land: Ground, workers: list[Worker], back: int) -> str:
    """Profile the work behind a key and keep its top; returns the costliest lines, empty where there is none."""
    work = _WORK.get(key)
    if work is None:
        return ""
    FOLDER.mkdir(exist_ok=True)
    (text,) = in_processes(work, [(where, land, workers, back)])
    (FOLDER / f"{key}.txt").write_text(text)
    return text


def _told(profile: cProfile.Profile, what: str) -> str:
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out).strip_dirs()
    stats.sort_stats("cumulative").print_stats(TOP)
    stats.sort_stats("tottime").print_stats(TOP // 2)
    return f"{what}\n{out.getvalue()}"


def _asked(where: Place, own: list[Ask], what: str, signed_in: Worker | None = None) -> str:
    """The program in this process, asked by its test client; the first tenth warms it up."""
    from gridops.app import create_app

    app = create_app(
        Config(data_dir=where.data_dir, database_url=where.database_url, secret_key="bench", log_level="ERROR")  # noqa: S106
    )
    client, more = app.test_client(), []
    if signed_in is not None:
        form = {
            "username": signed_in.username,
            "password": PASSWORD,
            "csrf_token": asks.csrf(client.get("/sign-in").data),
        }
        client.post("/sign-in", data=form)
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        more = [("X-CSRFToken", asks.csrf(client.get("/account").data)), kind]
        # One cookie, as the load has: nobody reads what moves say, and in a jar it would grow with each of them.
        cookie = client.get_cookie("gridops")
        more += [("Cookie", f"gridops={cookie.value}")] if cookie else []
        client = app.test_client(use_cookies=False)
    profile = cProfile.Profile()
    for place, ask in enumerate(own):
        if place == len(own) // 10:
            profile.enable()
        client.open(ask.path, method=ask.method, headers=[*ask.headers, *more], data=ask.body)
    profile.disable()
    return _told(profile, f"{what}, {len(own) - len(own) // 10} times")


def _intake(where: Place, land: Ground, workers: list[Worker], _back: int) -> str:
    inspectors = [worker for worker in workers if worker.role is Role.INSPECTOR]
    return _asked(where, asks.reports(land, inspectors[-1], TIMES, 77), "PUT /api/v1/records")


def _lists(where: Place, land: Ground, workers: list[Worker], _back: int) -> str:
    return _pages(where, asks.lists(land, TIMES, 77), "GET /desk", workers, Role.INTAKE_CLERK)


def _windows(where: Place, _land: Ground, workers: list[Worker], _back: int) -> str:
    return _pages(where, asks.map_paths(40, 77), "GET a window", workers, Role.INTAKE_CLERK)


def _overview(where: Place, _land: Ground, workers: list[Worker], _back: int) -> str:
    return _pages(where, ["/overview"] * 20, "GET /overview", workers, Role.LEADER)


def _pages(where: Place, paths: list[str], what: str, workers: list[Worker], role: Role) -> str:
    reader = next(worker for worker in workers if worker.role is role)
    return _asked(where, [Ask("GET", path) for path in paths], what, reader)


def _moves(where: Place, _land: Ground, workers: list[Worker], _back: int) -> str:
    where.bind()
    handler = next(worker for worker in workers if worker.role is Role.HANDLER)
    cases = [number for number, unit in dispatched(TIMES * 20, 78) if unit == handler.unit_id]
    own = [Ask("POST", f"/desk/cases/{number}/receive", body=b"version=3") for number in cases]
    return _asked(where, own, "POST receive", handler)


def _count(where: Place, _land: Ground, _workers: list[Worker], back: int) -> str:
    months.count(where, back, 1)
    profile = cProfile.Profile()
    profile.runcall(months.count, where, back, 1)
    return _told(profile, f"figures of {months.month(back).label}")


def _freeze(where: Place, _land: Ground, _workers: list[Worker], back: int) -> str:
    profile = cProfile.Profile()
    profile.runcall(months.freeze, where, back + 1)
    return _told(profile, f"freeze and papers of {months.month(back + 1).label}")


def _import(where: Place, land: Ground, _workers: list[Worker], _back: int) -> str:
    file = Path(where.data_dir) / "profiled.csv"
    batch.write_file(file, land, 5001)
    kept = Path(where.data_dir) / "import.profile"
    code = "import sys; from gridops.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", f"import cProfile; cProfile.run({code!r}, {str(kept)!r})"]
    subprocess.run([*command, "import", "cases", str(file)], env=where.environment, cwd=ROOT, check=False)
    out = io.StringIO()
    stats = pstats.Stats(str(kept), stream=out).strip_dirs()
    stats.sort_stats("cumulative").print_stats(TOP)
    stats.sort_stats("tottime").print_stats(TOP // 2)
    told = "\n".join(line for line in out.getvalue().splitlines() if kept.name not in line)
    return f"gridops import cases, 5,001 rows\n{told}"


def _start(where: Place, _land: Ground, _workers: list[Worker], _back: int) -> str:
    command = [sys.executable, "-X", "importtime", "-c", "import gridops.app; gridops.app.from_environment()"]
    done = subprocess.run(command, env=where.environment, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line.split("|") for line in done.stderr.splitlines() if line.startswith("import time:")]
    costly = sorted((parts for parts in lines[1:] if len(parts) == 3), key=lambda parts: -int(parts[1]))
    return "microseconds of an import with all it imports\n" + "\n".join("".join(parts[1:]) for parts in costly[:TOP])


def _memory(where: Place, _land: Ground, _workers: list[Worker], _back: int) -> str:
    """Resident memory before and after each of the larger libraries, then the whole program."""
    names = ("flask", "sqlalchemy.orm", "psycopg", "numpy", "shapely", "pyproj", "PIL.Image", "celery", "pydantic")
    code = f"""
import importlib
def said(what):
    print(f"{{int(open('/proc/self/statm').read().split()[1]) / 256:8.1f}} MiB after {{what}}")
said("python")
for name in {names}:
    importlib.import_module(name)
    said(name)
import gridops.app
said("gridops.app")
gridops.app.from_environment()
said("create_app")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=where.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr[-500:]


def _batch(_where: Place, _land: Ground, _workers: list[Worker], _back: int) -> str:
    profile = cProfile.Profile()
    profile.runcall(batch.locate, 200_000, 1)
    return _told(profile, "locate_many of 200,000 points")


_WORK: dict[str, Callable[[Place, Ground, list[Worker], int], str]] = {
    "intake": _intake,
    "intake_sqlite": _intake,
    "phones_back": _intake,
    "web_start": _start,
    "web_memory": _memory,
    "state_change": _moves,
    "list": _lists,
    "map": _windows,
    "overview": _overview,
    "month_figures": _count,
    "freeze_and_papers": _freeze,
    "import_cases": _import,
    "grid_batch": _batch,
}
