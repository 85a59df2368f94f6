"""The doors under load: reports, phones that come back, moves, lists, windows of the map; memory and start."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select

import config
from bench import asks, force, place
from bench.clients import Ask, Client, Heard, together
from bench.data import Ground, dispatched
from bench.people import Worker
from bench.place import Place, Server
from bench.table import Table
from gridops.cases.models import Case
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.owed import Owed
from gridops.figures.models import DayTotal
from gridops.intake.models import Record
from gridops.people.rules import Role
from gridops.tasks import app as tasks
from gridops.tasks import broker, jobs

CLIENTS = 8
# A statement of a new shape is built when it is first asked for: a program that runs for weeks has built them all.
WARM = 60
PHONES, RECORDS_A_PHONE = 100, 50


def start(table: Table, scale: int, where: Place) -> None:
    """How long gunicorn with the program takes until it answers; the better of two."""
    times = []
    for _ in range(2):
        with place.web(where) as server:
            times.append(server.started_in * 1000)
    table.add("web_start", scale, min(times), p95=max(times), notes="gunicorn, 2 processes, until /healthz answers")


def intake(
    table: Table, scale: int, where: Place, server: Server, land: Ground, workers: list[Worker], seconds: float
) -> bool:
    """Reports by 8 phones at once; every one that was confirmed must be there."""
    inspectors = [worker for worker in workers if worker.role is Role.INSPECTOR][-CLIENTS:]
    asks.upload(server.port, inspectors)
    lists = [asks.reports(land, worker, 5000, scale + n) for n, worker in enumerate(inspectors)]
    before = _records(where, inspectors)
    heard = together(server.port, lists, processes=CLIENTS, seconds=seconds)
    kept = _records(where, inspectors) - before
    notes = "" if kept == len(heard.times) else f"{len(heard.times)} confirmed, {kept} kept"
    key = "intake" if where.database_url else "intake_sqlite"
    return table.add(key, scale, heard.rate, heard=heard, notes=notes, met=not notes)


def phones_back(table: Table, scale: int, where: Place, server: Server, land: Ground, workers: list[Worker]) -> bool:
    """100 phones with 50 records each at once: all confirmed, none lost, none doubled."""
    phones = [worker for worker in workers if worker.role is Role.INSPECTOR][:PHONES]
    asks.upload(server.port, phones)
    lists = [asks.reports(land, worker, RECORDS_A_PHONE, scale * 7 + n) for n, worker in enumerate(phones)]
    names = [ask.path.rpartition("/")[2] for each in lists for ask in each]
    heard = together(server.port, lists, processes=4, seconds=None)
    where.bind()
    with reading() as session:
        kept = session.scalar(select(func.count()).select_from(Record).where(Record.id.in_(names)))
        cases = session.scalar(select(func.count()).select_from(Case).where(Case.record_id.in_(names)))
    good = kept == cases == len(names) == len(heard.times)
    notes = f"{len(heard.times)} confirmed, {kept} records and {cases} cases of {len(names)}"
    return table.add("phones_back", scale, heard.seconds * 1000, heard=heard, notes=notes, met=good)


def state_change(table: Table, scale: int, where: Place, server: Server, workers: list[Worker], seconds: float) -> bool:
    """接收 of dispatched cases through the desk's form, by handlers in sessions of their own."""
    where.bind()
    cases = dispatched(int(seconds * 600), scale)
    handlers = [worker for worker in workers if worker.role is Role.HANDLER][:20]
    lists = asks.receipts(server.port, handlers, cases, CLIENTS)
    heard = together(server.port, lists, processes=CLIENTS, seconds=seconds)
    return table.add("state_change", scale, heard.rate, heard=heard, notes="form of /desk/cases")


def lists(table: Table, scale: int, server: Server, land: Ground, workers: list[Worker], count: int) -> bool:
    """Pages of lists one after the other, over all filters, orders and depths."""
    heard = _one_by_one(server, asks.lists(land, WARM + count, scale), _cookies(server, _desk(workers)))
    heard.times = heard.times[WARM:]
    notes = f"pages of /desk; the first {WARM} after the start are left out"
    return table.add("list", scale, heard.ms(0.95) or 0, heard=heard, notes=notes)


def force_lists(table: Table, scale: int, server: Server, workers: list[Worker], count: int) -> bool:
    """First pages of night rounds, outings, incidents, premises and penalties; each is told apart."""
    cookies, heard, told = _cookies(server, _desk(workers)), Heard(), []
    for path in force.PAGES:
        own = _one_by_one(server, [path] * count, cookies)
        heard.times += own.times
        heard.wrong += own.wrong
        told.append(f"{path} {own.ms(0.95) or 0:,.0f} ms")
    return table.add("force_list", scale, heard.ms(0.95) or 0, heard=heard, notes="p95 of " + ", ".join(told))


def windows(table: Table, scale: int, server: Server, workers: list[Worker], count: int) -> bool:
    """Windows of open cases from the whole street to a crossing."""
    heard = _one_by_one(server, asks.map_paths(count, scale), _cookies(server, _desk(workers)))
    largest = max(heard.sizes, default=0) / 1024
    notes = f"/desk/map/cases of open cases, largest answer {largest:,.0f} KiB (≤ 60 wanted)"
    return table.add("map", scale, heard.ms(0.95) or 0, heard=heard, notes=notes, met=largest <= 60)


def overview(table: Table, scale: int, where: Place, server: Server, workers: list[Worker], count: int) -> bool:
    """The leader's page of the running month, which the calendar has counted within the last minutes."""
    where.bind()
    begun = time.monotonic()
    jobs.keep_running()
    took = (time.monotonic() - begun) * 1000
    leaders = [worker for worker in workers if worker.role is Role.LEADER]
    heard = _one_by_one(server, ["/overview"] * count, _cookies(server, leaders))
    notes = f"/overview of this month, which a worker counts each minute in {took:,.0f} ms"
    return table.add("overview", scale, heard.ms(0.95) or 0, heard=heard, notes=notes)


def totals_lag(table: Table, scale: int, where: Place, server: Server, land: Ground, workers: list[Worker]) -> bool:
    """From sending one report until the daily totals, rebuilt by the worker, count it."""
    inspector = next(worker for worker in workers if worker.role is Role.INSPECTOR)
    heard = Heard()
    client = Client(server.port)
    where.bind()
    with working(where):
        _settled(where)
        for ask in asks.reports(land, inspector, 15, scale * 3):
            before = _counted()
            begun = time.monotonic()
            client.ask(ask)
            while _counted() == before and time.monotonic() - begun < 20:
                time.sleep(0.005)
            heard.times.append(time.monotonic() - begun)
            time.sleep(0.7)
    client.close()
    return table.add("totals_lag", scale, heard.ms(0.95) or 0, heard=heard, notes="p95 of 15, one worker")


def memory(table: Table, scale: int, server: Server) -> bool:
    """The larger web process after all of the above."""
    sizes = server.memory_mib()
    told, shared = (", ".join(f"{size:.0f}" for size in each) for each in (sizes, server.memory_mib("Pss")))
    notes = f"resident after load, by process: {told} MiB; of these its own and its part of what they share: {shared}"
    return table.add("web_memory", scale, sizes[0], notes=notes)


@contextmanager
def embedded_broker(where: Place) -> Iterator[None]:
    """A broker of our own in the data folder, for as long as the block runs."""
    found = broker.ensure_broker(where.data_dir, None)
    try:
        yield
    finally:
        found.stop()


@contextmanager
def working(where: Place) -> Iterator[None]:
    """A worker as `gridops worker` starts it."""
    with place.running(where.gridops("worker"), where.environment):
        yield


def _settled(where: Place) -> None:
    """Wait until the worker has drained what earlier measurements owe (it is woken by the first report)."""
    tasks.configure(config.Config(data_dir=where.data_dir, secret_key="bench"))  # noqa: S106
    end = time.monotonic() + 240
    while time.monotonic() < end:
        tasks.wake("figures.drain")
        with reading() as session:
            left = session.scalar(select(func.count()).select_from(Owed).where(Owed.kind == "day_total"))
        if not left:
            return
        time.sleep(1)
    raise RuntimeError(f"the worker does not drain the daily totals: {left} owed")


def _counted() -> int:
    """The reports of today by the daily totals."""
    today = clock.local_date(place.now())
    with reading() as session:
        stmt = select(func.coalesce(func.sum(DayTotal.reported), 0)).where(DayTotal.day >= today - timedelta(days=1))
        return int(session.scalar(stmt) or 0)


def _one_by_one(server: Server, paths: list[str], heads: list[tuple[tuple[str, str], ...]]) -> Heard:
    given = itertools.cycle(heads)
    return together(server.port, [[Ask("GET", path, next(given)) for path in paths]], processes=1, seconds=60)


def _desk(workers: list[Worker]) -> list[Worker]:
    return [worker for worker in workers if worker.role is Role.INTAKE_CLERK]


def _cookies(server: Server, workers: list[Worker]) -> list[tuple[tuple[str, str], ...]]:
    """Sessions of the first four."""
    return [(asks.signed_in(server.port, worker)[0],) for worker in workers[:4]]


def _records(where: Place, workers: list[Worker]) -> int:
    where.bind()
    ids = [worker.user_id for worker in workers]
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(Record).where(Record.user_id.in_(ids))) or 0)
