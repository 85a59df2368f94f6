"""What makes a closing look faked: a table of cases for the rule, and the worker's comparison on both databases."""

import io
import random

import pytest
from PIL import Image
from sqlalchemy import func, select

from gridops.cases.models import CaseFlag
from gridops.cases.queries import flags
from gridops.cases.rules.faking import AfterShot, Handled, Match, Suspicion, Verdict, suspects, told
from gridops.cases.service import faking
from gridops.core import clock, owed
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.evidence import derive
from gridops.evidence import service as evidence
from gridops.evidence.forms import Arrival
from gridops.evidence.rules.types import Mime
from gridops.evidence.service import PRINT, LinkIn
from gridops.people.queries import scope_of
from gridops.people.rules import Role
from tests.cases.world import World, monday
from tests.evidence.pictures import sha256
from tests.factories import at

DISPATCH = at("2017-03-06 10:00")
HERE = (119.955, 31.855)
METRE = 1 / 111_320


def shot(taken="2017-03-06 11:00", metres: float | None = 0.0) -> AfterShot:
    lat = None if metres is None else HERE[1] + metres * METRE
    return AfterShot(50, taken and at(taken), None if lat is None else HERE[0], lat)


def handled(accuracy: float = 0.0, place: tuple | None = HERE) -> Handled:
    return Handled(DISPATCH, *(place or (None, None)), accuracy, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("photo", "case", "matches", "wanted"),
    [
        # the ordinary photo: after the dispatch, at the place, used nowhere else
        (shot(), handled(), [], []),
        # the very file was evidence of another case before
        (shot(), handled(), [Match(9, 7, True, 0)], [(Suspicion.SAME, 0, 7)]),
        # a like picture of another case
        (shot(), handled(), [Match(9, 7, False, 4)], [(Suspicion.NEAR, 4, 7)]),
        # of several the same file is named, else the nearest, else the earliest
        (shot(), handled(), [Match(8, 6, False, 1), Match(9, 7, True, 0)], [(Suspicion.SAME, 0, 7)]),
        (shot(), handled(), [Match(8, 6, False, 5), Match(9, 7, False, 2)], [(Suspicion.NEAR, 2, 7)]),
        (shot(), handled(), [Match(9, 7, False, 2), Match(8, 6, False, 2)], [(Suspicion.NEAR, 2, 6)]),
        # the case's own earlier photos, and those of a case merged with it
        (shot(), handled(), [Match(9, 1, True, 0), Match(10, 2, False, 1)], []),
        # the other used it later: it is suspected there
        (shot(), handled(), [Match(51, 7, True, 0)], []),
        # a second before the dispatch, and at it
        (shot("2017-03-06 09:59:59"), handled(), [], [(Suspicion.OLDER, 1, None)]),
        (shot("2017-03-06 10:00"), handled(), [], []),
        # nobody knows when
        (shot(None), handled(), [], []),
        # a hundred metres are near, a hundred and one are not
        (shot(metres=99.9), handled(), [], []),
        (shot(metres=101), handled(), [], [(Suspicion.AWAY, 101, None)]),
        # what the place is uncertain by counts for the handler
        (shot(metres=129.9), handled(30), [], []),
        (shot(metres=131.5), handled(30), [], [(Suspicion.AWAY, 131.5, None)]),
        # no place of the photo, none of the case
        (shot(metres=None), handled(), [], []),
        (shot(metres=500), handled(place=None), [], []),
        # all at once
        (shot("2017-03-05 10:00", 300), handled(), [Match(9, 7, True, 0)],
         [(Suspicion.SAME, 0, 7), (Suspicion.OLDER, 86400, None), (Suspicion.AWAY, 300, None)]),
    ],
)  # fmt: skip
def test_what_makes_a_photo_look_wrong(photo, case, matches, wanted):
    found = [
        (one.kind, pytest.approx(one.amount, abs=0.5), one.other_case_id) for one in suspects(photo, case, matches)
    ]
    assert wanted == found


def drawn(seed: int, size: tuple[int, int] = (640, 480), quality: int = 90, ink: int = 0) -> bytes:
    """A picture with broad shapes, which the same seed draws again; `ink`: a small mark on it."""
    rng = random.Random(seed)
    small = Image.new("L", (9, 8))
    small.putdata([rng.randrange(256) for _ in range(72)])
    large = small.resize(size, Image.Resampling.BICUBIC).convert("RGB")
    if ink:
        large.paste((ink, 0, 0), (5, 5, 25, 25))
    out = io.BytesIO()
    large.save(out, "JPEG", quality=quality)
    return out.getvalue()


def attach(world: World, case, content: bytes, role: str = "after", who: str = "handler", **more) -> str:
    """A photo as intake and worker leave it, and what that owes."""
    name, user_id = sha256(content), world.people[who].user_id
    evidence.receive(world.session, Arrival(name, len(content), Mime.JPEG, 640, 480), user_id)
    made = derive.derive(io.BytesIO(content), max_pixels=10**7)
    values = {"width": made.width, "height": made.height, "exif": None, "print": made.print}
    evidence.keep_derived(world.session, name, values)
    use = LinkIn(name, role, taken_at=more.get("at", clock.now()), lon=HERE[0], lat=more.get("lat", HERE[1]))
    evidence.link(world.session, [use], root_id=world.root.id, subject_kind="case", subject_id=case.id, user_id=user_id)
    world.session.flush()
    return name


def found(world: World, case) -> list:
    world.session.flush()
    leader = world.people["leader"]
    rows = flags.of_case(world.session, scope_of(world.session, leader), leader, case.id)
    return [(row.flag.kind, row.other.id if row.other else None) for row in rows]


def test_the_same_and_the_nearly_same_picture_of_another_case_are_flagged_once(world: World):
    first, second, third = (world.checking() for _ in range(3))
    attach(world, first, drawn(1))
    attach(world, second, drawn(1))
    # smaller, compressed harder, with a mark: other bytes, the same picture
    attach(world, third, drawn(1, (500, 375), 40, 200))
    attach(world, third, drawn(2))
    for _ in range(2):
        assert faking.compare(world.session, first.id) == 0
        faking.compare(world.session, second.id)
        faking.compare(world.session, third.id)
    assert found(world, first) == []
    assert found(world, second) == [(Suspicion.SAME, first.id)]
    assert found(world, third) == [(Suspicion.NEAR, first.id)]


def test_a_cases_own_earlier_photos_prove_nothing(world: World):
    case = world.checking()
    attach(world, case, drawn(3), role="before", who="inspector")
    attach(world, case, drawn(3))
    assert faking.compare(world.session, case.id) == 0


def test_a_photo_without_thumbnails_yet_waits_and_a_case_nobody_sent_out_has_nothing_to_compare(world: World):
    case, reported = world.checking(), world.report()
    content = drawn(4)
    evidence.receive(world.session, Arrival(sha256(content), 9, Mime.JPEG, 1, 1), world.people["handler"].user_id)
    use = [LinkIn(sha256(content), "after")]
    for one in (case, reported):
        evidence.link(world.session, use, root_id=world.root.id, subject_kind="case", subject_id=one.id, user_id=None)
    assert faking.compare(world.session, case.id) is None
    assert faking.compare(world.session, reported.id) == 0


def test_while_prints_of_old_pictures_are_owed_a_comparison_waits_for_them(world: World):
    """Else a like picture that has no print yet would be missed for good."""
    case = world.checking()
    attach(world, case, drawn(6))
    owed.owe(world.session, PRINT, ["of an old picture"])
    assert faking.compare(world.session, case.id) is None
    owed.all_done(world.session, owed.pending(world.session, PRINT))
    assert faking.compare(world.session, case.id) == 0


def flagged(world: World) -> int:
    case = world.checking()
    attach(world, case, drawn(5), at=monday("07:00"), lat=HERE[1] + 300 * METRE)
    assert faking.compare(world.session, case.id) == 2
    return world.session.scalars(select(CaseFlag.id).order_by(CaseFlag.id)).first() or 0


def test_a_person_judges_once_and_never_the_handler(world: World):
    flag_id = flagged(world)
    for who in ("everything", "inspector", "dispatcher"):
        with pytest.raises(NotAllowed):
            faking.judge(world.session, flag_id, world.people[who], Verdict.GENUINE, None)
    for who in ("eastern_inspector", "parks_handler"):
        with pytest.raises(NotFound):
            faking.judge(world.session, flag_id, world.people[who], Verdict.GENUINE, None)
    with pytest.raises(Invalid):
        faking.judge(world.session, flag_id, world.people["leader"], Verdict.FAKED, " ")
    judged = faking.judge(world.session, flag_id, world.people["leader"], Verdict.FAKED, "旧照片")
    assert (judged.verdict, judged.words, judged.judged_by) == (Verdict.FAKED, "旧照片", world.people["leader"].user_id)
    with pytest.raises(Conflict):
        faking.judge(world.session, flag_id, world.people["desk"], Verdict.GENUINE, None)
    scope = scope_of(world.session, world.people["leader"])
    assert [row.flag.id for row in flags.judged(world.session, scope)] == [flag_id]
    assert waits(world, "leader")
    assert not waits(world, "parks_handler")


def waits(world: World, who: str) -> bool:
    person = world.people[who]
    return flags.any_to_judge(world.session, scope_of(world.session, person), person)


@pytest.mark.parametrize(
    ("handles", "here", "judged", "shown"),
    [
        (True, {Role.HANDLER}, False, False),  # who handles it is not told before
        (True, {Role.HANDLER, Role.SHIFT_LEADER}, False, False),  # whatever else they are
        (True, {Role.SHIFT_LEADER}, False, False),  # gave feedback once, handler no more
        (True, {Role.HANDLER}, True, True),  # and learns of it once judged
        (False, {Role.HANDLER, Role.DISPATCHER}, False, True),  # handles elsewhere, works at this desk
        (False, {Role.INSPECTOR}, True, False),  # who only works out there has no desk to read it at
        (False, set(), True, False),  # holds nothing here, reported it alone
    ],
)
def test_who_is_told_of_a_doubt_is_what_they_are_to_that_case(handles, here, judged, shown):
    assert told(handles=handles, here=frozenset(here), judged=judged) is shown


def test_a_handler_with_another_role_is_told_when_it_is_judged_and_is_not_asked_to(world: World):
    flag_id = flagged(world)
    case_id = world.session.get_one(CaseFlag, flag_id).case_id
    both = world.people["everything"]  # every role, handling among them

    def seen() -> list[int]:
        return [row.flag.id for row in flags.of_case(world.session, scope_of(world.session, both), both, case_id)]

    assert (seen(), waits(world, "everything"), waits(world, "leader")) == ([], False, True)
    faking.judge(world.session, flag_id, world.people["leader"], Verdict.FAKED, "旧照片")
    assert seen() == [flag_id]  # the other doubt is not judged yet


def test_of_a_case_out_of_sight_nothing_is_told(world: World):
    first, second = world.dispatched("parks"), world.checking()
    attach(world, first, drawn(6), who="parks_handler")
    attach(world, second, drawn(6))
    faking.compare(world.session, second.id)
    scope = scope_of(world.session, world.people["handler"])
    (row,) = flags.of_case(world.session, scope, world.people["leader"], second.id)
    assert row.flag.other_case_id == first.id
    assert row.other is None
    assert world.session.scalar(select(func.count()).select_from(CaseFlag)) == 1
