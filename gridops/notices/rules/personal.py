"""Who in person is told of what, and how each may have it: data, defaults, and small decisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gridops.notices.rules import Occasion
from gridops.people.rules import Holding, Role
from gridops.people.rules.access import UNIT_BOUND

# So many people are told of one thing at once; the others when the work that is still owed comes up again.
MOST_TOLD = 50
# Counted no further: the bell shows 99+.
COUNTED_TO = 99
# At-once mails of a person within this time go together.
GATHERED = timedelta(minutes=3)
FIRST_HOUR = 8
HOURS = tuple(range(6, 23))


class Mail(StrEnum):
    """How somebody wants an occasion by mail."""

    NONE = "none"
    AT_ONCE = "at_once"
    DIGEST = "digest"


MAIL_NAMES = {Mail.NONE: "不发邮件", Mail.AT_ONCE: "立即发", Mail.DIGEST: "每日汇总"}


class Channel(StrEnum):
    """The ways in which anybody is told: a group's hook, the bell of a person, a mail."""

    HOOK = "hook"
    BELL = "bell"
    MAIL = "mail"


CHANNEL_NAMES = {Channel.HOOK: "群消息", Channel.BELL: "站内提醒", Channel.MAIL: "邮件"}

# Who is told: holders of the role for the case's territory, handlers also for its unit or one above (who may receive
# it); None: those whom it names (who reported it, who pressed).
HEARERS: dict[Occasion, Role | None] = {
    Occasion.DISPATCHED: Role.HANDLER,
    Occasion.REMINDED: Role.HANDLER,
    Occasion.PRESSED: Role.HANDLER,
    Occasion.SENT_BACK: Role.HANDLER,
    Occasion.DUE_SOON: Role.HANDLER,
    Occasion.EXTENDED: Role.HANDLER,
    Occasion.NOT_EXTENDED: Role.HANDLER,
    Occasion.PRESS_ANSWERED: None,
    Occasion.RETURNED: Role.DISPATCHER,
    Occasion.EXTENSION_ASKED: Role.SHIFT_LEADER,
    Occasion.OWN_REPORT: None,
    Occasion.JOINED: Role.HANDLER,
    Occasion.HELP_RETURNED: Role.DISPATCHER,
}
# Whom a thing may name that is told to persons.
NAMED: dict[Occasion, frozenset[Role]] = {
    Occasion.OWN_REPORT: frozenset({Role.INSPECTOR, Role.OFFICER, Role.INTAKE_CLERK, Role.SHIFT_LEADER}),
    Occasion.PRESS_ANSWERED: frozenset({Role.SHIFT_LEADER, Role.LEADER}),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How one person wants one occasion."""

    bell: bool = True
    mail: Mail = Mail.NONE

    def __bool__(self) -> bool:
        return self.bell or self.mail is not Mail.NONE


BY_DEFAULT = Choice()


@dataclass(frozen=True, slots=True)
class DigestHours:
    """When the daily mail goes out, local time."""

    hour: int = FIRST_HOUR
    workdays_only: bool = False


@dataclass(frozen=True, slots=True)
class ToTell:
    """One thing to be told to people: about a case, where it lies and who has it.

    `actor_id` did it and knows; `named`: whom alone it concerns, where the occasion names persons.
    """

    key: str
    root_id: int
    occasion: Occasion
    number: str
    category: str
    place: str
    grid_id: int
    unit_id: int | None
    happened_at: datetime
    due_at: datetime | None = None
    actor_id: int | None = None
    named: frozenset[int] = frozenset()


def hears(held: Holding, one: ToTell, grid_path: Collection[int], unit_path: Collection[int]) -> bool:
    """Whether who holds this is told: of its territory, and handlers who may act for its unit; never anybody else.

    The paths: the ids of the case's grid and of its unit, with those of all above. A unit that is to help was named,
    wherever the case lies.
    """
    if held.role is not HEARERS[one.occasion]:
        return False
    if held.grid_id not in grid_path and one.occasion is not Occasion.JOINED:
        return False
    return held.role not in UNIT_BOUND or held.unit_id in unit_path


def offered(roles: Collection[Role]) -> list[Occasion]:
    """The occasions of which someone with these roles is ever told."""
    return [
        occasion
        for occasion, role in HEARERS.items()
        if (role in roles if role is not None else not NAMED[occasion].isdisjoint(roles))
    ]
