"""The verbs of 将列为通报问题: what an issue is to name, changed before 签发, made problem items at 印发."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.bulletins import queries
from gridops.bulletins.composing import document_of
from gridops.bulletins.forms import ItemChange, NewItem
from gridops.bulletins.models import Bulletin, BulletinItem
from gridops.bulletins.rules import naming as rules
from gridops.bulletins.rules.matter import answer_days
from gridops.bulletins.rules.sheets import ASKING, facts_of_units
from gridops.bulletins.series import period_of_paper, wording_of
from gridops.cases.queries import lookups as cases
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.figures.models import FrozenSet
from gridops.figures.rules.tables import row_key
from gridops.people.queries import grid_path
from gridops.people.rules import Person, Role, may
from gridops.supervision import service as supervision
from gridops.supervision.models import Problem
from gridops.supervision.rules.problems import streak_after


@dataclass(frozen=True, slots=True)
class Planned:
    """An item that a paper is to name: as its rules or editors say; `kept`: what an editor changed, or it became."""

    key: str
    basis: str
    unit_id: int
    fact: str
    place: str
    due_on: date
    case_id: int | None = None
    follows: Problem | None = None
    streak: int = 1
    kept: BulletinItem | None = None

    @property
    def out(self) -> bool:
        """Whether an editor took it out."""
        return self.kept is not None and self.kept.out


@dataclass(frozen=True, slots=True)
class Offered:
    """A sentence of the text that names a unit and that no item says yet: an editor may mark it."""

    unit_id: int
    heading: str
    text: str


def follows_up(bulletin: Bulletin) -> bool:
    """Whether a paper makes problem items."""
    return rules.names_problems(bulletin.series, correction=bulletin.corrects_id is not None)


def open_to_change(bulletin: Bulletin) -> bool:
    """Whether the list may be changed now: figures locked, not yet approved."""
    return follows_up(bulletin) and bulletin.status in ASKING


def planned(session: Session, bulletin: Bulletin, *, lock: bool = False) -> list[Planned]:
    """What a locked paper is to name, in the order of its chapters, then what its editors added.

    An item taken out stands in the list; what names an item of which neither unit nor row is left is dropped.
    """
    if not follows_up(bulletin) or bulletin.frozen_set_id is None:
        return []
    kept = queries.items(session, bulletin.id, lock=lock)
    before = queries.issue_before(session, bulletin)
    earlier = queries.problems_by_key(session, before.id) if before is not None else {}
    due_on = answer_day(session, bulletin)
    named = rules.named_by_tables(session.get_one(FrozenSet, bulletin.frozen_set_id).tables)
    last = before.period if before is not None else _label_before(session, bulletin)
    found = []
    for item, unit_id, follows in _placed(session, bulletin.root_id, named, earlier):
        streak = streak_after((follows.period or last, follows.streak) if follows else None, last)
        made = Planned(item.key, item.basis, unit_id, item.fact, item.place, due_on, None, follows, streak)
        found.append(_as_kept(made, kept.pop(item.key, None)))
    typed = (row for row in kept.values() if row.problem_id is not None or _by_hand(row.key))
    found += [_as_kept(Planned(row.key, row.basis, row.unit_id, row.fact, row.place, due_on), row) for row in typed]
    return found


def offered(session: Session, bulletin: Bulletin) -> list[Offered]:
    """The sentences of the text that name units and are no item of the list yet."""
    if not open_to_change(bulletin):
        return []
    names = queries.units_named(session, bulletin.root_id, clock.local_date(clock.now()))
    taken = set(queries.items(session, bulletin.id))
    return [
        Offered(unit_id, fact["heading"], fact["text"])
        for unit_id, facts in sorted(facts_of_units(document_of(session, bulletin, None).text, names).items())
        for fact in facts
        if rules.text_key(unit_id, fact["text"]) not in taken
    ]


def answer_day(session: Session, bulletin: Bulletin) -> date:
    """The day by which the issue asks for an answer: that of its text (`rules.matter.dates_of`)."""
    today = bulletin.issued_on or clock.local_date(clock.now())
    return answer_days(period_of_paper(session, bulletin), wording_of(session, bulletin).kept(), today)[0]


def put_in(session: Session, bulletin_id: int, person: Person, form: NewItem) -> BulletinItem:
    """Add an item that no rule names; a sentence marked twice is one. NotFound, NotAllowed, Conflict, Invalid."""
    bulletin = _edited(session, bulletin_id, person)
    unit_id = queries.unit_codes(session, bulletin.root_id).get(form.unit)
    if unit_id is None:
        raise Invalid(("unit", "没有这个单位"))
    kept = queries.items(session, bulletin.id, lock=True)
    _demand_later(form.due_on)
    key = rules.text_key(unit_id, form.sentence) if form.sentence else f"{rules.HAND}:{len(kept) + 1}"
    if key in kept:
        return kept[key]
    row = BulletinItem(
        bulletin_id=bulletin.id, key=key, basis=form.basis, unit_id=unit_id, fact=form.fact, place=form.place,
        case_id=_case_id(session, bulletin.root_id, form.case), due_on=form.due_on, reason=form.reason,
        by_id=person.user_id, at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, "bulletin_item.add", row, bulletin, person)
    return row


def change(session: Session, bulletin_id: int, key: str, person: Person, form: ItemChange) -> BulletinItem:
    """Take an item out, put it back, or word it otherwise, with a reason. NotFound, NotAllowed, Conflict."""
    bulletin = _edited(session, bulletin_id, person)
    item = next((each for each in planned(session, bulletin, lock=True) if each.key == key), None)
    if item is None:
        raise NotFound("没有这项拟列问题")
    row = item.kept
    if form.version != (row.version if row else 0):
        raise Conflict("别人已修改过这项拟列问题，请刷新后再试")
    _demand_later(form.due_on)
    if row is None:
        row = BulletinItem(bulletin_id=bulletin.id, key=key, basis=item.basis, unit_id=item.unit_id, version=0,
                           fact=item.fact, place=item.place, at=clock.now())  # fmt: skip
        session.add(row)
    if not form.out and form.fact is not None:
        row.fact, row.place, row.due_on = form.fact, form.place, form.due_on
    row.out, row.reason, row.by_id, row.at = form.out, form.reason, person.user_id, clock.now()
    row.version += 1
    session.flush()
    _note(session, "bulletin_item.out" if form.out else "bulletin_item.edit", row, bulletin, person)
    return row


def name_all(session: Session, bulletin: Bulletin, person: Person) -> int:
    """Make the problem items of a paper that is being issued, each once; how many the issue names.

    The paper is held by who issues it: a second issuing finds the items made.
    """
    count = 0
    for item in planned(session, bulletin, lock=True):
        row = item.kept
        if item.out or (row is not None and row.problem_id is not None):
            continue
        made = supervision.name_from_issue(session, person, _item_in(bulletin, item))
        if row is None:
            row = BulletinItem(bulletin_id=bulletin.id, key=item.key, basis=item.basis, unit_id=item.unit_id,
                               fact=item.fact, place=item.place, at=clock.now())  # fmt: skip
            session.add(row)
        row.problem_id = made.id
        session.flush()
        count += 1
    return count


def may_edit(session: Session, bulletin: Bulletin, person: Person) -> bool:
    """Whether a person is an editor of the area of a paper."""
    return bulletin.root_id == person.root_id and may(person, (Role.EDITOR,), grid_path(session, bulletin.grid_id))


def _item_in(bulletin: Bulletin, item: Planned) -> supervision.ItemIn:
    due_at = clock.midnight(item.due_on + timedelta(days=1)) - timedelta(seconds=1)
    grid_id = None if bulletin.grid_id == bulletin.root_id else bulletin.grid_id
    return supervision.ItemIn(
        series=bulletin.series, period=bulletin.period, unit_id=item.unit_id, fact=item.fact, place=item.place,
        case_id=item.case_id, source=item.basis, due_at=due_at, grid_id=grid_id, follows=item.follows,
        streak=item.streak,
    )  # fmt: skip


def _label_before(session: Session, bulletin: Bulletin) -> str | None:
    """Of the period just before: its items are told where no earlier issue is (`figures.queries.watched`)."""
    before = period_of_paper(session, bulletin).previous()
    return before.label if before is not None else None


def _placed(
    session: Session, root_id: int, named: list[rules.Named], earlier: dict[str, Problem]
) -> list[tuple[rules.Named, int, Problem | None]]:
    """Each item with its unit, and the item of the issue before that it follows."""
    again = queries.problems_by_number(session, root_id, [item.again for item in named if item.again])
    looks = queries.units_of_looks(session, root_id, [item.look for item in named if item.look])
    units = {row_key(code): unit_id for code, unit_id in queries.unit_codes(session, root_id).items()}
    newer = {earlier[item.key].id for item in named if item.key in earlier}
    found: list[tuple[rules.Named, int, Problem | None]] = []
    for item in named:
        follows = again.get(item.again) if item.again else earlier.get(item.key)
        if item.again and (follows is None or follows.id in newer):
            continue
        unit_id = (
            follows.unit_id if item.again and follows else looks.get(item.look or 0) or units.get(item.unit_key or "")
        )
        if unit_id is not None:
            found.append((item, unit_id, follows))
    return found


def _as_kept(item: Planned, row: BulletinItem | None) -> Planned:
    if row is None:
        return item
    return replace(
        item, unit_id=row.unit_id, fact=row.fact, place=row.place, due_on=row.due_on or item.due_on,
        case_id=row.case_id, kept=row,
    )  # fmt: skip


def _by_hand(key: str) -> bool:
    return key.partition(":")[0] in (rules.HAND, rules.TEXT)


def _edited(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    found = queries.locked(session, bulletin_id)
    if found is None or found.root_id != person.root_id:
        raise NotFound("没有这份通报")
    if not may_edit(session, found, person):
        raise NotAllowed("只有本辖区的编辑可以修改拟列的通报问题")
    if not open_to_change(found):
        raise Conflict("数据锁定以后、签发以前才能修改拟列的通报问题")
    return found


def _demand_later(due_on: date | None) -> None:
    if due_on is not None and due_on <= clock.local_date(clock.now()):
        raise Invalid(("due_on", "整改期限须在今天以后"))


def _case_id(session: Session, root_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    case = cases.by_number(session, number)
    if case is None or case.root_id != root_id:
        raise Invalid(("case", "没有这个案件"))
    return case.id


def _note(session: Session, act: str, row: BulletinItem, bulletin: Bulletin, person: Person) -> None:
    told: dict[str, Any] = {"bulletin": bulletin.id, "unit": row.unit_id, "reason": row.reason}
    audit.record(session, act, "bulletin_item", row.id, actor_id=person.user_id, root_id=bulletin.root_id, **told)
