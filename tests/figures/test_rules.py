"""Ranks, comparisons, late records, sums and tables: the rules of the figures, without a database."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from gridops.core import periods
from gridops.core.errors import Conflict
from gridops.figures.counts import BITS, COUNTS, KEYS, RATES
from gridops.figures.rules.behind import behind
from gridops.figures.rules.compare import LAST_YEAR, PREVIOUS, Earlier, compare
from gridops.figures.rules.days import runs
from gridops.figures.rules.late import late_windows
from gridops.figures.rules.ranks import rank
from gridops.figures.rules.tables import CategoryName, Names, figures, tables
from gridops.figures.rules.tally import Counted, check_equations, check_sums, merge


def counted(**numbers: int) -> Counted:
    made = Counted()
    for key, number in numbers.items():
        made.total[KEYS.index(key)] = number
    return made


def unit(key: str, on_time: int, of: int) -> dict[str, Any]:
    return {"key": key, "handled_on_time": on_time, "should_handle": of}


# units (on time, of) -> ranks in order, apart
RANKINGS = [
    ({"A": (9, 10), "B": (20, 20), "C": (18, 20), "D": (5, 10)}, [("B", 1), ("A", 2), ("C", 2), ("D", 4)], []),
    ({"A": (9, 10), "B": (9, 9), "C": (8, 10)}, [("A", 1), ("C", 2)], ["B"]),
    ({"A": (9, 10), "B": (18, 20)}, [], []),
    ({"A": (9, 10)}, [], []),
    ({"A": (0, 0), "B": (1, 2)}, [], ["B"]),
    ({"none": (1, 10), "B": (9, 10), "C": (10, 10)}, [("C", 1), ("B", 2)], []),
]


@pytest.mark.parametrize(("units", "ranks", "apart"), RANKINGS)
def test_units_are_ranked_as_in_a_competition(units: dict[str, tuple[int, int]], ranks: list[Any], apart: list[str]):
    found = rank(unit(key, *numbers) for key, numbers in units.items())
    assert [(place.row["key"], place.rank) for place in found.places] == ranks
    assert [row["key"] for row in found.apart] == apart


def test_ties_are_worded_and_a_last_place_is_named_only_below_the_standing_threshold():
    rows = [unit("A", 10, 10), unit("B", 9, 10), unit("C", 9, 10)]
    assert [place.words for place in rank(rows).places] == ["第1", "并列第2", "并列第2"]
    assert rank(rows).below(Fraction(90)) == []
    assert [place.row["key"] for place in rank(rows).below(Fraction(91))] == ["B", "C"]
    assert rank([unit("A", 9, 10), unit("B", 9, 10)]).all_equal


# this, before -> change
CHANGES = [
    (412, 436, "-5.50"),
    (3, 2, "50.00"),
    (1, 3, "-66.67"),
    (0, 5, "-100.00"),
    (5, 0, None),
    (20001, 20000, "0.01"),
    (100001, 100000, "0.00"),
    (99999, 100000, "0.00"),
]


@pytest.mark.parametrize(("this", "before", "change"), CHANGES)
def test_a_count_changes_in_percent_rounded_half_away_from_zero(this: int, before: int, change: str | None):
    now, then = figures(counted(filed=this)), figures(counted(filed=before))
    compare(now, {}, Earlier(then, {}), PREVIOUS)
    assert (now["cases.filed"]["previous"], now["cases.filed"]["change_pct"]) == (before, change)
    assert now["cases.filed"]["change_pp"] is None


def test_a_rate_changes_in_points_from_exact_fractions():
    now = figures(counted(closed_on_time=2, should_close=3))
    then = figures(counted(closed_on_time=1, should_close=3))
    compare(now, {}, Earlier(then, {}), LAST_YEAR)
    rate = now["cases.on_time_rate"]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == ("66.67", 2, 3)
    assert (rate["last_year"], rate["yoy_pp"], rate["yoy_pct"]) == ("33.33", "33.33", None)
    assert now["cases.closing_rate"]["yoy_pp"] == "0.00"
    assert now["cases.filing_rate"]["value"] is None


def test_without_an_earlier_record_there_is_no_comparison():
    rows = [{"key": "inspector", "filed": 3, "accepted": 3}]
    now = figures(counted(filed=3))
    compare(now, {"by_source": rows}, None, PREVIOUS)
    assert (now["cases.filed"]["previous"], rows[0]["previous"], rows[0]["accepted_change_pct"]) == (None, None, None)


def test_rows_compare_their_filed_and_sources_their_accepted_too():
    rows = [{"key": "inspector", "filed": 3, "accepted": 4}, {"key": "video", "filed": 1, "accepted": 1}]
    then = {"by_source": [{"key": "inspector", "filed": 2, "accepted": 8}]}
    compare({}, {"by_source": rows}, Earlier({}, then), PREVIOUS)
    assert (rows[0]["previous"], rows[0]["change_pct"]) == (2, "50.00")
    assert (rows[0]["accepted_previous"], rows[0]["accepted_change_pct"]) == (8, "-50.00")
    assert (rows[1]["previous"], rows[1]["change_pct"]) == (0, None)


# frozen periods -> (period told of, its set, the sets that may have told of it already) for March 2017
LATE = [
    ({}, []),
    ({"2017-02": 2}, [("2017-02", 2, ())]),
    ({"2017-01": 1, "2017-02": 2}, [("2017-02", 2, ()), ("2017-01", 1, (2,))]),
    ({"2016-12": 9, "2017-01": 1, "2017-02": 2}, [("2017-02", 2, ()), ("2017-01", 1, (2,)), ("2016-12", 9, (2, 1))]),
    ({"2017-01": 1}, []),
    ({"2017-02": 2, "2017-03": 3}, [("2017-02", 2, ())]),
]


@pytest.mark.parametrize(("frozen", "windows"), LATE)
def test_a_late_record_belongs_to_the_first_period_still_open(frozen: dict[str, int], windows: list[Any]):
    found = late_windows(periods.parse("2017-03"), frozen)
    assert [(w.period.label, w.set_id, w.told_by) for w in found] == windows


def test_an_equation_that_does_not_hold_stops_the_build_and_names_the_difference():
    check_equations(counted(pending_start=2, reported=3, accepted=4, pending_end=1))
    with pytest.raises(Conflict, match="相差1"):
        check_equations(counted(pending_start=2, reported=3, accepted=4))
    with pytest.raises(Conflict, match=r"期初在办数5 .* = 5，而.*期末在办数4 = 4，相差1"):
        check_equations(counted(in_hand_start=5, in_hand_end=4))


def test_parts_that_do_not_add_up_are_refused_with_their_sums():
    made = counted(filed=3)
    for dimension in made.by:
        made.by[dimension] = {"1": counted(filed=3).total}
    check_sums(made)
    made.by["unit"] = {"1": counted(filed=2).total}
    with pytest.raises(Conflict, match="按单位分列的立案数合计2，总数3，相差1"):
        check_sums(made)


def test_parts_join_key_by_key():
    a, b = counted(filed=1), counted(filed=2)
    a.by["unit"] = {"1": a.total, "2": a.total}
    b.by["unit"] = {"2": b.total}
    joined = merge([a, b, Counted()])
    assert joined.count("filed") == 3
    assert joined.by["unit"] == {"1": counted(filed=1).total, "2": counted(filed=3).total}
    assert Counted.from_json(joined.to_json()) == joined


def test_categories_come_by_filed_then_code_and_two_lists_are_told_apart():
    names = {
        "1": CategoryName("B", "event", "0102", "乙", "01", "市容"),
        "2": CategoryName("B", "event", "0101", "甲", "01", "市容"),
        "3": CategoryName("A", "event", "0101", "丙", "01", "旧类"),
        "4": CategoryName("A", "component", "0301", "丁", "03", "绿化"),
    }
    made = counted(filed=7)
    made.by["category"] = {key: counted(filed=n).total for key, n in (("1", 2), ("2", 2), ("3", 1), ("4", 2))}
    found = tables(made, Names(names, {}, {}, {}))
    assert [(r["key"], r["filed"]) for r in found["top_events"]] == [("0101", 2), ("0102", 2), ("A:0101", 1)]
    assert [r["key"] for r in found["top_components"]] == ["0301"]
    classes = [(r["key"], r["level"], r["filed"], r["share"]) for r in found["by_class"]]
    assert classes == [
        ("event", 0, 5, "71.43"),
        ("event/01", 1, 4, "57.14"),
        ("event/A:01", 1, 1, "14.29"),
        ("component", 0, 2, "28.57"),
        ("component/03", 1, 2, "28.57"),
    ]


def test_a_class_that_a_newer_edition_calls_otherwise_is_one_row():
    names = {
        "9": CategoryName("B", "event", "0101", "旧名", "01", "市容"),
        "10": CategoryName("B", "event", "0101", "新名", "01", "市容环境"),
    }
    made = counted(filed=3)
    made.by["category"] = {"10": counted(filed=1).total, "9": counted(filed=2).total}
    found = tables(made, Names(names, {}, {}, {}))
    classes = [(r["key"], r["label"], r["filed"]) for r in found["by_class"] if r["level"]]
    assert classes == [("event/01", "市容环境", 3)]
    assert [(r["key"], r["label"], r["filed"]) for r in found["top_events"]] == [("0101", "新名", 3)]


def test_a_unit_whose_code_is_that_of_the_rest_row_keeps_a_row_of_its_own():
    units = {"1": ("none", "某单位"), "2": ("none#", "另一单位"), "3": ("D1", "城管")}
    names = Names({}, {}, units, {})
    made = counted(filed=10)
    made.by["unit"] = {key: counted(filed=n).total for key, n in (("0", 1), ("1", 2), ("2", 3), ("3", 4))}
    rows = tables(made, names)["by_unit"]
    assert [(r["key"], r["filed"]) for r in rows] == [("D1", 4), ("none#", 2), ("none##", 3), ("none", 1)]
    ids = [behind("filed", names, "by_unit", str(r["key"])).ids for r in rows]
    assert ids == [{3}, {1}, {2}, {0}]


def test_every_figure_is_explained_and_stocks_do_not_add_up_over_time():
    made = figures(Counted())
    assert all(figure["definition"].endswith("。") for figure in made.values())
    assert {count.key for count in COUNTS if count.stock} == {
        "overdue_open",
        "suspended",
        "pending_start",
        "pending_end",
        "in_hand_start",
        "in_hand_end",
        # What is overdue at E stands in these too, month after month.
        "should_handle",
        "should_close",
        "carried_in",
        "rework",
        "extended",
    }
    assert not any(made[f"cases.{rate.key}"]["additive"] for rate in RATES)
    assert len(set(KEYS)) == len(COUNTS)
    assert max(BITS.values()) < 1 << 62


def test_days_are_joined_to_runs():
    from datetime import date, timedelta

    first = date(2017, 3, 1)
    days = [first + timedelta(days=n) for n in (0, 1, 2, 5, *range(10, 50))]
    assert list(runs(days)) == [
        (first, first + timedelta(days=2)),
        (first + timedelta(days=5),) * 2,
        (first + timedelta(days=10), first + timedelta(days=40)),
        (first + timedelta(days=41), first + timedelta(days=49)),
    ]
