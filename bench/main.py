"""`bench/run`: measure everything at each scale, floors in the same run; not a test, nothing fails on time."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench import batch, data, desks, floors, force, months, people, place, profiles, web
from bench.data import Ground
from bench.people import Worker
from bench.place import Place
from bench.table import Table, missed

SCALES = (10_000, 100_000, 1_000_000)
QUICK_NIGHTS = 60
SQLITE_UP_TO = 100_000
PARTS = ("figures", "papers", "pages", "loads", "desks", "floors", "batches", "embedded", "profiles")


def main() -> int:
    """Parse the options, measure, write results.json and table.md; always remove what was made."""
    given = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scales = [10_000] if given.quick else sorted({int(scale) for scale in given.scales.split(",")})
    folder = Path(tempfile.mkdtemp(prefix="gridops-bench-"))
    with place.connect(place.postgresql("postgres")) as server:
        version = server.execute("SHOW server_version").fetchone()
    table = Table(
        place.machine(), f"PostgreSQL {version[0] if version else ''}, synchronous_commit on", keep=given.keep
    )
    run = _Run(table, folder, given)
    try:
        run.prepare()
        for number, scale in enumerate(scales):
            run.measure(scale, len(scales) - number)
            table.finish()
            if "profiles" in run.parts:
                run.profile(scale, again=scale == scales[-1])
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        table.finish()
        place.drop_database(place.NAME)
        place.drop_database(place.IMPORTS)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    options.add_argument("--quick", action="store_true", help="10,000 cases only, within three minutes")
    options.add_argument("--scales", default=",".join(map(str, SCALES)), help="numbers of cases, with commas")
    options.add_argument("--seconds", type=float, default=6.0, help="how long each load lasts")
    options.add_argument("--parts", default=",".join(PARTS), help="what to measure, with commas: %(default)s")
    options.add_argument("--keep", action="store_true", help="keep the rows of results.json that are not measured now")
    return options.parse_args()


class _Run:
    """One run: the databases grow from scale to scale, so that each figure stands beside its larger self."""

    def __init__(self, table: Table, folder: Path, given: argparse.Namespace) -> None:
        self.table, self.folder, self.quick = table, folder, given.quick
        self.seconds = 3.0 if given.quick else given.seconds
        self.parts = set(given.parts.split(",")) & set(PARTS)
        self.cases = 0
        self.profiled: set[str] = set()
        self.started = time.monotonic()

    def prepare(self) -> None:
        """Empty databases with the street in them; the one for imports is a copy."""
        self.main = Place(self.folder / "main", place.make_database(place.NAME))
        self.land, self.workers = self._settled(self.main)
        self.grown = force.settle(self.land, QUICK_NIGHTS if self.quick else force.NIGHTS)
        place.release()
        self.imports = replace(self.main, database_url=place.make_database(place.IMPORTS, place.NAME))
        self.embedded = Place(self.folder / "embedded")
        self.embedded_land, self.embedded_workers = self._settled(self.embedded)
        self.embedded_cases = 0

    def measure(self, scale: int, back: int) -> None:
        """Everything at one scale; `back`: the month to freeze, a fresh one each time."""
        self._say(f"filling up to {scale:,} cases")
        self.main.bind()
        data.fill(self.main, scale - self.cases, scale)
        self.main.bind()
        force.penalise(self.land, self.grown, (scale - self.cases) // force.PENALTIES_OF, scale)
        self.cases = scale
        if self.parts & {"papers", "loads"}:
            self._say("daily totals")
            data.settle_totals()
        if "pages" in self.parts:
            self._say("words of cases")
            data.index_words()
        data.analyse()
        for part, work in (
            ("figures", self._figures),
            ("papers", self._papers),
            ("pages", self._pages),
            ("loads", self._loads),
            ("desks", self._desks),
            ("floors", self._floors),
            ("batches", self._batches),
            ("embedded", self._embedded),
        ):
            if part in self.parts:
                self._say(part)
                work(scale, back)

    def profile(self, scale: int, *, again: bool) -> None:
        """The profile of every key that missed its target: at the scale where it first did, and at the largest."""
        for key in sorted(missed(self.table.rows)):
            if key in self.profiled and not again:
                continue
            self.profiled.add(key)
            where, land, workers = self.main, self.land, self.workers
            if key == "intake_sqlite":
                where, land, workers = self.embedded, self.embedded_land, self.embedded_workers
            self._say(f"profile of {key} at {scale:,}")
            try:
                profiles.write(key, self.imports if key == "import_cases" else where, land, workers, 3)
            except RuntimeError as wrong:
                self._say(f"no profile of {key}: {wrong}")

    def _figures(self, scale: int, back: int) -> None:
        floors.reads(self.table, scale, self.main, self.land)
        months.month_figures(self.table, scale, self.main, back)

    def _papers(self, scale: int, back: int) -> None:
        months.freeze_and_papers(self.table, scale, self.main, back)

    def _pages(self, scale: int, _back: int) -> None:
        web.start(self.table, scale, self.main)
        pages = 110 if self.quick else 330
        with web.embedded_broker(self.main), place.web(self.main) as server:
            web.lists(self.table, scale, server, self.land, self.workers, pages)
            web.force_lists(self.table, scale, server, self.workers, pages // 5)
            web.windows(self.table, scale, server, self.workers, pages // 2)
            web.overview(self.table, scale, self.main, server, self.workers, pages // 10)

    def _loads(self, scale: int, _back: int) -> None:
        table, where, land, workers = self.table, self.main, self.land, self.workers
        with web.embedded_broker(where), place.web(where) as server:
            web.intake(table, scale, where, server, land, workers, self.seconds)
            web.state_change(table, scale, where, server, workers, self.seconds)
            web.phones_back(table, scale, where, server, land, workers)
            web.totals_lag(table, scale, where, server, land, workers)
            web.memory(table, scale, server)

    def _desks(self, scale: int, _back: int) -> None:
        with web.embedded_broker(self.main), place.web(self.main) as server:
            desks.live(self.table, scale, self.main, server, self.workers, max(self.seconds, 10))

    def _floors(self, scale: int, _back: int) -> None:
        floors.web(self.table, scale, self.main, self.land, self.workers, self.seconds)
        floors.rows(self.table, scale, self.main, self.land, self.workers[0], self.seconds / 2)

    def _batches(self, scale: int, _back: int) -> None:
        batch.import_cases(self.table, scale, self.imports, self.land)
        points = 200_000 if self.quick else 1_000_000
        floors.grids(self.table, scale, points, batch.ACROSS, batch.UP)
        batch.grid_batch(self.table, scale, points)

    def _embedded(self, scale: int, _back: int) -> None:
        if scale > SQLITE_UP_TO:
            return
        where = self.embedded
        data.fill(where, scale - self.embedded_cases, scale)
        self.embedded_cases = scale
        with web.embedded_broker(where), place.web(where) as server:
            web.intake(self.table, scale, where, server, self.embedded_land, self.embedded_workers, self.seconds)

    def _settled(self, where: Place) -> tuple[Ground, list[Worker]]:
        where.data_dir.mkdir(parents=True, exist_ok=True)
        where.call("init")
        where.bind()
        workers = people.settle()
        return data.ground(), workers

    def _say(self, what: str) -> None:
        print(f"   [{time.monotonic() - self.started:5.0f} s] {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
