"""Samples of closed cases (抽查): drawn by a seed, looked at by a person who did not handle the case."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, SpotCheck, SpotCheckCase, SpotCheckPopulation
from gridops.cases.queries import lookups, samples
from gridops.cases.queries.filters import sees
from gridops.cases.queries.samples import Population
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.faking import JUDGES
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sampling import MOST, digest_of, draw, packed, unpacked
from gridops.core import clock
from gridops.core.bulk import insert_rows
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import Scope, scope_of
from gridops.people.rules import Person

WORDS = 500
SEED = 40
_COLUMNS = ("root_id", "spot_check_id", "case_id", "position", "drawn_at")


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample that was drawn and is to be kept: number -> id of its whole population, as it was at `at`."""

    wanted: Population
    size: int
    seed: str
    population: dict[str, int]
    at: datetime


def draw_sample(session: Session, scope: Scope, wanted: Population, size: int, seed: str = "") -> Sampled:
    """Draw a sample of the closed cases in sight; without a seed one is thrown. Only reads: a population may be large
    and the one writer of an embedded database must not wait for it. Raises Invalid.
    """
    if not 0 < size <= MOST:
        raise Invalid(("size", f"抽查件数为 1 至 {MOST} 件"))
    if wanted.last_day < wanted.first_day:
        raise Invalid(("last_day", "结束日期不能早于开始日期"))
    if not scope.sees_grid(wanted.grid_id):
        raise Invalid(("grid", "请选择责任范围内的网格"))
    if len(seed) > SEED:
        raise Invalid(("seed", "抽样种子不超过 40 字"))
    found = samples.population(session, scope, wanted)
    if not found:
        raise Invalid(("first_day", "这一时段内没有符合条件的已结案件"))
    return Sampled(wanted, size, seed or secrets.token_hex(8), found, clock.now())


def keep_sample(session: Session, person: Person, drawn: Sampled) -> SpotCheck:
    """Keep a sample with the numbers it was drawn of. Audited."""
    found, wanted, root_id = drawn.population, drawn.wanted, person.root_id
    kept = SpotCheck(
        root_id=root_id,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        grid_id=wanted.grid_id,
        unit_id=wanted.unit_id,
        seed=drawn.seed,
        size=drawn.size,
        population=len(found),
        digest=digest_of(found),
        drawn_at=drawn.at,
        drawn_by=person.user_id,
    )
    session.add(kept)
    session.flush()
    session.add(SpotCheckPopulation(spot_check_id=kept.id, numbers=packed(found)))
    numbers = draw(drawn.seed, found, drawn.size)
    rows = [(root_id, kept.id, found[number], place, drawn.at) for place, number in enumerate(numbers, 1)]
    insert_rows(session, SpotCheckCase, _COLUMNS, rows)
    audit.record(
        session, "spot_check.drawn", "spot_check", kept.id, actor_id=person.user_id, root_id=root_id,
        seed=drawn.seed, size=drawn.size, population=len(found), digest=kept.digest,
    )  # fmt: skip
    return kept


def drawn_again(session: Session, scope: Scope, check: SpotCheck) -> bool:
    """Whether the seed gives the same sample of the population that was kept, whatever became of its cases since.

    Of samples older than that the same filter is asked again today: one case more than there were tells enough.
    """
    kept = samples.kept_population(session, check.id)
    if kept is None:
        wanted = Population(check.first_day, check.last_day, check.grid_id, check.unit_id)
        found = list(samples.population(session, scope, wanted, most=check.population + 1))
    else:
        found = unpacked(kept)
    if digest_of(found) != check.digest:
        return False
    return samples.drawn_numbers(session, check.id) == draw(check.seed, found, check.size)


def judge(session: Session, person: Person, entry_id: int, passed: bool, words: str | None) -> SpotCheckCase:
    """What a person found at a drawn case; it stands. Raises NotFound, NotAllowed (handlers never), Conflict, Invalid.

    A case that did not pass is not moved by it: whoever may undoes its closing.
    """
    entry = samples.entry(session, entry_id)
    case = lookups.case(session, entry.case_id) if entry is not None else None
    if entry is None or case is None or not _sees(session, person, case):
        raise NotFound("没有这件抽查案件")
    history = lookups.history(session, case.id)
    standing = standing_of(session, person, case, history)
    if JUDGES.isdisjoint(standing.territory):
        raise NotAllowed("您的岗位或责任范围不能填写抽查结果")
    gave = any(one.event.move is Move.FEEDBACK and one.actor_id == person.user_id for one in history.acted)
    closed = history.last(Move.CLOSE)
    if standing.handler or gave:
        raise NotAllowed("抽查不能由本案处置人员进行")
    if closed is not None and closed.actor_id == person.user_id:
        raise NotAllowed("抽查不能由本案结案人员进行")
    if entry.judged_at is not None:
        raise Conflict("这件案件的抽查结果已填写")
    said = (words or "").strip()
    if len(said) > WORDS or (not passed and not said):
        raise Invalid(("words", "抽查不通过须写明情况（500 字以内）"))
    entry.passed, entry.words, entry.judged_at, entry.judged_by = passed, said or None, clock.now(), person.user_id
    audit.record(
        session, "spot_check.judged", "case", case.id, actor_id=person.user_id, root_id=case.root_id,
        entry=entry.id, passed=passed,
    )  # fmt: skip
    session.flush()
    return entry


def _sees(session: Session, person: Person, case: Case) -> bool:
    return sees(scope_of(session, person), case)
