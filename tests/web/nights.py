"""Night rounds for pages: two officers on the street, a shop, a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from gridops.catalogue.models import Checklist, ChecklistItem
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.inspections import queries
from gridops.people.models import User
from gridops.people.rules import Role, UnitKind
from gridops.premises import service as premises
from gridops.premises.rules import Risk
from tests.factories import make_unit, make_user
from tests.web.street import Street
from tests.webapp import PASSWORD_HASH, Browser


@dataclass
class Night:
    """The street with two officers, a shop and a checklist; a browser for each."""

    street: Street
    shop: int
    item: int
    opened: dict[str, Browser]

    def __getitem__(self, who: str) -> Browser:
        if who not in self.opened:
            self.opened[who] = self.street.browser(who)
        return self.opened[who]

    def send(self, who: str, kind: str, body: dict[str, Any], **more: Any) -> TestResponse:
        """A record of their phone."""
        return self[who].record(kind, body, **more)

    def join(self, who: str, code: str) -> TestResponse:
        """Check in by the leader's code."""
        return self.send(who, "check_in", {"code": code})

    def begun(self, **more: str) -> str:
        """The number of an approved round that both officers are on."""
        given = {"theme": "涉气", "groups": "2", "inspection": "yes", "approval": "王主任 3号", **more}
        given |= {"planned_for": f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}", "leader": "officer"}
        planned = self["desk"].post("/desk/rounds/new", given)
        assert planned.status_code == 302, planned.text
        number = planned.location.rpartition("/")[2]
        answer = self.send("officer", "round", {"action": "start", "number": number})
        assert answer.status_code == 201, answer.text
        with reading() as session:
            code = queries.squad_code(session, queries.round_named(session, self.street.root_id, number).squad_id)
        assert self.join("second", code).status_code == 201
        return number

    def visit(
        self, number: str, who: str = "officer", photos: Mapping[str, bytes] | None = None, **more: Any
    ) -> TestResponse:
        """A visit to the shop; nothing found where nothing is said."""
        body = {"premises": {"id": self.shop}, "kind": "inspection", "complete": True, "signed": "received"}
        return self.send(who, "visit", {"round": number, **body, **more}, photos=photos)


def make_night(street: Street) -> Night:
    """The officers, the shop and the checklist, in the database of the street."""
    with transaction() as session:
        root = session.get_one(User, street.people["desk"]).root_id
        force = make_unit(session, session.get_one(Grid, root), name="城管", kind=UnitKind.URBAN_MANAGEMENT)
        for number, name in enumerate(("officer", "second")):
            user = make_user(
                session,
                session.get_one(Grid, root),
                Role.OFFICER,
                unit=force,
                username=name,
                password_hash=PASSWORD_HASH,
            )
            user.certificate_no = f"苏D-00{number}"
            street.people[name] = user.id
        west = session.scalars(select(Grid).where(Grid.code == street.west)).one()
        shop = premises.ensure(
            session, root, None, "宏达喷涂厂", grid_id=west.id, lon=119.955, lat=31.855, risk=Risk.HIGH
        )
        listed = Checklist(root_id=0, code="air", edition="2017", name="涉气检查表")
        session.add(listed)
        session.flush()
        item = ChecklistItem(checklist_id=listed.id, position=1, text="治污设施正常运行", severity="serious")
        session.add(item)
        session.flush()
        return Night(street, shop.id, item.id, {})
