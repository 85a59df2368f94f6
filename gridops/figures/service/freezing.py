"""Freeze a period, recount it from what was kept, and tell what would differ today (statistics.md §5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from gridops.core.bulk import insert_rows
from gridops.core.errors import Conflict, Invalid
from gridops.core.periods import Cut, Period, parse
from gridops.figures import sheets
from gridops.figures.models import FrozenSet, KeptRow
from gridops.figures.queries import facts as told_facts
from gridops.figures.queries import names as naming
from gridops.figures.queries import rows as counting
from gridops.figures.queries import sets, times
from gridops.figures.queries.area import Area, area_of
from gridops.figures.queries.days import day_sums, owed_days
from gridops.figures.queries.facts import Given
from gridops.figures.queries.rows import Rows
from gridops.figures.rules import kept, tables, tally
from gridops.figures.rules.days import SHARED, parse_key
from gridops.figures.rules.facts import Facts
from gridops.figures.rules.rows import keys_of
from gridops.figures.service import kept_facts
from gridops.figures.service.counting import ISSUED, ISSUES, facts_of, figures_of, laid_out, late_case_ids
from gridops.figures.service.days import OWED

FROZEN = "frozen"
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount from the kept rows found; `differences` name each figure or row that is not the same."""

    same: bool
    digest: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What would differ today: figures as (key, frozen, today), records as (case id, counted in, would count in).

    `facts`: of enforcement, supervision and penalties, as (kind, id, counted in, would count in).
    """

    figures: tuple[tuple[str, Any, Any], ...]
    records: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = field(default=())
    facts: tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...] = field(default=())


def freeze(
    session: Session, grid_id: int, period: Period, series: str, as_of: datetime, *, given: Given | None = None
) -> FrozenSet:
    """Take the figures of a period as of now and keep one row per counted record, and every fact.

    The caller commits `prepare_freeze` first, then opens `transaction(repeatable=True)`: everything is read in one
    consistent view, and no row that a worker writes is touched. `as_of`: the instant printed on the paper. Raises
    Invalid when the period is not over, Conflict when it is frozen already, when a round or outing that began in it is
    still open (named, with who may end it), when daily totals of its days are still owed, or when daily totals and
    recount, an equation or a sum disagree (the difference is named).
    """
    if as_of < period.end:
        raise Invalid(("period", "统计时段尚未结束，不能锁定数据"))
    if sets.frozen_set(session, grid_id, series, period.label):
        raise Conflict(f"{period.label}的数据已经锁定")
    area = area_of(session, grid_id)
    given = given or Given()
    kept_facts.check_open(session, area, period)
    _check_owed(session, area, period)
    rows = counting.counted_rows(session, area, period)
    counted = tally.add_up(rows)
    _check_days(session, area, period, rows)
    facts = facts_of(session, area, period, series, given, as_of)
    made = figures_of(session, grid_id, period, series, counted=counted, given=given, facts=facts)
    day, campaigns = period.end_day - timedelta(days=1), sheets.campaign_ids(facts[0])
    names = naming.names_of(naming.known(session, area), area, day, counted, campaigns)
    frozen = FrozenSet(
        root_id=area.root_id,
        grid_id=grid_id,
        series=series,
        period=period.label,
        starts_at=period.start,
        ends_at=period.end,
        as_of=as_of,
        state=FROZEN,
        digest="",
        rows=0,
        figures=made.figures,
        tables=made.tables,
        late_records=made.late_records,
        names={**asdict(names), "always": sorted(names.always), "all_sources": given.all_sources},
    )
    session.add(frozen)
    session.flush()
    _keep(session, frozen, area, period, rows, facts[0])
    return frozen


def mark_issued(session: Session, frozen: FrozenSet) -> None:
    """The paper of a frozen set was issued: comparisons look back at it from now on."""
    frozen.state = ISSUED
    session.flush()


def recount(session: Session, frozen: FrozenSet) -> Recount:
    """Evaluate every kept row anew from its times, add up, and compare digest, figures, tables and late records."""
    digest = kept.Digest()
    parts: list[tally.Counted] = []
    differences: list[str] = []
    for chunk in _chunks(sets.kept_rows(session, frozen.id)):
        for row in chunk:
            digest.add(row)
        try:
            flags = kept.flags_from([row["facts"] for row in chunk], frozen.starts_at, frozen.ends_at)
            parts.append(tally.add_up(times.columns_of(chunk, flags)))
        except (ValueError, TypeError, KeyError, IndexError) as unreadable:
            return Recount(False, "", (f"存档记录无法读出：{unreadable}",))
        differences += [
            f"案件{row['case_id']}：记录计入{_words(row['flags'])}，按其时间应计入{_words(int(now))}"
            for row, now in zip(chunk, flags, strict=True)
            if row["flags"] != now
        ]
    facts = told_facts.kept(session, frozen.id)
    for fact in facts:
        digest.add_fact(*fact)
    if digest.rows != frozen.rows:
        differences.append(f"锁定时{frozen.rows}行，现有{digest.rows}行")
    found = _sealed(digest, frozen)
    if found != frozen.digest:
        differences.append(f"校验值为{found}，锁定时为{frozen.digest}")
    counted = tally.merge(parts)
    try:
        late, told = sets.late_kept(session, frozen.id), sum(line["reported"] for line in frozen.late_records)
        if late != told:
            differences.append(f"补报：锁定为{told}件，复核为{late}件")
        differences += _unlike(frozen, counted, told_facts.read_back(facts))
    except (KeyError, TypeError, AttributeError, ValueError) as unknown:
        differences.append(f"存档记录中有锁定时没有的编号或形状：{unknown}")
    return Recount(not differences, found, tuple(differences))


def changed_since(
    session: Session, frozen: FrozenSet, *, cut: Cut | None = None, limit: int = 1000, given: Given | None = None
) -> Changes:
    """What the same period would count today against what was frozen; at most `limit` records are named.

    What follows a period (mended, answered) counts up to the freeze: later it is no difference.
    """
    period = parse(frozen.period, cut or Cut())
    area = area_of(session, frozen.grid_id)
    rows = counting.counted_rows(session, area, period)
    facts, bounds = kept_facts.today(session, area, period, frozen, given or Given())
    told = laid_out(session, area, period, tally.add_up(rows), naming.known(session, area), (facts, bounds))
    today = told.figures
    if given is None or given.papers is None:
        today.pop(ISSUES)
    figures = tuple(
        (key, figure["value"], today[key]["value"])
        for key, figure in frozen.figures.items()
        if key in today and figure["value"] != today[key]["value"]
    )
    now = {row.case_id: (row.flags, *row[8:]) for row in rows.each()}
    then = {
        row["case_id"]: (row["flags"], row["rework_turns"], row["extension_turns"], row["returned"])
        for row in sets.kept_rows(session, frozen.id)
    }
    nothing = (0, 0, 0, 0)
    unlike = (i for i in sorted(then.keys() | now.keys()) if then.get(i, nothing) != now.get(i, nothing))
    records = tuple(
        (i, tuple(keys_of(then.get(i, nothing)[0])), tuple(keys_of(now.get(i, nothing)[0])))
        for i in islice(unlike, limit)
    )
    return Changes(figures, records, kept_facts.unlike(session, frozen, facts, bounds))


def _keep(session: Session, frozen: FrozenSet, area: Area, period: Period, rows: Rows, facts: Facts) -> None:
    """Write one row per counted record, the facts, and the digest over both."""
    late = set(late_case_ids(session, area, period, frozen.series))
    lines = list(_lines(rows, times.facts_texts(session, area, period, rows), late))
    only_late = times.late_rows(session, area, period, late - set(rows.case_id.tolist()))
    if only_late:
        lines += [kept.values_of({**row, "late": True}) for row in only_late.values()]
        lines.sort()  # in case order, as they are read back
    digest = kept.Digest()
    for chunk in _chunks(lines):
        for line in chunk:
            digest.add_line(line)
        insert_rows(session, KeptRow, ("set_id", *kept.LINE_FIELDS), [(frozen.id, *line) for line in chunk])
    for each in kept_facts.keep(session, frozen, facts):
        digest.add_fact(*each)
    frozen.digest, frozen.rows = _sealed(digest, frozen), digest.rows
    session.flush()


def _lines(rows: Rows, texts: Mapping[int, str], late: Collection[int]) -> Iterator[tuple[Any, ...]]:
    """The values of counted records in the order of LINE_FIELDS."""
    columns = rows.lists()
    columns["late"] = [case_id in late for case_id in columns["case_id"]]
    columns["facts"] = [texts[case_id] for case_id in columns["case_id"]]
    return zip(*(columns[name] for name in kept.LINE_FIELDS), strict=True)


def _check_owed(session: Session, area: Area, period: Period) -> None:
    """Stop with Conflict, naming the days, while totals of the period are still to be rebuilt."""
    works = owed_days(session, OWED, area.grid_ids(), period)
    if works:
        codes = {version.grid_id: version.code for version in area.territory.versions.values()}
        days = sorted((codes[grid_id], day) for grid_id, day in (parse_key(work.key) for work in works))
        told = "、".join(f"{code} {day}" for code, day in days[:5])
        raise Conflict(f"还有{len(days)}个日汇总待重算，不能锁定数据：{told}{'等' if len(days) > 5 else ''}。")


def _check_days(session: Session, area: Area, period: Period, rows: Rows) -> None:
    """Stop with Conflict, naming the difference, where daily totals and the recount disagree on a figure they share."""
    inside = area.grid_ids()
    sums = day_sums(session, inside, area.root_id, period.first_day, period.end_day)
    counted = times.sums_by_grid(area, rows, SHARED)
    nothing = dict.fromkeys(SHARED, 0)
    codes = {version.grid_id: version.code for version in area.territory.versions.values()}
    wrong = [
        f"{codes[grid_id]} {tally.NAMES[key]}：日汇总{a[key]}，逐件复核{b[key]}"
        for grid_id in sorted(inside)
        for a, b in ((sums.get(grid_id, nothing), counted.get(grid_id, nothing)),)
        for key in SHARED
        if a[key] != b[key]
    ]
    if wrong:
        raise Conflict("日汇总与逐件复核不一致，不能锁定数据。" + "；".join(wrong[:20]) + "。")


def _unlike(frozen: FrozenSet, counted: tally.Counted, facts: Facts) -> Iterator[str]:
    """Every figure and table row that a recount finds other than it was frozen.

    Of figures, tables and columns only those of that time: what was taken away since is found by the digest.
    """
    bounds, names = kept_facts.bounds_then(frozen), names_of(frozen)
    told_then = {key: figure for key, figure in sheets.figures(facts, bounds).items() if key in frozen.figures}
    for key, figure in {**tables.figures(counted), **told_then}.items():
        for part in ("value", "numerator", "denominator"):
            if frozen.figures[key][part] != figure[part]:
                yield f"{key}：锁定为{frozen.figures[key][part]}，复核为{figure[part]}"
    for name, rows in sheets.complete(tables.tables(counted, names), facts, bounds, names).items():
        if name not in frozen.tables:
            continue
        told = {row["key"]: row for row in frozen.tables[name]}
        if len(told) != len(rows):
            yield f"{name}：锁定{len(told)}行，复核{len(rows)}行"
        for row in rows:
            then = told.get(row["key"])
            wrong = [column for column, value in row.items() if then is None or then.get(column, value) != value]
            if wrong:
                yield f"{name} {row['key']}：{'、'.join(wrong)}不一致"


def names_of(frozen: FrozenSet) -> tables.Names:
    """What everything was called and rolled up to when the set was frozen."""
    told = frozen.names
    return tables.Names(
        categories={key: tables.CategoryName(**value) for key, value in told["categories"].items()},
        grids={key: (value[0], value[1]) for key, value in told["grids"].items()},
        units={key: (value[0], value[1]) for key, value in told["units"].items()},
        campaigns={key: (value[0], value[1]) for key, value in told["campaigns"].items()},
        always=frozenset(told["always"]),
    )


def _sealed(digest: kept.Digest, frozen: FrozenSet) -> str:
    """The digest over the kept rows and everything printed; empty where what is printed has no canonical form."""
    try:
        return digest.sealed({"figures": frozen.figures, "tables": frozen.tables, "late_records": frozen.late_records})
    except ValueError:  # nothing that was frozen is such: somebody changed it
        return ""


def _words(flags: int) -> str:
    return "、".join(tally.NAMES[key] for key in keys_of(flags)) or "无"


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
