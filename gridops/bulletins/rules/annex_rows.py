"""Rows of annexed tables in the words they are printed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Columns = Sequence[tuple[str, str]]
_STATES = {"corrected": "已整改", "overdue": "超期未整改", "open": "整改期限内"}
_ASSESSORS = {"city": "市", "district": "区", "third_party": "第三方"}


def worded(row: Mapping[str, Any]) -> dict[str, Any]:
    """A problem named: its state, for how many papers running, and its day."""
    state = _STATES.get(str(row.get("state")), "")
    streak = int(row.get("streak") or 1)
    again = f"（连续{streak}期）" if streak > 1 else ""
    due = row.get("due_on")
    return {**row, "state": f"{state}{again}", "due_on": short_day(due) if due else None}


def joined(row: Mapping[str, Any]) -> dict[str, Any]:
    """A campaign with its agencies in one cell."""
    return {**row, "agencies": "、".join(row.get("agencies") or ()) or None}


def decided(row: Mapping[str, Any]) -> dict[str, Any]:
    """The street's own decisions by kind, others' by authority: of these neither kind nor sum is ours to tell."""
    if not row.get("authority"):
        return {**row, "label": "本机关", "kind": row["label"]}
    return {"label": row["authority"], "decided": row.get("others_decided"), "premises": row.get("premises")}


def known(columns: Columns, rows: Rows) -> Columns:
    """The columns in which any row has something."""
    return [(key, word) for key, word in columns if any(row.get(key) is not None for row in rows)]


def scores(rows: Rows, months: bool) -> list[dict[str, Any]]:
    """The items of one month; of several months their totals, or the items with their month where none is told."""
    if not months:
        return [_scored(row) for row in rows]
    totals = [row for row in rows if row.get("total")]
    if totals:
        return [{**_scored(row), "label": _month(row)} for row in totals]
    return [{**_scored(row), "label": f"{_month(row)}　{row['label']}"} for row in rows]


def _month(row: Mapping[str, Any]) -> str:
    return f"{int(row['month'][5:])}月"


def _scored(row: Mapping[str, Any]) -> dict[str, Any]:
    of = f"/{row['of']}" if row.get("of") else ""
    return {
        **row,
        "assessor": _ASSESSORS.get(str(row.get("assessor")), ""),
        "place": f"{row['rank']}{of}" if row.get("rank") else None,
        "score": row.get("score") if not row.get("full") else f"{row['score']}/{row['full']}",
    }


def short_day(day: str) -> str:
    """2017-03-05 as 3月5日."""
    found = date.fromisoformat(day)
    return f"{found.month}月{found.day}日"
