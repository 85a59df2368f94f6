"""What was measured, beside floors and targets: printed, kept as JSON, and as Markdown for the README."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.clients import Heard
from bench.place import load, now

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Target:
    """What design/speed.md asks: label, unit, the bound and whether more is better, and the floor beside it."""

    label: str
    unit: str
    bound: float | None = None
    more: bool = False
    floor: str = ""
    p99: float | None = None


TARGETS = {
    "intake": Target("take a report with two photos, 8 clients", "1/s", 350, True, "f2b", p99=60),
    "intake_sqlite": Target("the same on SQLite", "1/s", 150, True, p99=250),
    "phones_back": Target("100 phones with 50 records each come back at once", "ms", 20_000),
    "state_change": Target("a case is moved, 8 clients", "1/s", 300, True, "f1"),
    "list": Target("a page of a list, any filter, order and depth (p95)", "ms", 30, floor="f4"),
    "force_list": Target("a page of rounds, outings, incidents, premises, penalties (p95)", "ms", 30),
    "map": Target("a window of the map, any zoom (p95)", "ms", 50),
    "overview": Target("the leader's page (p95)", "ms", 50),
    "live_update": Target("200 open desks hear of a move (p95)", "ms", 2000),
    "live_cost": Target("what 200 open desks cost while nothing moves", "%"),
    "month_figures": Target("figures and tables of a month", "ms", 2000, floor="f3"),
    "freeze_and_papers": Target("freeze, recount, PDF and DOCX of a month", "ms", 15_000),
    "totals_lag": Target("a change shows in the daily totals", "ms", 2000),
    "import_cases": Target("import of cases (CSV)", "1/s", 20_000, True),
    "grid_batch": Target("point to grid among 5,000 grids", "1/s", None, True, "f5"),
    "web_memory": Target("memory of a web process", "MiB", 150),
    "web_start": Target("start of the web until it answers", "ms", 1500),
    "f1": Target("F1 empty Flask view, same server, 8 clients", "1/s", None, True),
    "f2": Target("F2 the same seven rows by psycopg, 8 connections", "1/s", None, True),
    "f2b": Target("F2b bare Flask view writing the seven rows, 8 clients", "1/s", None, True),
    "f3": Target("F3 one GROUP BY month, category, grid over all cases", "ms"),
    "f4": Target("F4 the raw indexed query of a list page", "ms"),
    "f5": Target("F5 bare shapely STRtree on the same grids", "1/s", None, True),
}


class Table:
    """Rows as they are measured; a row may be written over by a later one of the same key and scale."""

    def __init__(self, machine: str, database: str, *, keep: bool = False) -> None:
        self.machine = f"{machine}, at the beginning {load()}"
        self.head = {"machine": machine, "date": now().isoformat(timespec="seconds"), "database": database}
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}
        if keep and (HERE / "results.json").exists():
            told = json.loads((HERE / "results.json").read_text())
            self.rows = {(row["key"], row["scale"]): row for row in told["rows"]}

    def add(
        self, key: str, scale: int, value: float, *, heard: Heard | None = None, notes: str = "", met: bool = True,
        p95: float | None = None, **more: Any
    ) -> bool:  # fmt: skip
        """Keep one measurement; returns whether it met its target. `met` False: missed whatever the number says."""
        target = TARGETS[key]
        row: dict[str, Any] = {
            "key": key,
            "label": target.label,
            "scale": scale,
            "value": _short(value),
            "unit": target.unit,
            "p50": _short(heard.ms(0.5)) if heard else None,
            "p95": _short(heard.ms(0.95) if heard else p95),
            "p99": _short(heard.ms(0.99)) if heard else None,
            "target": target.bound,
            "met": None,
            "floor": None,
            "ratio": None,
            "notes": notes,
            "measured": load(),
            **more,
        }
        if heard is not None and heard.wrong:
            row["notes"] = f"{notes} {len(heard.wrong)} wrong answers, e.g. {heard.wrong[0]}".strip()
            met = False
        if target.bound is not None:
            good = value >= target.bound if target.more else value <= target.bound
            if target.p99 is not None:
                row["target_p99"] = target.p99
                good = good and (row["p99"] or 0) <= target.p99
            row["met"] = good and met
        elif not met:
            row["met"] = False
        self.rows[key, scale] = row
        self._beside_floor(row)
        print(_line(row), flush=True)
        return row["met"] is not False

    def finish(self) -> None:
        """Set ratios to floors that were measured later, and write results.json and table.md."""
        self.head["machine"] = f"{self.machine}, at the end {load()}"
        for row in self.rows.values():
            self._beside_floor(row)
            if (HERE / "profiles" / f"{row['key']}.txt").exists() and row["met"] is False:
                row["profile"] = f"bench/profiles/{row['key']}.txt"
        told = {
            **self.head,
            "rows": sorted(self.rows.values(), key=lambda row: (row["scale"], list(TARGETS).index(row["key"]))),
        }
        (HERE / "results.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        (HERE / "table.md").write_text(markdown(told))

    def _beside_floor(self, row: dict[str, Any]) -> None:
        floor = self.rows.get((TARGETS[row["key"]].floor, row["scale"]))
        if floor is None or not floor["value"]:
            return
        row["floor"], row["floor_key"] = floor["value"], floor["key"]
        row["ratio"] = _short(row["value"] / floor["value"])
        if row["key"] == "month_figures":
            row["target_ratio"] = 3
            row["met"] = row["value"] <= row["target"] and row["ratio"] <= 3
        if row["key"] == "grid_batch":
            row["target"], row["met"] = _short(0.5 * floor["value"]), row["ratio"] >= 0.5


def markdown(told: dict[str, Any]) -> str:
    """A table: one line a measurement, one column a scale."""
    scales = sorted({row["scale"] for row in told["rows"]})
    by = {(row["key"], row["scale"]): row for row in told["rows"]}
    lines = [
        f"Measured {told['date'][:10]} on {told['machine']}; {told['database']}.",
        "Each cell: the value (p95 where there is one), × its floor; ✗ marks a missed target.",
        "",
        "| | unit | target | " + " | ".join(f"{scale:,} cases" for scale in scales) + " |",
        "|---|---|---|" + "---|" * len(scales),
    ]
    for key, target in TARGETS.items():
        cells = [_cell(by.get((key, scale))) for scale in scales]
        if any(cells):
            bound = "" if target.bound is None else f"{'≥' if target.more else '≤'} {target.bound:,.0f}"
            if key == "grid_batch":
                bound = "≥ 0.5 × F5"
            if key == "month_figures":
                bound += ", ≤ 3 × F3"
            if target.p99:
                bound += f", p99 ≤ {target.p99:.0f} ms"
            lines.append(f"| {target.label} | {target.unit} | {bound} | " + " | ".join(cells) + " |")
    notes = [f"- {row['label']} at {row['scale']:,}: {row['notes']}" for row in told["rows"] if row["notes"]]
    loads = [float(found[1]) for row in told["rows"] if (found := re.match(r"load ([\d.]+)", row.get("measured", "")))]
    busy = (
        f"While it was measured the load of the machine (1 minute) was {min(loads):.1f} to {max(loads):.1f}."
        if loads
        else ""
    )
    return "\n".join([*lines[:2], busy, *lines[2:], "", *notes]) + "\n"


def missed(told: dict[tuple[str, int], dict[str, Any]]) -> set[str]:
    """The keys that missed their target at some scale."""
    return {key for (key, _), row in told.items() if row["met"] is False}


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    told = f"{row['value']:,}"
    if row["unit"] == "1/s" and row["p99"] is not None:
        told += f" (p99 {row['p99']:,} ms)"
    if row["ratio"] is not None:
        told += f" × {row['ratio']:,}"
    return told + (" ✗" if row["met"] is False else "")


def _line(row: dict[str, Any]) -> str:
    spread = "".join(f" {name} {row[name]:,}" for name in ("p50", "p95", "p99") if row[name] is not None)
    mark = {None: "  ", True: "ok", False: "!!"}[row["met"]]
    ratio = f" × {row['ratio']} of {row['floor_key']}" if row["ratio"] is not None else ""
    notes = f" — {row['notes']}" if row["notes"] else ""
    return f"{mark} {row['scale']:>9,} {row['key']:<18} {row['value']:>12,} {row['unit']:<4}{spread}{ratio}{notes}"


def _short(value: float | None) -> float | None:
    """Three significant digits are all that a measurement has."""
    if value is None:
        return None
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")
