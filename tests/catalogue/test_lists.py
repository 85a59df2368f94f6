"""The shipped lists in the database, what a code means, and editing conditions."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.catalogue import queries, service
from gridops.catalogue.forms import ConditionForm, parse_condition, parse_dates, parse_name
from gridops.catalogue.models import Category, FilingCondition
from gridops.catalogue.rules import Kind, is_extension
from gridops.core import clock
from gridops.core.clock import parse_instant
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.worktime.rules import LimitUnit
from tests.conftest import shared

DAY = date(2017, 3, 8)
ROOT, OTHER = 7, 8
SHIPPED = Path(service.__file__).parent.parent


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session)
    return session


def form(text: str = "新条件", limit: int | None = 3, **changes: object) -> ConditionForm:
    said = {"limit_unit": LimitUnit.WORKING_DAY if limit else None, "handle_limit": None, **changes}
    return ConditionForm(text, "处置完毕", limit, **said)  # type: ignore[arg-type]


def offered(session: Session, code: str, root_id: int = ROOT, on: date = DAY) -> list[str]:
    category = service.find_category(session, "B", Kind.EVENT, code, root_id, on)
    return [row.condition for row in service.conditions_for(session, category.id, root_id, on)]


def lines(name: str) -> list[dict[str, str]]:
    with (SHIPPED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.acceptance
def test_the_shipped_categories_are_those_of_the_domain() -> None:
    assert shared("domain", "categories.csv").read_bytes() == (SHIPPED / "categories.csv").read_bytes()


def test_every_event_and_component_has_a_condition_with_a_limit_it_can_keep() -> None:
    conditions = lines("conditions.csv")
    covered = {(row["list"], row["kind"], row["code"]) for row in conditions}
    asked = {(row["list"], row["kind"], row["code"]) for row in lines("categories.csv") if row["list"] in "AB"}
    assert covered == asked
    for row in conditions:
        assert 1 <= int(row["handle_limit"]) <= int(row["limit"])
        assert LimitUnit(row["limit_unit"])
        assert row["condition"]
        assert row["closing_condition"]
        assert "示例" in row["source"]
    assert len({(r["list"], r["kind"], r["code"], r["position"]) for r in conditions}) == len(conditions)


def test_the_lists_are_brought_in_once(session: Session) -> None:
    checklists = {(line["code"], line["edition"]) for line in lines("checklists.csv")}
    shipped = sum(len(lines(name)) for name in ("categories.csv", "conditions.csv", "legal_bases.csv"))
    assert service.seed(session).new == shipped + len(checklists)
    assert service.seed(session) == service.Seeded(0, 0)
    assert [(row.code, row.version) for row in queries.lists(session)] == [
        ("A", "CJ/T 214-2007"),
        ("B", "GB/T 30428.2-2013"),
        ("N", "2017"),
    ]


def test_a_new_release_changes_names_and_ends_what_it_replaces(seeded: Session) -> None:
    category = service.find_category(seeded, "B", Kind.EVENT, "0110", ROOT, DAY)
    seeded.execute(update(Category).where(Category.id == category.id).values(name_zh="旧名"))
    old = service.conditions_for(seeded, category.id, ROOT, DAY)[0]
    old.limit = 99
    seeded.flush()
    with clock.set_to(parse_instant("2018-01-01T09:00")):
        assert service.seed(seeded) == service.Seeded(0, 2)
    seeded.expire_all()
    assert category.name_zh == "暴露垃圾"
    assert old.valid_to == date(2018, 1, 1)
    assert service.conditions_for(seeded, category.id, ROOT, date(2017, 12, 31))[0].limit == 99
    assert service.conditions_for(seeded, category.id, ROOT, date(2018, 1, 1))[0].limit == 4


def test_dates_an_admin_corrected_are_not_overwritten(seeded: Session) -> None:
    edition = queries.lists(seeded)[1]
    service.edit_list_dates(seeded, edition.id, parse_dates({"valid_from": "2014-01-01"}), root_id=ROOT)
    service.seed(seeded)
    assert edition.valid_from == date(2014, 1, 1)
    with pytest.raises(NotFound):
        service.edit_list_dates(seeded, 999_999, parse_dates({}))


@pytest.mark.parametrize(
    ("list_code", "kind", "code", "name"),
    [
        ("B", Kind.EVENT, "0110", "暴露垃圾"),
        ("A", Kind.EVENT, "0102", "暴露垃圾"),
        ("B", Kind.COMPONENT, "0137", "路灯"),
        ("N", Kind.FINDING, "N101", "废气超标或治污设施未运行"),
        ("B", Kind.EVENT, "0160", "偷倒垃圾"),
    ],
)
def test_a_code_means_what_its_list_says(seeded: Session, list_code: str, kind: Kind, code: str, name: str) -> None:
    assert service.find_category(seeded, list_code, kind, code, ROOT, DAY).name_zh == name
    # Older records than any edition still find their category.
    assert service.find_category(seeded, list_code, kind, code, ROOT, date(2001, 1, 1)).name_zh == name


@pytest.mark.parametrize(
    ("list_code", "kind", "code", "field", "named"),
    [
        ("B", Kind.EVENT, "0115", "category_code", "0114 道路遗撒"),
        ("B", Kind.EVENT, "01", "category_code", "nearest"),
        ("B", Kind.EVENT, "", "category_code", "nearest"),
        ("B", Kind.EVENT, "暴露垃级", "category_code", "0110 暴露垃圾"),
        ("B", Kind.EVENT, "0140", "category_code", "it is a component there"),
        ("B", Kind.EVENT, "x" * 500, "category_code", "nearest"),
        ("Z", Kind.EVENT, "0110", "category_list", "known: A, B, N"),
        ("Z" * 50, Kind.EVENT, "0110", "category_list", "known: A, B, N"),
    ],
)
def test_an_unknown_code_is_refused_naming_the_nearest(
    seeded: Session, list_code: str, kind: Kind, code: str, field: str, named: str
) -> None:
    with pytest.raises(Invalid) as refused:
        service.find_or_extend(seeded, list_code, kind, code, ROOT, DAY)
    assert refused.value.errors[0].field == field
    assert named in refused.value.errors[0].reason


def test_a_local_extension_is_made_once_and_belongs_to_its_root(seeded: Session) -> None:
    category, created = service.find_or_extend(seeded, "B", Kind.EVENT, "0177", ROOT, DAY)
    assert (created, category.name_zh, category.parent_code, category.root_id) == (True, "本地扩展0177", "01", ROOT)
    assert service.find_or_extend(seeded, "B", Kind.EVENT, "0177", ROOT, DAY) == (category, False)
    with pytest.raises(Invalid):
        service.find_category(seeded, "B", Kind.EVENT, "0177", OTHER, DAY)
    # A shipped local code is no new extension; a class that is not in the list makes none.
    assert service.find_or_extend(seeded, "B", Kind.EVENT, "0160", ROOT, DAY)[1] is False
    with pytest.raises(Invalid):
        service.find_or_extend(seeded, "B", Kind.EVENT, "0777", ROOT, DAY)
    found = queries.lookup(seeded).find("B", Kind.EVENT, "0177", ROOT)
    assert found is not None
    assert (found.id, found.class_code, found.class_name) == (category.id, "01", "市容环境")


def test_an_extension_takes_the_conditions_of_its_class(seeded: Session) -> None:
    service.find_or_extend(seeded, "B", Kind.EVENT, "0477", ROOT, DAY)
    assert offered(seeded, "0477") == ["街面秩序类问题，影响通行或市容"]


def test_a_local_extension_is_renamed_and_a_shipped_category_is_not(seeded: Session) -> None:
    category, _ = service.find_or_extend(seeded, "B", Kind.EVENT, "0177", ROOT, DAY)
    service.rename_local_category(seeded, category.id, ROOT, parse_name({"name_zh": "共享单车围栏"}))
    assert (category.name_zh, category.name_en) == ("共享单车围栏", "共享单车围栏")
    shipped = service.find_category(seeded, "B", Kind.EVENT, "0110", ROOT, DAY)
    with pytest.raises(NotAllowed):
        service.rename_local_category(seeded, shipped.id, ROOT, parse_name({"name_zh": "x"}))
    with pytest.raises(NotFound):
        service.rename_local_category(seeded, category.id, OTHER, parse_name({"name_zh": "x"}))


def test_an_edited_condition_holds_from_its_day_for_its_root_alone(seeded: Session) -> None:
    category = service.find_category(seeded, "B", Kind.EVENT, "0110", ROOT, DAY)
    first, second = service.conditions_for(seeded, category.id, ROOT, DAY)
    with clock.set_to(parse_instant("2017-03-08T10:00")):
        own = service.edit_condition(seeded, first.id, ROOT, form("一小时内清运"), actor_id=1)
        assert offered(seeded, "0110") == ["一小时内清运", second.condition]
        assert offered(seeded, "0110", OTHER) == [first.condition, second.condition]
        assert offered(seeded, "0110", on=date(2017, 3, 7)) == [first.condition, second.condition]
        # A stale page may not edit what was replaced meanwhile.
        with pytest.raises(Conflict):
            service.edit_condition(seeded, first.id, ROOT, form())
        with pytest.raises(NotFound):
            service.edit_condition(seeded, own.id, OTHER, form())
    with clock.set_to(parse_instant("2017-06-01T10:00")):
        later = service.edit_condition(seeded, own.id, ROOT, form("半小时内清运", valid_from=date(2017, 7, 1)))
        assert offered(seeded, "0110", on=date(2017, 6, 30))[0] == "一小时内清运"
        assert offered(seeded, "0110", on=date(2017, 7, 1))[0] == "半小时内清运"
        with pytest.raises(Conflict):
            service.edit_condition(seeded, own.id, ROOT, form())
    with clock.set_to(parse_instant("2017-08-01T10:00")):
        service.end_condition(seeded, later.id, ROOT)
        assert offered(seeded, "0110", on=date(2017, 8, 1)) == [first.condition, second.condition]
        with pytest.raises(Conflict):
            service.end_condition(seeded, later.id, ROOT)
        with pytest.raises(NotAllowed):
            service.end_condition(seeded, first.id, ROOT)
    acts = seeded.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("condition.")).order_by(AuditEntry.id))
    assert list(acts) == ["condition.edit", "condition.edit", "condition.end"]


def test_a_root_may_do_without_a_shipped_condition_and_add_its_own(seeded: Session) -> None:
    category = service.find_category(seeded, "B", Kind.EVENT, "0110", ROOT, DAY)
    first, second = service.conditions_for(seeded, category.id, ROOT, DAY)
    with clock.set_to(parse_instant("2017-03-08T10:00")):
        service.edit_condition(seeded, first.id, ROOT, form("停用", in_use=False))
        added = service.add_condition(seeded, category.id, ROOT, form("无时限的条件", limit=None))
        assert offered(seeded, "0110") == [second.condition, "无时限的条件"]
        assert (added.position, added.limit, added.limit_unit) == (101, None, None)
        assert service.add_condition(seeded, category.id, ROOT, form("再一条")).position == 102
        with pytest.raises(Invalid):
            service.add_condition(seeded, category.id, ROOT, form(valid_from=date(2017, 3, 7)))
        with pytest.raises(NotFound):
            service.add_condition(seeded, 999_999, ROOT, form())


def test_pages_of_categories_hold_each_category_once(seeded: Session) -> None:
    edition = queries.editions(seeded, "B")[0]
    seen: list[tuple[Kind, str]] = []
    after: str | None = None
    while True:
        page = queries.category_page(seeded, edition.id, ROOT, after=after, limit=20)
        seen += [(row.kind, row.code) for row in page.categories]
        assert all(page.conditions[row.id] for row in page.categories)
        after = page.next_after
        if after is None:
            break
    total = seeded.scalar(
        select(func.count()).select_from(Category).where(Category.list_id == edition.id, Category.level == 2)
    )
    assert len(seen) == len(set(seen)) == total
    assert seen[0] == (Kind.EVENT, "0101")
    assert seen[-1][0] is Kind.COMPONENT


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        ({"text": "暴露"}, ["0110"]),
        ({"text": "barbecue"}, ["0129"]),
        ({"text": "012", "kind": Kind.COMPONENT}, ["0123", "0127", "0128"]),
        ({"text": "%"}, []),
        ({"kind": Kind.EVENT, "class_code": "06"}, ["0602", "0604", "0660", "0661", "0662"]),
    ],
)
def test_categories_are_found_by_class_and_words(seeded: Session, filters: dict[str, object], codes: list[str]) -> None:
    edition = queries.editions(seeded, "B")[0]
    page = queries.category_page(seeded, edition.id, ROOT, **filters)  # type: ignore[arg-type]
    assert [row.code for row in page.categories] == codes


def test_the_lookup_knows_every_category_and_class(seeded: Session) -> None:
    lookup = queries.lookup(seeded)
    category = service.find_category(seeded, "B", Kind.EVENT, "0405", ROOT, DAY)
    assert (lookup[category.id].class_code, lookup[category.id].name) == ("04", "店外经营")
    assert lookup.class_name(Kind.EVENT, "04") == "街面秩序"
    assert lookup.class_name(Kind.EVENT, "04", "A") == "突发事件"
    assert lookup.class_name(Kind.EVENT, "77") == "77"
    assert len(lookup.entries) == len(lines("categories.csv"))


@pytest.mark.parametrize(
    ("handed_in", "fields"),
    [
        ({}, {"condition", "closing_condition"}),
        ({"condition": "a", "closing_condition": "b", "limit": "0"}, {"limit"}),
        ({"condition": "a", "closing_condition": "b", "limit": "1e3", "limit_unit": "working_day"}, {"limit"}),
        ({"condition": "a", "closing_condition": "b", "limit": "3"}, {"limit_unit"}),
        ({"condition": "a", "closing_condition": "b", "limit": "3", "limit_unit": "week"}, {"limit_unit"}),
        ({"condition": "a", "closing_condition": "b", "handle_limit": "3"}, {"handle_limit"}),
        (
            {
                "condition": "a",
                "closing_condition": "b",
                "limit": "3",
                "limit_unit": "working_day",
                "handle_limit": "4",
            },
            {"handle_limit"},
        ),
        ({"condition": "a" * 201, "closing_condition": "\ud800"}, {"condition", "closing_condition"}),
        ({"condition": "a\x00b", "closing_condition": "b", "valid_from": "soon"}, {"condition", "valid_from"}),
    ],
)
def test_a_wrong_condition_names_its_fields(handed_in: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_condition(handed_in)
    assert {error.field for error in refused.value.errors} == fields


def test_a_condition_without_limit_has_no_clock() -> None:
    parsed = parse_condition(
        {"condition": " a  b ", "closing_condition": "b", "limit_unit": "working_day", "in_use": "on"}
    )
    assert parsed == ConditionForm("a b", "b", None, None, None, in_use=True)


def test_wrong_dates_and_names_are_refused() -> None:
    with pytest.raises(Invalid):
        parse_dates({"valid_from": "2017-03-01", "valid_to": "2017-03-01"})
    with pytest.raises(Invalid):
        parse_name({"name_zh": " "})
    with pytest.raises(Invalid):
        parse_name({"name_zh": "x", "name_en": "y" * 121})


def test_shipped_local_codes_are_extensions() -> None:
    assert all(
        is_extension(row["code"])
        for row in lines("categories.csv")
        if row["confidence"] == "local" and row["list"] == "B"
    )


def test_a_filing_condition_keeps_its_row_for_old_cases(seeded: Session) -> None:
    category = service.find_category(seeded, "B", Kind.EVENT, "0112", ROOT, DAY)
    before = seeded.scalar(select(func.count()).select_from(FilingCondition))
    row = service.conditions_for(seeded, category.id, ROOT, DAY)[0]
    service.edit_condition(seeded, row.id, ROOT, form())
    assert seeded.scalar(select(func.count()).select_from(FilingCondition)) == before + 1
    assert seeded.get(FilingCondition, row.id) is row


def test_a_category_that_no_condition_files_without_pictures_needs_them_when_reported(seeded: Session) -> None:
    category = service.find_category(seeded, "B", Kind.EVENT, "0110", ROOT, DAY)
    assert service.needing_pictures(seeded, ROOT, DAY, [category]) == set()
    rows = service.conditions_for(seeded, category.id, ROOT, DAY)
    for row in rows[:-1]:
        row.photo_needs = {"before": 1}
    rows[-1].photo_needs = {"after": 1}
    seeded.flush()
    assert service.needing_pictures(seeded, ROOT, DAY, [category]) == set()
    rows[-1].photo_needs = {"near": 1}
    seeded.flush()
    assert service.needing_pictures(seeded, ROOT, DAY, [category]) == {category.id}
