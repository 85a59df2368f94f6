"""Loads the demo street: its standing parts, its year day by day, its papers in between, and the current days.

Each step is one transaction together with its mark, a row of owed work: an interrupted load goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.cases.rules.moves import Move
from gridops.core import clock, db, owed
from gridops.core.errors import Conflict
from gridops.demo_street import acting, calling, enforcement, entering, fresh, papers, plan, queries, setup, showing
from gridops.demo_street.course import Act, World
from gridops.demo_street.places import Street, street
from gridops.demo_street.proposing import keep_rules
from gridops.demo_street.staff import SUPERVISION, Staff, staff
from gridops.figures import service as figures

Progress = Callable[[str, int, int], None]
BEFORE = datetime(2016, 12, 28, 9, 0, tzinfo=clock.LOCAL)


@dataclass(frozen=True, slots=True)
class Entering:
    """What the joint force and the supervision office did up to an instant is entered."""

    at: datetime


Stage = list[Act] | papers.PaperStep | Entering


@dataclass(frozen=True, slots=True)
class Settings:
    """Where evidence is kept, where fonts are looked for, and the hash of the password of all demo accounts.

    One hash for all: whoever reads the table learns that the demo accounts share a password, which the sign-in page
    says anyway; it is made for each installation and opens nothing but the demo.
    """

    store: Path
    password_hash: str
    font_dirs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: `new` False where everything was there."""

    root_id: int
    new: bool
    acts: int = 0


def is_loaded() -> bool:
    """Whether the demo street is there and complete. Conflict where its code belongs to somebody else."""
    with db.reading() as session:
        return setup.root_id(session) is not None and queries.loading(session) is None


def load(settings: Settings, progress: Progress, *, last_day: datetime | None = None) -> Loaded:
    """Load what is missing; `last_day`: only the year up to that local day (tests). Twice is as once."""
    ground = street()
    everyone = staff(tuple(ground.grids))
    with db.reading() as session:
        root = setup.root_id(session)
        mark = queries.loading(session)
    if root is not None and mark is None:
        return Loaded(root, new=False)
    if root is None:
        progress("辖区、单位、人员", 0, 1)
        with clock.set_to(BEFORE), db.transaction() as session:
            root = setup.build(session, everyone, settings.password_hash)
            owed.owe(session, queries.LOADING, ["0"])
    return _Loader(settings, progress, root, ground, everyone, last_day).load()


class _Loader:
    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        root: int,
        ground: Street,
        everyone: Staff,
        last_day: datetime | None,
    ) -> None:
        self.settings, self.progress, self.root, self.ground = settings, progress, root, ground
        with clock.set_to(datetime(2017, 1, 1, tzinfo=clock.LOCAL)), db.reading() as session:
            terms = acting.terms(session, root, clock.now())
            self.world = World(terms, acting.working_clock(session, root), everyone)
            last = last_day.date() if last_day else plan.LAST
            self.acts = plan.year(self.world, ground, last=last)
            usernames = [person.username for person in everyone.people]
            reports = [act for act in self.acts if act.move is Move.REPORT]
            self.actors = acting.Actors(session, root, usernames, reports)
        calendar = self.world.clock.calendar
        self.done = enforcement.year(ground, everyone.officers)
        steps = papers.steps(calendar, last.month - 1 if last_day else papers.LAST_MONTH)
        entered = [Entering(at) for at in _firsts(last.month if last_day else 12)]
        entered += [] if last_day else [Entering(enforcement.WOUND_UP)]
        self.stages = stages(self.acts, sorted([*steps, *entered], key=lambda step: step.at))
        told = "\n".join(repr((act.at, act.case, act.move.value, act.actor)) for act in self.acts)
        told += repr([(row.kind, row.at) for row in self.done]) + repr(steps)
        self.digest = hashlib.sha256(told.encode()).hexdigest()[:16]

    def load(self) -> Loaded:
        for number in range(self._begun(), len(self.stages)):
            stage = self.stages[number]
            if isinstance(stage, papers.PaperStep):
                papers.take(stage, self.actors.people, self.settings.store, self.settings.font_dirs)
                self._mark(number + 1)
                self.progress(f"{stage.period} 通报", number + 1, len(self.stages))
            elif isinstance(stage, Entering):
                supervisor = self.actors.people[SUPERVISION].user_id
                with clock.set_to(stage.at), db.transaction() as session:
                    entering.enter(session, self.root, self.done, stage.at, supervisor)
                    self._set_mark(session, number + 1)
                self.progress(f"{clock.local_date(stage.at)}", number + 1, len(self.stages))
            else:
                with db.transaction() as session:
                    for act in stage:
                        self.actors.act(session, act)
                    self._set_mark(session, number + 1)
                self.progress(f"{clock.local_date(stage[-1].at)}", number + 1, len(self.stages))
        acts = len(self.acts) + self._finish()
        return Loaded(self.root, new=True, acts=acts)

    def _finish(self) -> int:
        """Rules, current days with their orders, pictures, daily totals; then the mark goes: the demo is complete."""
        now = clock.now()
        current = fresh.fresh(self.world, self.ground, now)
        with db.transaction() as session:
            with clock.set_to(BEFORE):
                keep_rules(session, self.root)
                calling.keep_points(session, self.root, self.actors.people[SUPERVISION].user_id)
            for act in current:
                self.actors.act(session, act)
            calling.keep_orders(session, current, self.actors.people, self.actors.case_id)
            shown = showing.chosen(current) + showing.chosen(self.acts, showing.OF_THE_YEAR)
            self.progress("图片", 0, 1)
            showing.show(session, shown, self.actors, self.root, self.settings.store, self.settings.font_dirs)
            self.progress("日汇总", 0, 1)
            figures.drain_all(session)
            self._clear_mark(session)
        return len(current)

    def _begun(self) -> int:
        """How many stages are done. Conflict where an older program had begun another plan."""
        with db.reading() as session:
            mark = queries.loading(session)
        digest, _, done = (mark.key if mark else "0").rpartition(":")
        if digest and digest != self.digest:
            raise Conflict(
                "演示街道上次由其他版本载入了一半，请用 ./run --fresh 重新开始 / "
                "another version had loaded half of the demo: start over with ./run --fresh"
            )
        return int(done)

    def _mark(self, done: int) -> None:
        with db.transaction() as session:
            self._set_mark(session, done)

    def _set_mark(self, session: Session, done: int) -> None:
        mark = queries.loading(session)
        assert mark is not None, "a load keeps its mark until it is complete"
        mark.key = f"{self.digest}:{done}"
        session.flush()

    def _clear_mark(self, session: Session) -> None:
        mark = queries.loading(session)
        if mark is not None:
            session.delete(mark)
            session.flush()


def _firsts(last_month: int) -> list[datetime]:
    """The morning of the first day after each month: its last night is over, and nothing of it is locked yet."""
    days = [(2017 + month // 12, month % 12 + 1) for month in range(1, last_month + 1)]
    return [datetime(year, month, 1, 8, 30, tzinfo=clock.LOCAL) for year, month in days]


def stages(acts: Sequence[Act], steps: Sequence[papers.PaperStep | Entering]) -> list[Stage]:
    """Acts day by day, with each step where its instant comes: what is locked holds what happened before."""
    found: list[Stage] = []
    waiting = list(steps)
    day: list[Act] = []
    for act in acts:
        while waiting and waiting[0].at <= act.at:
            if day:
                found.append(day)
                day = []
            found.append(waiting.pop(0))
        if day and clock.local_date(day[-1].at) != clock.local_date(act.at):
            found.append(day)
            day = []
        day.append(act)
    return [*found, *([day] if day else []), *waiting]
