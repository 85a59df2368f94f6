"""What one report costs: its statements, and the processor time of the program, both without other load counting in.

`python -m bench.cost [--statements] [--load SECONDS] [--embedded] [--profile]`, on databases of its own.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import pstats
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench import asks, data, people, place, web
from bench.place import Place
from bench.table import Table
from config import Config
from gridops.core import db
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
    for number, ask in enumerate(own):
        if number == WARM:
            if given.profile:
                profile.enable()
            said.clear()
            begun, used = time.perf_counter(), time.process_time()
        if number == WARM + 1:
            first = list(said)
        answer = client.open(ask.path, method=ask.method, headers=list(ask.headers), data=ask.body)
        assert answer.status_code == 201, answer.data
    used, begun = time.process_time() - used, time.perf_counter() - begun
    profile.disable()
    if given.statements:
        for text in first:
            print("  ", text[:150])
    print(
        f"{'SQLite' if given.embedded else 'PostgreSQL'}: {len(said) / TIMES:.1f} statements, "
        f"{used / TIMES * 1000:.2f} ms CPU, {begun / TIMES * 1000:.2f} ms wall a report; {place.load()}"
    )
    if given.profile:
        stats = pstats.Stats(profile).strip_dirs()
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(40)
    place.release()


def _load(where: Place, land: Any, workers: list[Any], given: argparse.Namespace) -> None:
    table = Table(place.machine(), "cost")
    with web.embedded_broker(where), place.web(where) as server:
        if given.load:
            web.intake(table, 0, where, server, land, workers, given.load)
        if given.back:
            web.phones_back(table, 1, where, server, land, workers)
    print(place.load())


if __name__ == "__main__":
    main()
