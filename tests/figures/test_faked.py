"""虚假整改: only what a person judged so counts, in the period of the verdict, each case once."""

from __future__ import annotations

from gridops.cases.models import CaseFlag
from gridops.cases.rules.faking import Suspicion, Verdict
from gridops.cases.rules.moves import Move
from gridops.evidence.forms import Arrival
from gridops.evidence.queries import links_for
from gridops.evidence.rules.types import Mime
from gridops.evidence.service import LinkIn, receive
from gridops.evidence.service import link as link_
from tests.factories import at, make_category, make_unit, make_user
from tests.figures.street import Street
from tests.figures.test_enforcement import figures, street, tables
from tests.figures.test_freezing import APRIL, YEAR, put, told

__all__ = ["street"]  # the fixture

FLAGS: list[tuple[str, int, Verdict | None, str | None]] = [
    ("judged in March", 1, Verdict.FAKED, "2017-03-20 09:00"),
    ("the same case by another photo: once", 1, Verdict.FAKED, "2017-03-21 09:00"),
    ("looked at and found genuine", 2, Verdict.GENUINE, "2017-03-20 09:00"),
    ("only suspected: nobody has judged it", 3, None, None),
    ("at the last second before March", 4, Verdict.FAKED, "2017-02-28 23:59:59"),
    ("at the first second of April", 5, Verdict.FAKED, "2017-04-01 00:00"),
]


def test_a_closing_counts_as_faked_only_where_a_person_judged_it_so_in_the_period(street: Street):
    category, unit = make_category(street.session).id, make_unit(street.session, street.root, "LHT-HW").id
    history = told(
        ("2017-02-01 08:00", Move.REPORT), ("2017-02-01 09:00", Move.FILE), ("2017-02-01 10:00", Move.DISPATCH),
        category=category, unit=unit, due="2017-02-03 09:00",
    )  # fmt: skip
    put(street.session, street.root, *(history for _ in range(5)))
    sender = make_user(street.session, street.root).id
    for number, (_why, case_id, verdict, when) in enumerate(FLAGS, start=1):
        name = f"{number:064d}"
        receive(street.session, Arrival(name, 9, Mime.JPEG, 1, 1), sender)
        uses = [LinkIn(name, "after")]
        link_(street.session, uses, root_id=street.root.id, subject_kind="case", subject_id=case_id, user_id=None)
        street.session.flush()
        (link,) = links_for(street.session, "case", case_id)[-1:]
        street.put(
            CaseFlag(
                root_id=street.root.id,
                case_id=case_id,
                link_id=link.id,
                kind=Suspicion.OLDER,
                amount=60.0,
                found_at=at("2017-02-05 09:00"),
                verdict=verdict,
                judged_at=at(when) if when else None,
            )
        )
    assert (figures(street)["cases.faked"], figures(street, APRIL, "2017-05-01 12:00")["cases.faked"]) == (1, 1)
    assert figures(street, YEAR)["cases.faked"] == 3
    assert [row["faked"] for row in tables(street)["by_unit"] if row["key"] == "LHT-HW"] == [1]
    assert sum(row["faked"] for row in tables(street)["by_grid"]) == 1
