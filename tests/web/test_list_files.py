"""A list as CSV and as a workbook: the same columns, rows, masking and words in both, whoever asks."""

from __future__ import annotations

import pytest

from gridops.cases.rules.sources import Source
from gridops.intake.queries.outgoing import common
from gridops.tasks import jobs
from gridops.web import list_files
from tests.web.nights import make_night
from tests.web.street import Street
from tests.workbooks import in_both_forms


@pytest.mark.parametrize(
    ("address", "other"),
    [("/desk/cases.csv", "/desk/cases.xlsx"), ("/desk/cases.csv?q=a.csv", "/desk/cases.xlsx?q=a.csv"),
     ("/bulletins/7/records/overdue?format=csv&row=x.csv", "/bulletins/7/records/overdue?format=xlsx&row=x.csv")],
)  # fmt: skip
def test_the_address_of_a_workbook_is_that_of_the_csv_with_its_form_changed(address: str, other: str) -> None:
    assert list_files.as_workbook(address) == other


def test_the_queue_is_the_same_in_both_forms_and_nothing_in_it_runs(street: Street) -> None:
    case, other = street.report(description="=1+1", address="@SUM(A1)"), street.filed()
    rows = in_both_forms(street.browser("desk"), "/desk/cases.csv?group=to_accept")
    numbers = [row[0] for row in rows]
    assert case.number in numbers
    assert other.number not in numbers
    cells = dict(zip(rows[0], rows[numbers.index(case.number)], strict=True))
    assert (cells["description"], cells["address"]) == ("'=1+1", "'@SUM(A1)")
    assert rows[-1] == [f"# rows {len(rows) - 2}; group=to_accept"]


def test_whoever_sees_none_of_it_gets_none_of_it_in_either_form(street: Street) -> None:
    street.report()
    assert len(in_both_forms(street.browser("desk"), "/desk/cases.csv?group=all")) == 3
    assert len(in_both_forms(street.browser("eastern_desk"), "/desk/cases.csv?group=all")) == 2


def test_the_orders_of_the_hotline_are_the_same_in_both_forms(street: Street) -> None:
    case = street.report("desk", source=Source.HOTLINE_12345, source_number="+7")
    jobs.open_orders()
    rows = in_both_forms(street.browser("desk"), "/desk/hotline/list.csv?waits=all")
    assert rows[1][:2] == ["'+7", case.number]


def test_a_page_offers_both_forms_beside_each_other(street: Street) -> None:
    street.report()
    desk = street.browser("desk")
    for page, address in (("/desk?group=all", "/desk/cases"), ("/desk/hotline?waits=all", "/desk/hotline/list"),
                          ("/desk/premises?q=x", "/desk/premises/list")):  # fmt: skip
        text = desk.get(page).text
        for form in list_files.TYPES:
            assert f'href="{address}.{form}?' in text, page
            assert f"导出 {form.upper()}" in text, page


def test_a_workbook_of_too_many_rows_is_refused_and_says_what_to_do(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "MOST_IN_WORKBOOK", 2)
    for _each in range(2):
        street.report()
    desk = street.browser("desk")
    assert desk.get("/desk/cases.xlsx?group=all").status_code == 200
    street.report()
    refused = desk.get("/desk/cases.xlsx?group=all")
    assert refused.status_code == 422
    assert "XLSX 最多 2 行，请缩小筛选范围，或者导出 CSV。" in refused.text
    assert desk.get("/desk/cases.csv?group=all").status_code == 200


def test_a_list_of_many_pages_is_written_whole_and_only_what_it_shows(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = make_night(street)
    numbers = [night.begun() for _each in range(5)]
    night.send("officer", "round", {"action": "end", "round": numbers[2]})
    monkeypatch.setattr(list_files, "BATCH", 2)
    monkeypatch.setattr(common, "BATCH", 2)
    rows = in_both_forms(night["desk"], "/desk/rounds/list.csv?state=open")
    assert [row[1] for row in rows[1:-1]] == [number for number in numbers if number != numbers[2]]
    assert rows[-1] == ["# rows 4; state=open; persons masked"]
