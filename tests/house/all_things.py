"""Everything the test of scopes asks for: two communities of a street and another street, in each one of each thing."""

from __future__ import annotations

from typing import Any

from gridops.cases.service import telling
from gridops.core import clock
from gridops.core.db import transaction
from gridops.evidence.store import LocalStore
from gridops.people.rules import Role
from tests.factories import at, make_user
from tests.house import case_things, joint_things, kept_things, night_things, penalty_things, premises_things
from tests.webapp import PASSWORD_HASH

# The people of the test hold their role for `west` or for the whole `street`.
HELD = ("west", "street")


def make_things(store: LocalStore) -> dict[str, dict[str, Any]]:
    """A street with two communities and another street; in each place a case with a photo, a bulletin and a record."""
    with clock.set_to(at("2017-03-06 09:00")), transaction() as session:
        grids, unit_of = case_things.make_places(session)
        for role in Role:
            for held in HELD:
                make_user(
                    session, grids["street"], role, unit=unit_of["street"], grid=grids[held],
                    username=f"{role}-{held}", password_hash=PASSWORD_HASH,
                )  # fmt: skip
        cases = {
            "west": case_things.make_case(session, grids["street"], unit_of["street"].id, case_things.POINTS["west"]),
            "east": case_things.make_case(session, grids["street"], unit_of["street"].id, case_things.POINTS["east"]),
            "abroad": case_things.make_case(
                session, grids["abroad"], unit_of["abroad"].id, case_things.POINTS["abroad"]
            ),
        }
        roots = {"west": grids["street"], "east": grids["street"], "abroad": grids["abroad"]}
        links = {
            place: case_things.make_link(session, store, roots[place].id, case, n)
            for n, (place, case) in enumerate(cases.items())
        }
        records = {place: case_things.make_record(session, roots[place], case_things.POINTS[place]) for place in roots}
        outings = {
            place: joint_things.make_outing(
                session, roots[place], grids[place], case_things.helper(session, roots[place])
            )
            for place in roots
        }
        nights = {
            place: night_things.make_round(
                session, roots[place], grids[place], case_things.helper(session, roots[place])
            )
            for place in roots
        }
        penalties = {
            place: penalty_things.make_penalty(
                session, grids[place], case_things.helper(session, roots[place], Role.OFFICER)
            )
            for place in roots
        }
        kept = {
            place: kept_things.make_kept(
                session,
                root,
                grids[place],
                unit_of["abroad" if place == "abroad" else "street"],
                cases[place][0],
                case_things.helper(session, root, Role.SUPERVISION_OFFICER),
            )
            for place, root in roots.items()
        }
        samples = {place: case_things.make_sample(session, roots[place], grids[place]) for place in roots}
        while telling.tell_owed(session) is not None:
            pass
        bodies = {place: premises_things.make_premises(session, roots[place], grids[place]) for place in roots}
        disputes = {
            place: case_things.make_dispute(session, roots[place], case_things.POINTS[place]) for place in roots
        }
    with clock.set_to(at("2017-04-01 09:00")):
        papers = {place: case_things.make_bulletin(store, grid) for place, grid in grids.items()}
    return {
        "case": {place: case[1] for place, case in cases.items()},
        "evidence": links,
        "bulletin": papers,
        "record": records,
        "dispute": disputes,
        "sample": samples,
        "premises": bodies,
        "outing": {place: number for place, (number, _incident) in outings.items()},
        "penalty": penalties,
        **{kind: {place: made[kind] for place, made in kept.items()} for kind in kept_things.ARGUMENTS.values()},
        "incident": {place: incident for place, (_number, incident) in outings.items()},
        "round": {place: number for place, (number, _visit) in nights.items()},
        "visit": {place: visit for place, (_number, visit) in nights.items()},
    }
