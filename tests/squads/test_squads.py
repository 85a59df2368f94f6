"""Who was out together: named in many ways, each counted once; certified or not on that day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.people.models import Unit
from gridops.people.rules import Role
from gridops.squads import queries, service
from gridops.squads.forms import TrackIn
from gridops.squads.queries import Named
from gridops.squads.rules import (
    Agency,
    CheckedInBy,
    Someone,
    agency_of,
    certified_on,
    minutes,
    moves_start,
    on_duty,
    parse_people,
    plain_code,
)
from tests.factories import at, make_grid, make_user

NIGHT = at("2017-03-31 22:30")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("wg001", [Someone("wg001", username="wg001")]),
        (
            "王强@police_station#320001；wg001",
            [Someone("王强", Agency.POLICE_STATION, "320001"), Someone("wg001", username="wg001")],
        ),
        ("王强@traffic_police", [Someone("王强", Agency.TRAFFIC_POLICE)]),  # without a certificate
        ("wg001; wg001 ;", [Someone("wg001", username="wg001")]),  # named twice
        ("王 强@fire#A1;王强@fire# a1", [Someone("王 强", Agency.FIRE, "A1")]),  # the same certificate
        ("", []),
    ],
)
def test_people_are_read_as_they_are_named(text: str, people: list[Someone]) -> None:
    assert list(parse_people(text)) == people


@pytest.mark.parametrize(
    "text", ["王强@navy#1", "@fire#1", "a#b", "王强@", "x" * 61, ";".join(f"u{n}" for n in range(201))]
)
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not one of|not username|more than"):
        parse_people(text)


@pytest.mark.parametrize(
    ("day", "number", "valid_to", "certified"),
    [
        (date(2017, 3, 31), "1", date(2017, 3, 31), True),  # its last day
        (date(2017, 4, 1), "1", date(2017, 3, 31), False),  # the day after
        (date(2017, 4, 1), "1", None, True),  # without an end
        (date(2017, 4, 1), None, None, False),  # none at all
        (date(2017, 4, 1), "", None, False),
    ],
)
def test_a_certificate_holds_up_to_its_last_day(
    day: date, number: str | None, valid_to: date | None, certified: bool
) -> None:
    assert certified_on(day, number, valid_to) is certified


@pytest.mark.parametrize(
    ("out", "ended", "told"),
    [(90, 200, 90), (None, 200, 200), (None, None, 0), (-5, None, 0)],
)
def test_minutes_run_to_the_check_out_or_the_end(out: int | None, ended: int | None, told: int) -> None:
    ends = [None if n is None else NIGHT + timedelta(minutes=n) for n in (out, ended)]
    assert minutes(NIGHT, ends[0], ends[1]) == told


def test_everyone_counts_once_however_often_and_however_named(session: Session) -> None:
    street = make_grid(session, "S")
    ours = make_user(session, street, Role.OFFICER, username="zf001")
    ours.certificate_no, ours.certificate_valid_to = "S-1", date(2017, 3, 31)
    squad = service.open_squad(session, street.id, date(2017, 3, 31))
    police = Someone("王强", Agency.POLICE_STATION, "320001")
    service.plan(session, squad.id, [Named(Someone("李四", Agency.FIRE), None)])  # planned, never came
    for minute, (someone, user_id, how) in enumerate(
        [
            (Someone("执法员", Agency.URBAN_MANAGEMENT, None, "zf001"), ours.id, CheckedInBy.LEADER_QR),
            (Someone("执法员", Agency.URBAN_MANAGEMENT, "S-1"), ours.id, CheckedInBy.DESK),
            (police, None, CheckedInBy.CERTIFICATE),
            (Someone("王 强", Agency.POLICE_STATION, "３２０００１"), None, CheckedInBy.IMPORT),
            (Someone("赵六", Agency.STREET), None, CheckedInBy.DESK),
        ]
    ):
        service.check_in(session, squad.id, someone, NIGHT + timedelta(minutes=minute), how, user_id=user_id)
    service.check_out(session, squad.id, police, NIGHT + timedelta(minutes=62))
    told = queries.turns(session, [squad.id], {squad.id: NIGHT + timedelta(minutes=120)})[squad.id]
    assert (told.people, told.officers, told.minutes) == (3, 2, 120 + 60 + 116)
    assert queries.heads(session, [squad.id]) == {squad.id: queries.Heads(3, 2)}
    assert told.by_agency == {Agency.URBAN_MANAGEMENT: 1, Agency.POLICE_STATION: 1, Agency.STREET: 1}
    assert {member.name for member in queries.members(session, squad.id)} == {"执法员", "王强", "赵六", "李四"}
    with pytest.raises(NotFound):
        service.check_out(session, squad.id, Someone("nobody", Agency.FIRE), NIGHT)


def test_who_left_and_came_back_is_there_in_whatever_order_their_phones_say_so(session: Session) -> None:
    street = make_grid(session, "S")
    moves = [(0, "in"), (30, "out"), (60, "in"), (90, "out"), (120, "in")]
    for there, known in ((True, 5), (False, 4), (True, 3), (False, 2)):
        for order in permutations(moves[1:known]):
            squad = service.open_squad(session, street.id, NIGHT.date())
            police = Someone("王强", Agency.POLICE_STATION, "320001")
            for minute, way in (moves[0], *order):
                when = NIGHT + timedelta(minutes=minute)
                if way == "in":
                    service.check_in(session, squad.id, police, when, CheckedInBy.CERTIFICATE)
                else:
                    service.check_out(session, squad.id, police, when)
            (member,) = queries.members(session, squad.id)
            assert member.checked_in_at == NIGHT
            left = None if there else NIGHT + timedelta(minutes=moves[known - 1][0])
            assert member.left_at == left, order


@pytest.mark.parametrize(
    "typed",
    ["abcd2345efgh6789jkmn", "ABCD 2345 EFGH 6789 JKMN", "abcd-2345–efgh-6789-ＪＫＭＮ", " aBcd23\t45efgh6789jkmn "],
)
def test_a_code_is_the_same_however_it_is_typed(session: Session, typed: str) -> None:
    assert plain_code(typed) == "abcd2345efgh6789jkmn"
    street = make_grid(session, "S")
    squad = service.open_squad(session, street.id, NIGHT.date(), "abcd2345efgh6789jkmn")
    found = queries.by_code(session, typed)
    assert found is not None
    assert found.id == squad.id


def test_one_of_ours_whose_certificate_has_run_out_is_no_officer(session: Session) -> None:
    street = make_grid(session, "S")
    ours = make_user(session, street, Role.OFFICER, username="zf001")
    ours.certificate_no, ours.certificate_valid_to = "S-1", date(2017, 3, 30)
    squad = service.open_squad(session, street.id, date(2017, 3, 31))
    service.check_in(session, squad.id, Someone("执法员", None, "S-1"), NIGHT, CheckedInBy.DESK, user_id=ours.id)
    assert queries.turns(session, [squad.id])[squad.id].officers == 0


def test_a_track_sent_twice_is_kept_once(session: Session) -> None:
    street = make_grid(session, "S")
    ours = make_user(session, street, Role.OFFICER, username="zf001")
    squad = service.open_squad(session, street.id, date(2017, 3, 31))
    track = TrackIn(NIGHT, NIGHT + timedelta(hours=1), ((0, 119.95, 31.85, 8),))
    kept = [service.keep_track(session, squad.id, ours.id, track, record_id="r-1") for _ in range(2)]
    assert kept[0].id == kept[1].id
    assert queries.by_code(session, squad.code) is not None


@pytest.mark.parametrize(
    ("earlier", "ended", "leads", "moved"),
    [
        (timedelta(minutes=5), False, False, True),  # two phones on one evening
        (timedelta(hours=3), False, False, False),  # nobody else's hours
        (timedelta(hours=3), False, True, True),
        (timedelta(minutes=5), True, True, True),  # its leader's own record, come late
        (timedelta(minutes=5), True, False, False),
        (timedelta(days=40), True, True, False),  # what is over stays in its month
        (timedelta(minutes=-5), False, True, False),  # the earlier time stands
    ],
)
def test_an_earlier_start_told_later_moves_it_only_where_it_may(
    earlier: timedelta, ended: bool, leads: bool, moved: bool
) -> None:
    assert moves_start(NIGHT, NIGHT + timedelta(hours=1) if ended else None, NIGHT - earlier, leads=leads) is moved


def test_ours_named_by_certificate_or_name_are_ours_with_their_own_certificate(session: Session) -> None:
    street = make_grid(session, "S")
    ours = make_user(session, street, Role.OFFICER, username="zf001")
    ours.name, ours.certificate_no, ours.certificate_valid_to = "王小强", "S-1", date(2017, 3, 30)
    session.flush()
    body = agency_of(session.get_one(Unit, ours.unit_id).kind)
    given = [
        Someone("王小强", body, "anything"),  # one whose certificate has run out, with an invented one
        Someone("王 小强", Agency.FIRE, "ｓ-1"),  # the number and the name, whatever agency
        Someone("另一人", body, "S-1"),
        Someone("王小强", Agency.FIRE),  # a name of another body is somebody else
    ]
    known = queries.named(session, street.id, given)
    assert [known[one].user_id for one in given] == [ours.id, ours.id, ours.id, None]


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        (0, None, [0, 60, 120]),  # on duty all along
        (60, None, [60, 120]),  # checked in a minute later
        (0, 60, [0, 60]),  # left after a minute
        (121, None, []),  # not there yet
    ],
)
def test_a_track_shows_who_is_on_duty_and_only_then(since: int, until: int | None, seconds: list[int]) -> None:
    points = [[0, 119.95, 31.85, 8], [60, 119.951, 31.85, 100], [90, 119.9, 31.8, 101], [120, 119.952, 31.85]]
    ends = None if until is None else NIGHT + timedelta(seconds=until)
    found = on_duty(NIGHT, points, NIGHT + timedelta(seconds=since), ends)
    # The third fix is too vague to say where anybody was.
    assert [(fix.at - NIGHT).total_seconds() for fix in found] == seconds
    assert not any(fix.by_record for fix in found)
