"""What one report costs: its statements, and the processor time of the program, both without other load counting in.

`python -m bench.cost [--statements] [--load SECONDS] [--back] [--embedded] [--profile]`, on databases of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import hashlib
import os
import pstats
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from bench import asks, data, people, place, web
from bench.clients import quantile
from bench.place import Place
from bench.table import Table
from config import Config
from gridops.core import db
from gridops.intake.models import Record
from gridops.people.rules import Role

NAME = "gridops_cost"
WARM, TIMES = 40, 300


def main() -> None:
    """Parse the options, measure, remove what was made."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--statements", action="store_true", help="print the statements of one report")
    options.add_argument("--load", type=float, default=0.0, help="also a real run of this many seconds")
    options.add_argument("--embedded", action="store_true", help="on SQLite")
    options.add_argument("--profile", action="store_true", help="where the time goes")
    options.add_argument("--back", action="store_true", help="also 100 phones with 50 records each")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gridops-cost-"))
    try:
        where = Place(folder, "" if given.embedded else place.make_database(NAME))
        where.call("init")
        where.bind()
        workers = people.settle()
        land = data.ground()
        if not given.embedded:
            data.analyse()
        _one_process(where, land, workers, given)
        if given.load or given.back:
            _load(where, land, workers, given)
    finally:
        place.release()
        if not given.embedded:
            place.drop_database(NAME)
        shutil.rmtree(folder, ignore_errors=True)


def _one_process(where: Place, land: Any, workers: list[Any], given: argparse.Namespace) -> None:
    from gridops.app import create_app

    app = create_app(
        Config(data_dir=where.data_dir, database_url=where.database_url, secret_key="cost", log_level="WARNING")  # noqa: S106
    )
    client = app.test_client()
    inspector = next(worker for worker in workers if worker.role is Role.INSPECTOR)
    for content in asks.photos(inspector):
        name = hashlib.sha256(content).hexdigest()
        head = [asks.bearer(inspector), ("Content-Type", "image/jpeg")]
        client.put(f"/api/v1/attachments/{name}", data=content, headers=head)
    own = asks.reports(land, inspector, WARM + TIMES, 7)
    said: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda _c, _x, text, *_: said.append(" ".join(text.split())))
    profile = cProfile.Profile()
    times = []
    for number, ask in enumerate(own):
        if number == WARM:
            said.clear()
            theirs = _used(_servers(where))
            if given.profile:
                profile.enable()
        begun = time.process_time()
        answer = client.open(ask.path, method=ask.method, headers=list(ask.headers), data=ask.body)
        times.append((time.process_time() - begun) * 1000)
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
    profile.disable()
    theirs = (_used(_servers(where)) - theirs) / TIMES
    for text in said[: len(said) // TIMES] if given.statements else ():
        print("  ", text[:150])
    kept = times[WARM:]
    print(
        f"{'SQLite' if given.embedded else 'PostgreSQL'}: {len(said) / TIMES:.1f} statements and the plain rows; "
        f"CPU a report in ms: {quantile(kept, 0.5):.2f} (tenth {quantile(kept, 0.1):.2f}), "
        f"of the database server {theirs:.2f}; {place.load()}"
    )
    if given.profile:
        stats = pstats.Stats(profile).strip_dirs()
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(40)
    place.release()


def _load(where: Place, land: Any, workers: list[Any], given: argparse.Namespace) -> None:
    """Real clients: rates depend on what else runs, the processor time of program and database hardly does."""
    table = Table(place.machine(), "cost")
    with web.embedded_broker(where), place.web(where) as server:
        before = _records(where)
        programs = _used(place.children(server.process.pid))
        if given.load:
            web.intake(table, 0, where, server, land, workers, given.load)
        if given.back:
            web.phones_back(table, 1, where, server, land, workers)
        programs, theirs = _used(place.children(server.process.pid)) - programs, _used(_servers(where))
        count = _records(where) - before
    print(f"{count} reports, CPU of each in ms: program {programs / count:.2f}, database {theirs / count:.2f}")
    print(place.load())


def _records(where: Place) -> int:
    where.bind()
    with db.reading() as session:
        found = session.scalar(select(func.count()).select_from(Record)) or 0
    place.release()
    return found


def _servers(where: Place) -> list[int]:
    """The processes of PostgreSQL that serve our database."""
    if not where.database_url:
        return []
    with place.connect(place.postgresql("postgres")) as server:
        rows = server.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", (NAME,)).fetchall()
    return [int(pid) for (pid,) in rows]


def _used(pids: list[int]) -> float:
    """Processor time of processes so far, in milliseconds."""
    found = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found += (int(words[11]) + int(words[12])) * 1000 / os.sysconf("SC_CLK_TCK")
    return found


if __name__ == "__main__":
    main()
