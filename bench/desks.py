"""200 open desks that ask each second what changed: when each hears of a move, and what they cost together."""

from __future__ import annotations

import heapq
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import asks, place
from bench.clients import Ask, Client, Heard, in_processes
from bench.data import dispatched
from bench.people import Worker
from bench.place import Place, Server
from bench.table import Table
from gridops.cases.models import Case
from gridops.core.db import reading
from gridops.people.rules import Role

DESKS, PROCESSES = 200, 4
EVERY_S, LONGEST_S = 1.0, 10.0
MOVE_EVERY_S = 0.4
_ETAG = re.compile(rb'\r\netag:\s*"([^"]+)"', re.IGNORECASE)
_TICK = os.sysconf("SC_CLK_TCK")


def live(table: Table, scale: int, where: Place, server: Server, workers: list[Worker], seconds: float) -> None:
    """Moves by one client every 0.4 s; of each, how long each desk takes to hear of it. Before it: desks alone."""
    where.bind()
    clerks = [worker for worker in workers if worker.role is Role.INTAKE_CLERK]
    heads = [asks.signed_in(server.port, worker)[0] for worker in clerks]
    still = _watched(server, heads, seconds, [])
    cases = dispatched(int(seconds / MOVE_EVERY_S) + 1, scale * 11)
    handlers = [worker for worker in workers if worker.role is Role.HANDLER][:20]
    (moves,) = asks.receipts(server.port, handlers, cases, 1)
    moved = _watched(server, heads, seconds, moves)
    heard = Heard(times=_delays(cases, moved), seconds=seconds, wrong=[*still.wrong, *moved.wrong])
    told = (
        f"{len(moved.made)} moves, each heard of by {DESKS} desks; {len(still.times) / still.seconds:,.0f} questions/s"
    )
    missing = len(moved.made) * DESKS - len(heard.times)
    notes = f"{told}{f', {missing} never heard' if missing else ''}"
    table.add("live_update", scale, heard.ms(0.95) or 0, heard=heard, notes=notes, met=not missing)
    answers = Heard(times=still.times, seconds=still.seconds)
    notes = f"of one core, web processes alone, nothing moves; {still.cpu / len(still.times) * 1000:.2f} ms a question"
    table.add("live_cost", scale, still.cpu / still.seconds * 100, heard=answers, notes=notes)


@dataclass
class _Watched:
    """What desks heard: seconds of each answer, (desk, case, when), moves made (case number -> when), CPU seconds."""

    times: list[float] = field(default_factory=list)
    told: list[tuple[int, int, float]] = field(default_factory=list)
    made: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    cpu: float = 0.0
    seconds: float = 0.0


def _watched(server: Server, heads: list[tuple[str, str]], seconds: float, moves: list[Ask]) -> _Watched:
    """So many desks for so long, evenly spread over each second, while one client makes these moves."""
    begin = time.monotonic() + 1.5
    end = begin + seconds + (LONGEST_S if moves else 0)
    jobs: list[tuple[Any, ...]] = [
        (_desks, server.port, range(each, DESKS, PROCESSES), heads, begin, end) for each in range(PROCESSES)
    ]
    pids = place.children(server.process.pid)
    before, found = _cpu(pids), _Watched()
    for part in in_processes(_run, [*jobs, (_mover, server.port, moves, begin + 2)]):
        found.times += part.times
        found.told += part.told
        found.made |= part.made
        found.wrong += part.wrong
    found.cpu, found.seconds = _cpu(pids) - before, time.monotonic() - begin
    return found


def _run(part: Callable[..., _Watched], *given: Any) -> _Watched:
    return part(*given)


def _desks(port: int, desks: range, heads: list[tuple[str, str]], begin: float, end: float) -> _Watched:
    """A share of the desks, one connection each, asked in turn: desk n is due at n/200 of each second."""
    clients = {desk: Client(port) for desk in desks}
    since: dict[int, str] = {}
    found = _Watched()
    due = [(begin + desk / DESKS, desk) for desk in desks]
    while due[0][0] < end:
        when, desk = heapq.heappop(due)
        time.sleep(max(0.0, when - time.monotonic()))
        path = "/desk/changes" + (f"?since={since[desk]}" if desk in since else "")
        started = time.monotonic()
        status, head, body = clients[desk].ask(Ask("GET", path, (heads[desk % len(heads)],)))
        answered = time.monotonic()
        found.times.append(answered - started)
        heapq.heappush(due, (max(when + EVERY_S, answered), desk))
        if status not in (200, 304) or (tag := _ETAG.search(head)) is None:
            found.wrong.append(f"{path}: {status} {body[:200]!r}")
            continue
        since[desk] = tag[1].decode()
        if status == 200:
            found.told += [(desk, case_id, answered) for case_id in json.loads(body)["cases"]]
    for client in clients.values():
        client.close()
    return found


def _mover(port: int, moves: list[Ask], begin: float) -> _Watched:
    """Makes one move after the other; tells when each was answered."""
    client, found = Client(port), _Watched()
    for turn, ask in enumerate(moves):
        time.sleep(max(0.0, begin + turn * MOVE_EVERY_S - time.monotonic()))
        status, _, body = client.ask(ask)
        if status in ask.right:
            found.made[ask.path.split("/")[3]] = time.monotonic()
        else:
            found.wrong.append(f"{ask.path}: {status} {body[:200]!r}")
    client.close()
    return found


def _delays(cases: list[tuple[str, int]], moved: _Watched) -> list[float]:
    """Seconds from the answer to a move until each desk first heard of its case; before the answer counts as none."""
    with reading() as session:
        wanted = select(Case.id, Case.number).where(Case.number.in_([number for number, _ in cases]))
        numbers = dict(session.execute(wanted).tuples().all())
    first: dict[tuple[int, int], float] = {}
    for desk, case_id, when in moved.told:
        first[desk, case_id] = min(when, first.get((desk, case_id), when))
    return [
        max(0.0, when - moved.made[numbers[case_id]])
        for (_desk, case_id), when in first.items()
        if numbers.get(case_id) in moved.made
    ]


def _cpu(pids: list[int]) -> float:
    """User and system seconds of these processes."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICK
